import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.js';
import { inDays } from '../support/days.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { registerParties } from '../support/parties.mjs';

const DONOR = 'norland;role=donor;person=n-1';
const MINISTER = 'norland;role=donor;person=n-2';
const RECIPIENT = 'estmark;role=recipient';
const INVESTIGATOR = 'lumen-inquiry;role=investigator';
const parties = { donor: 'norland', recipient: 'estmark' };
const F = 'legal-framework/norland.f1';
const P = 'programme/norland.p1';
const CASE = 'assistance-case/norland.c1';
const ACCOUNT = 'funding-account/norland.a1';
const M = `misuse-case/sealed.${'b'.repeat(32)}`;

const DAY_MS = 86_400_000;

/** Agreements, and misuse under one from an outside report to its end. */
export function agreements(opens: DeploymentFactory): void {
  describe('an agreement', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    beforeAll(async () => {
      deployment = await opens({ steward: { lookEvery: 100 } });
      await registerParties(deployment.url, {
        norland: 'donor',
        estmark: 'recipient',
        'lumen-inquiry': 'investigator',
      });
    });
    afterAll(() => deployment.end());

    const send = (path: string, body: object, actor = DONOR) => client.send(path, body, actor);
    const refused = (path: string, body: object, actor = DONOR) => client.refused(path, body, actor);
    const lastEvent = ({ events }: Record<string, unknown>): string =>
      (events as readonly { readonly id: string }[]).at(-1)?.id ?? '';
    const { shows } = client;

    const offer = { lines: ['001'], value: 100, currency: 'USD', initialDeposit: 0, validUntil: inDays(300) };
    const line = { item: 'field-radio', quantity: 10, unit: 'each', value: 100, due: inDays(200) };
    let entered = '';

    it('is signed by both parties, and comes into force with the parameters of its framework', async () => {
      await send(`${F}/draft`, { ...parties, title: 'Agreement', instrument: 'exchange-of-notes' });
      await send(`${F}/sign`, { party: 'norland', on: inDays(-30) });
      expect(await refused(`${F}/bring-into-force`, { on: inDays(-30), until: inDays(200) })).toMatchObject({
        code: 'not-signed-by-both',
        rule: 'R1',
        facts: { missing: ['estmark'] },
      });
      await send(`${F}/sign`, { party: 'estmark', on: inDays(-30) }, RECIPIENT);
      entered = lastEvent(await send(`${F}/bring-into-force`, { on: inDays(-30), until: inDays(200) }));
      await send(`${F}/set-parameter`, { parameter: 'offerNoticeValue', value: 100, reason: 'directive' });
      await send(`${F}/set-parameter`, { parameter: 'offerNoticeDays', value: 15, reason: 'directive' });
      for (const assurance of ['use', 'no-transfer', 'security'])
        await send(`${F}/give-assurance`, { assurance, on: inDays(-30) }, RECIPIENT);
      await send(`${F}/bar-listed-units`, { on: inDays(-30) }, RECIPIENT);
      await shows('parameters', { parameter: 'offerNoticeDays', value: 15, default_value: 30, reason: 'directive' });
      await shows('agreements', { agreement: 'norland.f1', status: 'in-force', assurances_missing: 1, days_left: 200 });
    });

    it('asks for the notice of an offer above its value, and for all four assurances before a case is implemented', async () => {
      const proposal = { ...parties, title: 'P', sector: '15210', starts: '2026-01-01', ends: '2036-12-31' };
      await send(`${P}/propose`, { ...proposal, framework: 'norland.f1' });
      const letter = { letter: 'lor-1', asked: [{ item: 'field-radio', quantity: 10, unit: 'each' }] };
      await send(`${CASE}/request`, { ...parties, ...letter, programme: 'norland.p1' });
      await send(`${CASE}/add-line`, { ...line, line: '001' });
      await send(`${CASE}/prepare-offer`, { ...offer, offer: 'offer-1', deliveryPoint: 'receipt' });
      expect(await refused(`${CASE}/make-offer`, { offer: 'offer-1' })).toMatchObject({
        code: 'legislature-not-notified',
        rule: 'R16',
        facts: { noticeDays: 15 },
      });
      await send(`${CASE}/notify-legislature`, { offer: 'offer-1', on: inDays(-15) });
      await send(`${CASE}/make-offer`, { offer: 'offer-1' });
      await send(`${CASE}/accept-offer`, { offer: 'offer-1', value: 100, currency: 'USD' }, RECIPIENT);
      expect(await refused(`${CASE}/implement`, {})).toMatchObject({
        code: 'assurances-not-given',
        rule: 'R1',
        facts: { missing: ['observation'] },
      });
      await send(`${F}/give-assurance`, { assurance: 'observation', on: inDays(-30) }, RECIPIENT);
      await send(`${CASE}/implement`, {});
    });

    const scheduled = (n: number) =>
      send(`consignment/norland.d${n}/schedule`, {
        case: 'norland.c1',
        lines: [{ line: '001', quantity: 1 }],
        due: inDays(100),
      });
    const ship = (n: number) => `consignment/norland.d${n}/ship`;

    it('expires by itself after its last day, as corrected: a shipment is refused, one of an earlier day is not', async () => {
      for (const n of [1, 2, 3]) await scheduled(n);
      await send(ship(1), { on: inDays(0) });
      // As of the day before its last one: a last day that has passed already is over a day later.
      const occurredAt = new Date(Date.now() - 2 * DAY_MS).toISOString();
      await send(`${F}/correct`, { corrects: entered, reason: 'mistyped', until: inDays(-1), occurredAt });
      await shows('agreements', { status: 'expired', expiry_near: true, ended_on: inDays(0), days_left: null });
      expect(await refused(ship(2), { on: inDays(0) })).toMatchObject({
        code: 'no-agreement-in-force',
        rule: 'R1',
        facts: { agreement: 'expired', until: inDays(-1) },
      });
      await send(ship(2), { on: inDays(-1) });
      await shows('due-dates', { duty: 'agreement-end', status: 'done' });
    });

    it('is not waited for where an exception sets the rule aside, whose report is then due', async () => {
      const exception = { name: 'relief', rules: ['R1'], authority: 'minister', basis: 'act', reason: 'flood' };
      await send(`${F}/invoke-exception`, { ...exception, from: inDays(0), until: inDays(30) });
      await send(ship(3), { on: inDays(0) });
      await shows('exceptions', { name: 'relief', report_by: inDays(15), reported_on: null, report_overdue: false });
      await shows('due-dates', { duty: 'statutory-report', item: 'exception/relief', status: 'open' });
      await send(`${F}/submit-report`, { report: 'exception', of: 'relief', on: inDays(0), to: 'committee' });
      await shows('statutory-reports', { report: 'exception', subject: 'relief', status: 'submitted', days_late: -15 });
    });
  });

  describe('misuse, from an outside report to termination', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    beforeAll(async () => {
      deployment = await opens({ steward: { lookEvery: 100 } });
      await registerParties(deployment.url, {
        norland: 'donor',
        estmark: 'recipient',
        'lumen-inquiry': 'investigator',
      });
      await send(`${F}/draft`, { ...parties, title: 'Agreement', instrument: 'exchange-of-notes' });
      await send(`${F}/define-incident-type`, {
        incidentType: 'loss-at-sea',
        noticeRequired: true,
        escalation: 'minister',
        limits: { notify: 3, open: 5, reply: 10, conclude: 40, measure: 10 },
        reason: 'directive',
      });
      const proposal = { ...parties, title: 'P', sector: '15210', starts: '2026-01-01', ends: '2036-12-31' };
      await send(`${P}/propose`, { ...proposal, framework: 'norland.f1' });
      await send(`${ACCOUNT}/open`, {
        ...parties,
        programme: 'norland.p1',
        fund: 'Fund',
        currency: 'USD',
        stages: ['committed', 'disbursed'],
        basis: 'own',
        onBudget: true,
      });
      await send(`${ACCOUNT}/commit`, { amount: 1000, period: '2026' });
      await send(`${ACCOUNT}/disburse`, { amount: 600, period: '2026' });
    });
    afterAll(() => deployment.end());

    const send = (path: string, body: object, actor = DONOR) => client.send(path, body, actor);
    const refused = (path: string, body: object, actor = DONOR) => client.refused(path, body, actor);
    const lastEvent = ({ events }: Record<string, unknown>): string =>
      (events as readonly { readonly id: string }[]).at(-1)?.id ?? '';
    const { shows } = client;
    const scopes = [{ kind: 'programme', id: 'norland.p1' }];
    /** What is recorded a day after it happened. */
    const yesterday = { occurredAt: `${inDays(-1)}T10:00:00.000Z` };

    it('is taken in by anybody, with the limits and the notice of the framework', async () => {
      await send(
        `${M}/flag`,
        {
          allegation: 'loss-or-theft',
          ...parties,
          accused: 'estmark',
          programme: 'norland.p1',
          happened: { from: '2026-04-01', to: '2026-04-20' },
          scopes,
          ...yesterday,
        },
        'harbour-watch;role=public',
      );
      expect(await refused(`${M}/triage`, { incidentType: 'hearsay' })).toMatchObject({
        code: 'incident-type-unknown',
      });
      await send(`${M}/triage`, { incidentType: 'loss-at-sea', ...yesterday });
      await shows('due-dates', { duty: 'notify', due: inDays(2) });
      await shows('due-dates', { duty: 'open', due: inDays(4) });
      await send(`${M}/notify-legislature`, { to: 'committee', reference: 'notice-1' });
    });

    it('is heard and found', async () => {
      await send(`${M}/open-investigation`, { reason: 'credible-report', ...yesterday });
      await send(`${M}/assign-investigator`, { investigator: 'lumen-inquiry' });
      await send(`${M}/put-allegation`, { channel: 'note-verbale' }, INVESTIGATOR);
      const ground = 'serials-found-elsewhere';
      expect(await refused(`${M}/substantiate`, { ground, ...yesterday }, INVESTIGATOR)).toMatchObject({
        code: 'reply-awaited',
      });
      await send(`${M}/reply`, { position: 'contests' }, RECIPIENT);
      expect(await refused(`${M}/substantiate`, { ground, ...yesterday }, INVESTIGATOR)).toMatchObject({
        code: 'before-the-fact',
      });
      await send(`${M}/substantiate`, { ground }, INVESTIGATOR);
      await shows('due-dates', { duty: 'measure', due: inDays(10) });
      expect(await refused(`${M}/close`, { reason: 'done' })).toMatchObject({ code: 'measure-missing' });
    });

    it('gets the money back on the account once, and corrected with the recovery', async () => {
      await send(`${M}/decide-measure`, { measure: 'recover' });
      const back = { currency: 'USD', account: 'norland.a1', period: '2026' };
      expect(await refused(`${M}/recover-funds`, { ...back, amount: 601 })).toMatchObject({
        code: 'exceeds-what-is-left',
      });
      const recovery = lastEvent(await send(`${M}/recover-funds`, { ...back, amount: 500 }));
      await shows('funding', { account: 'norland.a1', period: '2026', disbursed: 100 });
      await send(`${M}/correct-recovery`, { corrects: recovery, difference: -100, reason: 'mistyped' });
      await shows('funding', { account: 'norland.a1', period: '2026', disbursed: 200 });
      const moved = (await client.model('movements?stage=disbursed&sort=recorded_on')).rows.map((row) => row['amount']);
      expect(moved.toSorted()).toEqual([-500, 100, 600]);
    });

    it('ends the assistance for good, after the programme has ended', async () => {
      await send(`${M}/decide-measure`, { measure: 'terminate' });
      const end = { scopes, reason: 'not-remedied' };
      expect(await refused(`${M}/terminate-assistance`, end)).toMatchObject({ code: 'programme-not-ended' });
      await send(`${P}/terminate`, { reason: 'misuse-measure' }, MINISTER);
      await send(`${M}/terminate-assistance`, end);
      await shows('suspensions', { stop: 'measure', status: 'terminated', hold: 'in force' });
      expect(await refused(`${ACCOUNT}/disburse`, { amount: 1, period: '2026' })).toMatchObject({
        code: 'programme-terminated',
      });
      await send(`${M}/close`, { reason: 'terminated' });
      await shows('misuse-register', { status: 'closed', assistance: 'terminated', incident_type: 'loss-at-sea' });
    });
  });
}
