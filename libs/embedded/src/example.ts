import { type MetadataNames, type RawMetadata, commandAt, parseCommand } from '@entente/contracts';
import { type CommandResult, type EventStore, ExecuteCommand, Executor, type Pseudonymizer } from '@entente/engine';
import type { Actor, ReceivedCommand, RecordedEvent } from '@entente/kernel';
import { PoliciesOnDays, kinds } from '@entente/workers';
import { withScratchLog } from './scratch-log.module.js';

/**
 * One command of the example data: the sender, the stream, and when it happened and was recorded,
 * in days from the day on which the data is first loaded. A type of event in braces is the id of
 * the newest one.
 */
interface ExampleCommand {
  readonly by: Actor;
  readonly to: string;
  readonly body: Record<string, unknown>;
  readonly occurred: number;
  readonly recorded: number;
}

/** The day of the first command. */
const FIRST_DAY = -300;

const DONOR: Actor = { organisation: 'norland', role: 'donor', person: 'n-1' };
const MINISTER: Actor = { organisation: 'norland', role: 'donor', person: 'n-2' };
const RECIPIENT: Actor = { organisation: 'estmark', role: 'recipient', person: 'e-1' };
const MONITOR: Actor = { organisation: 'veritas-monitor', role: 'monitor', person: 'v-1' };
const INVESTIGATOR: Actor = { organisation: 'lumen-inquiry', role: 'investigator', person: 'l-1' };
/** The recipient of a retransfer. */
const NEW_HOLDER: Actor = { organisation: 'sudria', role: 'recipient', person: 's-2' };
const OTHER_DONOR: Actor = { organisation: 'sudria', role: 'donor', person: 's-1' };
const VETTER: Actor = { organisation: 'vetting-office', role: 'vetter', person: 'c-1' };
const OPERATOR: Actor = { organisation: 'operator', role: 'operator' };

const AGREEMENT = 'legal-framework/norland.estmark-agreement';
const PROGRAMME = 'programme/norland.border-training';
const ACCOUNT = 'funding-account/norland.border-fund';
const CASE = 'assistance-case/norland.night-vision';
const FIRST = 'consignment/norland.night-vision-1';
const SECOND = 'consignment/norland.night-vision-2';
const NORTH = 'country-situation/norland.estmark-border';
const ADVISORS = 'deployment/norland.border-advisors';
/** The sample that a policy plans after the receipt, and the one after a visit. */
const SAMPLE = 'end-use-check/entente.after-{ReceiptConfirmed}.night-vision-device';
const NEXT_SAMPLE = 'end-use-check/entente.after-{EndUseCheckPerformed}';
const BATTALION = 'security-unit/estmark.border-battalion';
const WATCH = 'security-unit/estmark.night-watch';
const VETTING = 'vetting-case/norland.border-vetting';
const COURSE = 'training-activity/norland.border-course';
const CAMERAS = 'item-type/norland.thermal-camera';
const DEPOT = 'storage-site/estmark.central-depot';
const MISUSE = 'misuse-case/sealed.0e9a5c8fb1d24d37a6c0f3b28e71d594';
const EVIDENCE = [
  { sha256: '6f1ed002ab5595859014ebf0951522d9c1f4f1fbf2d9f0a3a1c9a5c6f1f0d7e2', reference: 'visit-report-7' },
];

type Add = (on: number, by: Actor, to: string, body: Record<string, unknown>) => void;

/**
 * The agreement under which the programme runs: it ends soon, a waiver was reported in time, and
 * the report of an exception is overdue.
 */
