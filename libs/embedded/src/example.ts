/**
 * One command of the example story: who sends it, to which stream, and when it happened, in days
 * from the day on which the story is first told.
 */
interface ExampleCommand {
  readonly by: string;
  readonly to: string;
  readonly body: Record<string, unknown>;
  readonly happened: number;
}

const DONOR = 'norland;role=donor;person=n-1';
const MINISTER = 'norland;role=donor;person=n-2';
const RECIPIENT = 'estmark;role=recipient;person=e-1';
const MONITOR = 'veritas-monitor;role=monitor;person=v-1';
const INVESTIGATOR = 'lumen-inquiry;role=investigator;person=l-1';
const OTHER_DONOR = 'sudria;role=donor;person=s-1';
const OPERATOR = 'operator;role=operator';

const PROGRAMME = 'programme/norland.border-training';
const ACCOUNT = 'funding-account/norland.border-fund';
const CASE = 'assistance-case/norland.night-vision';
const FIRST = 'consignment/norland.night-vision-1';
const SECOND = 'consignment/norland.night-vision-2';
const MISUSE = 'misuse-case/sealed.0e9a5c8fb1d24d37a6c0f3b28e71d594';
const EVIDENCE = [
  { sha256: '6f1ed002ab5595859014ebf0951522d9c1f4f1fbf2d9f0a3a1c9a5c6f1f0d7e2', reference: 'visit-report-7' },
];

/**
 * The story, told as of a day: a bilateral programme from its proposal to a misuse finding, with
 * something that is still coming.
 */
