import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anEvent } from '../contracts/event-store.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';

type Row = Readonly<Record<string, unknown>>;

const only = (rows: readonly Row[], ...columns: string[]): unknown[][] =>
  rows.map((row) => columns.map((column) => row[column]));

const DONOR = 'norland;role=donor;person=n-1';
const RECIPIENT = 'estmark;role=recipient';
const parties = { donor: 'norland', recipient: 'estmark' };
const account = { ...parties, fund: 'Fund', stages: ['pledged', 'committed', 'obligated', 'disbursed', 'spent'] };
const money = (amount: number, period = '2026') => ({ amount, period });

/** What joins and sums several streams says what they say together. */
export function views(opens: DeploymentFactory): void {
  let deployment: Deployment;
  /** Views are read as of all that was said so far, in whatever stream. */
  let last = '';
  beforeAll(async () => {
    deployment = await opens();
  });
  afterAll(() => deployment.end());

  const say = async (actor: string, url: string, payload: object): Promise<void> => {
    const headers = { 'content-type': 'application/json', 'entente-actor': actor };
    const answer = await deployment.app.inject({
      method: 'POST',
      url: `/v1/${url}`,
      headers,
      payload: JSON.stringify(payload),
    });
    const told = answer.json<{ position?: string }>();
    expect([url, answer.statusCode, answer.statusCode === 201 ? null : told]).toEqual([url, 201, null]);
    last = told.position as string;
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
  const supply = async (id: string, of: string): Promise<void> => {
    const c = `assistance-case/norland.${id}`;
    const asked = [{ item: 'radio', quantity: 30, unit: 'each' }];
    await say(DONOR, `${c}/request`, { ...parties, programme: `norland.${of}`, asked, letter: 'L 1' });
    await say(DONOR, `${c}/add-line`, { ...asked[0], line: '001', value: 300, due: '2026-06-30' });
    const terms = { currency: 'USD', initialDeposit: 0, validUntil: '2036-12-31', deliveryPoint: 'receipt' };
    await say(DONOR, `${c}/prepare-offer`, { offer: 'basic', lines: ['001'], value: 300, ...terms });
    await say(DONOR, `${c}/make-offer`, { offer: 'basic' });
    expect(only((await view('recipient-pipeline?awaits=acceptance')).rows, 'item', 'item_kind', 'due')).toEqual([
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
        ['norland.alpha', null, 0],
        ['norland.beta', null, 0],
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
        ['norland.alpha', 'EUR', 9],
        ['norland.alpha', 'USD', 600],
        ['norland.beta', null, 0],
      ]);
    });

    it('counts a programme once in the totals, whatever the number of accounts and periods', async () => {
      const { totals } = await view('donor-portfolio');
      expect(only(totals, 'currency', 'counts', 'count', 'pledged')).toEqual([
        ['EUR', 'programmes', 1, '9'],
        ['USD', 'programmes', 1, '600'],
        [null, 'programmes', 1, '0'],
      ]);
    });

    it('shows as unobligated the difference to committed money, or to pledged if none is committed', async () => {
      const usd = 'funding-account/norland.alpha-usd';
      expect(only((await view('donor-portfolio?currency=USD')).rows, 'unobligated')).toEqual([[600]]);
      await say(DONOR, `${usd}/commit`, money(400));
      await say(DONOR, `${usd}/obligate`, money(150));
      await say(DONOR, `${usd}/disburse`, money(100));
      await say(RECIPIENT, `${usd}/report-expenditure`, money(60));
      await say(DONOR, `${usd}/reimburse`, { ...money(10), reason: 'returned' });
      const stages = ['pledged', 'committed', 'obligated', 'disbursed', 'spent', 'unobligated'];
      expect(only((await view('donor-portfolio?currency=USD')).rows, ...stages)).toEqual([
        [600, 400, 150, 90, 60, 250],
      ]);
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
      const figures = ['deliveries', 'on_time_percent', 'mean_days_late_first', 'mean_days_late_plan'];
      await ship('r-1', '2026-03-10');
      await ship('r-2', '2026-03-20', '2026-03-18');
      await ship('r-3', null);
      // 0 and 10 days after the promise, 0 and 2 after the plan; what has not come counts nowhere.
      // Both currencies' rows show them.
      expect(only((await view('donor-portfolio?currency=USD')).rows, ...figures)).toEqual([[2, 50, 5, 1]]);
      expect(only((await view('donor-portfolio?currency=EUR')).rows, ...figures)).toEqual([[2, 50, 5, 1]]);
      expect(only((await view('donor-portfolio?programme=norland.beta')).rows, ...figures)).toEqual([
        [0, null, null, null],
      ]);
    });

    it('counts a misuse case as open until it is declined, dismissed or closed', async () => {
      const flag = async (digit: string) => {
        const m = `misuse-case/sealed.${digit.repeat(32)}`;
        const report = { allegation: 'loss-or-theft', programme: 'norland.alpha', ...parties, accused: 'estmark' };
        const happened = { from: '2026-02-01', to: '2026-02-02' };
        await say('harbour-watch;role=implementer', `${m}/flag`, { ...report, happened, scopes: [] });
        return m;
      };
      const open = async () =>
        only((await view('donor-portfolio?programme=norland.alpha&currency=USD')).rows, 'open_misuse');
      const first = await flag('1');
      await flag('2');
      expect(await open()).toEqual([[2]]);
      await say(DONOR, `${first}/decline`, { reason: 'outside-assistance' });
      expect(await open()).toEqual([[1]]);
    });
  });

  describe('the view recipient-pipeline', () => {
    it('shows what is under way, what was announced, and what waits for an answer', async () => {
      const usd = 'funding-account/norland.alpha-usd';
      await say(DONOR, `${usd}/plan-disbursement`, { ...money(20), tranche: 't-1', due: '2026-12-01' });
      await say(DONOR, `${usd}/plan-disbursement`, { ...money(5), tranche: 't-2', due: '2026-12-02' });
      await say(DONOR, `${usd}/disburse`, { ...money(5), tranche: 't-2' });
      const discrepancy = { discrepancy: 'd-1', line: '001', type: 'shortage', quantity: 1 };
      await say(RECIPIENT, 'consignment/norland.r-2/report-discrepancy', discrepancy);
      const shown = async () =>
        only((await view('recipient-pipeline?sort=item')).rows, 'item', 'item_kind', 'awaits', 'due');
      expect(await shown()).toEqual([
        ['consignment/norland.r-2', 'consignment', 'discrepancy', '2026-03-18'],
        ['consignment/norland.r-3', 'consignment', 'receipt', '2026-03-10'],
        ['funding-account/norland.alpha-usd#t-1', 'tranche', null, '2026-12-01'],
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
      expect((await shown()).map(([item]) => item)).toEqual(['consignment/norland.r-3']);
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