function agreement(day: (offset: number) => string, add: Add): void {
  const aside = { authority: 'foreign-minister', basis: 'disaster-relief-act' };
  add(-300, DONOR, `${AGREEMENT}/draft`, {
    title: 'Agreement on security assistance',
    donor: 'norland',
    recipient: 'estmark',
    instrument: 'exchange-of-notes',
  });
  add(-300, DONOR, `${AGREEMENT}/sign`, { party: 'norland', on: day(-300) });
  add(-300, RECIPIENT, `${AGREEMENT}/sign`, { party: 'estmark', on: day(-300) });
  for (const assurance of ['use', 'no-transfer', 'security', 'observation'])
    add(-300, RECIPIENT, `${AGREEMENT}/give-assurance`, { assurance, on: day(-300) });
  add(-300, RECIPIENT, `${AGREEMENT}/bar-listed-units`, { on: day(-300) });
  add(-300, DONOR, `${AGREEMENT}/bring-into-force`, { on: day(-300), until: day(60) });
  add(-299, DONOR, `${AGREEMENT}/attach-condition`, {
    condition: 'border-posts-only',
    statement: 'The devices are used at border posts, and kept in the certified store',
    scope: { kind: 'case', id: 'norland.night-vision' },
  });
  add(-240, DONOR, `${AGREEMENT}/impose-restriction`, {
    restriction: 'no-export-of-optics',
    statement: 'No optics leave the country',
    basis: 'export-control-act',
  });
  add(-200, DONOR, `${AGREEMENT}/set-parameter`, {
    parameter: 'lossReportDays',
    value: 45,
    reason: 'remote-border-posts',
  });
  add(-160, DONOR, `${AGREEMENT}/define-incident-type`, {
    incidentType: 'loss-or-theft',
    noticeRequired: false,
    escalation: 'ministry',
    limits: { open: 10, reply: 20, conclude: 60, measure: 20 },
    reason: 'joint-review',
  });
  add(-120, DONOR, `${AGREEMENT}/grant-waiver`, {
    ...aside,
    name: 'flood-relief',
    rules: ['R8'],
    reason: 'disaster-relief',
    from: day(-120),
    until: day(-60),
  });
  add(-112, DONOR, `${AGREEMENT}/submit-report`, {
    report: 'waiver',
    of: 'flood-relief',
    on: day(-112),
    to: 'foreign-affairs-committee',
  });
  add(-30, DONOR, `${AGREEMENT}/invoke-exception`, {
    ...aside,
    name: 'urgent-delivery',
    rules: ['R16'],
    reason: 'border-attack',
    from: day(-30),
    until: day(90),
    scope: { kind: 'programme', id: 'norland.border-training' },
  });
}

/**
 * The commands as of a day: a bilateral programme from its proposal to a misuse finding, with a
 * delivery that is still to come.
 */