function story(day: (offset: number) => string): readonly ExampleCommand[] {
  const told: ExampleCommand[] = [];
  const say = (happened: number, by: string, to: string, body: Record<string, unknown> = {}): void =>
    void told.push({ by, to, body, happened });
  const period = day(-300).slice(0, 4);
  const scopes = [{ kind: 'programme', id: 'norland.border-training' }];

  say(-300, DONOR, `${PROGRAMME}/propose`, {
    kind: 'bilateral',
    title: 'Border police training',
    donor: 'norland',
    recipient: 'estmark',
    sector: '15210',
    starts: day(-280),
    ends: day(800),
  });
  for (const [id, name, type, country, role] of [
    ['norland', 'Kingdom of Norland', 'state', 'norland', 'donor'],
    ['estmark', 'Republic of Estmark', 'state', 'estmark', 'recipient'],
    ['sudria', 'Republic of Sudria', 'state', 'sudria', 'donor'],
  ] as const) {
    say(-300, OPERATOR, `stakeholder/${id}/register`, { name, type, country });
    say(-300, OPERATOR, `stakeholder/${id}/grant-role`, { role });
  }
  say(-298, DONOR, `${PROGRAMME}/define-objective`, {
    objective: 'trained-officers',
    statement: 'Two hundred officers hold the certificate',
  });
  say(-298, DONOR, `${PROGRAMME}/assign-gender-marker`, { marker: 1 });
  say(-290, MINISTER, `${PROGRAMME}/approve`, { authority: 'minister' });
  say(-280, DONOR, `${PROGRAMME}/activate`, { on: day(-280) });
  say(-279, DONOR, `${PROGRAMME}/plan-milestone`, { milestone: 'first-course', due: day(-130) });
  say(-279, DONOR, `${PROGRAMME}/plan-milestone`, { milestone: 'handover', due: day(90) });

  say(-275, DONOR, `${ACCOUNT}/open`, {
    donor: 'norland',
    recipient: 'estmark',
    programme: 'norland.border-training',
    fund: 'Partner Capacity Fund',
    currency: 'USD',
    stages: ['pledged', 'committed', 'obligated', 'disbursed', 'spent'],
    basis: 'own',
    onBudget: true,
    budgetLine: '07-210',
    availableUntil: day(700),
  });
  say(-275, DONOR, `${ACCOUNT}/pledge`, { amount: 250_000_000, period });
  say(-270, DONOR, `${ACCOUNT}/commit`, { amount: 200_000_000, period });
  say(-260, DONOR, `${ACCOUNT}/obligate`, { amount: 90_000_000, period });
  say(-200, DONOR, `${ACCOUNT}/obligate`, { amount: 48_000_000, period });
  say(-190, DONOR, `${ACCOUNT}/plan-disbursement`, {
    amount: 60_000_000,
    period,
    tranche: 'tranche-1',
    due: day(-150),
  });
  say(-148, DONOR, `${ACCOUNT}/disburse`, { amount: 60_000_000, period, tranche: 'tranche-1' });
  say(-140, DONOR, `${ACCOUNT}/plan-disbursement`, {
    amount: 40_000_000,
    period,
    tranche: 'tranche-2',
    due: day(30),
  });
  say(-100, DONOR, `${ACCOUNT}/report-expenditure`, { amount: 41_250_000, period });

  say(-240, DONOR, `${CASE}/request`, {
    donor: 'norland',
    recipient: 'estmark',
    programme: 'norland.border-training',
    letter: 'LOR 14',
    asked: [{ item: 'night-vision-device', quantity: 120, unit: 'each' }],
  });
  say(-230, DONOR, `${CASE}/add-line`, {
    line: '001',
    item: 'night-vision-device',
    quantity: 120,
    unit: 'each',
    value: 48_000_000,
    due: day(-60),
  });
  say(-228, DONOR, `${CASE}/prepare-offer`, {
    offer: 'basic',
    lines: ['001'],
    value: 48_000_000,
    currency: 'USD',
    initialDeposit: 10_000_000,
    validUntil: day(30),
    deliveryPoint: 'receipt',
  });
  say(-227, DONOR, `${CASE}/make-offer`, { offer: 'basic' });
  say(-215, RECIPIENT, `${CASE}/accept-offer`, { offer: 'basic', value: 48_000_000, currency: 'USD' });
  say(-205, DONOR, `${CASE}/receive-deposit`, { amount: 10_000_000, currency: 'USD' });
  say(-204, DONOR, `${CASE}/implement`);

  say(-170, DONOR, `${PROGRAMME}/replan-milestone`, {
    milestone: 'first-course',
    due: day(-115),
    cause: 'late-supplier',
  });
  say(-112, DONOR, `${PROGRAMME}/meet-milestone`, { milestone: 'first-course', on: day(-112) });

  say(-120, DONOR, `${FIRST}/schedule`, {
    case: 'norland.night-vision',
    lines: [{ line: '001', quantity: 100 }],
    due: day(-60),
    carrier: 'norland-airlift',
  });
  say(-80, DONOR, `${FIRST}/reschedule`, { due: day(-52), cause: 'late-export-licence' });
  say(-58, DONOR, `${FIRST}/transfer-title`, { on: day(-58), point: 'port-of-exit' });
  say(-57, DONOR, `${FIRST}/ship`, { on: day(-57), carrier: 'norland-airlift' });
  say(-54, DONOR, `${FIRST}/arrive-at-hub`, { on: day(-54), hub: 'sudria-air-base' });
  say(-49, RECIPIENT, `${FIRST}/confirm-receipt`, { on: day(-49), lines: [{ line: '001', quantity: 98 }] });
  say(-48, RECIPIENT, `${FIRST}/report-discrepancy`, {
    discrepancy: 'sdr-1',
    line: '001',
    type: 'shortage',
    quantity: 2,
  });
  say(-46, DONOR, `${CASE}/deliver`, {
    line: '001',
    quantity: 98,
    on: day(-49),
    facts: [],
    consignments: [{ consignment: 'norland.night-vision-1', quantity: 98 }],
  });
  say(-10, DONOR, `${SECOND}/schedule`, {
    case: 'norland.night-vision',
    lines: [{ line: '001', quantity: 22 }],
    due: day(21),
    carrier: 'norland-airlift',
  });

  say(-20, MONITOR, `${MISUSE}/flag`, {
    allegation: 'unauthorised-transfer',
    programme: 'norland.border-training',
    case: 'norland.night-vision',
    donor: 'norland',
    recipient: 'estmark',
    accused: 'estmark',
    scopes,
    happened: { from: day(-40), to: day(-30) },
  });
  say(-19, DONOR, `${MISUSE}/acknowledge`, { channel: 'sealed-intake' });
  say(-17, DONOR, `${MISUSE}/triage`, { incidentType: 'unauthorised-transfer' });
  say(-16, DONOR, `${MISUSE}/open-investigation`, { reason: 'credible-report' });
  say(-16, DONOR, `${MISUSE}/assign-investigator`, { investigator: 'lumen-inquiry' });
  say(-12, INVESTIGATOR, `${MISUSE}/add-evidence`, { kind: 'serial-record', evidence: EVIDENCE });
  say(-11, INVESTIGATOR, `${MISUSE}/put-allegation`, { channel: 'note-verbale' });
  say(-6, RECIPIENT, `${MISUSE}/reply`, { position: 'accepts-in-part' });
  say(-3, INVESTIGATOR, `${MISUSE}/substantiate`, { ground: 'serials-found-elsewhere' });
  say(-2, DONOR, `${MISUSE}/notify-legislature`, { to: 'foreign-affairs-committee', reference: 'notice-17' });
  say(-1, DONOR, `${MISUSE}/decide-measure`, { measure: 'condition', conditions: ['recertify-store'] });
  say(-1, DONOR, `${MISUSE}/agree-remediation-plan`, { steps: ['recover-items', 'recertify-store'], due: day(60) });

  say(-90, OTHER_DONOR, 'programme/sudria.signals/propose', {
    kind: 'bilateral',
    title: 'Secure signals',
    donor: 'sudria',
    recipient: 'estmark',
    sector: '15210',
    starts: day(-30),
    ends: day(600),
  });
  say(-60, OTHER_DONOR, 'funding-account/sudria.signals-fund/open', {
    donor: 'sudria',
    recipient: 'estmark',
    programme: 'sudria.signals',
    fund: 'Signals Facility',
    currency: 'EUR',
    stages: ['pledged', 'obligated', 'disbursed'],
    basis: 'own',
    onBudget: false,
  });
  say(-55, OTHER_DONOR, 'funding-account/sudria.signals-fund/pledge', { amount: 80_000_000, period });
  return told;
}

