import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, type Row } from '../support/api-client.js';
import { inDays } from '../support/days.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { acceptCase, implementCase } from '../support/implemented-case.js';
import { until } from '../support/kafka.js';
import { registerParties } from '../support/parties.mjs';

const OPERATOR = 'operator;role=operator';
const DONOR = 'norland;role=donor;person=n-1';
const RECIPIENT = 'estmark;role=recipient';
const MONITOR = 'veritas-monitor;role=monitor';
const INVESTIGATOR = 'lumen-inquiry;role=investigator';
const parties = { donor: 'norland', recipient: 'estmark' };
const P = 'norland.p1';
const scopes = [{ kind: 'programme', id: P }];
const M = `sealed.${'a'.repeat(32)}`;

const DAY_MS = 86_400_000;

/** What follows by itself from events and from days that pass. */
export function steward(opens: DeploymentFactory): void {
  describe('a suspension for misuse', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    beforeAll(async () => {
      deployment = await opens({ steward: { lookEvery: 100 } });
      await registerParties(deployment.url, {
        norland: 'donor',
        estmark: 'recipient',
        'veritas-monitor': 'monitor',
        'lumen-inquiry': 'investigator',
      });
      await client.send(
        `programme/${P}/propose`,
        { ...parties, title: 'P', sector: '15210', starts: '2026-01-01', ends: '2036-12-31', kind: 'bilateral' },
        DONOR,
      );
      await client.send(
        `funding-account/norland.a1/open`,
        {
          ...parties,
          programme: P,
          fund: 'Fund',
          currency: 'USD',
          stages: ['committed', 'disbursed'],
          basis: 'own',
          onBudget: true,
        },
        DONOR,
      );
      await client.send('funding-account/norland.a1/commit', { amount: 1000, period: '2026' }, DONOR);
      const flag = {
        allegation: 'loss-or-theft',
        ...parties,
        accused: 'estmark',
        programme: P,
        happened: { from: '2026-04-01', to: '2026-04-20' },
        scopes: [{ kind: 'country', id: 'estmark' }],
        occurredAt: `${inDays(-5)}T09:00:00.000Z`,
      };
      const corrects = await client.recorded(`misuse-case/${M}/flag`, flag, OPERATOR);
      await misuse('correct-report', { corrects, scopes, reason: 'too-wide' }, OPERATOR);
      const triaged = `${inDays(-3)}T09:00:00.000Z`;
      await misuse('triage', { incidentType: 'minor-violation', occurredAt: triaged }, DONOR);
    });
    afterAll(() => deployment.end());

    const misuse = (path: string, body: object, actor: string) => client.send(`misuse-case/${M}/${path}`, body, actor);
    const suspensions = async (): Promise<readonly Row[]> => (await client.model('suspensions')).rows;
    const holdIs = (stop: string, hold: string): Promise<void> =>
      until(async () => (await suspensions()).some((row) => row['stop'] === stop && row['hold'] === hold));
    async function disburse(): Promise<{ status: number; body: Record<string, unknown> }> {
      const headers = { 'content-type': 'application/json', 'entente-actor': DONOR };
      const answer = await fetch(`${deployment.url}/v1/funding-account/norland.a1/disburse`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ amount: 10, period: '2026' }),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    }

    it('stops disbursement as a precaution, by a hold that names nothing of the case', async () => {
      expect((await disburse()).status).toBe(201);
      const { commandId = '', stream = '' } = await misuse(
        'order-precautionary-suspension',
        // Recorded two days after it was ordered: the hold is there from that day.
        { scopes, until: inDays(30), occurredAt: `${inDays(-2)}T09:00:00.000Z` },
        DONOR,
      );
      await holdIs('precaution', 'in force');
      const receipt = await client.get(`commands/${commandId}?stream=${stream}`, { 'entente-actor': DONOR });
      expect(receipt.body).toMatchObject({
        commandId,
        consequences: [{ policy: 'misuse-holds', stream: `hold/programme.${P}`, command: 'PlaceHold', recorded: true }],
      });
      const { status, body } = await disburse();
      expect([status, body]).toMatchObject([
        422,
        { code: 'on-hold', rule: 'R19', facts: { scope: 'programme', id: P, basis: 'misuse', until: inDays(30) } },
      ]);
      expect(JSON.stringify(body)).not.toContain(M);
    });

    it('stops it by a measure, without a gap after the precaution, until assistance resumes', async () => {
      await misuse('open-investigation', { reason: 'credible-report' }, DONOR);
      await misuse('assign-investigator', { investigator: 'lumen-inquiry' }, DONOR);
      await misuse('put-allegation', { channel: 'note-verbale' }, INVESTIGATOR);
      await misuse('reply', { position: 'contests' }, RECIPIENT);
      await misuse('substantiate', { ground: 'serials-found-elsewhere' }, INVESTIGATOR);
      await misuse('decide-measure', { measure: 'suspend' }, DONOR);
      await misuse('suspend-assistance', { scopes }, DONOR);
      await holdIs('measure', 'in force');
      await holdIs('precaution', 'ended');
      expect((await disburse()).body).toMatchObject({ code: 'on-hold', facts: { until: null } });
      await misuse('agree-remediation-plan', { steps: ['recover-items'], due: inDays(60) }, DONOR);
      await misuse('verify-remediation', { ceasedOn: inDays(-1) }, MONITOR);
      await misuse('record-assurances', { from: 'estmark', undertakings: ['no-retransfer'] }, DONOR);
      await misuse('resume-assistance', { reason: 'remedied' }, DONOR);
      await holdIs('measure', 'ended');
      expect((await disburse()).status).toBe(201);
    });

    it('concerns the scopes of the corrected report', async () => {
      expect((await client.latest('misuse-register')).map((row) => row['scope_names'])).toEqual([`programme/${P}`]);
    });

    it('leaves its holds in the list of holds, with their basis and their end', async () => {
      const { rows } = await client.model('holds?sort=hold');
      expect(
        rows.map((row) => [row['scope_kind'], row['scope'], row['basis'], row['status'], row['placed_by']]),
      ).toEqual([
        ['programme', P, 'misuse', 'released', null],
        ['programme', P, 'misuse', 'released', null],
      ]);
      expect(rows.map((row) => row['placed_on'])).toEqual([inDays(0), inDays(-2)]);
    });
  });

  describe('days that pass while the steward is down', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    let now = () => new Date().toISOString();
    beforeAll(async () => {
      deployment = await opens({ steward: { lookEvery: 100, now: () => now() } });
      await registerParties(deployment.url, { norland: 'donor', estmark: 'recipient' });
    });
    afterAll(() => deployment.end());

    it('are recorded when the steward is back: each once, in order, on the day on which it was over', async () => {
      await client.send(
        `programme/${P}/propose`,
        { ...parties, title: 'P', sector: '15210', starts: '2026-01-01', ends: '2036-12-31', kind: 'bilateral' },
        DONOR,
      );
      await client.send(`programme/${P}/plan-milestone`, { milestone: 'late', due: inDays(20) }, DONOR);
      await client.send(`programme/${P}/plan-milestone`, { milestone: 'early', due: inDays(10) }, DONOR);
      await client.send(`programme/${P}/plan-milestone`, { milestone: 'future', due: inDays(40) }, DONOR);
      await client.send(
        `hold/programme.${P}/place`,
        { scope: scopes[0], hold: 'pause', basis: 'suspension', reason: 'review', until: inDays(15) },
        DONOR,
      );
      await client.send(
        'funding-account/norland.a2/open',
        { ...parties, fund: 'F', currency: 'USD', stages: ['disbursed'], basis: 'own', onBudget: true },
        DONOR,
      );
      const planned = { tranche: 'planned-late', amount: 10, period: '2026', due: inDays(-5) };
      await client.send('funding-account/norland.a2/plan-disbursement', planned, DONOR);
      await deployment.close();
      now = () => new Date(Date.now() + 31 * DAY_MS).toISOString();
      await deployment.open();
      const open = async () => (await client.model('due-dates?status=open&sort=due')).rows;
      await until(async () => (await open()).length === 1);
      const { rows } = await client.model('due-dates?sort=due');
      expect(rows.map((row) => [row['duty'], row['item'], row['status'], row['overdue_from']])).toEqual([
        // It was due before it was planned.
        ['tranche', 'planned-late', 'overdue', inDays(1)],
        ['milestone', 'early', 'overdue', inDays(11)],
        ['hold-end', 'pause', 'done', null],
        ['milestone', 'late', 'overdue', inDays(21)],
        ['milestone', 'future', 'open', null],
      ]);
      const log = await deployment.log();
      const recorded: unknown[] = [];
      for await (const batch of log.readLog(0n))
        for (const { type, metadata } of batch)
          if (metadata.actor.role === 'system') recorded.push([type, metadata.occurredAt.slice(0, 10)]);
      await log.close();
      expect(recorded).toEqual([
        ['TrancheBecameOverdue', inDays(1)],
        ['MilestoneBecameOverdue', inDays(11)],
        ['HoldLapsed', inDays(16)],
        ['MilestoneBecameOverdue', inDays(21)],
      ]);
    });

    it('leave room for the truth: what lapsed is refused, a later fact and a correction have their effect once', async () => {
      const path = `hold/programme.${P}/renew`;
      expect(await client.refused(path, { hold: 'pause', until: inDays(60), reason: 'review' }, DONOR)).toMatchObject({
        code: 'hold-not-in-force',
      });
      const duty = async (item: string) => {
        const [row] = (await client.model(`due-dates?duty=milestone&item=${item}`)).rows;
        return [row?.['due'], row?.['status'], row?.['overdue_from']];
      };
      // It was met before it was due, and is recorded after it became overdue.
      await client.send(`programme/${P}/meet-milestone`, { milestone: 'early', on: inDays(-1) }, DONOR);
      await client.send(
        `programme/${P}/replan-milestone`,
        { milestone: 'late', due: inDays(35), cause: 'flood' },
        DONOR,
      );
      await until(async () => (await duty('early'))[1] === 'done' && (await duty('late'))[1] === 'open');
      expect([await duty('early'), await duty('late')]).toEqual([
        [inDays(10), 'done', inDays(11)],
        [inDays(35), 'open', null],
      ]);
      now = () => new Date(Date.now() + 36 * DAY_MS).toISOString();
      await until(async () => (await duty('late'))[1] === 'overdue');
      await client.send(`programme/${P}/meet-milestone`, { milestone: 'late', on: inDays(0) }, DONOR);
      await until(async () => (await duty('late'))[1] === 'done');
      const { rows } = await client.model('journal?type=MilestoneBecameOverdue');
      expect(rows.map((row) => row['stream'])).toEqual(Array(3).fill(`programme/${P}`));
    });

    it('leave a milestone late that is declared missed', async () => {
      await client.send(`programme/${P}/plan-milestone`, { milestone: 'given-up', due: inDays(-20) }, DONOR);
      const late = async () => {
        const rows = await client.latest('lateness?promise=milestone');
        return rows.find((row) => row['cause'] === null);
      };
      const before = await late();
      expect(before).toMatchObject({ missed: 0, most_days_late_first: 20, most_days_late_plan: 20 });
      await client.send(`programme/${P}/miss-milestone`, { milestone: 'given-up', on: inDays(0) }, DONOR);
      expect(await late()).toEqual({ ...before, overdue: (before?.['overdue'] as number) - 1, missed: 1 });
    });
  });

  describe('equipment that is late', () => {
    const CASE = 'assistance-case/norland.late';
    const LOAD = 'consignment/norland.late-1';
    const lines = [{ line: '001', quantity: 4 }];
    const at = (days: number) => `${inDays(days)}T12:00:00.000Z`;
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    beforeAll(async () => {
      deployment = await opens({ steward: { lookEvery: 100 } });
      await registerParties(deployment.url, { norland: 'donor', estmark: 'recipient' });
      const actors = { donorActor: DONOR, recipientActor: RECIPIENT };
      const goods = { item: 'radio', quantity: 4, due: inDays(-6) };
      await implementCase(client, CASE, { donor: 'norland', recipient: 'estmark', ...actors, ...goods });
      const promise = { case: 'norland.late', lines, due: inDays(-6), occurredAt: at(-10) };
      await client.send(`${LOAD}/schedule`, promise, DONOR);
    });
    afterAll(() => deployment.end());

    const overdue = async () => (await client.latest('journal?type=DeliveryBecameOverdue')).length;
    /** Days late against the first promise and the plan, by the day of the answer. */
    async function lateness(day: number) {
      const [row] = await client.latest(`lateness?promise=delivery&day=${inDays(day)}`);
      return ['cause', 'kept', 'overdue', 'mean_days_late_first', 'mean_days_late_plan'].map((name) => row?.[name]);
    }

    it('becomes overdue by itself, once, and is late from the day after the one promised', async () => {
      await until(async () => (await overdue()) === 1);
      expect(await lateness(-6)).toEqual([null, 0, 0, null, null]);
      expect(await lateness(-4)).toEqual([null, 0, 1, 2, 2]);
      const [duty] = await client.latest('due-dates?duty=delivery');
      expect(duty).toMatchObject({
        status: 'overdue',
        due: inDays(-6),
        overdue_from: inDays(-5),
        organisation: 'norland',
      });
    });

    it('is promised again for a cause, and becomes overdue again', async () => {
      const replanned = { due: inDays(-1), cause: 'late-export-licence', occurredAt: at(-4) };
      await client.send(`${LOAD}/reschedule`, replanned, DONOR);
      expect(await lateness(-2)).toEqual(['late-export-licence', 0, 0, 4, null]);
      await until(async () => (await overdue()) === 2);
    });

    it('counts from the receipt, which was confirmed late and for the wrong day', async () => {
      await client.send(`${LOAD}/ship`, { on: inDays(-5) }, DONOR);
      const receipt = { on: inDays(-2), lines, occurredAt: at(-2) };
      const corrects = await client.recorded(`${LOAD}/confirm-receipt`, receipt, RECIPIENT);
      await until(async () => (await client.latest('due-dates?duty=delivery'))[0]?.['status'] === 'done');
      // Four days after the first promise, one before the day planned last.
      expect(await lateness(0)).toEqual(['late-export-licence', 1, 0, 4, -1]);
      await client.send(`${LOAD}/correct-date`, { corrects, on: inDays(-3), reason: 'wrong-day' }, RECIPIENT);
      expect(await lateness(0)).toEqual(['late-export-licence', 1, 0, 3, -2]);
      expect(await overdue()).toBe(2);
      // The case counts the receipt by itself, and follows it when it is corrected.
      const line = { assistance_case: 'norland.late', line: '001' };
      await client.shows('deliverables', { ...line, delivered: 4, last_delivered_on: inDays(-3) });
      const fewer = { corrects, line: '001', quantityBy: -1, reason: 'miscounted' };
      await client.send(`${LOAD}/correct-receipt`, fewer, RECIPIENT);
      await client.shows('case-lines', { ...line, delivered: 3 });
      const again = { due: inDays(5), cause: 'late-export-licence' };
      expect(await client.refused(`${LOAD}/reschedule`, again, DONOR)).toMatchObject({ code: 'already-received' });
    });

    it('takes its part of the line until it is cancelled, or comes short', async () => {
      const of = 'assistance-case/norland.shared-1';
      const actors = { donorActor: DONOR, recipientActor: RECIPIENT };
      const goods = { item: 'radio', quantity: 100, due: inDays(30) };
      await implementCase(client, of, { donor: 'norland', recipient: 'estmark', ...actors, ...goods });
      const plan = (part: string, quantity: number) =>
        [
          `consignment/norland.${part}/schedule`,
          { case: 'norland.shared-1', lines: [{ line: '001', quantity }], due: inDays(20) },
          DONOR,
        ] as const;
      const noted = (times: number) =>
        client.shows('cases?assistance_case=norland.shared-1', { schedules_noted: times });
      await client.send(...plan('part-1', 60));
      await noted(1);
      expect(await client.refused(...plan('part-2', 60))).toMatchObject({
        code: 'exceeds-line',
        facts: { line: '001', outstanding: 40 },
      });
      await client.send(...plan('part-2', 40));
      await noted(2);
      await client.send('consignment/norland.part-1/cancel', { reason: 'merged' }, DONOR);
      await noted(3);
      const receipt = { on: inDays(0), lines: [{ line: '001', quantity: 30 }] };
      await client.send('consignment/norland.part-2/confirm-receipt', receipt, RECIPIENT);
      await noted(4);
      await client.refused(...plan('part-3', 71));
      await client.send(...plan('part-3', 70));
    });
    it('counts when its case is implemented, if it arrived before', async () => {
      const early = 'assistance-case/norland.early';
      const actors = { donorActor: DONOR, recipientActor: RECIPIENT };
      const goods = { item: 'radio', quantity: 4, due: inDays(6) };
      await acceptCase(client, early, { donor: 'norland', recipient: 'estmark', ...actors, ...goods });
      const ship = 'consignment/norland.early-1';
      await client.send(`${ship}/schedule`, { case: 'norland.early', lines, due: inDays(6) }, DONOR);
      await client.send(`${ship}/confirm-receipt`, { on: inDays(-1), lines }, RECIPIENT);
      await client.shows('cases', { assistance_case: 'norland.early', arrived_before: 1, deliveries: 0 });
      await client.send(`${early}/implement`, {}, DONOR);
      await client.shows('cases', { assistance_case: 'norland.early', deliveries: 1 });
      await client.shows('deliveries', { assistance_case: 'norland.early', occurred_on: inDays(-1) });
    });
  });
}