function exampleCommands(day: (offset: number) => string): readonly ExampleCommand[] {
  const commands: ExampleCommand[] = [];
  const add = (
    occurred: number,
    by: Actor,
    to: string,
    body: Record<string, unknown> = {},
    recorded: number = occurred,
  ): void => void commands.push({ by, to, body, occurred, recorded });
  const period = day(-300).slice(0, 4);
  const scopes = [{ kind: 'programme', id: 'norland.border-training' }];

  for (const [id, name, type, country, role] of [
    ['norland', 'Kingdom of Norland', 'state', 'norland', 'donor'],
    ['estmark', 'Republic of Estmark', 'state', 'estmark', 'recipient'],
    ['sudria', 'Republic of Sudria', 'state', 'sudria', 'donor'],
    ['veritas-monitor', 'Veritas', 'oversight-body', 'sudria', 'monitor'],
    ['lumen-inquiry', 'Lumen', 'oversight-body', 'sudria', 'investigator'],
    ['vetting-office', 'Vetting Office', 'oversight-body', 'norland', 'vetter'],
  ] as const) {
    add(FIRST_DAY, OPERATOR, `stakeholder/${id}/register`, { name, type, country });
    add(FIRST_DAY, OPERATOR, `stakeholder/${id}/grant-role`, { role });
  }
  add(FIRST_DAY, OPERATOR, 'stakeholder/sudria/grant-role', { role: 'recipient' });
  agreement(day, add);
  add(-300, DONOR, `${PROGRAMME}/propose`, {
    framework: 'norland.estmark-agreement',
    kind: 'bilateral',
    title: 'Border police training',
    donor: 'norland',
    recipient: 'estmark',
    sector: '15210',
    starts: day(-280),
    ends: day(800),
  });
  add(-298, DONOR, `${PROGRAMME}/define-objective`, {
    objective: 'trained-officers',
    statement: 'Two hundred officers hold the certificate',
  });
  add(-298, DONOR, `${PROGRAMME}/assign-gender-marker`, { marker: 1 });
  add(-290, MINISTER, `${PROGRAMME}/approve`, { authority: 'minister' });
  add(-280, DONOR, `${PROGRAMME}/activate`, { on: day(-280) });
  add(-279, DONOR, `${PROGRAMME}/plan-milestone`, { milestone: 'first-course', due: day(-130) });
  add(-279, DONOR, `${PROGRAMME}/plan-milestone`, { milestone: 'handover', due: day(90) });

  add(-275, DONOR, `${ACCOUNT}/open`, {
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
  add(-275, DONOR, `${ACCOUNT}/pledge`, { amount: 250_000_000, period });
  add(-270, DONOR, `${ACCOUNT}/commit`, { amount: 200_000_000, period });
  add(-260, DONOR, `${ACCOUNT}/obligate`, { amount: 90_000_000, period });
  add(-200, DONOR, `${ACCOUNT}/obligate`, { amount: 48_000_000, period });
  add(-190, DONOR, `${ACCOUNT}/plan-disbursement`, {
    amount: 60_000_000,
    period,
    tranche: 'tranche-1',
    due: day(-150),
  });
  add(-148, DONOR, `${ACCOUNT}/disburse`, { amount: 60_000_000, period, tranche: 'tranche-1' });
  add(-140, DONOR, `${ACCOUNT}/plan-disbursement`, {
    amount: 40_000_000,
    period,
    tranche: 'tranche-2',
    due: day(30),
  });
  // Reported late.
  add(-100, DONOR, `${ACCOUNT}/report-expenditure`, { amount: 41_250_000, period }, -88);

  add(-240, DONOR, `${CASE}/request`, {
    donor: 'norland',
    recipient: 'estmark',
    programme: 'norland.border-training',
    letter: 'LOR 14',
    asked: [{ item: 'night-vision-device', quantity: 120, unit: 'each' }],
  });
  add(-230, DONOR, `${CASE}/add-line`, {
    line: '001',
    item: 'night-vision-device',
    quantity: 120,
    unit: 'each',
    value: 48_000_000,
    due: day(-60),
  });
  add(-228, DONOR, `${CASE}/prepare-offer`, {
    offer: 'basic',
    lines: ['001'],
    value: 48_000_000,
    currency: 'USD',
    initialDeposit: 10_000_000,
    validUntil: day(30),
    deliveryPoint: 'receipt',
  });
  add(-227, DONOR, `${CASE}/make-offer`, { offer: 'basic' });
  add(-215, RECIPIENT, `${CASE}/accept-offer`, { offer: 'basic', value: 48_000_000, currency: 'USD' });
  add(-205, DONOR, `${CASE}/receive-deposit`, { amount: 10_000_000, currency: 'USD' });
  add(-204, DONOR, `${CASE}/implement`);

  add(-170, DONOR, `${PROGRAMME}/replan-milestone`, {
    milestone: 'first-course',
    due: day(-115),
    cause: 'late-supplier',
  });
  add(-112, DONOR, `${PROGRAMME}/meet-milestone`, { milestone: 'first-course', on: day(-112) });

  add(-120, DONOR, `${FIRST}/schedule`, {
    case: 'norland.night-vision',
    lines: [{ line: '001', quantity: 100 }],
    due: day(-60),
    carrier: 'norland-airlift',
  });
  add(-80, DONOR, `${FIRST}/reschedule`, { due: day(-52), cause: 'late-export-licence' });
  add(-58, DONOR, `${FIRST}/transfer-title`, { on: day(-58), point: 'port-of-exit' });
  add(-57, DONOR, `${FIRST}/ship`, { on: day(-57), carrier: 'norland-airlift' });
  add(-54, DONOR, `${FIRST}/arrive-at-hub`, { on: day(-54), hub: 'sudria-air-base' });
  add(-49, RECIPIENT, `${FIRST}/confirm-receipt`, {
    on: day(-49),
    lines: [{ line: '001', quantity: 98 }],
    store: 'estmark.west-depot',
  });
  add(-48, RECIPIENT, `${FIRST}/report-discrepancy`, {
    discrepancy: 'sdr-1',
    line: '001',
    type: 'shortage',
    quantity: 2,
  });
  add(-10, DONOR, `${SECOND}/schedule`, {
    case: 'norland.night-vision',
    lines: [{ line: '001', quantity: 22 }],
    due: day(21),
    carrier: 'norland-airlift',
  });

  add(-20, MONITOR, `${MISUSE}/flag`, {
    allegation: 'unauthorised-transfer',
    programme: 'norland.border-training',
    case: 'norland.night-vision',
    donor: 'norland',
    recipient: 'estmark',
    accused: 'estmark',
    scopes,
    happened: { from: day(-40), to: day(-30) },
  });
  add(-19, DONOR, `${MISUSE}/acknowledge`, { channel: 'sealed-intake' });
  add(-17, DONOR, `${MISUSE}/triage`, { incidentType: 'unauthorised-transfer' });
  add(-16, DONOR, `${MISUSE}/open-investigation`, { reason: 'credible-report' });
  add(-16, DONOR, `${MISUSE}/assign-investigator`, { investigator: 'lumen-inquiry' });
  add(-12, INVESTIGATOR, `${MISUSE}/add-evidence`, { kind: 'serial-record', evidence: EVIDENCE });
  add(-11, INVESTIGATOR, `${MISUSE}/put-allegation`, { channel: 'note-verbale' });
  add(-6, RECIPIENT, `${MISUSE}/reply`, { position: 'accepts-in-part' });
  add(-3, INVESTIGATOR, `${MISUSE}/substantiate`, { ground: 'serials-found-elsewhere' });
  add(-2, DONOR, `${MISUSE}/notify-legislature`, { to: 'foreign-affairs-committee', reference: 'notice-17' });
  add(-1, DONOR, `${MISUSE}/decide-measure`, { measure: 'condition', conditions: ['recertify-store'] });
  add(-1, DONOR, `${MISUSE}/agree-remediation-plan`, { steps: ['recover-items', 'recertify-store'], due: day(60) });

  add(-90, OTHER_DONOR, 'programme/sudria.signals/propose', {
    kind: 'bilateral',
    title: 'Secure signals',
    donor: 'sudria',
    recipient: 'estmark',
    sector: '15210',
    starts: day(-30),
    ends: day(600),
  });
  add(-60, OTHER_DONOR, 'funding-account/sudria.signals-fund/open', {
    donor: 'sudria',
    recipient: 'estmark',
    programme: 'sudria.signals',
    fund: 'Signals Facility',
    currency: 'EUR',
    stages: ['pledged', 'obligated', 'disbursed'],
    basis: 'own',
    onBudget: false,
  });
  add(-55, OTHER_DONOR, 'funding-account/sudria.signals-fund/pledge', { amount: 80_000_000, period });

  const serials = ['TC-0001', 'TC-0002', 'TC-0003', 'TC-0004'];
  const camera = (serial: string): string => `item/norland.thermal-camera.~${serial.toLowerCase()}`;
  add(-210, DONOR, `${CAMERAS}/register`, { name: 'Thermal camera', unit: 'each', category: 'night-vision' });
  add(-209, DONOR, `${CAMERAS}/designate`, { reason: 'sensitive-technology', reviewBy: day(155) });
  add(-205, RECIPIENT, `${DEPOT}/register`, {
    place: 'central-depot',
    category: 'arms-and-night-vision',
    area: 'centre',
  });
  add(-200, MONITOR, `${DEPOT}/certify`, { on: day(-201), until: day(160), standard: 'physical-security-level-2' });
  for (const serial of serials) {
    const about = { donor: 'norland', recipient: 'estmark', item: 'thermal-camera', serial };
    add(-195, DONOR, `${camera(serial)}/register`, about);
    const received = { on: day(-190), site: 'estmark.central-depot' };
    add(-190, RECIPIENT, `${camera(serial)}/receive`, received);
  }
  add(-150, RECIPIENT, `${camera('TC-0002')}/report-lost`, { on: day(-152), cause: 'theft-from-vehicle' });
  add(-135, MONITOR, `${camera('TC-0002')}/verify-loss`, { method: 'police-record-seen' });
  add(-20, RECIPIENT, `${camera('TC-0003')}/report-destroyed`, { on: day(-21), cause: 'fire-in-store' });
  add(-100, RECIPIENT, `${camera('TC-0004')}/report-serviceability`, { on: day(-100), serviceability: 'limited' });
  const newDepot = 'storage-site/sudria.central-depot';
  add(-60, NEW_HOLDER, `${newDepot}/register`, { place: 'sudria-air-base', category: 'arms-and-night-vision' });
  add(-50, MONITOR, `${newDepot}/certify`, { on: day(-51), until: day(310), standard: 'physical-security-level-2' });
  add(-40, RECIPIENT, 'third-party-transfer/estmark.cameras-to-sudria/request', {
    kind: 'retransfer',
    donor: 'norland',
    goods: [{ item: 'thermal-camera', quantity: 1, serials: ['TC-0004'] }],
    to: 'sudria',
    reason: 'unit-moved',
  });

  const parties = { donor: 'norland', recipient: 'estmark', programme: 'norland.border-training' };

  for (const [unit, type] of [
    [BATTALION, 'border-guard'],
    [WATCH, 'patrol'],
  ] as const)
    add(-270, RECIPIENT, `${unit}/register`, { recipient: 'estmark', type });
  const vetted = (unit: string) => ({ ...parties, subject: { kind: 'security-unit', id: unit.replace(/^.*\//, '') } });
  add(-268, DONOR, `${VETTING}-1/request`, { ...vetted(BATTALION), neededBy: day(-240) });
  add(-250, VETTER, `${VETTING}-1/check-source`, { source: 'un-mission-reports', on: day(-251), found: false });
  add(-248, VETTER, `${VETTING}-1/conclude`, { outcome: 'cleared', until: day(70) });
  add(-248, VETTER, `${BATTALION}/give-clearance`, { until: day(70), vettingCase: 'norland.border-vetting-1' });
  add(-240, DONOR, `${VETTING}-2/request`, { ...vetted(WATCH), neededBy: day(-220) });
  add(-215, VETTER, `${VETTING}-2/check-source`, { source: 'un-mission-reports', on: day(-216), found: true });
  add(-215, VETTER, `${VETTING}-2/record-information`, {
    information: 'report-12',
    source: 'un-mission-reports',
    allegation: 'arbitrary-detention',
  });
  add(-205, VETTER, `${VETTING}-2/assess-information`, {
    information: 'report-12',
    credible: true,
    reason: 'confirmed-by-second-source',
  });
  add(-204, VETTER, `${VETTING}-2/conclude`, { outcome: 'refused' });
  add(-200, DONOR, `${VETTING}-2/inform-recipient`, { on: day(-200), note: 'note-2026-11' });
  add(-199, VETTER, `${VETTING}-2/publish`, { list: 'list-2026-2', on: day(-199) });
  add(-150, VETTER, `${VETTING}-2/open-remediation`, {
    steps: [
      { step: 'prosecution', measure: 'prosecution', due: day(-60) },
      { step: 'new-orders', measure: 'rules-of-detention', due: day(30) },
    ],
  });
  add(-52, RECIPIENT, `${VETTING}-2/take-step`, { step: 'prosecution', on: day(-52) });

  const course = {
    ...parties,
    purpose: 'border-security',
    course: 'patrol-medicine',
    place: 'estmark-training-centre',
    planned: 12,
    currency: 'USD',
  };
  add(-180, DONOR, `${COURSE}-1/plan`, { ...course, cost: 60_000_00, starts: day(-140), ends: day(-130) });
  add(-170, RECIPIENT, `${COURSE}-1/nominate`, { trainee: 'group-1', unit: 'estmark.border-battalion', number: 12 });
  add(-160, DONOR, `${COURSE}-1/enrol`, { trainee: 'group-1' });
  add(-140, DONOR, `${COURSE}-1/start`, { on: day(-140) });
  const twelve = { women: 4, men: 8, notStated: 0 };
  add(-139, DONOR, `${COURSE}-1/hold-session`, { session: 'week-1', on: day(-139), present: twelve });
  add(-130, DONOR, `${COURSE}-1/complete`, {
    on: day(-130),
    completed: { women: 4, men: 7, notStated: 0 },
    cost: 58_500_00,
  });
  add(-129, DONOR, `${COURSE}-1/assess`, {
    trainee: 'group-1',
    competence: 'casualty-care',
    competent: 10,
    on: day(-130),
  });
  add(-40, DONOR, `${COURSE}-1/follow-up`, { trainee: 'group-1', finding: 'in-post', number: 9, on: day(-41) });
  const second = { ...course, course: 'border-law', cost: 40_000_00 };
  add(-55, DONOR, `${COURSE}-2/plan`, { ...second, starts: day(40), ends: day(50) });
  add(-50, RECIPIENT, `${COURSE}-2/nominate`, { trainee: 'group-1', unit: 'estmark.border-battalion', number: 8 });
  add(-50, RECIPIENT, `${COURSE}-2/nominate`, { trainee: 'group-2', unit: 'estmark.night-watch', number: 4 });
  add(-200, DONOR, `${NORTH}/open`, { country: 'estmark', area: 'north', donor: 'norland', level: 'elevated' });
  add(-180, DONOR, `${ADVISORS}/deploy`, {
    ...parties,
    role: 'advisor',
    women: 1,
    men: 2,
    persons: ['n-31', 'n-32', 'n-33'],
    country: 'estmark',
    area: 'north',
    from: day(-180),
    plannedReturn: day(45),
  });
  add(-48, MONITOR, `${SAMPLE}/reschedule`, { due: day(-35), cause: 'monthly-visits' });
  add(-36, MONITOR, `${SAMPLE}/perform`, {
    on: day(-36),
    manner: 'on-site',
    results: [],
    lots: [{ lot: 'LOT-7', seen: 38, notSeen: 2, damaged: 0 }],
  });
  add(-36, MONITOR, `${SAMPLE}/find-discrepancy`, {
    discrepancy: 'gap-1',
    type: 'devices-missing',
    quantity: 2,
    on: day(-36),
  });
  add(-34, MONITOR, `${NEXT_SAMPLE}/reschedule`, { due: day(-4), cause: 'monthly-visits' });

  add(-30, DONOR, `${NORTH}/assess-risk`, { level: 'high', on: day(-30) });
  add(-28, DONOR, `${NORTH}/declare-instability`, {
    instability: 'border-clashes',
    on: day(-28),
    reason: 'armed-clashes',
    remoteMonitoring: true,
    hold: false,
  });
  add(-28, DONOR, `${NORTH}/change-monitoring`, { mode: 'remote', on: day(-28), reason: 'instability' });
  add(-27, DONOR, `${NORTH}/activate-continuity-plan`, {
    plan: 'plan-b',
    on: day(-27),
    tasks: [
      { task: 'move-records', due: day(-20) },
      { task: 'train-from-abroad', due: day(40) },
    ],
  });
  add(-22, DONOR, `${NORTH}/complete-continuity-task`, { task: 'move-records', on: day(-22) });
  add(-25, DONOR, `${NORTH}/issue-alert`, {
    alert: 'shelling-1',
    on: day(-25),
    instruction: 'shelter-in-place',
    reason: 'shelling',
    accountBy: day(-24),
  });
  add(-24, DONOR, `${ADVISORS}/account-for`, {
    situation: 'norland.estmark-border',
    alert: 'shelling-1',
    on: day(-24),
    safe: 3,
    missing: [],
  });
  add(-21, DONOR, `${ADVISORS}/relocate`, { area: 'south', on: day(-21), reason: 'instability' });
  add(-25, DONOR, `${ADVISORS}/report-incident`, {
    incident: 'blast-1',
    on: day(-25),
    type: 'blast-injury',
    severity: 'minor',
    hurt: 1,
    evacuated: 0,
  });
  add(-15, MONITOR, `${NEXT_SAMPLE}/perform`, {
    on: day(-15),
    manner: 'remote',
    situation: 'norland.estmark-border',
    results: [],
    lots: [{ lot: 'LOT-7', seen: 30, notSeen: 0, damaged: 0 }],
  });
  add(-205, RECIPIENT, 'storage-site/estmark.west-depot/register', {
    place: 'west-depot',
    category: 'arms-and-night-vision',
    area: 'north',
  });
  return commands;
}

const commandId = (n: number): string => `example-${String(n + 1).padStart(2, '0')}`;
const DAY_MS = 86_400_000;

const daysFrom =
  (today: string) =>
  (offset: number): string =>
    new Date(Date.parse(today) + offset * DAY_MS).toISOString().slice(0, 10);

const NAMES: MetadataNames = {
  stream: 'id',
  commandId: 'id of the command',
  correlationId: 'correlation',
  causationId: 'causation',
  revision: 'revision',
};

/** A command as it is received. Fails if it is not valid. */
function received(
  { by, to: written, body }: ExampleCommand,
  n: number,
  occurredAt: string,
  before: readonly RecordedEvent[],
): ReceivedCommand {
  const to = written.replace(/\{(\w+)\}/, (_, type) => before.findLast((event) => event.type === type)?.id ?? '');
  const [kind = '', id = '', path = ''] = to.split('/');
  const contract = commandAt(kind, path);
  if (contract === undefined) throw new Error(`the example data has an unknown command: ${to}`);
  const raw: RawMetadata = {
    stream: { kind, id },
    actor: by,
    commandId: commandId(n),
    correlationId: 'example-data',
    causationId: undefined,
    revision: null,
    traceparent: undefined,
  };
  const command = parseCommand(contract, { ...body, occurredAt }, raw, NAMES);
  if ('errors' in command) throw new Error(`the example data stops at ${to}: ${JSON.stringify(command.errors)}`);
  return command;
}

/**
 * The events of the example data as of a day, recorded from 300 days before it on: nearly each on
 * the day on which it happened. What follows by policies is recorded on the day of its cause, or
 * after the last day that passed, under the ids that a steward gives: it records none again. Fails
 * with the refusal if a command is refused.
 */
async function exampleEvents(today: string, pseudonymizer: Pseudonymizer): Promise<readonly RecordedEvent[]> {
  const day = daysFrom(today);
  const commands = exampleCommands(day).map((command, n) => ({ command, n }));
  commands.sort((a, b) => a.command.recorded - b.command.recorded);
  let now = Date.parse(`${day(FIRST_DAY)}T09:00:00.000Z`);
  return withScratchLog(
    () => now,
    async (store) => {
      const executor = new Executor(store, kinds, pseudonymizer, { note: () => undefined });
      const events: RecordedEvent[] = [];
      const policies = new PoliciesOnDays(pseudonymizer);
      /** Sends a command a second later, and what follows from it on the same day. */
      const send = async (command: ReceivedCommand): Promise<CommandResult> => {
        now += 1000;
        const result = await executor.execute(new ExecuteCommand(command, new Date(now).toISOString()));
        const from = events.at(-1)?.position ?? 0n;
        const recorded: RecordedEvent[] = [];
        for await (const batch of store.readLog(from)) recorded.push(...batch);
        events.push(...recorded);
        for (const event of recorded) for (const consequence of policies.after(event)) await send(consequence);
        return result;
      };
      /** Lets the days pass before one on which a command is recorded. */
      const passDays = async (to: string): Promise<void> => {
        for (let at = nextDay(now); at <= to; at = nextDay(now)) {
          now = Date.parse(at);
          for (const passed of policies.passedBefore(at, new Date(now).toISOString())) await send(passed);
        }
      };
      for (const { command, n } of commands) {
        await passDays(day(command.recorded));
        now = Math.max(now, Date.parse(`${day(command.recorded)}T09:00:00.000Z`));
        const result = await send(received(command, n, `${day(command.occurred)}T09:00:00.000Z`, events));
        if (result.type !== 'accepted')
          throw new Error(`the example data stops at ${command.to}: ${JSON.stringify(result)}`);
      }
      await passDays(today);
      return events;
    },
  );
}

const nextDay = (now: number): string => new Date(now + DAY_MS).toISOString().slice(0, 10);

/** The first events of a log. */
async function firstOf(store: EventStore, count: number): Promise<readonly RecordedEvent[]> {
  const first: RecordedEvent[] = [];
  for await (const batch of store.readLog(0n)) {
    first.push(...batch);
    if (first.length >= count) break;
  }
  return first;
}

/**
 * Loads the example data into a store: into an empty log, or into one in which loading was
 * interrupted; never twice, and never into any other log. Returns the number of new events; null if
 * the log has other events.
 */
export async function loadExampleData(
  store: EventStore,
  pseudonymizer: Pseudonymizer,
  today = new Date().toISOString().slice(0, 10),
): Promise<number | null> {
  const [begun] = await firstOf(store, 1);
  const on = begun === undefined ? today : daysFrom(begun.metadata.recordedAt.slice(0, 10))(-FIRST_DAY);
  const events = await exampleEvents(on, pseudonymizer);
  const held = await firstOf(store, events.length + 1);
  if (held.slice(0, events.length).some(({ id }, i) => id !== events[i]?.id)) return null;
  if (held.length >= events.length) return 0;
  await store.importEvents(events);
  return events.length - held.length;
}
