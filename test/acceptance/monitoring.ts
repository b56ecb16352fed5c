import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.js';
import { inDays } from '../support/days.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { until } from '../support/kafka.js';
import { registerParties } from '../support/parties.mjs';

const DONOR = 'norland;role=donor;person=n-1';
const RECIPIENT = 'estmark;role=recipient';
const MONITOR = 'veritas-monitor;role=monitor';
const PARTIES = { norland: 'donor', estmark: 'recipient', 'veritas-monitor': 'monitor' };
const NORTH = 'country-situation/norland.north';
const TEAM = 'deployment/norland.team';

const DAY_MS = 86_400_000;

const schedule = (more: object = {}) => ({
  type: 'enhanced',
  manner: 'on-site',
  donor: 'norland',
  recipient: 'estmark',
  holder: 'estmark',
  item: 'thermal-sight',
  area: 'north',
  site: 'north-depot',
  serials: ['TS-1', 'TS-2'],
  quantity: 2,
  due: inDays(10),
  ...more,
});
const seen = (...serials: readonly string[]) => serials.map((serial) => ({ serial, result: 'seen' }));

/** End-use checks and personnel in a country that becomes unstable. */
export function monitoring(opens: DeploymentFactory): void {
  describe('checks in a country that becomes unstable, and its personnel', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    beforeAll(async () => {
      deployment = await opens({ steward: { lookEvery: 100 } });
      await registerParties(deployment.url, PARTIES);
    });
    afterAll(() => deployment.end());

    const remote = (more: object = {}) => ({
      on: inDays(-9),
      manner: 'remote',
      situation: 'norland.north',
      results: seen('TS-1', 'TS-2'),
      ...more,
    });

    it('are not made remotely while the area is stable (R20)', async () => {
      const opened = { country: 'estmark', area: 'north', donor: 'norland', level: 'elevated' };
      await client.send(`${NORTH}/open`, opened, DONOR);
      await client.send('end-use-check/veritas-monitor.c1/schedule', schedule(), MONITOR);
      expect(await client.refused('end-use-check/veritas-monitor.c1/perform', remote(), MONITOR)).toMatchObject({
        code: 'remote-without-instability',
        rule: 'R20',
      });
    });

    it('are made remotely once it is declared unstable, which brings a hold and a plan by itself', async () => {
      const continuity = { plan: 'plan-b', on: inDays(-10), tasks: [{ task: 'move-records', due: inDays(5) }] };
      const declared = {
        instability: 'unrest',
        on: inDays(-10),
        reason: 'armed-clashes',
        remoteMonitoring: true,
        hold: true,
        continuity,
      };
      await client.send(`${NORTH}/declare-instability`, declared, DONOR);
      await until(async () => (await client.latest('country-situations'))[0]?.['plan'] === 'plan-b');
      await until(async () => (await client.latest('holds')).length === 1);
      expect((await client.latest('country-situations'))[0]).toMatchObject({
        status: 'unstable',
        monitoring: 'remote',
        open_tasks: 1,
        hold: true,
      });
      expect((await client.latest('holds'))[0]).toMatchObject({
        basis: 'instability',
        scope: 'estmark',
        donor: 'norland',
      });
      // Recorded nine days after the visit.
      await client.send('end-use-check/veritas-monitor.c1/perform', remote(), MONITOR);
      expect((await client.latest('end-use-checks'))[0]).toMatchObject({
        status: 'scheduled',
        inspected_on: null,
        visited_on: inDays(-9),
        lower_confidence: true,
      });
    });

    const accounting = async () =>
      (await client.latest('alert-accounting')).map((row) => [
        row['deployment'],
        row['status'],
        row['unaccounted'],
        row['overdue'],
      ]);

    it('say who is not accounted for after an alert', async () => {
      const team = {
        role: 'advisor',
        women: 1,
        men: 2,
        persons: ['n-1', 'n-2', 'n-3'],
        country: 'estmark',
        area: 'north',
        donor: 'norland',
        recipient: 'estmark',
        from: inDays(-40),
        plannedReturn: inDays(60),
      };
      const deployed = await client.recorded(`${TEAM}/deploy`, team, DONOR);
      await client.send('deployment/norland.other/deploy', { ...team, area: 'south' }, DONOR);
      const alert = { alert: 'a-1', on: inDays(-8), instruction: 'shelter', reason: 'rockets', accountBy: inDays(-7) };
      const alerted = await client.recorded(`${NORTH}/issue-alert`, alert, DONOR);
      expect(await accounting()).toEqual([['norland.team', 'not accounted for', 3, true]]);
      const account = { situation: 'norland.north', alert: 'a-1', on: inDays(-7), safe: 2, missing: ['n-3'] };
      expect(await client.refused(`${TEAM}/account-for`, { ...account, missing: [] }, DONOR)).toMatchObject({
        code: 'persons-not-all-accounted',
        rule: 'R32',
      });
      await client.send(`${TEAM}/account-for`, account, DONOR);
      expect(await accounting()).toEqual([['norland.team', 'some missing', 1, false]]);
      await client.send(`${NORTH}/correct-day`, { corrects: alerted, on: inDays(-9), reason: 'mistyped' }, DONOR);
      expect((await client.latest('alerts'))[0]).toMatchObject({ issued_on: inDays(-9), status: 'in force' });
      // Recorded late: what was known a day before does not displace who is missing since.
      await client.send(`${TEAM}/account-for`, { ...account, on: inDays(-8), safe: 3, missing: [] }, DONOR);
      expect(await accounting()).toEqual([['norland.team', 'some missing', 1, false]]);
      await client.send(`${TEAM}/account-for`, { ...account, safe: 3, missing: [] }, DONOR);
      expect(await accounting()).toEqual([['norland.team', 'all safe', 0, false]]);
      // They were one more than the account has.
      const correction = { corrects: deployed, reason: 'mistyped' };
      const four = { women: 2, men: 2, persons: [...team.persons, 'n-4'] };
      await client.send(`${TEAM}/correct`, { ...correction, ...four }, DONOR);
      expect(await accounting()).toEqual([['norland.team', 'some not accounted for', 1, false]]);
      expect(await client.latest('alert-accounting?status=some%20not%20accounted%20for')).toHaveLength(1);
      const two = { women: 1, men: 1, persons: ['n-1', 'n-2'] };
      await client.send(`${TEAM}/correct`, { ...correction, ...two }, DONOR);
      expect(await accounting()).toEqual([['norland.team', 'all safe', 0, false]]);
      const { women, men, persons } = team;
      await client.send(`${TEAM}/correct`, { ...correction, women, men, persons }, DONOR);
    });

    it('keep incidents as they were corrected, and who moved where', async () => {
      const incident = {
        incident: 'i-1',
        on: inDays(-6),
        type: 'shelling',
        severity: 'serious',
        hurt: 1,
        evacuated: 1,
      };
      const reported = await client.recorded(`${TEAM}/report-incident`, incident, DONOR);
      const correction = { corrects: reported, incident: 'i-1', reason: 'second-report', hurt: 2 };
      await client.send(`${TEAM}/correct-incident`, correction, DONOR);
      await client.send(`${TEAM}/relocate`, { area: 'east', on: inDays(-6), reason: 'instability' }, DONOR);
      await client.send(`${TEAM}/relocate`, { area: 'west', on: inDays(-5), reason: 'instability' }, DONOR);
      await client.send(`${TEAM}/relocate`, { area: 'south', on: inDays(-5), reason: 'instability' }, DONOR);
      const stays = (await client.latest('personnel-stays')).filter((stay) => stay['deployment'] === 'norland.team');
      expect(stays.map((stay) => stay['area']).toSorted()).toEqual(['east', 'north', 'south', 'west']);
      // They stay in the account of the alert, wherever they have gone since.
      expect(await accounting()).toEqual([['norland.team', 'all safe', 0, false]]);
      expect((await client.latest('personnel-incidents'))[0]).toMatchObject({ hurt: 2, area: 'north', corrections: 1 });
      const { totals } = await client.model(`deployments?by=area&after=${await client.head()}`);
      expect(totals).toMatchObject([{ area: 'south', count: 2, personnel: '6' }]);
    });

    it('are made on the spot again, each with its result, when stability is restored', async () => {
      await client.send(`${NORTH}/end-alert`, { alert: 'a-1', on: inDays(-4), reason: 'over' }, DONOR);
      await client.send(`${NORTH}/restore-stability`, { on: inDays(-3), reason: 'ceasefire' }, DONOR);
      await until(async () => (await client.latest('holds'))[0]?.['status'] === 'released');
      expect((await client.latest('country-situations'))[0]).toMatchObject({ status: 'stable', monitoring: 'normal' });
      const check = 'end-use-check/veritas-monitor.c1';
      const visit = { on: inDays(-1), manner: 'on-site', results: seen('TS-1', 'TS-2') };
      expect(await client.refused(`${check}/perform`, remote({ on: inDays(-2) }), MONITOR)).toMatchObject({
        code: 'remote-without-instability',
        rule: 'R20',
      });
      expect(await client.refused(`${check}/perform`, { ...visit, results: seen('TS-1') }, MONITOR)).toMatchObject({
        code: 'serials-not-all-checked',
        rule: 'R10',
      });
      expect(await client.refused(`${check}/perform`, visit, RECIPIENT)).toMatchObject({
        code: 'manner-of-another',
        rule: 'R20',
      });
      const visited = await client.recorded(`${check}/perform`, visit, MONITOR);
      await client.send(
        `${check}/correct-result`,
        { corrects: visited, serial: 'TS-2', result: 'not-seen', reason: 'mistyped' },
        MONITOR,
      );
      const gap = { discrepancy: 'gap-1', type: 'serial-missing', serial: 'TS-2', quantity: 1, on: inDays(-1) };
      await client.send(`${check}/find-discrepancy`, gap, MONITOR);
      expect((await client.latest('end-use-checks?end_use_check=veritas-monitor.c1'))[0]).toMatchObject({
        status: 'inspected',
        inspected_on: inDays(-1),
        days_late: -11,
        open_discrepancies: 1,
        lower_confidence: false,
      });
      const results = await client.latest('check-results?sort=visit,serial');
      expect(results.map((row) => [row['visit'], row['serial'], row['seen'], row['lower_confidence']])).toEqual([
        [1, 'TS-1', 1, true],
        [1, 'TS-2', 1, true],
        [2, 'TS-1', 1, false],
        [2, 'TS-2', 0, false],
      ]);
      await until(async () => (await client.latest('end-use-checks')).some((row) => row['due'] === inDays(364)));
      expect((await client.latest('end-use-compliance'))[0]).toMatchObject({
        due: 1,
        in_time: 1,
        in_time_percent: 100,
        items_due: '2',
        items_in_time: '1',
        items_not_seen: '1',
        items_in_time_percent: 50,
      });
    });

    it('are scheduled again after denied access and after a waiver (R10)', async () => {
      const denied = 'end-use-check/veritas-monitor.c2';
      const waived = 'end-use-check/veritas-monitor.c3';
      const next = async (due: string, item: string) =>
        (await client.latest(`end-use-checks?due=${due}&item=${item}`)).map(({ status, items }) => [status, items]);
      await client.send(`${denied}/schedule`, schedule({ item: 'radio' }), MONITOR);
      await client.send(`${denied}/deny-access`, { on: inDays(-1), reason: 'military-operation' }, MONITOR);
      await until(async () => (await next(inDays(89), 'radio')).length === 1);
      expect(await next(inDays(89), 'radio')).toEqual([['scheduled', 2]]);
      await client.send(`${waived}/schedule`, schedule({ item: 'camera' }), MONITOR);
      await client.send(`${waived}/waive`, { authority: 'minister', reason: 'site-destroyed' }, DONOR);
      await until(async () => (await next(inDays(365), 'camera')).length === 1);
      expect(await next(inDays(365), 'camera')).toEqual([['scheduled', 2]]);
    });

    it('break no rule that the control checks find', async () => {
      const { body } = await client.get('controls');
      expect((body as unknown as { findings: unknown[] }).findings).toEqual([]);
    });

    it('stay delinquent if they are waived or cancelled after their last day, and not before (R10)', async () => {
      for (const [item, due, command, data] of [
        ['drone', inDays(-4), 'waive', { authority: 'minister', reason: 'site-destroyed' }],
        ['mast', inDays(-4), 'cancel', { reason: 'no-longer-needed' }],
        ['pump', inDays(4), 'waive', { authority: 'minister', reason: 'site-destroyed' }],
        ['relay', inDays(4), 'cancel', { reason: 'no-longer-needed' }],
      ] as const) {
        const check = `end-use-check/veritas-monitor.${item}`;
        await client.send(`${check}/schedule`, schedule({ item, due }), MONITOR);
        await client.send(`${check}/${command}`, data, DONOR);
      }
      for (const item of ['drone', 'mast'])
        expect(await client.latest(`end-use-compliance?item=${item}`)).toMatchObject([
          { due: 1, in_time: 0, not_inspected: 1, overdue: 0, items_due: '2' },
        ]);
      for (const item of ['pump', 'relay']) expect(await client.latest(`end-use-compliance?item=${item}`)).toEqual([]);
      const delinquent = await client.latest(`check-delinquency?month=${inDays(-4).slice(0, 7)}`);
      expect(delinquent.reduce((sum, row) => sum + (row['delinquent'] as number), 0)).toBeGreaterThanOrEqual(2);
      const { body } = await client.get('controls');
      const { findings } = body as unknown as { findings: { control: string }[] };
      expect(findings.map(({ control }) => control)).toEqual(['checks-missed', 'checks-missed']);
    });
  });

  describe('checks that fall due while the steward is down for a month', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    let now = () => new Date().toISOString();
    beforeAll(async () => {
      deployment = await opens({ steward: { lookEvery: 100, now: () => now() } });
      await registerParties(deployment.url, PARTIES);
    });
    afterAll(() => deployment.end());

    it('become overdue on their days, each once, and the others do not', async () => {
      for (const [name, due] of [
        ['late', inDays(20)],
        ['early', inDays(10)],
        ['future', inDays(40)],
        ['made', inDays(5)],
      ])
        await client.send(`end-use-check/veritas-monitor.${name}/schedule`, schedule({ due }), MONITOR);
      const visit = { on: inDays(0), manner: 'on-site', results: seen('TS-1', 'TS-2') };
      const receipt = await client.send('end-use-check/veritas-monitor.made/perform', visit, MONITOR);
      const [{ id: made = '' } = {}] = (receipt as unknown as { events: { id: string }[] }).events;
      await deployment.close();
      now = () => new Date(Date.now() + 31 * DAY_MS).toISOString();
      await deployment.open();
      await until(async () => (await client.model('due-dates?duty=check&status=overdue')).rows.length === 2);
      const { rows } = await client.model('end-use-checks?sort=due');
      expect(
        rows.map((row) => [row['end_use_check'], row['status'], row['recorded_overdue'], row['days_late']]),
      ).toEqual([
        ['veritas-monitor.made', 'inspected', false, -5],
        ['veritas-monitor.early', 'scheduled', true, null],
        ['veritas-monitor.late', 'scheduled', true, null],
        ['veritas-monitor.future', 'scheduled', false, null],
        [`entente.after-${made}`, 'scheduled', false, null],
      ]);
      const log = await deployment.log();
      const recorded: unknown[] = [];
      for await (const batch of log.readLog(0n))
        for (const { type, stream, metadata } of batch)
          if (type === 'EndUseCheckBecameOverdue') recorded.push([type, stream, metadata.occurredAt.slice(0, 10)]);
      await log.close();
      expect(recorded).toEqual([
        ['EndUseCheckBecameOverdue', 'end-use-check/veritas-monitor.early', inDays(11)],
        ['EndUseCheckBecameOverdue', 'end-use-check/veritas-monitor.late', inDays(21)],
      ]);
    });
  });
}
