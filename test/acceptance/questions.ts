import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, type Row } from '../support/api-client.js';
import { inDays as day } from '../support/days.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { loadExample } from '../support/example-data.js';

/** The fiscal period of the example data: the year of its first day. */
const PERIOD = day(-300).slice(0, 4);
const FUND = 'norland.border-fund';
const NIGHT_VISION = 'norland.night-vision';

/** A question of an audience to a read model or view, with its answer by hand. */
export interface Asked {
  readonly question: string;
  /** The name and the parameters of the query. */
  readonly of: string;
  /** The rows of the answer, in their order: the columns that answer. */
  readonly answer: readonly Row[];
  /** By column: what its description must state, with the unit. */
  readonly means: Readonly<Record<string, RegExp>>;
}

const DONORS: readonly Asked[] = [
  {
    question: 'What was pledged, committed, obligated, disbursed and spent, and what is left between two stages?',
    of: 'donor-portfolio?donor=norland',
    // Obligated: 900,000.00 and 480,000.00. Left: each stage less the next one.
    answer: [
      {
        programme: 'norland.border-training',
        recipient: 'estmark',
        status: 'active',
        currency: 'USD',
        pledged: '250000000',
        committed: '200000000',
        obligated: '138000000',
        disbursed: '60000000',
        spent: '41250000',
        uncommitted: '50000000',
        unobligated: '62000000',
        undisbursed: '78000000',
      },
    ],
    means: {
      pledged: /minor units of the currency/,
      currency: /currency of the amounts, ISO 4217/,
      unobligated: /committed minus obligated.*minor units/,
      undisbursed: /obligated minus disbursed.*minor units/,
    },
  },
  {
    question: 'Which kind of programme is it, which gender marker has it, and how much of its time has elapsed?',
    of: 'programmes?donor=norland',
    // 280 of 1,080 days.
    answer: [
      { programme_kind: 'bilateral', gender_marker: 1, starts: day(-280), ends: day(800), elapsed_percent: 25.9 },
    ],
    means: { gender_marker: /DAC gender equality policy marker/, elapsed_percent: /percent of the days/ },
  },
  {
    question: 'Which part of the deliveries came on time, and how late are they on average?',
    of: 'donor-portfolio?donor=norland',
    // One of one: promised 60 days ago, replanned for 52 days ago, received 49 days ago.
    answer: [
      {
        consignments_received: 1,
        consignments_overdue: 0,
        on_time_percent: 0,
        mean_days_late_first: 11,
        mean_days_late_plan: 3,
      },
    ],
    means: {
      on_time_percent: /percent of those received/,
      mean_days_late_first: /mean days from the day first promised/,
      mean_days_late_plan: /mean days from the day planned last/,
    },
  },
  {
    question: 'What was planned for each delivery, and when did it come?',
    of: 'consignments?donor=norland&sort=due',
    answer: [
      {
        consignment: 'norland.night-vision-1',
        first_due: day(-60),
        due: day(-52),
        shipped_on: day(-57),
        hub_on: day(-54),
        title_on: day(-58),
        received_on: day(-49),
        days_late_first: 11,
        days_late_plan: 3,
      },
      {
        consignment: 'norland.night-vision-2',
        first_due: day(21),
        due: day(21),
        received_on: null,
        days_late_first: null,
      },
    ],
    means: { first_due: /day first promised/, days_late_first: /^days from the day first promised/ },
  },
  {
    question: 'Which funds expire within two years?',
    of: `funding?available_until.max=${day(730)}`,
    answer: [{ account: FUND, period: PERIOD, available_until: day(700) }],
    means: { available_until: /last day on which it may be committed or obligated/ },
  },
  {
    question: 'Which misuse cases are open, since when, and what is due next?',
    of: 'misuse-register?closed_on=',
    answer: [
      {
        status: 'substantiated',
        flagged_on: day(-20),
        next_step: 'remediate',
        next_due: day(60),
        overdue: false,
        days_late: null,
        notice_required: true,
        legislature_notified: true,
      },
    ],
    means: { next_due: /last day of the step/, days_late: /^days by which/ },
  },
  {
    question: 'Whose notice period runs, and when may the offer be made?',
    of: 'cases?donor=norland',
    // The offer of the example data needs no notice.
    answer: [{ assistance_case: NIGHT_VISION, offer_from: null, offer_valid_until: day(30) }],
    means: { offer_from: /first day on which the offer prepared last may be made/ },
  },
  {
    question: 'Which of our money expires if it is not obligated, how much and when?',
    of: 'expiring-funds?donor=norland',
    answer: [{ remaining: 62_000_000, currency: 'USD', stage: 'committed', days_left: 700, expired: false }],
    means: { remaining: /^what expires, in minor units/, days_left: /^days from the day of the answer/ },
  },
  {
    question: 'Which requests, reports and disputes wait for our answer, and for how many days?',
    of: 'recipient-pipeline?organisation=norland&asked_on.min=2000-01-01&sort=asked_on',
    answer: [
      { item_kind: 'discrepancy', item: 'shortage', awaits: 'answer', asked_on: day(-48), days_waiting: 48 },
      { item_kind: 'retransfer', recipient: 'estmark', awaits: 'consent', asked_on: day(-40), days_waiting: 40 },
    ],
    means: { days_waiting: /^days from the request/, organisation: /whose turn it is/ },
  },
  {
    question: 'Are the checks of end use made in time, by count and by value?',
    of: 'end-use-compliance?item=night-vision-device',
    // 98 devices twice, at 4,000.00 each: one check in time, one overdue.
    answer: [
      {
        programme: 'norland.border-training',
        due: 2,
        in_time: 1,
        overdue: 1,
        in_time_percent: 50,
        currency: 'USD',
        value_due: '78400000',
        value_in_time: '38400000',
        value_overdue: '39200000',
        value_in_time_percent: 49,
      },
    ],
    means: { value_overdue: /minor units/, value_in_time_percent: /percent of the value of those due/ },
  },
  {
    question: 'Where was a camera, until its loss was verified?',
    of: 'chain-of-custody?serial=TC-0002&sort=step',
    answer: [
      { happened: 'registered', from_holder: null, to_holder: 'norland', to_site: null, recorded_by: 'norland' },
      { happened: 'received', to_site: 'estmark.central-depot', to_place: 'central-depot', recorded_by: 'estmark' },
      {
        happened: 'loss-verified',
        from_site: 'estmark.central-depot',
        to_site: null,
        recorded_by: 'veritas-monitor',
      },
    ],
    means: { from_place: /code of the place/, by_event: /id of the event/ },
  },
  {
    question: 'Which units were trained, how many women and men, and at which cost for each?',
    of: 'training-by-unit?donor=norland&sort=unit',
    // 58,500.00 for 11 persons.
    answer: [
      {
        unit: 'estmark.border-battalion',
        enrolled: '12',
        completed: '11',
        women: '4',
        men: '7',
        cost: '5850000',
        cost_per_person: 531_818,
      },
      { unit: 'estmark.night-watch', enrolled: '0', completed: null, cost: null },
    ],
    means: { completed: /this unit alone/, cost: /minor units/, cost_per_person: /minor units/ },
  },
  {
    question: 'How late is what was promised, and why?',
    of: 'lateness?donor=norland&kept=1&sort=promise',
    answer: [
      { promise: 'delivery', cause: 'late-export-licence', mean_days_late_first: 11, mean_days_late_plan: 3 },
      { promise: 'milestone', cause: 'late-supplier', mean_days_late_first: 18, mean_days_late_plan: 3 },
    ],
    means: { cause: /last cause/, mean_days_late_first: /^mean days from the day first promised/ },
  },
  {
    question: 'How many misuse cases are there of what, at which stage, and how old?',
    of: 'misuse-trends?donor=norland',
    answer: [
      {
        month: day(-20).slice(0, 7),
        scope_kind: 'programme',
        scope: 'norland.border-training',
        status: 'substantiated',
        case_scopes: 1,
        open: 1,
        days_0_30: 1,
        most_days_open: 20,
      },
    ],
    means: { days_0_30: /at most 30 days old/, case_scopes: /^misuse cases with this scope/ },
  },
];

