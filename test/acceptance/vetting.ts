import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.js';
import { inDays } from '../support/days.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { implementCase } from '../support/implemented-case.js';
import { registerParties } from '../support/parties.mjs';

const DONOR = 'norland;role=donor;person=n-1';
const RECIPIENT = 'estmark;role=recipient;person=e-1';
const VETTER = 'vetting-office;role=vetter;person=c-1';
const parties = { donor: 'norland', recipient: 'estmark' };
const T = 'training-activity/norland.t1';
const DAY_MS = 86_400_000;

/** Units that are vetted, and the trainings that rest on their clearance. */
export function vetting(opens: DeploymentFactory): void {
  let deployment: Deployment;
  let now = () => new Date().toISOString();
  const client = new ApiClient(() => deployment.url);
  const { send, shows } = client;
  beforeAll(async () => {
    deployment = await opens({ steward: { lookEvery: 100, now: () => now() } });
    await registerParties(deployment.url, { norland: 'donor', estmark: 'recipient', 'vetting-office': 'vetter' });
    await send(`${T}/plan`, { ...course, starts: inDays(30), ends: inDays(40) }, DONOR);
  });
  afterAll(() => deployment.end());

  const course = {
    ...parties,
    purpose: 'border-security',
    course: 'medicine',
    place: 'estmark-camp',
    planned: 12,
    cost: 1000,
    currency: 'USD',
  };

  const register = (unit: string) =>
    send(`security-unit/${unit}/register`, { recipient: 'estmark', type: 'infantry' }, RECIPIENT);
  const inquire = (id: string, unit: string) =>
    send(`vetting-case/${id}/request`, { ...parties, subject: { kind: 'security-unit', id: unit } }, DONOR);
  const information = { information: 'i-1', source: 'un-reports', allegation: 'arbitrary-detention' };
  const nominate = (trainee: string, unit: string) => send(`${T}/nominate`, { trainee, unit, number: 4 }, RECIPIENT);
  const enrol = (trainee: string) => send(`${T}/enrol`, { trainee }, DONOR);

  it("a rejected unit's way back", async () => {
    const U = 'estmark.guard-1';
    const V = 'vetting-case/norland.v2';
    await register(U);
    await nominate('n-3', U);
    await inquire('norland.v2', U);
    await send(`${V}/check-source`, { source: 'un-reports', on: inDays(-1), found: true }, VETTER);
    await send(`${V}/record-information`, information, VETTER);
    await send(`${V}/assess-information`, { information: 'i-1', credible: true, reason: 'confirmed' }, VETTER);
    await send(`${V}/conclude`, { outcome: 'refused' }, VETTER);
    await shows('units', { unit: U, status: 'refused', vetting_case: 'norland.v2' });
    await shows('holds', { scope: U, status: 'in force' });
    const until90 = { until: inDays(90) };
    expect(await client.refused(`security-unit/${U}/give-clearance`, until90, VETTER)).toMatchObject({
      code: 'clearance-refused',
      rule: 'R8',
    });
    expect(await client.refused(`${T}/enrol`, { trainee: 'n-3' }, DONOR)).toMatchObject({ code: 'clearance-refused' });

    await send(`${V}/inform-recipient`, { on: inDays(0), note: 'note-1' }, DONOR);
    await send(`${V}/publish`, { list: 'list-1', on: inDays(0) }, VETTER);
    await shows('barred', { subject: U, status: 'refused', next: 'open-remediation', publication: 'published' });
    // A first remediation leads nowhere: its step is not waited for, and another one is agreed.
    const reform = [{ step: 'step-0', measure: 'reform', due: inDays(10) }];
    await send(`${V}/open-remediation`, { steps: reform }, VETTER);
    await shows('recipient-tasks', { what: 'remediation-step', part: 'step-0' });
    await send(`${V}/discontinue-remediation`, { on: inDays(0), reason: 'no-funds' }, RECIPIENT);
    await shows('remediation-steps', { vetting_case: 'norland.v2', step: 'step-0', status: 'given-up' });
    await shows('due-dates', { stream: V, duty: 'remediation-step', item: 'step-0', status: 'withdrawn' });
    await shows('barred', { subject: U, next: 'open-remediation', step: null });
    expect(await client.refused(`${V}/complete-remediation`, { on: inDays(0), ...until90 }, VETTER)).toMatchObject({
      code: 'no-remediation',
      rule: 'R8',
    });
    const steps = [{ step: 'step-1', measure: 'prosecution', due: inDays(20) }];
    await send(`${V}/open-remediation`, { steps }, VETTER);
    await shows('barred', { subject: U, next: 'take-steps', step: 'step-1', due: inDays(20), taken_on: null });
    await shows('recipient-tasks', { task: 'do', what: 'remediation-step', part: 'step-1', due: inDays(20) });
    await client.refused(`${V}/complete-remediation`, { on: inDays(0), ...until90 }, VETTER);
    // The recipient records the step five days late, and corrects its day.
    const late = { step: 'step-1', on: inDays(-5), occurredAt: `${inDays(-5)}T09:00:00.000Z` };
    const taken = await send(`${V}/take-step`, late, RECIPIENT);
    const { events } = taken as unknown as { readonly events: readonly { readonly id: string }[] };
    const correction = { corrects: events[0]?.id, step: 'step-1', on: inDays(-4), reason: 'mistyped' };
    await send(`${V}/correct-step`, correction, RECIPIENT);
    await shows('remediation-steps', { vetting_case: 'norland.v2', status: 'taken', taken_on: inDays(-4) });
    await shows('barred', { subject: U, next: 'complete-remediation', taken_on: inDays(-4) });
    await send(`${V}/complete-remediation`, { on: inDays(0), ...until90 }, VETTER);
    await shows('units', { unit: U, status: 'cleared', cleared_until: inDays(90) });
    await shows('holds', { scope: U, status: 'released' });
    expect((await client.model(`barred?subject=${U}`)).rows).toEqual([]);
    await shows('vetting-cases', { vetting_case: 'norland.v2', stage: 'remedied', publication: 'published' });
    await shows('vetting-timeliness', { donor: 'norland', recipient: 'estmark', overdue: 0, in_time_percent: 100 });
    await enrol('n-3');
    await shows('enrolments', { trainee: 'n-3', status: 'enrolled', cleared_until: inDays(90) });
  });

  it('a vetting is not concluded as cleared while another one suspends the unit', async () => {
    const U = 'estmark.guard-7';
    await register(U);
    await inquire('norland.v7', U);
    await inquire('norland.v8', U);
    const V = 'vetting-case/norland.v7';
    const OTHER = 'vetting-case/norland.v8';
    await send(`${V}/check-source`, { source: 'un-reports', on: inDays(-1), found: false }, VETTER);
    await send(`${OTHER}/record-information`, information, VETTER);
    await shows('units', { unit: U, status: 'suspended', vetting_case: 'norland.v8' });
    const cleared = { outcome: 'cleared', until: inDays(90) };
    expect(await client.refused(`${V}/conclude`, cleared, VETTER)).toMatchObject({
      code: 'clearance-suspended',
      rule: 'R7',
      facts: { id: U, vettingCases: ['norland.v8'] },
    });
    await send(`${OTHER}/assess-information`, { information: 'i-1', credible: false, reason: 'refuted' }, VETTER);
    await shows('units', { unit: U, status: 'not-vetted' });
    await send(`${V}/conclude`, cleared, VETTER);
    await shows('units', { unit: U, status: 'cleared', cleared_until: inDays(90), vetting_case: 'norland.v7' });
    await send(`security-unit/${U}/end-registration`, { on: inDays(0), reason: 'disbanded' }, RECIPIENT);
    await send(`${OTHER}/check-source`, { source: 'un-reports', on: inDays(-1), found: false }, VETTER);
    expect(await client.refused(`${OTHER}/conclude`, cleared, VETTER)).toMatchObject({ code: 'registration-ended' });
  });

  it('a remediation waits for the information of another vetting; a suspension by hand for the vetter', async () => {
    const U = 'estmark.guard-8';
    await register(U);
    await inquire('norland.v9', U);
    await inquire('norland.v10', U);
    const V = 'vetting-case/norland.v9';
    const OTHER = 'vetting-case/norland.v10';
    const credible = { information: 'i-1', credible: true, reason: 'confirmed' };
    await send(`${V}/check-source`, { source: 'un-reports', on: inDays(-1), found: true }, VETTER);
    await send(`${V}/record-information`, information, VETTER);
    await send(`${V}/assess-information`, credible, VETTER);
    await send(`${V}/conclude`, { outcome: 'refused' }, VETTER);
    await send(`${V}/open-remediation`, { steps: [{ step: 's-1', measure: 'reform', due: inDays(10) }] }, VETTER);
    await send(`${V}/take-step`, { step: 's-1', on: inDays(0) }, RECIPIENT);
    await shows('units', { unit: U, status: 'refused', vetting_case: 'norland.v9' });
    await send(`${OTHER}/record-information`, information, VETTER);
    await shows('units', { unit: U, status: 'refused', suspensions: 2, vetting_case: 'norland.v9' });
    await shows('barred', { subject: U, vetting_case: 'norland.v9', next: 'assess-information' });
    await send(`${V}/complete-remediation`, { on: inDays(0), until: inDays(90) }, VETTER);
    await shows('vetting-cases', { vetting_case: 'norland.v9', stage: 'remedied' });
    await shows('holds', { scope: U, status: 'released' });
    await shows('units', { unit: U, status: 'refused' });
    await shows('barred', { subject: U, stage: 'remedied', next: 'assess-information' });
    await send(`${OTHER}/assess-information`, { ...credible, credible: false }, VETTER);
    await shows('units', { unit: U, status: 'cleared', cleared_until: inDays(90) });

    await send(`security-unit/${U}/suspend-clearance`, { reason: 'reported' }, VETTER);
    await send(`${OTHER}/record-information`, { ...information, information: 'i-2' }, VETTER);
    await shows('units', { unit: U, status: 'suspended', suspensions: 4 });
    await send(`${OTHER}/assess-information`, { ...credible, information: 'i-2', credible: false }, VETTER);
    await shows('vetting-cases', { vetting_case: 'norland.v10', information: 2, information_standing: 0 });
    await shows('barred', { subject: U, status: 'suspended', next: 'restore-clearance' });
    await send(`security-unit/${U}/restore-clearance`, { reason: 'unfounded' }, VETTER);
    await shows('units', { unit: U, status: 'cleared', cleared_until: inDays(90) });
  });

  it('what comes next is what is not refused: open information first, and steps that answer all of it', async () => {
    const U = 'estmark.guard-10';
    const V = 'vetting-case/norland.v11';
    const next = (step: string) => shows('barred', { subject: U, next: step });
    const record = (name: string) => send(`${V}/record-information`, { ...information, information: name }, VETTER);
    const assess = (name: string, credible: boolean) =>
      send(`${V}/assess-information`, { information: name, credible, reason: 'heard' }, VETTER);
    const refused = (command: string, data: object) => client.refused(`${V}/${command}`, data, VETTER);
    const back = { on: inDays(0), until: inDays(90) };
    const plan = { steps: [{ step: 's-1', measure: 'reform', due: inDays(10) }] };
    await register(U);
    await inquire('norland.v11', U);
    await send(`${V}/check-source`, { source: 'un-reports', on: inDays(-1), found: true }, VETTER);
    await record('i-1');
    await record('i-2');
    await assess('i-1', true);
    await shows('units', { unit: U, status: 'refused' });
    await next('assess-information');
    expect(await refused('conclude', { outcome: 'refused' })).toMatchObject({ code: 'information-open' });
    await assess('i-2', false);
    await next('conclude-vetting');
    await send(`${V}/conclude`, { outcome: 'refused' }, VETTER);
    await next('open-remediation');
    await send(`${V}/open-remediation`, plan, VETTER);
    await next('take-steps');
    await send(`${V}/take-step`, { step: 's-1', on: inDays(0) }, RECIPIENT);
    await next('complete-remediation');
    await record('i-3');
    await next('assess-information');
    expect(await refused('complete-remediation', back)).toMatchObject({ code: 'information-open', rule: 'R7' });
    await assess('i-3', true);
    await shows('vetting-cases', { vetting_case: 'norland.v11', information_open: 0, information_since: 1 });
    await next('discontinue-remediation');
    expect(await refused('complete-remediation', back)).toMatchObject({ code: 'credible-information', rule: 'R7' });
    await send(`${V}/discontinue-remediation`, { on: inDays(0), reason: 'more-information' }, VETTER);
    await next('open-remediation');
    await send(`${V}/open-remediation`, plan, VETTER);
    await send(`${V}/take-step`, { step: 's-1', on: inDays(0) }, RECIPIENT);
    await next('complete-remediation');
    await send(`${V}/complete-remediation`, back, VETTER);
    await shows('units', { unit: U, status: 'cleared', cleared_until: inDays(90) });
  });

  it('each bar of a unit is shown: its clearance from the first day, its holds, and restrictions', async () => {
    const U = 'estmark.guard-9';
    const F = 'legal-framework/norland.f9';
    const at = (days: number) => ({ occurredAt: `${inDays(days)}T09:00:00.000Z` });
    const bars = async () =>
      (await client.latest(`barred?subject=${U}`))
        .map((row) =>
          ['bar', 'named', 'status', 'barred_on', 'bar_reason', 'next', 'next_by'].map((column) => row[column]),
        )
        .toSorted((one, other) => String(one[0]).localeCompare(String(other[0])));
    await register(U);
    await send(`security-unit/${U}/give-clearance`, { until: inDays(90), ...at(-40) }, VETTER);
    expect(await bars()).toEqual([]);

    const scope = { kind: 'unit', id: U };
    const precaution = { scope, hold: 'inquiry', basis: 'misuse', reason: 'precautionary-suspension' };
    await send(`hold/unit.${U}/place`, { ...precaution, until: inDays(30), ...at(-3) }, DONOR);
    const hold = ['hold', 'inquiry', 'on-hold', inDays(-3), 'precautionary-suspension', 'release-hold', 'norland'];
    expect(await bars()).toEqual([hold]);

    await send(`${F}/draft`, { title: 'Terms', instrument: 'exchange-of-letters', ...parties }, DONOR);
    const terms = { restriction: 'no-guard', statement: 'None to the guard', basis: 'export-act', scope };
    await send(`${F}/impose-restriction`, { ...terms, ...at(-2) }, DONOR);
    // A draft bars nothing, neither does an agreement that is terminated.
    expect(await bars()).toEqual([hold]);
    for (const [party, actor] of [
      ['norland', DONOR],
      ['estmark', RECIPIENT],
    ] as const)
      await send(`${F}/sign`, { party, on: inDays(-3), ...at(-2) }, actor);
    await send(`${F}/bring-into-force`, { on: inDays(-2), until: inDays(300) }, DONOR);
    const restriction = [
      'restriction',
      'norland.f9 no-guard',
      'restricted',
      inDays(-2),
      'export-act',
      'lift-restriction',
      null,
    ];
    expect(await bars()).toEqual([hold, restriction]);

    await send(`security-unit/${U}/suspend-clearance`, { reason: 'reported', ...at(-20) }, VETTER);
    // By hand, without an inquiry: no information waits for its assessment, and none is remedied.
    await shows('barred', { subject: U, status: 'suspended', next: 'restore-clearance' });
    await send(`security-unit/${U}/refuse-clearance`, { reason: 'confirmed', ...at(-1) }, VETTER);
    const refused = ['clearance', null, 'refused', inDays(-20), 'confirmed', 'restore-clearance', null];
    expect(await bars()).toEqual([refused, hold, restriction]);
    await send(`hold/unit.${U}/release`, { hold: 'inquiry', reason: 'closed' }, DONOR);
    await send(`${F}/lift-restriction`, { restriction: 'no-guard', reason: 'repealed' }, DONOR);
    expect(await bars()).toEqual([refused]);
    await send(`${F}/impose-restriction`, { ...terms, restriction: 'no-guard-2' }, DONOR);
    expect(await bars()).toHaveLength(2);
    await send(`${F}/terminate`, { on: inDays(0), reason: 'withdrawn' }, DONOR);
    expect(await bars()).toEqual([refused]);
    const restored = { until: inDays(60), reason: 'waived' };
    expect(await client.refused(`security-unit/${U}/restore-clearance`, restored, VETTER)).toMatchObject({
      code: 'not-remedied',
      rule: 'R8',
    });
    const exception = { kind: 'waiver', authority: 'foreign-ministry', basis: 'note-7' };
    await send(`security-unit/${U}/restore-clearance`, { ...restored, exception }, VETTER);
    expect(await bars()).toEqual([]);
  });

  it('a vetting is given up, and leaves the unit as it was', async () => {
    const U = 'estmark.guard-2';
    const V = 'vetting-case/norland.v3';
    await register(U);
    await inquire('norland.v3', U);
    await send(`${V}/check-source`, { source: 'un-reports', on: inDays(-1), found: true }, VETTER);
    await send(`${V}/record-information`, information, VETTER);
    await shows('units', { unit: U, status: 'suspended' });
    const withdraw = () => client.refused(`${V}/withdraw`, { reason: 'nomination-withdrawn' }, DONOR);
    expect(await withdraw()).toMatchObject({ code: 'information-open', rule: 'R7' });
    await send(`${V}/assess-information`, { information: 'i-1', credible: false, reason: 'two-sources' }, VETTER);
    await send(`${V}/withdraw`, { reason: 'nomination-withdrawn' }, DONOR);
    await shows('vetting-cases', { vetting_case: 'norland.v3', stage: 'withdrawn', withdrawn_by: 'norland' });
    await shows('due-dates', { stream: V, duty: 'vetting', status: 'withdrawn' });
    await shows('holds', { scope: U, status: 'released' });
    expect(await client.refused(`${V}/conclude`, { outcome: 'cleared', until: inDays(90) }, VETTER)).toMatchObject({
      code: 'vetting-withdrawn',
    });
  });

  it('a training ends early, and its enrolments with it', async () => {
    const U = 'estmark.engineers-1';
    const S = 'training-activity/norland.training-2';
    await register(U);
    await send(`security-unit/${U}/give-clearance`, { until: inDays(90) }, VETTER);
    await send(`${S}/plan`, { ...course, starts: inDays(0), ends: inDays(9) }, DONOR);
    await send(`${S}/nominate`, { trainee: 'n-1', unit: U, number: 4 }, RECIPIENT);
    await send(`${S}/enrol`, { trainee: 'n-1' }, DONOR);
    const trained = { women: 1, men: 2, notStated: 0 };
    const end = { on: inDays(0), reason: 'instructors-left', trained, cost: 400 };
    expect(await client.refused(`${S}/terminate`, end, DONOR)).toMatchObject({ code: 'training-at-another-stage' });
    await send(`${S}/start`, { on: inDays(0) }, DONOR);
    const { events } = (await send(`${S}/terminate`, end, DONOR)) as unknown as { readonly events: { id: string }[] };
    await shows('training', { training: 'norland.training-2', status: 'terminated', trained: 3, actual_cost: 400 });
    await shows('enrolments', { training: 'norland.training-2', status: 'ended', reason: 'instructors-left' });
    await shows('due-dates', { stream: S, duty: 'training-end', status: 'withdrawn' });
    const correction = { corrects: events[0]?.id, trained: { ...trained, women: 2 }, reason: 'miscounted' };
    await send(`${S}/correct`, correction, DONOR);
    await shows('training-costs', { trainings_terminated: 1, trained: '4', completed: '0' });
    await shows('training-by-unit', { unit: U, enrolled: '0', ended: '4' });
    const session = { session: 's-1', on: inDays(0), present: trained };
    await client.refused(`${S}/hold-session`, session, DONOR);
  });

  it('a clearance dies between nomination and enrolment', async () => {
    const U = 'estmark.brigade-1';
    const V = 'vetting-case/norland.v1';
    await register(U);
    const given = await send(`security-unit/${U}/give-clearance`, { until: inDays(90) }, VETTER);
    await nominate('n-1', U);
    await nominate('n-2', U);
    await enrol('n-1');
    await shows('enrolments', { trainee: 'n-1', status: 'enrolled', cleared_until: inDays(90) });

    // A fact that is recorded ten days late suspends from now on, and shows when it happened.
    await inquire('norland.v1', U);
    const tenDaysAgo = `${inDays(-10)}T09:00:00.000Z`;
    await send(
      `${V}/check-source`,
      { source: 'un-reports', on: inDays(-10), found: true, occurredAt: tenDaysAgo },
      VETTER,
    );
    await send(`${V}/record-information`, { ...information, occurredAt: tenDaysAgo }, VETTER);
    await shows('units', { unit: U, status: 'suspended', bar_reason: 'derogatory-information' });
    await shows('holds', { scope: U, basis: 'derogatory-information', status: 'in force' });
    await shows('enrolments', { trainee: 'n-1', status: 'halted', reason: 'clearance-suspended' });
    const answer = await client.refused(`${T}/enrol`, { trainee: 'n-2' }, DONOR);
    expect(answer).toMatchObject({ code: 'clearance-suspended', rule: 'R7', facts: { unit: U } });

    await send(`${V}/assess-information`, { information: 'i-1', credible: false, reason: 'two-sources' }, VETTER);
    await shows('units', { unit: U, status: 'cleared' });
    await shows('holds', { scope: U, status: 'released' });
    await enrol('n-1');
    await enrol('n-2');

    // What is planned for the unit waits for its clearance.
    const D = 'consignment/norland.d1';
    const actors = { donorActor: DONOR, recipientActor: RECIPIENT };
    const goods = { item: 'radio', quantity: 2, due: inDays(60) };
    await implementCase(client, 'assistance-case/norland.c1', { ...parties, ...actors, ...goods });
    const plan = { case: 'norland.c1', lines: [{ line: '001', quantity: 2 }], due: inDays(60), unit: U };
    await send(`${D}/schedule`, plan, DONOR);
    await shows('units', { unit: U, shipments: 1 });
    const late = { ...information, information: 'i-2', occurredAt: tenDaysAgo };
    await send(`${V}/record-information`, late, VETTER);
    const held = { consignment: 'norland.d1', status: 'held', held_unit: U };
    await shows('consignments', { ...held, held_for: 'clearance-suspended', held_on: inDays(0) });
    await shows('recipient-pipeline', { stream: D, on_hold: 'consignment clearance', awaits: 'clearance' });
    await shows('on-hold', { scope: 'norland.d1', basis: 'clearance', reason: 'clearance-suspended' });
    expect(await client.refused(`${D}/ship`, { on: inDays(0) }, DONOR)).toMatchObject({ code: 'shipment-held' });
    const early = await client.refused(`${D}/release`, { reason: 'urgent' }, DONOR);
    expect(early).toMatchObject({ code: 'clearance-suspended', rule: 'R7', facts: { unit: U } });
    await send(`${V}/assess-information`, { information: 'i-2', credible: false, reason: 'two-sources' }, VETTER);
    await shows('consignments', { consignment: 'norland.d1', status: 'scheduled', held_for: null, held_unit: null });
    await enrol('n-1');
    await enrol('n-2');

    // The last day was mistyped: by the right one, the clearance ends before the training begins.
    const { events } = given as unknown as { readonly events: readonly { readonly id: string }[] };
    const correction = { corrects: events[0]?.id, until: inDays(10), reason: 'mistyped' };
    await send(`security-unit/${U}/correct-clearance`, correction, VETTER);
    await shows('units', { unit: U, cleared_until: inDays(10) });
    await deployment.close();
    now = () => new Date(Date.now() + 11 * DAY_MS).toISOString();
    await deployment.open();
    await shows('units', { unit: U, status: 'expired' });
    for (const trainee of ['n-1', 'n-2'])
      await shows('enrolments', { trainee, status: 'halted', reason: 'clearance-expired' });
    await shows('training', { training: 'norland.t1', enrolled: 4, halts: 5 });
    await shows('consignments', { ...held, held_for: 'clearance-expired' });
    await send(`security-unit/${U}/give-clearance`, { until: inDays(90) }, VETTER);
    await shows('consignments', { consignment: 'norland.d1', status: 'scheduled', held_for: null });
    const recorded = (await client.latest(`journal?stream=${D}`)).map((row) => row['type']).toSorted();
    expect(recorded).toEqual([
      'DeliveryScheduled',
      'ShipmentHeld',
      'ShipmentHeld',
      'ShipmentReleased',
      'ShipmentReleased',
    ]);
  });
}