/**
 * What has been told before: nothing, the beginning of the story, all of it, or something else that
 * is not ours to touch.
 */
type Before = { readonly as: 'nothing' | 'told' | 'something-else' } | { readonly as: 'begun'; readonly on: string };

const commandId = (n: number): string => `example-${String(n + 1).padStart(2, '0')}`;

async function look(url: string): Promise<Before> {
  const { events } = (await (await fetch(`${url}/v1/history?limit=1`)).json()) as {
    events: { stream: string; metadata: { commandId: string; recordedAt: string } }[];
  };
  const [first] = events;
  if (first === undefined) return { as: 'nothing' };
  if (first.stream !== PROGRAMME || first.metadata.commandId !== commandId(0)) return { as: 'something-else' };
  const on = first.metadata.recordedAt.slice(0, 10);
  const all = story(daysFrom(on));
  const last = all.at(-1) as ExampleCommand;
  const stream = last.to.split('/').slice(0, 2).join('/');
  const receipt = await fetch(`${url}/v1/commands/${commandId(all.length - 1)}?stream=${stream}`, {
    headers: { 'entente-actor': last.by },
  });
  return receipt.ok ? { as: 'told' } : { as: 'begun', on };
}

const daysFrom =
  (today: string) =>
  (offset: number): string =>
    new Date(Date.parse(today) + offset * 86_400_000).toISOString().slice(0, 10);

/**
 * Tells the example story through the API of a deployment at `url`, into an empty log or one
 * where it was broken off; never twice, and never into anything else. Answers how many commands
 * were new. Fails with the refusal where one is refused.
 */
export async function tellExample(url: string, today: string): Promise<number> {
  const before = await look(url);
  if (before.as === 'told' || before.as === 'something-else') return 0;
  const day = daysFrom(before.as === 'begun' ? before.on : today);
  const all = story(day);
  let told = 0;
  for (const [n, { by, to, body, happened }] of all.entries()) {
    const answer = await fetch(`${url}/v1/${to}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'entente-actor': by,
        'idempotency-key': commandId(n),
        'correlation-id': 'example-story',
      },
      body: JSON.stringify({ ...body, occurredAt: `${day(happened)}T09:00:00.000Z` }),
    });
    // Read whole, so that its connection is free again.
    const said = await answer.text();
    // An id used for something else: an earlier version of the story was told here, and is left as
    // it is.
    if (answer.status === 409 && before.as === 'begun') return told;
    if (!answer.ok) throw new Error(`the example story stops at ${to}: ${said}`);
    if (!answer.headers.has('idempotency-replayed')) told += 1;
  }
  return told;
}