const RECIPIENTS: readonly Asked[] = [
  {
    question: 'What is coming, how much of it, and when?',
    of: 'recipient-pipeline?recipient=estmark&sort=due',
    answer: [
      {
        item_kind: 'consignment',
        item: 'night-vision-device',
        quantity: 22,
        unit: 'each',
        amount: null,
        due: day(21),
        status: 'scheduled',
        awaits: 'shipment',
        waits_for: 'donor',
      },
      { item_kind: 'tranche', part: 'tranche-2', amount: 40_000_000, currency: 'USD', due: day(30), status: 'planned' },
      {
        item_kind: 'training',
        item: 'border-law',
        quantity: 12,
        unit: 'person',
        due: day(40),
        status: 'planned',
        awaits: 'start',
      },
      { item_kind: 'discrepancy', item: 'shortage', quantity: 2, unit: 'each', awaits: 'answer', waits_for: 'donor' },
      { item_kind: 'retransfer', item: 'thermal-camera', quantity: 1, status: 'requested', awaits: 'consent' },
    ],
    means: { quantity: /in the unit/, unit: /unit of the quantity/, amount: /minor units/, due: /day planned now/ },
  },
  {
    question: 'What waits for our confirmation or answer?',
    of: 'recipient-pipeline?recipient=estmark&waits_for=recipient',
    answer: [],
    means: { waits_for: /whose turn it is/ },
  },
  {
    question: 'Which of our discrepancy reports have no answer?',
    of: 'discrepancies?recipient=estmark&outcome=',
    answer: [{ discrepancy: 'sdr-1', line: '001', type: 'shortage', quantity: 2, reported_on: day(-48) }],
    means: { quantity: /in the line's unit/, outcome: /null while it waits/ },
  },
  {
    question: 'At which stage are our requests?',
    of: 'cases?recipient=estmark',
    answer: [
      {
        status: 'implemented',
        awaits: null,
        requested_on: day(-240),
        accepted_on: day(-215),
        value: 48_000_000,
        currency: 'USD',
        deposited: 10_000_000,
        final_value: null,
      },
    ],
    means: { value: /minor units/, deposited: /minor units/ },
  },
  {
    question: 'How much was offered, received, is on the way and not scheduled, and when was it promised?',
    of: `deliverables?assistance_case=${NIGHT_VISION}`,
    // 98 of 100 received in the first consignment, 22 in the second: 120. Promised 60 days ago.
    answer: [
      {
        line: '001',
        item: 'night-vision-device',
        unit: 'each',
        quantity: 120,
        delivered: 98,
        received: '98',
        on_the_way: '22',
        unscheduled: 0,
        first_due: day(-60),
        completed_on: null,
        overdue: true,
        days_late_first: 60,
      },
    ],
    means: { quantity: /line's unit/, received: /line's unit/, on_the_way: /line's unit/, days_late_first: /^days/ },
  },
  {
    question: 'How much of each consignment was received?',
    of: `consigned-items?assistance_case=${NIGHT_VISION}&sort=due`,
    answer: [
      { scheduled: 100, received: 98, unit: 'each', received_on: day(-49) },
      { scheduled: 22, received: null, unit: 'each', received_on: null },
    ],
    means: { scheduled: /line's unit/, received: /line's unit; null before a receipt/ },
  },
  {
    question: 'Which money is on our budget, and on which line?',
    of: 'funding?recipient=estmark&sort=account',
    answer: [
      { account: FUND, on_budget: true, budget_line: '07-210', currency: 'USD', pledged: 250_000_000 },
      { account: 'sudria.signals-fund', on_budget: false, budget_line: null, currency: 'EUR', pledged: 80_000_000 },
    ],
    means: { on_budget: /recipient's own budget/, pledged: /minor units/ },
  },
  {
    question: 'Was money paid when and as it was planned?',
    of: `disbursements?account=${FUND}&sort=due`,
    // Due 150 days ago, paid 148 days ago.
    answer: [
      {
        tranche: 'tranche-1',
        currency: 'USD',
        planned: 60_000_000,
        disbursed: 60_000_000,
        due: day(-150),
        disbursed_on: day(-148),
        days_late: 2,
      },
      { tranche: 'tranche-2', planned: 40_000_000, disbursed: 0, due: day(30), disbursed_on: null, days_late: null },
    ],
    means: { planned: /minor units/, disbursed: /minor units/, days_late: /^days from its day/ },
  },
  {
    question: 'When is the handover, and when did the first course take place?',
    of: 'milestones?recipient=estmark&sort=due',
    // Promised for 130 days ago, replanned for 115, met 112 days ago.
    answer: [
      { milestone: 'first-course', status: 'met', actual: day(-112), days_late_first: 18, days_late_plan: 3 },
      { milestone: 'handover', status: 'planned', due: day(90), overdue: false, days_late_first: null },
    ],
    means: { days_late_first: /^days from the day first promised/ },
  },
  {
    question: 'Under which conditions is assistance given, and may we still reply?',
    of: 'misuse-register?recipient=estmark',
    answer: [
      {
        measure: 'condition',
        conditions: 'recertify-store',
        assistance: 'running',
        disclosed: true,
        replies: 1,
        reply_by: null,
      },
    ],
    means: { conditions: /conditions decided last/, reply_by: /right of reply/ },
  },
  {
    question: 'Which conditions do we have to keep, in plain words, and how long?',
    of: 'conditions-in-force?recipient=estmark&sort=attached_on',
    answer: [
      {
        statement: 'The devices are used at border posts, and kept in the certified store',
        scope_kind: 'case',
        days_left: 60,
        over: false,
      },
      { statement: 'No optics leave the country', scope_kind: null, basis: 'export-control-act' },
    ],
    means: { statement: /plain words/, days_left: /^days from the day of the answer/ },
  },
  {
    question: 'What do we have to do, and until when?',
    of: 'recipient-tasks?recipient=estmark&task=do&sort=due',
    answer: [
      { task: 'do', what: 'remediation-step', part: 'new-orders', due: day(30), overdue: false },
      { task: 'do', what: 'remediate', due: day(60), overdue: false },
    ],
    means: { task: /confirm, dispute, report, answer or do/, due: /last day/ },
  },
  {
    question: 'Which money do we have to confirm?',
    of: 'recipient-tasks?recipient=estmark&task=confirm&what=FundsDisbursed',
    answer: [{ what: 'FundsDisbursed', amount: expect.any(Number), currency: 'USD', period: expect.any(String) }],
    means: { amount: /minor units/, period: /fiscal period/ },
  },
  {
    question: 'What did others record about us that waits for our answer?',
    of: 'recorded-facts?concerned=estmark&status=unanswered&sort=fact,recorded_on',
    answer: [
      { fact: 'DiscrepancyFound', recorded_by: 'veritas-monitor' },
      { fact: 'EndUseCheckPerformed', recorded_by: 'veritas-monitor' },
      { fact: 'EndUseCheckPerformed', recorded_by: 'veritas-monitor' },
      { fact: 'ExpenditureReported', recorded_by: 'norland' },
      { fact: 'FundsDisbursed', recorded_by: 'norland' },
      { fact: 'TrainingCompleted', recorded_by: 'norland' },
    ],
    means: { status: /unanswered/, concerned: /confirms or disputes/ },
  },
];

const AUDITORS: readonly Asked[] = [
  {
    question: 'What was recorded late, and by how much?',
    of: 'journal?recorded_late=true',
    // Happened 100 days ago, recorded 88 days ago: 12 days.
    answer: [{ type: 'ExpenditureReported', actor_organisation: 'norland', hours_late: 288 }],
    means: { hours_late: /^whole hours/, recorded_late: /72 hours or more/ },
  },
  {
    question: 'Who proposed each programme, and did another person approve it?',
    of: 'journal?type=ProgrammeProposed&type=ProgrammeApproved&sort=stream,revision',
    answer: [
      { type: 'ProgrammeProposed', actor_organisation: 'norland', actor_person: 'n-1' },
      { type: 'ProgrammeApproved', actor_organisation: 'norland', actor_person: 'n-2' },
      { type: 'ProgrammeProposed', actor_organisation: 'sudria', actor_person: 's-1' },
    ],
    means: { actor_person: /reference to a person/ },
  },
  {
    question: 'Which decisions rested on outdated knowledge?',
    of: 'outdated-decisions',
    answer: [],
    means: { actual_revision: /revision of the last fact/ },
  },
];

/** What was known 50 days ago: asked as of the end of that day. */
const THEN: readonly Asked[] = [
  {
    question: 'What was overdue at the end of that day, by how much?',
    of: 'recipient-pipeline?overdue=true&sort=item_kind',
    // The consignment of 100 was planned for 52 days ago; 20 pieces, promised for 60, in none.
    answer: [
      { item_kind: 'case-line', quantity: 20, unit: 'each', days_late_plan: 10, days_late_first: 10 },
      { item_kind: 'consignment', quantity: 100, unit: 'each', days_late_plan: 2, days_late_first: 10 },
    ],
    means: { days_late_plan: /^days by which/ },
  },
];

/** The questions by audience; those of the past with their day. */
export const QUESTIONS: Readonly<Record<string, { readonly asOf?: string; readonly asked: readonly Asked[] }>> = {
  'a donor': { asked: DONORS },
  'a recipient': { asked: RECIPIENTS },
  'an auditor': { asked: AUDITORS },
  'an auditor, as of 50 days ago': { asOf: day(-50), asked: THEN },
};

/** The columns of rows that an answer names, in its order. */
export const shown = (rows: readonly Row[], answer: readonly Row[]): readonly Row[] =>
  rows.map((row, n) => Object.fromEntries(Object.keys(answer[n] ?? row).map((column) => [column, row[column]])));

/** Questions that are answered by totals. */
const TOTALS: readonly { readonly question: string; readonly of: string; readonly answer: readonly Row[] }[] = [
  {
    question: 'How does money get from the pledge to its use?',
    of: `movements?account=${FUND}`,
    answer: [
      { currency: 'USD', stage: 'committed', counts: 'movements', count: 1, amount: '200000000' },
      { currency: 'USD', stage: 'disbursed', counts: 'movements', count: 1, amount: '60000000' },
      { currency: 'USD', stage: 'obligated', counts: 'movements', count: 2, amount: '138000000' },
      { currency: 'USD', stage: 'pledged', counts: 'movements', count: 1, amount: '250000000' },
      { currency: 'USD', stage: 'spent', counts: 'movements', count: 1, amount: '41250000' },
    ],
  },
  {
    question: 'How much is spent in each period?',
    of: 'movements?stage=spent&by=period',
    answer: [{ currency: 'USD', stage: 'spent', period: PERIOD, counts: 'movements', count: 1, amount: '41250000' }],
  },
  {
    question: 'Which donors are active in the same country and sector?',
    of: 'programmes?recipient=estmark&sector=15210&by=donor',
    answer: [
      { donor: 'norland', counts: 'programmes', count: 1 },
      { donor: 'sudria', counts: 'programmes', count: 1 },
    ],
  },
  {
    question: 'How many programmes does it have, in place of how many of each status?',
    of: 'programmes?recipient=estmark&sector=15210&by=recipient',
    answer: [{ recipient: 'estmark', counts: 'programmes', count: 2 }],
  },
];

/** The questions of each audience are asked of the example data, over HTTP. */
/** Questions of which the example data has no case. */
const NOT_IN_EXAMPLE = [
  'alert-accounting?unaccounted.min=1',
  'balances?implausible.contains=early',
  'consignments?overdue=true&sort=due',
  'disbursements?overdue=true&sort=due',
  'goods-loss-reports?sort=-lost_on',
  'mandates?ended_on=',
  'outdated-decisions?',
  'reallocations?in_transit.min=1',
  'recorded-facts?status=disputed',
  'recoveries?',
  'serials-received-twice?',
  'suspensions?hold=not%20in%20force%20yet',
];

export function questions(opens: DeploymentFactory): void {
  let deployment: Deployment;
  const { get, model } = new ApiClient(() => deployment.url);
  let meanings: Readonly<Record<string, Readonly<Record<string, string>>>>;
  beforeAll(async () => {
    deployment = await opens();
    await loadExample(deployment.app);
    const { body } = await get('read-models');
    const { readModels } = body as unknown as { readModels: { name: string; meanings: Record<string, string> }[] };
    meanings = Object.fromEntries(readModels.map((one) => [one.name, one.meanings]));
  });
  afterAll(() => deployment.end());

  describe.each(Object.entries(QUESTIONS))('the API answers %s:', (_, { asOf, asked }) => {
    it.each(asked.map((one) => [one.question, one] as const))('%s', async (_, { of, answer, means }) => {
      const { rows } = await model(`${of}${asOf === undefined ? '' : `&as-of=${asOf}`}`);
      expect(shown(rows, answer)).toEqual(answer);
      const described = meanings[of.split('?')[0] ?? ''] ?? {};
      for (const [column, meaning] of Object.entries(means)) expect(described[column]).toMatch(meaning);
    });
  });

  describe('each question that the list of tables names', () => {
    it('is answered by the query beside it, in the example with the rows expected', async () => {
      const { body } = await get('read-models');
      const { readModels } = body as unknown as {
        readModels: { name: string; answers: { audience: string; question: string; query: string }[] }[];
      };
      const asked = readModels.flatMap(({ name, answers }) => answers.map((one) => ({ name, ...one })));
      expect(asked.length).toBeGreaterThan(50);
      expect(new Set(asked.map(({ question }) => question)).size).toBe(asked.length);
      const withoutRows: string[] = [];
      for (const { name, query } of asked)
        if ((await model(`${name}?${query}`)).rows.length === 0) withoutRows.push(`${name}?${query}`);
      // The example has no such fault, dispute or mandate.
      expect(withoutRows.toSorted()).toEqual(NOT_IN_EXAMPLE);
    });
  });

  describe('the API answers with totals:', () => {
    it.each(TOTALS.map((one) => [one.question, one] as const))('%s', async (_, { of, answer }) =>
      expect((await model(of)).totals).toEqual(answer),
    );
  });

  describe('the API answers an auditor:', () => {
    it('What was known at a date, and what had happened by it?', async () => {
      const spent = async (query: string) => (await model(`donor-portfolio?donor=norland&${query}`)).rows[0]?.['spent'];
      // Spent 100 days ago, reported 88 days ago.
      expect(await spent(`as-of=${day(-90)}`)).toBe('0');
      expect(await spent(`occurred-by=${day(-90)}`)).toBe('41250000');
      expect(await spent(`as-of=${day(-87)}`)).toBe('41250000');
    });

    it('What was open and late at a date, by what had happened by it?', async () => {
      const figures = async (query: string) => {
        const { rows } = await model(`donor-portfolio?donor=norland&programme=norland.border-training&${query}`);
        const {
          consignments_received: received,
          consignments_overdue: overdue,
          on_time_percent: onTime,
        } = rows[0] ?? {};
        return [received, overdue, onTime, rows[0]?.['mean_days_late_first'], rows[0]?.['open_misuse']];
      };
      // Neither received nor known to be by then: both ways of asking give the same.
      expect(await figures(`occurred-by=${day(-51)}`)).toEqual(await figures(`as-of=${day(-51)}`));
      expect(await figures(`occurred-by=${day(-51)}`)).toEqual([0, 1, 0, 9, 0]);
      const { rows } = await model(`donor-portfolio?donor=norland&occurred-by=${day(-51)}`);
      const behind = async (query: string) => {
        const row = encodeURIComponent(rows[0]?.['row_id'] as string);
        const { status, body } = await get(`read-models/donor-portfolio/events?row=${row}&${query}`);
        return [status, ((body as unknown as { events?: Row[] }).events ?? []).map(({ type }) => type)] as const;
      };
      const [status200, types] = await behind(`occurred-by=${day(-51)}&day=${day(-51)}`);
      expect([status200, types]).toEqual([200, expect.arrayContaining(['DeliveryScheduled', 'FundsPledged'])]);
      expect(types).not.toContain('MisuseFlagged');
      expect((await behind(''))[1]).toContain('MisuseFlagged');
      expect((await behind('occurred-by=nonsense'))[0]).toBe(400);
      const { status, overdue_misuse: late, suspended_by_misuse: suspended, on_hold: hold } = rows[0] ?? {};
      expect([status, late, suspended, hold]).toEqual([null, null, null, null]);
    });

    it('Which events has a stream, and which did an organisation send?', async () => {
      const { body } = await get('history/programme/norland.border-training');
      expect((body as unknown as { events: unknown[] }).events).toHaveLength(11);
      const own = ['OfferAccepted', 'ReceiptConfirmed', 'DiscrepancyReported', 'RecipientReplyReceived'];
      const { rows } = await model('journal?actor_organisation=estmark&sort=recorded_at');
      expect(rows.map(({ type }) => type as string).filter((type) => own.includes(type))).toEqual(own);
      expect(rows.map(({ type }) => type)).toContain('ItemReportedLost');
    });

    it('What did the policies record, and on which day of the story?', async () => {
      const log = await (await fetch(`${deployment.url}/v1/history?format=ndjson`)).text();
      type Recorded = {
        readonly id: string;
        readonly type: string;
        readonly metadata: Readonly<Record<string, string>>;
      };
      const events = log
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Recorded);
      const dayOf = (at: string | undefined): string => String(at).slice(0, 10);
      const byPolicies = events.filter(({ metadata }) => metadata['commandId']?.match(/^(policy|due):/));
      expect(byPolicies.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['AssistanceDelivered', 'MilestoneBecameOverdue', 'EndUseCheckScheduled']),
      );
      // On the day of their cause, or on the first day after the last one.
      for (const { metadata } of byPolicies) {
        const cause = events.find(({ id }) => id === metadata['causationId']);
        const from = metadata['commandId']?.startsWith('due:') ? metadata['occurredAt'] : cause?.metadata['recordedAt'];
        expect(dayOf(metadata['recordedAt'])).toBe(dayOf(from));
      }
      const missed = events.find(({ type }) => type === 'MilestoneBecameOverdue')?.metadata['recordedAt'];
      const overdue = async (asOf: string) =>
        (await model(`due-dates?duty=milestone&status=overdue&as-of=${asOf}`)).rows.length;
      const before = new Date(Date.parse(dayOf(missed)) - 86_400_000).toISOString().slice(0, 10);
      expect([await overdue(before), await overdue(dayOf(missed))]).toEqual([0, 1]);
    });

    it('Which commands were refused, and by which rule?', async () => {
      const answer = await fetch(`${deployment.url}/v1/programme/norland.border-training/approve`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor;person=n-2' },
        body: '{"authority":"minister"}',
      });
      expect(answer.status).toBe(422);
      const { body } = await get('refusals?organisation=norland');
      expect((body as unknown as { refusals: Row[] }).refusals).toMatchObject([
        { stream: 'programme/norland.border-training', command: 'ApproveProgramme', code: 'not-proposed' },
      ]);
    });

    it('What can be taken away to be examined?', async () => {
      const csv = await (await fetch(`${deployment.url}/v1/read-models/journal?format=csv`)).text();
      const log = await (await fetch(`${deployment.url}/v1/history?format=ndjson`)).text();
      const events = log.trimEnd().split('\n').length;
      expect(events).toBeGreaterThan(70);
      expect(csv.trimEnd().split('\r\n')).toHaveLength(1 + events);
      // The correlation of the report, the evidence and the finding is a pseudonym.
      const recorded = log
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { metadata: Row }).metadata);
      const others = recorded.filter(({ correlationId }) => correlationId !== 'example-data');
      const byPolicies = ({ actor }: Row): boolean => (actor as Row)['organisation'] === 'entente';
      expect(others.filter((one) => !byPolicies(one))).toHaveLength(3);
      const { totals } = await model('journal?correlation_id=example-data');
      const [inTime, late] = [false, true].map((recorded_late) =>
        totals.find((one) => one['recorded_late'] === recorded_late),
      );
      expect([inTime, late]).toMatchObject([{ counts: 'events' }, { counts: 'events' }]);
      expect(Number(inTime?.['count']) + Number(late?.['count'])).toBe(events - others.length);
    });
  });
}
