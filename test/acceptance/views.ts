import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anEvent } from '../contracts/event-store.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { inDays } from '../support/days.js';
import { registerParties } from '../support/parties.mjs';

type Row = Readonly<Record<string, unknown>>;

const only = (rows: readonly Row[], ...columns: string[]): unknown[][] =>
  rows.map((row) => columns.map((column) => row[column]));

const DONOR = 'norland;role=donor;person=n-1';
const RECIPIENT = 'estmark;role=recipient';
const MONITOR = 'veritas-monitor;role=monitor';
const parties = { donor: 'norland', recipient: 'estmark' };
const account = { ...parties, fund: 'Fund', stages: ['pledged', 'committed', 'obligated', 'disbursed', 'spent'] };
const money = (amount: number, period = '2026') => ({ amount, period });

/** Views, which join or sum several streams, equal the sum of what is in these streams. */
export function views(opens: DeploymentFactory): void {
  let deployment: Deployment;
  /** Views are read as of the last event recorded, in any stream. */
  let last = '';
  beforeAll(async () => {
    deployment = await opens();
    await registerParties(deployment.url, { norland: 'donor', sudria: 'donor', estmark: 'recipient' });
  });
  afterAll(() => deployment.end());

  const say = async (actor: string, url: string, payload: object): Promise<string> => {
    const headers = { 'content-type': 'application/json', 'entente-actor': actor };
    const answer = await deployment.app.inject({
      method: 'POST',
      url: `/v1/${url}`,
      headers,
      payload: JSON.stringify(payload),
    });
    const reply = answer.json<{ position?: string; events?: readonly { id: string }[] }>();
    expect([url, answer.statusCode, answer.statusCode === 201 ? null : reply]).toEqual([url, 201, null]);
    last = reply.position as string;
    return reply.events?.at(-1)?.id ?? '';
  };
  const view = async (query: string): Promise<{ rows: Row[]; totals: Row[] }> => {
    const [name, parameters = ''] = query.split('?') as [string, string?];
    const answer = await deployment.app.inject({ url: `/v1/read-models/${name}?${parameters}&after=${last}` });
    expect(answer.statusCode).toBe(200);
    return answer.json();
  };
  const programme = async (id: string): Promise<void> => {
    const days = { starts: '2026-01-01', ends: '2030-12-31' };
    await say(DONOR, `programme/norland.${id}/propose`, { ...parties, ...days, title: id, sector: '15210' });
  };
  const fund = async (id: string, of: string, currency: string): Promise<void> => {
    const more = { programme: `norland.${of}`, currency, basis: 'own', onBudget: true };
    await say(DONOR, `funding-account/norland.${id}/open`, { ...account, ...more });
  };
  /** A case with 30 pieces on one line, accepted and implemented. */
  const supply = async (id: string, of: string, item = 'radio', quantity = 30): Promise<void> => {
    const c = `assistance-case/norland.${id}`;
    const asked = [{ item, quantity, unit: 'each' }];
    await say(DONOR, `${c}/request`, { ...parties, programme: `norland.${of}`, asked, letter: 'L 1' });
    await say(DONOR, `${c}/add-line`, { ...asked[0], line: '001', value: 300, due: '2026-06-30' });
    const terms = { currency: 'USD', initialDeposit: 0, validUntil: '2036-12-31', deliveryPoint: 'receipt' };
    await say(DONOR, `${c}/prepare-offer`, { offer: 'basic', lines: ['001'], value: 300, ...terms });
    await say(DONOR, `${c}/make-offer`, { offer: 'basic' });
    expect(only((await view('recipient-pipeline?awaits=acceptance')).rows, 'stream', 'item_kind', 'due')).toEqual([
      [c, 'case', '2036-12-31'],
    ]);
    await say(RECIPIENT, `${c}/accept-offer`, { offer: 'basic', value: 300, currency: 'USD' });
    await say(DONOR, `${c}/implement`, {});
  };

  describe('the view donor-portfolio', () => {
    it('has a row for each programme and currency, and one without currency if no money is recorded', async () => {
      await programme('alpha');
      await programme('beta');
      expect(only((await view('donor-portfolio?sort=programme')).rows, 'programme', 'currency', 'pledged')).toEqual([
        ['norland.alpha', null, null],
        ['norland.beta', null, null],
      ]);
      await fund('alpha-usd', 'alpha', 'USD');
      await fund('alpha-usd-2', 'alpha', 'USD');
      await fund('alpha-eur', 'alpha', 'EUR');
      await say(DONOR, 'funding-account/norland.alpha-usd/pledge', money(500));
      await say(DONOR, 'funding-account/norland.alpha-usd/pledge', money(70, '2027'));
      await say(DONOR, 'funding-account/norland.alpha-usd-2/pledge', money(30));
      await say(DONOR, 'funding-account/norland.alpha-eur/pledge', money(9));
      expect(
        only((await view('donor-portfolio?sort=programme,currency')).rows, 'programme', 'currency', 'pledged'),
      ).toEqual([
        ['norland.alpha', 'EUR', '9'],
        ['norland.alpha', 'USD', '600'],
        ['norland.beta', null, null],
      ]);
    });

    it('totals each currency by itself, and nothing to add is not zero', async () => {
      const { totals } = await view('donor-portfolio');
      expect(only(totals, 'currency', 'count', 'pledged', 'pledged_unobligated')).toEqual([
        ['EUR', 1, '9', null],
        ['USD', 1, '600', null],
        [null, 1, null, null],
      ]);
    });

    it('has a column for each difference of two stages, over the accounts that have both', async () => {
      const usd = 'funding-account/norland.alpha-usd';
      await say(DONOR, `${usd}/commit`, money(400));
      await say(DONOR, `${usd}/obligate`, money(150));
      await say(DONOR, `${usd}/disburse`, money(100));
      await say(RECIPIENT, `${usd}/report-expenditure`, money(60));
      await say(DONOR, `${usd}/reimburse`, { ...money(10), reason: 'returned' });
      const stages = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'];
      const differences = ['uncommitted', 'unobligated', 'pledged_unobligated', 'undisbursed'];
      expect(only((await view('donor-portfolio?currency=USD')).rows, ...stages, ...differences)).toEqual([
        ['600', '400', '150', '90', '60', '200', '250', null, '60'],
      ]);
      // Sudria's accounts know no commitment, and one of them pools the money of another
      // contributor.
      const sudria = { donor: 'sudria', recipient: 'estmark', fund: 'Pool', currency: 'EUR', basis: 'own' };
      const as = 'sudria;role=donor';
      const lead = 'funding-account/sudria.pool';
      await say(as, `${lead}/open`, { ...sudria, stages: ['pledged', 'obligated'], onBudget: false });
      await say(as, `${lead}/pledge`, money(100));
      await say(as, `${lead}/pool-contribution`, { ...money(40), contributor: 'norland' });
      await say(as, `${lead}/obligate`, money(30));
      const pool = await view('donor-portfolio?donor=sudria');
      expect(only(pool.rows, ...stages, 'pooled', ...differences)).toEqual([
        ['140', null, '30', null, null, '40', null, null, '110', null],
      ]);
    });

    it('shows what had occurred by a day, as it is known now', async () => {
      const old = 'funding-account/norland.alpha-eur';
      const occurredAt = (day: string) => ({ occurredAt: `${day}T12:00:00Z` });
      await say(DONOR, `${old}/pledge`, { ...money(1000), ...occurredAt('2026-02-28') });
      await say(DONOR, `${old}/pledge`, { ...money(2000), ...occurredAt('2026-03-01') });
      const pledged = async (query: string) =>
        only((await view(`donor-portfolio?programme=norland.alpha&currency=EUR${query}`)).rows, 'pledged');
      expect([
        await pledged(''),
        await pledged('&occurred-by=2026-02-28'),
        await pledged('&occurred-by=2026-03-01'),
      ]).toEqual([[['3009']], [['1000']], [['3000']]]);
      const byPeriod = async (query: string) =>
        only((await view(`funding?account=norland.alpha-eur&period=2026${query}`)).rows, 'pledged', 'movements');
      expect([
        await byPeriod('&occurred-by=2026-02-27'),
        await byPeriod('&occurred-by=2026-02-28'),
        await byPeriod('&occurred-by=2026-03-01'),
      ]).toEqual([[], [[1000, 1]], [[3000, 2]]]);
      const { totals } = await view(
        'movements?account=norland.alpha-eur&occurred_on.before=2026-03-01&by=period,movement',
      );
      expect(only(totals, 'currency', 'stage', 'period', 'movement', 'count', 'amount')).toEqual([
        ['EUR', 'pledged', '2026', 'raised', 1, '1000'],
      ]);
    });

    it('that are of the present alone name those that can be asked by a day', async () => {
      const url = '/v1/read-models/recipient-pipeline?occurred-by=2026-03-01';
      const { statusCode, body } = await deployment.app.inject({ url });
      expect(statusCode).toBe(400);
      for (const name of ['donor-portfolio', 'deliverables', 'deliveries', 'consigned-items', 'lateness', 'funding'])
        expect(body).toContain(name);
    });

    it('counts a delivery at its confirmed receipt: late against the first due date and the plan', async () => {
      await supply('radios', 'alpha');
      const ship = async (id: string, received: string | null, replanned?: string) => {
        const s = `consignment/norland.${id}`;
        const lines = [{ line: '001', quantity: 10 }];
        await say(DONOR, `${s}/schedule`, { case: 'norland.radios', lines, due: '2026-03-10' });
        if (replanned !== undefined) await say(DONOR, `${s}/reschedule`, { due: replanned, cause: 'late-supplier' });
        await say(DONOR, `${s}/ship`, { on: '2026-03-01' });
        if (received !== null) await say(RECIPIENT, `${s}/confirm-receipt`, { on: received, lines });
      };
      const figures = [
        'consignments_received',
        'consignments_overdue',
        'on_time_percent',
        'mean_days_late_first',
        'mean_days_late_plan',
      ];
      const on = (day: string, query: string) => view(`donor-portfolio?day=${day}&programme=norland.${query}`);
      await ship('r-1', '2026-03-10');
      await ship('r-2', '2026-03-20', '2026-03-18');
      await ship('r-3', null);
      // 0 and 10 days after the promise, 0 and 2 after the plan. Both currencies' rows show them.
      expect(only((await on('2026-03-10', 'alpha&currency=USD')).rows, ...figures)).toEqual([[2, 0, 50, 5, 1]]);
      expect(only((await on('2026-03-10', 'alpha&currency=EUR')).rows, ...figures)).toEqual([[2, 0, 50, 5, 1]]);
      // The third has not come: 8 days after its day it counts as late.
      expect(only((await on('2026-03-18', 'alpha&currency=EUR')).rows, ...figures)).toEqual([[2, 1, 33.3, 6, 3.3]]);
      expect(only((await on('2026-03-18', 'beta')).rows, ...figures)).toEqual([[0, 0, null, null, null]]);
      // Both currencies' rows repeat them. They are of neither: the total without a currency counts
      // them once, whatever is asked for, and no row is of it alone.
      const received = async (query: string) =>
        only((await on('2026-03-18', query)).totals, 'currency', 'count', 'consignments_received', 'pledged');
      expect(await received('alpha')).toEqual([
        ['EUR', 1, null, '3009'],
        ['USD', 1, null, '600'],
        [null, 0, '2', null],
      ]);
      expect(await received('alpha&currency=USD')).toEqual([
        ['USD', 1, null, '600'],
        [null, 0, '2', null],
      ]);
      // A programme without money is a row without a currency.
      const overdue = async (query: string) =>
        only((await on('2026-03-18', query)).totals, 'currency', 'title', 'count', 'consignments_overdue');
      expect(await overdue('alpha&programme=norland.beta')).toEqual([
        ['EUR', undefined, 1, null],
        ['USD', undefined, 1, null],
        [null, undefined, 1, '1'],
      ]);
      expect(await overdue('alpha&programme=norland.beta&by=title')).toEqual([
        ['EUR', 'alpha', 1, null],
        ['USD', 'alpha', 1, null],
        [null, 'alpha', 0, '1'],
        [null, 'beta', 1, '0'],
      ]);
      const late = await view('consignments?overdue=true&day=2026-03-18');
      expect(only(late.rows, 'consignment', 'days_late_first')).toEqual([['norland.r-3', 8]]);
      expect((await view('consignments?overdue=true&day=2026-03-10')).rows).toEqual([]);
    });

    it('states of which promise a delivery is late: of its own day, not of the line that it serves in time', async () => {
      await programme('two-promises');
      await supply('two-promises', 'two-promises');
      const lines = [{ line: '001', quantity: 30 }];
      const shipment = 'consignment/norland.two-promises';
      await say(DONOR, `${shipment}/schedule`, { case: 'norland.two-promises', lines, due: '2026-06-10' });
      await say(DONOR, `${shipment}/ship`, { on: '2026-06-01' });
      await say(RECIPIENT, `${shipment}/confirm-receipt`, { on: '2026-06-20', lines });
      const consignments = [{ consignment: 'norland.two-promises', quantity: 30 }];
      await say(DONOR, 'assistance-case/norland.two-promises/deliver', {
        ...lines[0],
        on: '2026-06-20',
        consignments,
        facts: [],
      });
      // The line was promised for 30 June, and the shipment for 10 June.
      const late = await view('lateness?programme=norland.two-promises&day=2026-07-10&sort=promise');
      const figures = ['promise', 'promised', 'kept', 'late_first', 'mean_days_late_first'];
      expect(only(late.rows, ...figures)).toEqual([
        ['delivery', 1, 1, 1, 10],
        ['line', 1, 1, 0, -10],
      ]);
    });

    it('leads to all events that made its figures, those of misuse and of money alone by currency', async () => {
      const { rows } = await view('donor-portfolio?programme=norland.alpha&currency=USD');
      const url = `/v1/read-models/donor-portfolio/events?row=${encodeURIComponent(rows[0]?.['row_id'] as string)}`;
      const types = (await deployment.app.inject({ url })).json<{ events: { type: string }[] }>().events;
      const count = (type: string) => types.filter((one) => one.type === type).length;
      expect(['FundsPledged', 'FundsObligated', 'ReceiptConfirmed', 'FundingAccountOpened'].map(count)).toEqual([
        3, 1, 2, 2,
      ]);
    });

    it('counts a misuse case as open until it is declined, dismissed or closed', async () => {
      const flag = async (digit: string) => {
        const m = `misuse-case/sealed.${digit.repeat(32)}`;
        const { recipient } = parties;
        const report = { allegation: 'loss-or-theft', programme: 'norland.alpha', recipient, accused: 'estmark' };
        const happened = { from: '2026-02-01', to: '2026-02-02' };
        await say('harbour-watch;role=implementer', `${m}/flag`, { ...report, happened, scopes: [] });
        return m;
      };
      const open = async () =>
        only((await view('donor-portfolio?programme=norland.alpha&currency=USD')).rows, 'open_misuse');
      const first = await flag('1');
      await flag('2');
      expect(await open()).toEqual([[2]]);
      // A report takes the donor from its programme, and is behind the figure.
      const { rows } = await view('donor-portfolio?programme=norland.alpha&currency=USD');
      const behind = `/v1/read-models/donor-portfolio/events?row=${encodeURIComponent(rows[0]?.['row_id'] as string)}`;
      const { events } = (await deployment.app.inject({ url: behind })).json<{ events: { type: string }[] }>();
      expect(events.filter(({ type }) => type === 'MisuseFlagged')).toHaveLength(2);
      await say(DONOR, `${first}/decline`, { reason: 'outside-assistance' });
      expect(await open()).toEqual([[1]]);
    });

    it('has what donor and recipient do without a programme and without money', async () => {
      const report = { allegation: 'loss-or-theft', ...parties, accused: 'estmark', scopes: [] };
      const happened = { from: '2026-02-01', to: '2026-02-02' };
      const m = `misuse-case/sealed.${'3'.repeat(32)}`;
      await say('harbour-watch;role=implementer', `${m}/flag`, { ...report, happened });
      const alone = async (query = '') =>
        only((await view(`donor-portfolio?programme=${query}`)).rows, 'donor', 'currency', 'open_misuse');
      expect(await alone('&donor=norland')).toEqual([['norland', null, 1]]);
      expect(await alone(`&donor=norland&occurred-by=${inDays(-1)}`)).toEqual([]);
    });
  });

  describe('the view expiring-funds', () => {
    it('has what an account may no longer commit or obligate after its last day, until nothing of it is left', async () => {
      await programme('theta');
      const f = 'funding-account/norland.theta-fund';
      const of = { programme: 'norland.theta', currency: 'CHF', basis: 'own', onBudget: false };
      await say(DONOR, `${f}/open`, { ...account, ...of, availableUntil: inDays(20) });
      const expiring = async (of = 'norland.theta-fund') => {
        const { rows, totals } = await view(`expiring-funds?account=${of}`);
        return [
          only(rows, 'stage', 'remaining', 'currency', 'available_until', 'days_left', 'expired'),
          only(totals, 'currency', 'remaining'),
        ];
      };
      await say(DONOR, `${f}/pledge`, money(100));
      expect(await expiring()).toEqual([[], []]);
      await say(DONOR, `${f}/commit`, money(60));
      await say(DONOR, `${f}/commit`, money(20, '2027'));
      await say(DONOR, `${f}/obligate`, money(50));
      const row = (remaining: number) => ['committed', remaining, 'CHF', inDays(20), 20, false];
      expect(await expiring()).toEqual([[row(30)], [['CHF', '30']]]);
      await say(DONOR, `${f}/obligate`, money(30));
      expect(await expiring()).toEqual([[], []]);
      await say(DONOR, `${f}/deobligate`, { ...money(5), reason: 'order-withdrawn' });
      expect(await expiring()).toEqual([[row(5)], [['CHF', '5']]]);
      // An account that has no commitments obligates what is pledged.
      const p = 'funding-account/norland.theta-pledges';
      const two = { ...account, ...of, stages: ['pledged', 'obligated'], availableUntil: inDays(-1) };
      await say(DONOR, `${p}/open`, two);
      await say(DONOR, `${p}/pledge`, money(9));
      const late = ['pledged', 9, 'CHF', inDays(-1), -1, true];
      expect(await expiring('norland.theta-pledges')).toEqual([[late], [['CHF', '9']]]);
      await say(DONOR, `${p}/close`, { reason: 'ended' });
      expect(await expiring('norland.theta-pledges')).toEqual([[], []]);
    });
  });

  describe('the view recipient-pipeline', () => {
    it('shows what is under way, what was announced, and what waits for an answer', async () => {
      const usd = 'funding-account/norland.alpha-usd';
      await say(DONOR, `${usd}/plan-disbursement`, { ...money(20), tranche: 't-1', due: '2026-11-28' });
      await say(DONOR, `${usd}/plan-disbursement`, { ...money(5), tranche: 't-2', due: '2026-12-02' });
      await say(DONOR, `${usd}/disburse`, { ...money(5), tranche: 't-2' });
      const discrepancy = { discrepancy: 'd-1', line: '001', type: 'shortage', quantity: 1 };
      await say(RECIPIENT, 'consignment/norland.r-2/report-discrepancy', discrepancy);
      const columns = [
        'item_kind',
        'part',
        'item',
        'quantity',
        'unit',
        'amount',
        'currency',
        'awaits',
        'waits_for',
        'due',
        'days_late_plan',
      ];
      const shown = async () =>
        only(
          (await view('recipient-pipeline?sort=item_kind,part&day=2026-11-28')).rows.filter(
            ({ donor }) => donor === 'norland',
          ),
          ...columns,
        );
      const r3 = ['consignment', '001', 'radio', 10, 'each', null, null, 'receipt', 'recipient', '2026-03-10', 263];
      const t1 = ['tranche', 't-1', null, null, null, 20, 'USD', 'disbursement', 'donor', '2026-11-28', null];
      expect(await shown()).toEqual([
        r3,
        ['discrepancy', 'd-1', 'shortage', 1, 'each', null, null, 'answer', 'donor', null, null],
        t1,
      ]);
      await say(DONOR, 'consignment/norland.r-2/resolve-discrepancy', { discrepancy: 'd-1', outcome: 'replaced' });
      await say(DONOR, `${usd}/disburse`, { ...money(19), tranche: 't-1' });
      expect(
        only((await view('disbursements?sort=tranche')).rows, 'tranche', 'status', 'planned', 'disbursed'),
      ).toEqual([
        ['t-1', 'begun', 20, 19],
        ['t-2', 'disbursed', 5, 5],
      ]);
      await say(DONOR, `${usd}/disburse`, { ...money(1), tranche: 't-1' });
      expect(await shown()).toEqual([r3]);
    });

    it('has money between two accounts as in transit, so that all stages and it make the whole', async () => {
      await programme('sigma');
      await fund('sigma-a', 'sigma', 'XTS');
      await fund('sigma-b', 'sigma', 'XTS');
      const a = 'norland.sigma-a';
      const b = 'norland.sigma-b';
      const on = (day: string) => ({ occurredAt: `${day}T12:00:00Z` });
      await say(DONOR, `funding-account/${a}/commit`, { ...money(100), ...on('2026-05-01') });
      const shown = async (by = '') => {
        const row = (await view(`reallocations?account=${a}${by}`)).rows;
        const all = (await view(`movements?currency=XTS&stage=committed${by}`)).totals;
        return [...only(row, 'taken_in_on', 'went_out', 'taken_in', 'in_transit'), all[0]?.['amount'] ?? null];
      };
      const half = { ...money(40), stage: 'committed' };
      const out = await say(DONOR, `funding-account/${a}/reallocate-out`, { ...half, to: b, ...on('2026-05-10') });
      expect([await shown('&occurred-by=2026-05-09'), await shown()]).toEqual([['100'], [[null, 40, 0, 40], '60']]);
      await say(DONOR, `funding-account/${b}/reallocate-in`, { ...half, from: a, out, ...on('2026-05-20') });
      expect([await shown('&occurred-by=2026-05-19'), await shown()]).toEqual([
        [[null, 40, 0, 40], '60'],
        [['2026-05-20', 40, 40, 0], '100'],
      ]);
      expect((await view(`reallocations?account=${a}`)).totals).toEqual([
        {
          currency: 'XTS',
          stage: 'committed',
          counts: 'reallocations',
          count: 1,
          went_out: '40',
          taken_in: '40',
          in_transit: '0',
        },
      ]);
    });

    it('has the days of a tranche by what was disbursed by a day, and by what is left of it', async () => {
      await programme('tau');
      await fund('tau-fund', 'tau', 'USD');
      const tau = 'funding-account/norland.tau-fund';
      await say(DONOR, `${tau}/commit`, money(100));
      await say(DONOR, `${tau}/obligate`, money(100));
      const on = (day: string) => ({ occurredAt: `${day}T12:00:00Z` });
      const plan = { ...money(20), tranche: 't-1', due: '2026-05-15', ...on('2026-05-01') };
      await say(DONOR, `${tau}/plan-disbursement`, plan);
      const paid = (amount: number, day: string) =>
        say(DONOR, `${tau}/disburse`, { ...money(amount), tranche: 't-1', ...on(day) });
      const correct = (corrects: string, amount: number) =>
        say(DONOR, `${tau}/correct-movement`, { corrects, amount, reason: 'mistyped' });
      const COLUMNS = ['status', 'disbursed', 'last_disbursed_on', 'disbursed_on', 'days_late'];
      const shown = async (by?: string) => {
        const query = by === undefined ? '' : `&occurred-by=${by}`;
        return only((await view(`disbursements?account=norland.tau-fund${query}`)).rows, ...COLUMNS);
      };
      const first = await paid(15, '2026-05-10');
      const second = await paid(5, '2026-05-20');
      expect([await shown('2026-04-30'), await shown('2026-05-09'), await shown('2026-05-10'), await shown()]).toEqual([
        [],
        [['planned', 0, null, null, null]],
        [['begun', 15, '2026-05-10', null, null]],
        [['disbursed', 20, '2026-05-20', '2026-05-20', 5]],
      ]);
      await correct(second, 0);
      expect(only((await view('disbursements?account=norland.tau-fund&day=2026-05-15')).rows, ...COLUMNS)).toEqual([
        ['begun', 15, '2026-05-10', null, null],
      ]);
      await correct(first, 20);
      expect(await shown()).toEqual([['disbursed', 20, '2026-05-10', '2026-05-10', -5]]);
      await correct(first, 0);
      expect(only((await view('disbursements?account=norland.tau-fund&day=2026-05-15')).rows, ...COLUMNS)).toEqual([
        ['planned', 0, null, null, null],
      ]);
    });

    it('has the balance of each stage by day, and marks a stage that was ahead of the one before it (R30)', async () => {
      await programme('rho');
      await fund('rho-fund', 'rho', 'USD');
      const rho = 'funding-account/norland.rho-fund';
      const on = (day: string) => ({ occurredAt: `${day}T12:00:00Z` });
      const shown = async (query = '') =>
        only(
          (await view(`balances?account=norland.rho-fund${query}`)).rows,
          'occurred_on',
          'committed',
          'obligated',
          'disbursed',
          'implausible',
        );
      await say(DONOR, `${rho}/commit`, { ...money(100), ...on('2026-05-10') });
      const obligated = await say(DONOR, `${rho}/obligate`, { ...money(60), ...on('2026-05-20') });
      await say(DONOR, `${rho}/disburse`, { ...money(50), ...on('2026-05-15') });
      await say(DONOR, `${rho}/obligate`, { ...money(40), ...on('2026-05-01') });
      expect(await shown()).toEqual([
        ['2026-05-01', 0, 40, 0, 'obligated-early'],
        ['2026-05-10', 100, 40, 0, null],
        ['2026-05-15', 100, 40, 50, 'disbursed-early'],
        ['2026-05-20', 100, 100, 50, null],
      ]);
      expect(await shown('&occurred-by=2026-05-14&implausible=obligated-early')).toHaveLength(1);
      // The next period's money is of this one's commitment, and in order.
      await say(DONOR, `${rho}/correct-movement`, { corrects: obligated, amount: 20, reason: 'mistyped' });
      await say(DONOR, `${rho}/disburse`, { ...money(10, '2027'), ...on('2026-05-25') });
      expect((await shown()).slice(3)).toEqual([
        ['2026-05-20', 100, 60, 50, null],
        ['2026-05-25', 100, 60, 60, null],
      ]);
    });

    it('has the final value of a reconciled case beside the agreed one, in the row and in the total', async () => {
      await programme('omega');
      await supply('tents', 'omega');
      await supply('stoves', 'omega', 'stove');
      const shown = async () => {
        const { rows, totals } = await view('cases?assistance_case=norland.tents&assistance_case=norland.stoves');
        const sums = only(totals, 'currency', 'count', 'agreed_value', 'final_value');
        return [only(rows, 'assistance_case', 'status', 'agreed_value', 'final_value'), sums];
      };
      const open = (name: string) => [`norland.${name}`, 'implemented', 300, null];
      // Nothing to add is not zero.
      expect(await shown()).toEqual([[open('stoves'), open('tents')], [['USD', 2, '600', null]]]);
      const c = 'assistance-case/norland.tents';
      const s = 'consignment/norland.t-1';
      const lines = [{ line: '001', quantity: 30 }];
      await say(DONOR, `${s}/schedule`, { case: 'norland.tents', lines, due: '2026-06-30' });
      await say(DONOR, `${s}/ship`, { on: '2026-05-30' });
      await say(RECIPIENT, `${s}/confirm-receipt`, { on: '2026-06-04', lines });
      const consignments = [{ consignment: 'norland.t-1', quantity: 30 }];
      await say(DONOR, `${c}/deliver`, { ...lines[0], on: '2026-06-04', consignments, facts: [] });
      await say(DONOR, `${c}/reconcile`, { finalValue: 240, currency: 'USD' });
      expect(await shown()).toEqual([
        [open('stoves'), ['norland.tents', 'reconciled', 300, 240]],
        [['USD', 2, '600', '240']],
      ]);
    });

    it('adds up what was agreed, and neither an offer that was not accepted nor a cancelled consignment', async () => {
      await programme('eta');
      const c = 'assistance-case/norland.ropes';
      const asked = [{ item: 'rope', quantity: 8, unit: 'each' }];
      await say(DONOR, `${c}/request`, { ...parties, programme: 'norland.eta', asked, letter: 'L 1' });
      await say(DONOR, `${c}/add-line`, { ...asked[0], line: '001', value: 70, due: '2026-06-30' });
      const terms = { currency: 'USD', initialDeposit: 0, validUntil: '2036-12-31', deliveryPoint: 'receipt' };
      const agreed = async () => {
        const { rows, totals } = await view('cases?programme=norland.eta');
        return [only(rows, 'value', 'agreed_value'), only(totals, 'currency', 'count', 'agreed_value')];
      };
      const awaited = async () =>
        only((await view('recipient-pipeline?programme=norland.eta')).rows, 'awaits', 'organisation', 'due', 'overdue');
      const offer = { offer: 'basic', lines: ['001'], value: 70, ...terms };
      await say(DONOR, `${c}/prepare-offer`, { ...offer, noticeDays: 15 });
      expect(await awaited()).toEqual([['offer', 'norland', null, false]]);
      // From the end of its notice on it may be made (R16).
      await say(DONOR, `${c}/notify-legislature`, { offer: 'basic', on: inDays(-16) });
      expect(await awaited()).toEqual([['offer', 'norland', inDays(-1), true]]);
      await say(DONOR, `${c}/make-offer`, { offer: 'basic' });
      expect(await awaited()).toEqual([['acceptance', 'estmark', '2036-12-31', false]]);
      expect(await agreed()).toEqual([[[70, null]], [['USD', 1, null]]]);
      await say(RECIPIENT, `${c}/accept-offer`, { offer: 'basic', value: 70, currency: 'USD' });
      expect(await agreed()).toEqual([[[70, 70]], [['USD', 1, '70']]]);
      const scheduled = async () => {
        const { rows, totals } = await view('consigned-items?programme=norland.eta&day=2026-07-09&sort=consignment');
        const columns = ['scheduled', 'cancelled', 'days_late_first', 'days_late_plan'];
        return [only(rows, 'status', ...columns), only(totals, 'item', 'scheduled', 'received', 'cancelled')];
      };
      const s = 'consignment/norland.ropes';
      const lines = (quantity: number) => [{ line: '001', quantity }];
      await say(DONOR, `${s}-1/schedule`, { case: 'norland.ropes', lines: lines(5), due: '2026-07-05' });
      await say(DONOR, `${s}-1/cancel`, { reason: 'order-withdrawn' });
      await say(DONOR, `${s}-2/schedule`, { case: 'norland.ropes', lines: lines(8), due: '2026-07-05' });
      await say(DONOR, `${s}-2/reschedule`, { due: '2026-07-08', cause: 'weather' });
      expect(await scheduled()).toEqual([
        [
          ['cancelled', null, 5, null, null],
          ['scheduled', 8, null, 4, 1],
        ],
        [['rope', '8', null, '5']],
      ]);
      await say(DONOR, `${c}/cancel`, { reason: 'no-longer-required' });
      expect(await agreed()).toEqual([[[70, null]], [['USD', 1, null]]]);
    });

    it('has not to schedule what was delivered apart from consignments', async () => {
      await programme('chi');
      await supply('lanyards', 'chi', 'lanyard', 100);
      const c = 'assistance-case/norland.lanyards';
      const lines = [{ line: '001', quantity: 60 }];
      const plan = { case: 'norland.lanyards', lines, due: '2026-07-05' };
      await say(DONOR, 'consignment/norland.lanyards-1/schedule', plan);
      const stream = 'programme/norland.chi';
      const met = { milestone: 'm-1', due: '2030-06-04' };
      const facts = [{ stream, event: await say(DONOR, `${stream}/plan-milestone`, met) }];
      await say(DONOR, `${c}/deliver`, { line: '001', quantity: 30, on: '2026-06-04', consignments: [], facts });
      const { rows } = await view('deliverables?assistance_case=norland.lanyards');
      expect(only(rows, 'delivered', 'on_the_way', 'unscheduled')).toEqual([[30, '60', 10]]);
    });

    it.each([
      ['completed', { on: '2026-08-20' }, 'complete', 'psi'],
      ['terminated', { reason: 'no-longer-needed' }, 'terminate', 'psi-ended'],
    ])('keeps what is owed of a programme that was %s, as the other views do', async (_, data, end, id) => {
      const stream = `programme/norland.${id}`;
      await programme(id);
      await supply(`${id}-kettles`, id, 'kettle');
      await supply(`${id}-pans`, id, 'pan');
      await supply(`${id}-cups`, id, 'cup');
      await say(DONOR, `assistance-case/norland.${id}-cups/cancel`, { reason: 'no-need' });
      const plan = { case: `norland.${id}-pans`, lines: [{ line: '001', quantity: 30 }], due: '2026-07-05' };
      await say(DONOR, `consignment/norland.${id}-pans/schedule`, plan);
      const asked = [{ item: 'bowl', quantity: 1, unit: 'each' }];
      const letter = { ...parties, programme: `norland.${id}`, asked, letter: 'L 2' };
      await say(DONOR, `assistance-case/norland.${id}-bowls/request`, letter);
      await say(DONOR, `assistance-case/norland.${id}-bowls/return-request`, { missing: ['purpose'] });
      const on = `programme=norland.${id}&day=2026-08-31`;
      const coming = async () =>
        only((await view(`recipient-pipeline?${on}&sort=item`)).rows, 'item', 'awaits', 'waits_for', 'days_late_plan');
      expect(await coming()).toEqual([
        ['kettle', 'schedule', 'donor', 62],
        ['pan', 'shipment', 'donor', 57],
        [null, 'supplement', 'recipient', null],
      ]);
      await say('norland;role=donor;person=n-2', `${stream}/approve`, { authority: 'minister' });
      await say(DONOR, `${stream}/activate`, { on: '2026-01-01' });
      await say(DONOR, `${stream}/${end}`, data);
      expect(await coming()).toEqual([
        ['kettle', 'amendment', 'donor', 62],
        ['pan', 'cancellation', 'donor', 57],
      ]);
      // What waits to be cancelled is stopped by no hold.
      const pans = `consignment/norland.${id}-pans`;
      await say(DONOR, `${pans}/hold`, { reason: 'papers-missing' });
      const held = (await view(`recipient-pipeline?${on}&item=pan`)).rows;
      expect(only(held, 'status', 'awaits', 'on_hold')).toEqual([['held', 'cancellation', null]]);
      const lines = (await view(`deliverables?${on}&overdue=true&sort=item`)).rows;
      expect(only(lines, 'item', 'state', 'days_late_plan')).toEqual([
        ['kettle', 'open', 62],
        ['pan', 'open', 62],
      ]);
      expect(only((await view(`lateness?${on}&promise=line`)).rows, 'promised', 'overdue')).toEqual([[2, 2]]);
      expect(only((await view(`donor-portfolio?${on}`)).rows, 'lines_overdue')).toEqual([[2]]);
      const due = (await view(`due-dates?${on}&duty=delivery`)).rows;
      expect(only(due, 'status', 'overdue', 'days_late')).toEqual([['open', true, 57]]);
      await say(DONOR, `${pans}/cancel`, { reason: 'no-need' });
      const changes = [{ line: '001', quantityBy: -30, valueBy: -300 }];
      const amendment = { amendment: 'a-1', changes, adds: [], reason: 'no-need' };
      await say(DONOR, `assistance-case/norland.${id}-pans/offer-amendment`, amendment);
      await say(DONOR, `assistance-case/norland.${id}-kettles/cancel`, { reason: 'no-need' });
      expect(await coming()).toEqual([
        ['pan', 'amendment', 'donor', 62],
        [null, 'amendment', 'recipient', null],
      ]);
      await say(RECIPIENT, `assistance-case/norland.${id}-pans/accept-amendment`, { amendment: 'a-1' });
      expect(await coming()).toEqual([]);
      expect(only((await view(`donor-portfolio?${on}`)).rows, 'lines_overdue')).toEqual([[0]]);
    });

    it('leaves out the tranches of a programme that was terminated', async () => {
      await programme('upsilon');
      await fund('upsilon-fund', 'upsilon', 'USD');
      const coming = async () => only((await view('recipient-pipeline?programme=norland.upsilon')).rows, 'awaits');
      const tranche = { tranche: 't-1', amount: 10, period: '2026', due: '2030-06-30' };
      await say(DONOR, 'funding-account/norland.upsilon-fund/plan-disbursement', tranche);
      expect(await coming()).toEqual([['disbursement']]);
      await say(DONOR, 'programme/norland.upsilon/terminate', { reason: 'no-longer-needed' });
      expect(await coming()).toEqual([]);
    });

    it('counts a line that was amended to nothing as ended, and not as overdue', async () => {
      await supply('lanterns', 'beta', 'lantern', 10);
      const c = 'assistance-case/norland.lanterns';
      const line = async () =>
        only(
          (await view('deliverables?assistance_case=norland.lanterns&day=2026-07-10')).rows,
          'state',
          'quantity',
          'overdue',
          'days_late_plan',
        );
      expect(await line()).toEqual([['open', 10, true, 10]]);
      const changes = [{ line: '001', quantityBy: -10, valueBy: -300 }];
      await say(DONOR, `${c}/offer-amendment`, { amendment: 'a-1', changes, adds: [], reason: 'no-need' });
      await say(RECIPIENT, `${c}/accept-amendment`, { amendment: 'a-1' });
      expect(await line()).toEqual([['ended', 0, false, null]]);
      expect((await view('recipient-pipeline?assistance_case=norland.lanterns')).rows).toEqual([]);
    });

    it('shows what is promised and not scheduled, and what a shortage left to come', async () => {
      await supply('phones', 'beta');
      const columns = ['item_kind', 'status', 'quantity', 'unit', 'waits_for', 'due', 'overdue', 'days_late_plan'];
      const phones = async () =>
        only((await view('recipient-pipeline?programme=norland.beta&sort=item_kind&day=2026-07-02')).rows, ...columns);
      const promised = (quantity: number) => [
        'case-line',
        'not-scheduled',
        quantity,
        'each',
        'donor',
        '2026-06-30',
        true,
        2,
      ];
      expect(await phones()).toEqual([promised(30)]);
      const s = 'consignment/norland.p-1';
      const lines = (quantity: number) => [{ line: '001', quantity }];
      await say(DONOR, `${s}/schedule`, { case: 'norland.phones', lines: lines(20), due: '2026-07-05' });
      expect(await phones()).toEqual([
        promised(10),
        ['consignment', 'scheduled', 20, 'each', 'donor', '2026-07-05', false, null],
      ]);
      await say(DONOR, `${s}/ship`, { on: '2026-07-01' });
      await say(RECIPIENT, `${s}/confirm-receipt`, { on: '2026-07-04', lines: lines(15) });
      const shortage = { discrepancy: 'd', line: '001', type: 'shortage', quantity: 5 };
      await say(RECIPIENT, `${s}/report-discrepancy`, shortage);
      await say(DONOR, `${s}/resolve-discrepancy`, { discrepancy: 'd', outcome: 'replaced' });
      expect(await phones()).toEqual([promised(15)]);
      const figures = ['state', 'quantity', 'received', 'on_the_way', 'unscheduled', 'overdue', 'days_late_plan'];
      const line = async () =>
        only((await view('deliverables?assistance_case=norland.phones&day=2026-07-10')).rows, ...figures);
      expect(await line()).toEqual([['open', 30, '15', '0', 15, true, 10]]);
      const consigned = await view('consigned-items?assistance_case=norland.phones');
      expect(only(consigned.totals, 'item', 'unit', 'scheduled', 'received')).toEqual([['radio', 'each', '20', '15']]);
    });

    it('shows what a suspended programme, a held case and a held shipment stop, since when and why (R19)', async () => {
      await programme('gamma');
      await supply('torches', 'gamma', 'torch');
      const p = 'programme/norland.gamma';
      const c = 'assistance-case/norland.torches';
      const s = 'consignment/norland.l-1';
      const lines = [{ line: '001', quantity: 30 }];
      await say(DONOR, `${s}/schedule`, { case: 'norland.torches', lines, due: '2036-07-05' });
      await say('norland;role=donor;person=n-2', `${p}/approve`, { authority: 'minister' });
      await say(DONOR, `${p}/activate`, { on: '2026-01-02' });
      const at = (day: string) => ({ occurredAt: `${day}T12:00:00Z` });
      const stops = async () =>
        only((await view('on-hold')).rows, 'scope_kind', 'scope', 'hold', 'basis', 'reason', 'donor', 'since');
      const shown = async () => [
        ...only((await view('donor-portfolio?programme=norland.gamma')).rows, 'on_hold'),
        ...only((await view('recipient-pipeline?programme=norland.gamma')).rows, 'on_hold', 'awaits'),
      ];
      expect(await stops()).toEqual([]);
      expect(await shown()).toEqual([[null], [null, 'shipment']]);

      await say(DONOR, `${p}/suspend`, { reason: 'ceasefire-broken', ...at('2026-05-04') });
      const suspended = ['programme', 'norland.gamma', null, 'suspension', 'ceasefire-broken', 'norland', '2026-05-04'];
      expect(await stops()).toEqual([suspended]);
      expect(await shown()).toEqual([['programme suspension'], ['programme suspension', 'shipment']]);
      await say(DONOR, `${p}/resume`, { reason: 'reviewed' });
      expect(await stops()).toEqual([]);

      await say(DONOR, `${s}/hold`, { reason: 'papers-missing', ...at('2026-05-05') });
      const shipment = ['consignment', 'norland.l-1', null, 'held', 'papers-missing', 'norland', '2026-05-05'];
      expect(await stops()).toEqual([shipment]);
      expect(await shown()).toEqual([[null], ['consignment held', 'release']]);
      await say(DONOR, `${c}/hold`, { reason: 'audit', ...at('2026-05-06') });
      const held = ['case', 'norland.torches', null, 'held', 'audit', 'norland', '2026-05-06'];
      expect(await stops()).toEqual([held, shipment]);
      expect(await shown()).toEqual([[null], ['case held', 'release']]);
      await say(DONOR, `${s}/release`, { reason: 'papers-found' });
      await say(DONOR, `${c}/release`, { reason: 'audited' });
      expect(await stops()).toEqual([]);
    });

    it('has the requests that wait for the donor, each from its day, until they are answered', async () => {
      await programme('delta');
      const of = { ...parties, programme: 'norland.delta' };
      const on = (day: string) => ({ occurredAt: `${day}T12:00:00Z` });
      const columns = [
        'item_kind',
        'item',
        'status',
        'awaits',
        'waits_for',
        'organisation',
        'asked_on',
        'days_waiting',
      ];
      const waiting = async () =>
        only((await view('recipient-pipeline?programme=norland.delta&day=2026-06-10&sort=item_kind')).rows, ...columns);
      const c = 'assistance-case/estmark.shelters';
      const asked = [{ item: 'tent', quantity: 4, unit: 'each' }];
      await say(RECIPIENT, `${c}/request`, { ...of, asked, ...on('2026-06-01') });
      const request = ['case', null, 'requested', 'offer', 'donor', 'norland', '2026-06-01', 9];
      expect(await waiting()).toEqual([request]);
      await say(DONOR, `${c}/return-request`, { missing: ['delivery-place'] });
      const returned = ['case', null, 'returned', 'supplement', 'recipient', 'estmark', null, null];
      expect(await waiting()).toEqual([returned]);
      await say(RECIPIENT, `${c}/supplement-request`, { supplied: ['delivery-place'] });
      expect(await waiting()).toEqual([request]);
      const r = 'technology-release/estmark.optics';
      const technology = { donor: 'norland', technology: 'optics', purpose: 'repair', programme: 'norland.delta' };
      await say(RECIPIENT, `${r}/request`, { ...technology, ...on('2026-06-10') });
      const release = ['technology-release', 'optics', 'requested', 'approval', 'donor', 'norland', '2026-06-10', null];
      expect(await waiting()).toEqual([request, release]);
      await say(DONOR, `${r}/deny`, { reason: 'third-party-rights' });
      await say(DONOR, `${c}/cancel`, { reason: 'no-longer-required' });
      expect(await waiting()).toEqual([]);
    });

    it('has a disputed fact until it is answered, and once that was accepted until it is corrected', async () => {
      await programme('epsilon');
      await fund('epsilon-fund', 'epsilon', 'USD');
      const f = 'funding-account/norland.epsilon-fund';
      await say(DONOR, `${f}/commit`, money(90));
      await say(DONOR, `${f}/obligate`, money(90));
      const fact = await say(DONOR, `${f}/disburse`, money(50));
      const columns = ['item_kind', 'amount', 'currency', 'status', 'awaits', 'waits_for', 'organisation', 'asked_on'];
      const waiting = async () =>
        only((await view('recipient-pipeline?programme=norland.epsilon')).rows, 'part', ...columns);
      expect(await waiting()).toEqual([]);
      const disputed = { fact, reason: 'other-amount', occurredAt: `${inDays(-2)}T12:00:00Z` };
      await say(RECIPIENT, `${f}/dispute-fact`, disputed);
      const dispute = (awaits: string) => [
        fact,
        'dispute',
        50,
        'USD',
        'disputed',
        awaits,
        'donor',
        'norland',
        inDays(-2),
      ];
      expect(await waiting()).toEqual([dispute('answer')]);
      await say(DONOR, `${f}/answer-dispute`, { fact, outcome: 'accepted', reason: 'mistyped' });
      expect(await waiting()).toEqual([dispute('correction')]);
      await say(DONOR, `${f}/correct-movement`, { corrects: fact, amount: 40, reason: 'mistyped' });
      expect(await waiting()).toEqual([]);
      await say(RECIPIENT, `${f}/dispute-fact`, disputed);
      await say(DONOR, `${f}/answer-dispute`, { fact, outcome: 'rejected', reason: 'bank-statement' });
      expect(await waiting()).toEqual([]);
    });

    it('has training by its first day, which a suspended programme stops, and not the steps that go on', async () => {
      await programme('zeta');
      const p = 'programme/norland.zeta';
      await say('norland;role=donor;person=n-2', `${p}/approve`, { authority: 'minister' });
      await say(DONOR, `${p}/activate`, { on: '2026-01-02' });
      const t = 'training-activity/norland.zeta-course';
      const course = { purpose: 'border-security', course: 'drill', place: 'centre', cost: 100, currency: 'USD' };
      const days = { starts: '2026-06-01', ends: '2026-06-20' };
      await say(DONOR, `${t}/plan`, { ...parties, ...course, ...days, programme: 'norland.zeta', planned: 12 });
      const later = { starts: '2026-06-08', ends: '2026-06-27', cause: 'instructors-late' };
      await say(DONOR, `${t}/reschedule`, later);
      await supply('heaters', 'zeta', 'heater');
      await supply('aprons', 'zeta', 'apron');
      const s = 'consignment/norland.heaters-1';
      const lines = [{ line: '001', quantity: 30 }];
      await say(DONOR, `${s}/schedule`, { case: 'norland.heaters', lines, due: '2026-07-05' });
      const columns = ['item', 'quantity', 'unit', 'status', 'awaits', 'first_due', 'due', 'on_hold'];
      const coming = async () =>
        only((await view('recipient-pipeline?programme=norland.zeta&sort=item&day=2026-06-10')).rows, ...columns);
      const aprons = ['apron', 30, 'each', 'not-scheduled', 'schedule', '2026-06-30', '2026-06-30', null];
      const drill = (stop: string | null) =>
        ['drill', 12, 'person', 'planned', 'start', '2026-06-01', '2026-06-08', stop] as const;
      const heaters = (status: string, awaits: string, stop: string | null) =>
        ['heater', 30, 'each', status, awaits, '2026-07-05', '2026-07-05', stop] as const;
      expect(await coming()).toEqual([aprons, drill(null), heaters('scheduled', 'shipment', null)]);
      const [late] = (await view('recipient-pipeline?item=drill&day=2026-06-10')).rows;
      expect(late).toMatchObject({ overdue: true, days_late_plan: 2, days_late_first: 9 });
      await say(DONOR, `${p}/suspend`, { reason: 'ceasefire-broken' });
      const stop = 'programme suspension';
      expect(await coming()).toEqual([aprons, drill(stop), heaters('scheduled', 'shipment', stop)]);
      // What has left is received all the same.
      await say(DONOR, `${s}/transfer-title`, { on: inDays(-1), point: 'port' });
      expect(await coming()).toEqual([aprons, drill(stop), heaters('under-way', 'receipt', null)]);
      await say(DONOR, `${t}/cancel`, { reason: 'no-instructors' });
      expect(await coming()).toEqual([aprons, heaters('under-way', 'receipt', null)]);
    });

    it('adds quantities exactly, whatever their size', async () => {
      const most = Number.MAX_SAFE_INTEGER;
      await supply('rounds', 'beta', 'round', most);
      const lines = [{ line: '001', quantity: most }];
      for (const id of ['q-1', 'q-2', 'q-3'])
        await say(DONOR, `consignment/norland.${id}/schedule`, { case: 'norland.rounds', lines, due: '2026-07-05' });
      const figures = ['quantity', 'received', 'on_the_way', 'unscheduled'];
      const line = async (more = '') =>
        only((await view(`deliverables?assistance_case=norland.rounds${more}`)).rows, ...figures);
      expect(await line()).toEqual([[most, '0', '27021597764222973', 0]]);
      await say(DONOR, 'consignment/norland.q-1/ship', { on: '2026-07-01' });
      await say(RECIPIENT, 'consignment/norland.q-1/confirm-receipt', { on: '2026-07-04', lines });
      const both = [[most, '9007199254740991', '18014398509481982', 0]];
      expect(await line()).toEqual(both);
      expect(await line('&on_the_way=18014398509481982&on_the_way.min=18014398509481982')).toEqual(both);
      expect(await line('&on_the_way.before=18014398509481982')).toEqual([]);
      expect(await line('&on_the_way.max=18014398509481981')).toEqual([]);
      const csv = await fetch(
        `${deployment.url}/v1/read-models/deliverables?assistance_case=norland.rounds&format=csv`,
      );
      const [head = '', text = ''] = (await csv.text()).split('\r\n');
      const names = head.split(',');
      // From the end: the row's id has a comma, too.
      const cells = text.split(',').slice(-names.length);
      expect(figures.map((name) => cells[names.indexOf(name)])).toEqual(both[0]?.map(String));
    });
  });

  describe('the view serials-received-twice', () => {
    it('lists a serial for each consignment of one item in which it is, until it is corrected', async () => {
      await supply('sets', 'beta');
      await supply('lamps', 'beta', 'lamp');
      const receipt = async (id: string, of: string, on: string, serials: readonly string[]): Promise<string> => {
        const s = `consignment/norland.${id}`;
        const lines = [{ line: '001', quantity: 3 }];
        await say(DONOR, `${s}/schedule`, { case: `norland.${of}`, lines, due: '2026-07-05' });
        const confirmed = [{ line: '001', quantity: 3, serials }];
        return await say(RECIPIENT, `${s}/confirm-receipt`, { on, lines: confirmed });
      };
      await receipt('s-1', 'sets', '2026-07-01', ['A-1', 'A-2', 'A-3']);
      await receipt('s-3', 'lamps', '2026-07-02', ['A-1']);
      expect((await view('serials-received-twice')).rows).toEqual([]);
      const event = await receipt('s-2', 'phones', '2026-07-03', ['A-2', 'B-1']);
      const { rows } = await view('serials-received-twice?sort=consignment');
      const one = { donor: 'norland', recipient: 'estmark', assistance_case: 'norland.sets', line: '001' };
      const both = { item: 'radio', serial: 'A-2' };
      const first = { ...one, consignment: 'norland.s-1', received_on: '2026-07-01' };
      const second = {
        ...one,
        assistance_case: 'norland.phones',
        consignment: 'norland.s-2',
        received_on: '2026-07-03',
      };
      const other = (of: Row): Row => Object.fromEntries(Object.entries(of).map(([name, to]) => [`other_${name}`, to]));
      expect(rows).toMatchObject([
        { ...both, ...first, ...other(second) },
        { ...both, ...second, ...other(first) },
      ]);
      const wrong = { corrects: event, line: '001', quantityBy: -1, serialsRemoved: ['A-2'], reason: 'miscounted' };
      await say(RECIPIENT, 'consignment/norland.s-2/correct-receipt', wrong);
      expect((await view('serials-received-twice')).rows).toEqual([]);
    });
  });

  describe('the view recipient-tasks', () => {
    const SIGHT = 'item/norland.thermal-sight.~ts-1';
    const lossTasks = async () =>
      only((await view('recipient-tasks?task=report')).rows, 'recipient', 'what', 'stream', 'part', 'quantity');
    const check = async (id: string, on: number, result: string): Promise<void> => {
      const c = `end-use-check/veritas-monitor.${id}`;
      const items = { item: 'thermal-sight', serials: ['TS-1'], quantity: 1, site: 'estmark.depot' };
      const how = { type: 'enhanced', manner: 'on-site', holder: 'estmark', due: inDays(30) };
      await say(MONITOR, `${c}/schedule`, { ...parties, ...items, ...how });
      const results = [{ serial: 'TS-1', result }];
      await say(MONITOR, `${c}/perform`, { on: inDays(on), manner: 'on-site', results });
    };

    it('asks for the report of a loss once a visit did not see an item, until the report', async () => {
      await registerParties(deployment.url, { 'veritas-monitor': 'monitor' });
      const type = 'item-type/norland.thermal-sight';
      await say(DONOR, `${type}/register`, { name: 'Thermal sight', unit: 'each', category: 'night-vision' });
      await say(DONOR, `${type}/designate`, { reason: 'sensitive', reviewBy: inDays(365) });
      await say(RECIPIENT, 'storage-site/estmark.depot/register', { place: 'north', category: 'arms' });
      const certificate = { on: inDays(-9), until: inDays(365), standard: 'level-2' };
      await say(MONITOR, 'storage-site/estmark.depot/certify', certificate);
      await say(DONOR, `${SIGHT}/register`, { ...parties, item: 'thermal-sight', serial: 'TS-1' });
      await say(RECIPIENT, `${SIGHT}/receive`, { on: inDays(-8), site: 'estmark.depot' });
      await check('c-1', -4, 'seen');
      expect(await lossTasks()).toEqual([]);
      await check('c-2', -2, 'not-seen');
      expect(await lossTasks()).toEqual([['estmark', 'loss', SIGHT, 'TS-1', 1]]);
      await say(RECIPIENT, `${SIGHT}/report-lost`, { on: inDays(-2), cause: 'theft-from-store' });
      expect(await lossTasks()).toEqual([]);
    });

    it('asks to dispute what of a difference no report of its type covers, also after a correction', async () => {
      await supply('kits', 'beta', 'kit');
      const s = 'consignment/norland.kits-1';
      const line = (quantity: number) => ({ lines: [{ line: '001', quantity }] });
      const shown = async () =>
        only((await view('recipient-tasks?task=dispute&assistance_case=norland.kits')).rows, 'what', 'quantity');
      const report = async (discrepancy: string, type: string, quantity: number): Promise<void> => {
        await say(RECIPIENT, `${s}/report-discrepancy`, { discrepancy, line: '001', type, quantity });
      };
      await say(DONOR, `${s}/schedule`, { case: 'norland.kits', ...line(10), due: '2036-07-05' });
      const event = await say(RECIPIENT, `${s}/confirm-receipt`, { on: '2026-07-04', ...line(9) });
      const correct = async (quantityBy: number): Promise<void> => {
        const corrected = { corrects: event, line: '001', quantityBy, reason: 'miscounted' };
        await say(RECIPIENT, `${s}/correct-receipt`, corrected);
      };
      expect(await shown()).toEqual([['shortage', 1]]);
      await report('wet', 'damaged', 2);
      expect(await shown()).toEqual([['shortage', 1]]);
      await correct(-4);
      await report('d-1', 'shortage', 2);
      expect(await shown()).toEqual([['shortage', 3]]);
      await report('d-2', 'shortage', 3);
      expect(await shown()).toEqual([]);
      await correct(-3);
      expect(await shown()).toEqual([['shortage', 3]]);
      await correct(11);
      expect(await shown()).toEqual([['surplus', 3]]);
      await report('d-3', 'overage', 1);
      await report('d-4', 'surplus', 1);
      expect(await shown()).toEqual([['surplus', 1]]);
      const most = Number.MAX_SAFE_INTEGER;
      for (const name of ['m-1', 'm-2']) await report(name, 'surplus', most);
      expect(await shown()).toEqual([]);
    });
  });

  describe('the view deliverables', () => {
    it('shows what was received of a case that was cancelled meanwhile, which is no delivery', async () => {
      await supply('beds', 'beta', 'bed');
      const s = 'consignment/norland.beds-1';
      const lines = [{ line: '001', quantity: 10 }];
      await say(DONOR, `${s}/schedule`, { case: 'norland.beds', lines, due: '2026-03-10' });
      await say(DONOR, `${s}/ship`, { on: '2026-03-01' });
      await say(DONOR, 'assistance-case/norland.beds/cancel', { reason: 'no-longer-required' });
      const shown = async () =>
        only(
          (await view('deliverables?assistance_case=norland.beds')).rows,
          'state',
          'on_the_way',
          'received',
          'delivered',
        );
      expect(await shown()).toEqual([['ended', '10', '0', 0]]);
      await say(RECIPIENT, `${s}/confirm-receipt`, { on: '2026-03-10', lines });
      expect(await shown()).toEqual([['ended', '0', '10', 0]]);
    });
  });

  describe('a precautionary suspension', () => {
    it('is shown through its last day, also before its lapse is recorded (R18)', async () => {
      const m = `misuse-case/sealed.${'7'.repeat(32)}`;
      const scopes = [{ kind: 'programme', id: 'norland.halted' }];
      const at = (days: number) => ({ occurredAt: `${inDays(days)}T09:00:00.000Z` });
      await programme('halted');
      const report = {
        allegation: 'loss-or-theft',
        ...parties,
        accused: 'estmark',
        programme: 'norland.halted',
        scopes,
      };
      const happened = { from: inDays(-40), to: inDays(-40) };
      await say('entente;role=operator', `${m}/flag`, { ...report, happened, ...at(-30) });
      await say(DONOR, `${m}/triage`, { incidentType: 'minor-violation', ...at(-29) });
      await say(DONOR, `${m}/order-precautionary-suspension`, { scopes, until: inDays(-1), ...at(-28) });
      const shown = async () => {
        const { rows } = await view('misuse-register?programme=norland.halted');
        const trends = await view('misuse-trends?scope=norland.halted');
        const portfolio = await view('donor-portfolio?programme=norland.halted');
        return [
          ...only(rows, 'assistance', 'suspended_names', 'precaution_until', 'precaution_lapsed'),
          ...only(trends.rows, 'suspended'),
          ...only(portfolio.rows, 'precaution_until'),
        ];
      };
      expect(await shown()).toEqual([['running', null, null, true], [0], [null]]);
      expect((await view('misuse-register?assistance=suspended')).rows).toEqual([]);
      const renewed = { until: inDays(0), ...at(-2) };
      await say(DONOR, `${m}/renew-precautionary-suspension`, renewed);
      const names = 'programme/norland.halted';
      expect(await shown()).toEqual([['suspended', names, inDays(0), false], [1], [inDays(0)]]);
      expect((await view('misuse-register?assistance=suspended')).rows).toHaveLength(1);
    });
  });

  describe('the view outdated-decisions', () => {
    it('names a decision that consulted a stream at an old revision', async () => {
      expect((await view('outdated-decisions')).rows).toEqual([]);
      await deployment.close();
      // Slipped between the look and the append, as no command could be made to on purpose: written
      // into the log itself.
      const store = await deployment.store();
      const late = anEvent('FundsPledged', money(1));
      const consulted = [
        { stream: 'programme/norland.alpha', revision: -1 },
        { stream: 'programme/norland.beta', revision: 0 },
      ];
      await store.append('funding-account/norland.alpha-eur', 'exists', [
        { ...late, metadata: { ...late.metadata, consulted } },
      ]);
      last = String(await store.head());
      await store.close();
      await deployment.open();
      const columns = ['decided', 'consulted_stream', 'consulted_revision', 'actual_revision'];
      expect(only((await view('outdated-decisions')).rows, ...columns)).toEqual([
        ['funding-account/norland.alpha-eur', 'programme/norland.alpha', -1, 0],
      ]);
    });
  });
}
