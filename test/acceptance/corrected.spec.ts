import { describe, expect, it } from '@jest/globals';
import { foldRows } from '@entente/engine';
import { CATALOGUE, exampleOf, schemaOf } from '@entente/contracts';
import { type Correction, CORRECTIONS } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';
import { MODELS } from '@entente/read-models';
import { kinds } from '@entente/workers';
import { recordedEvent } from '../support/recorded-event.js';

type Row = Readonly<Record<string, unknown>>;
type Step = readonly [type: string, data: Row];

/** Models of the events themselves, and of the answers, which a correction asks for again. */
const OF_EVENTS = ['journal', 'consultations', 'recorded-facts', 'custody'];
/** What was taken back whole is kept, as such. */
const WITHDRAWN = '["status","withdrawn"]';
/** Columns about corrections, and a day of goods that stays as it was confirmed. */
const ABOUT_CORRECTIONS = ['corrections', 'corrects', 'recorded_on', 'movement', 'reason', 'amount', 'movements', 'changed_on']; // prettier-ignore

/** Events of one stream. A correction takes no number, so that the others have the same ids. */
function happened(stream: string, steps: readonly Step[]): readonly RecordedEvent[] {
  let n = 0;
  return steps.map(([type, data], revision) => {
    const id = 'corrects' in data ? `correction-${revision}` : `e${(n += 1) - 1}`;
    return recordedEvent({ id, stream, revision, type, data });
  });
}

/** The rows of every model by its name, without those columns; amounts are added. */
function rowsOf(events: readonly RecordedEvent[]): Row {
  const [{ stream }] = events as readonly [RecordedEvent];
  const kind = stream.slice(0, stream.indexOf('/'));
  const models = MODELS.filter((model) => model.kinds.includes(kind) && !OF_EVENTS.includes(model.name));
  return Object.fromEntries(
    models.map((model) => {
      const current = new Map<string, object>();
      const parked = foldRows(model, events, current, () => false, () => '').parked; // prettier-ignore
      expect(parked).toEqual([]);
      const sums = new Map<string, number>();
      for (const row of current.values()) {
        const is = row as Row;
        const rest = JSON.stringify(Object.entries(is).filter(([column]) => !ABOUT_CORRECTIONS.includes(column)).sort()); // prettier-ignore
        sums.set(rest, (sums.get(rest) ?? 0) + Number(is['amount'] ?? 0));
      }
      const isNothing = ([row, sum]: readonly [string, number]) =>
        row.includes(WITHDRAWN) || (model.appendOnly === true && sum === 0);
      return [model.name, [...sums].filter((one) => !isNothing(one)).sort()];
    }),
  );
}

/** What the rules know after the events, besides the events that can be corrected. */
function stateOf(events: readonly RecordedEvent[]): Row {
  const [{ stream }] = events as readonly [RecordedEvent];
  const decider = kinds.decider(stream.slice(0, stream.indexOf('/')));
  const state = events.reduce<unknown>((is, event) => decider?.evolve(is, event), null);
  const { correctable: _, facts: __, turnover: ___, released: ____, bases: _____, ...rest } = state as Row;
  return rest;
}

/** Steps as they are right, and the same entered wrongly and then corrected. */
interface Corrected {
  readonly stream: string;
  readonly right: readonly Step[];
  readonly corrected: readonly Step[];
}

const BECAUSE = { reason: 'mistyped' };
const PARTIES = { donor: 'norland', recipient: 'estmark' };
const on = '2026-05-04';

const account = (...steps: readonly Step[]): readonly Step[] => [
  [
    'FundingAccountOpened',
    { ...PARTIES, fund: 'F', currency: 'USD', stages: ['committed', 'disbursed'], basis: 'own', onBudget: false },
  ],
  ...steps,
];
const money = (amount: number, more: Row = {}): Row => ({ amount, period: '2026', ...more });
const tranche = { tranche: 't-1' };
const planned: Step = ['DisbursementPlanned', money(100, { ...tranche, due: '2026-05-10' })];
const difference = (corrects: string, stage: string, amountBy: number, more: Row = {}): Step => [
  'MovementCorrected',
  { corrects, ...BECAUSE, stage, period: '2026', amountBy, on, ...more },
];

const training = (...steps: readonly Step[]): readonly Step[] => [
  ['TrainingPlanned', { ...PARTIES, starts: '2026-05-01', ends: '2026-05-03', planned: 2, cost: 9, currency: 'USD' }],
  ['TraineeNominated', { trainee: 'n-1', number: 2 }],
  ['TrainingStarted', { on: '2026-05-01' }],
  ...steps,
];
const numbers = { women: 1, men: 1, notStated: 0 };
const completed = (day: string): Step => ['TrainingCompleted', { on: day, completed: numbers, cost: 8 }];
const terminated = (day: string): Step => [
  'TrainingTerminated',
  { on: day, ...BECAUSE, trained: numbers, cost: 8, trainees: ['n-1'] },
];
const session: Step = ['TrainingSessionHeld', { session: 's-1', on: '2026-05-02', present: numbers }];
const endCorrected = (more: Row = {}): Step => ['TrainingCorrected', { corrects: 'e3', ...BECAUSE, on, ...more }];

const programme = (activated: string, completed: string): readonly Step[] => [
  [
    'ProgrammeProposed',
    { ...PARTIES, title: 'T', kind: 'bilateral', sector: '15210', starts: '2026-01-01', ends: '2026-12-31' },
  ],
  ['ProgrammeApproved', { authority: 'minister' }],
  ['ProgrammeActivated', { on: activated }],
  ['ProgrammeCompleted', { on: completed }],
];

const milestone = { milestone: 'm-1' };
const milestones = (first: string, second: string, ...steps: readonly Step[]): readonly Step[] => [
  programme(on, on)[0] as Step,
  ['MilestonePlanned', { ...milestone, due: first }],
  ['MilestoneReplanned', { ...milestone, due: second, cause: 'late' }],
  ...steps,
];
const met: Step = ['MilestoneMet', { ...milestone, on }];
const promise = (corrects: string, fact: string, right: string, more: Row = {}): Step => [
  'MilestoneCorrected',
  { corrects, ...BECAUSE, ...milestone, on: right, fact, ...more },
];

const consignment = (first: string, second: string, ...steps: readonly Step[]): readonly Step[] => [
  ['DeliveryScheduled', { ...PARTIES, case: 'norland.c1', lines: [{ line: '001', quantity: 1 }], due: first }],
  ['DeliveryRescheduled', { due: second, cause: 'late' }],
  ...steps,
];
const received: Step = ['ReceiptConfirmed', { on, lines: [{ line: '001', quantity: 1 }] }];

const waiver = (until: string, reportedOn: string, endedOn: string): readonly Step[] => [
  ['AgreementDrafted', { ...PARTIES, title: 'T', instrument: 'treaty', parameters: [] }],
  [
    'WaiverGranted',
    {
      name: 'w-1',
      rules: ['R8'],
      authority: 'minister',
      basis: 'law',
      ...BECAUSE,
      from: '2026-02-01',
      until,
      reportBy: '2026-02-16',
    },
  ],
  ['StatutoryReportSubmitted', { report: 'waiver', of: 'w-1', on: reportedOn, to: 'committee' }],
  ['WaiverEnded', { name: 'w-1', on: endedOn, ...BECAUSE }],
];

const situation = (activated: string, completed: string, ended: string): readonly Step[] => [
  ['CountrySituationOpened', { country: 'estmark', donor: 'norland', level: 'low' }],
  [
    'ContinuityPlanActivated',
    {
      plan: 'p-1',
      on: activated,
      tasks: [
        { task: 't-1', due: '2026-05-20' },
        { task: 't-2', due: '2026-05-21' },
      ],
    },
  ],
  ['ContinuityTaskCompleted', { task: 't-1', on: completed }],
  ['ContinuityPlanEnded', { plan: 'p-1', on: ended, ...BECAUSE, open: ['t-2'] }],
];
const situationDay = (corrects: string, right: string, fact: string, item: string, more: Row = {}): Step => [
  'SituationDayCorrected',
  { corrects, ...BECAUSE, on: right, fact, item, ...more },
];

const deployment = (first: string, second: string, areas = ['north', 'south', 'east']): readonly Step[] => [
  [
    'PersonnelDeployed',
    {
      ...PARTIES,
      role: 'trainer',
      women: 1,
      men: 0,
      persons: ['n-1'],
      country: 'estmark',
      area: areas[0],
      from: '2026-01-01',
      plannedReturn: '2026-12-31',
    },
  ],
  ['PersonnelRelocated', { area: areas[1], on: first, ...BECAUSE }],
  ['PersonnelRelocated', { area: areas[2], on: second, ...BECAUSE }],
];
const incident = (name: string): Step => [
  'PersonnelIncidentReported',
  { incident: name, on, type: 'x', severity: 'minor', hurt: 0, evacuated: 0 },
];
/** An incident is reported in each of three stays. */
const reporting = ([first, second, third]: readonly Step[]): readonly Step[] =>
  [first, incident('i-1'), second, incident('i-2'), third, incident('i-3')] as readonly Step[];
const works = (started: string, accepted: string): readonly Step[] => [
  ['AssistanceRequested', { ...PARTIES, title: 'T', asked: [], deliveryPoint: 'receipt' }],
  ['CaseLineAdded', { line: '001', item: 'bridge', unit: 'each', quantity: 1, value: 1, due: '2026-06-01' }],
  ['WorksStarted', { line: '001', on: started }],
  ['WorksCompleted', { line: '001', on: '2026-04-10' }],
  ['WorksAccepted', { line: '001', on: accepted }],
];
const item = (...steps: readonly Step[]): readonly Step[] => [
  ['SerialRegistered', { ...PARTIES, item: 'sight', serial: 'S-1' }],
  ['ItemReceived', { on: '2026-05-01', holder: 'estmark', site: 'estmark.depot', checkBy: '2026-08-01' }],
  ...steps,
];
const lost = (day: string, cause: string): Step => ['ItemReportedLost', { on: day, cause, verifyBy: '2026-06-30' }];
const check = (...steps: readonly Step[]): readonly Step[] => [
  [
    'EndUseCheckScheduled',
    {
      ...PARTIES,
      type: 'enhanced',
      manner: 'on-site',
      holder: 'estmark',
      item: 'sight',
      site: 'estmark.depot',
      serials: ['S-1'],
      quantity: 1,
      due: '2026-08-01',
    },
  ],
  ...steps,
];
const notSeen: Step = [
  'ItemNotSeen',
  { check: 'veritas.c-1', on: '2026-05-02', reportBy: '2026-07-01', holder: 'estmark' },
];
const found = (day: string, place: string, more: Row = {}): Step => [
  'UnauthorisedTransferDetected',
  { ...PARTIES, on: day, place, holder: 'estmark', item: 'sight', notifyBy: on, ...more },
];
const deposit = (amount: number): Step => ['InitialDepositReceived', { amount, currency: 'USD' }];
const worksDay = (corrects: string, right: string, step: string): Step => [
  'WorksDayCorrected',
  { corrects, line: '001', ...BECAUSE, on: right, step },
];

const LIMITS = { open: 7, reply: 15, conclude: 60, measure: 15 };
const triaged = (incidentType: string, openBy: string, more: Row = {}): Row => ({
  incidentType,
  noticeRequired: 'notifyBy' in more,
  escalation: 'minister',
  limits: LIMITS,
  openBy,
  ...more,
});
const misuse = (...steps: readonly Step[]): readonly Step[] => [
  [
    'MisuseFlagged',
    {
      ...PARTIES,
      accused: 'estmark',
      allegation: 'loss',
      happened: { from: on, to: on },
      scopes: [],
      acknowledgeBy: on,
      triageBy: on,
    },
  ],
  ...steps,
];

const hold = (...steps: readonly Step[]): readonly Step[] => [
  [
    'HoldPlaced',
    {
      scope: { kind: 'programme', id: 'norland.p1' },
      hold: 'h-1',
      basis: 'suspension',
      ...BECAUSE,
      until: '2026-06-30',
    },
  ],
  ...steps,
];

const opening = { ...PARTIES, fund: 'F', currency: 'USD', stages: ['committed'], basis: 'own' };
const budget = { onBudget: true, budgetLine: '07', availableUntil: '2026-12-31' };

const CASES: Readonly<Record<string, Corrected>> = {
  'a tranche that was paid, of an account that was closed': {
    stream: 'funding-account/norland.it-1',
    right: account(planned, ['FundsDisbursed', money(100, tranche)], ['FundingAccountClosed', { reason: 'done' }]),
    corrected: account(
      planned,
      ['FundsDisbursed', money(10, tranche)],
      ['FundingAccountClosed', { reason: 'done', open: ['t-1'] }],
      difference('e2', 'disbursed', 90, tranche),
    ),
  },
  'a tranche that was not wholly paid, of an account that was closed': {
    stream: 'funding-account/norland.it-1',
    right: account(
      planned,
      ['FundsDisbursed', money(10, tranche)],
      ['FundingAccountClosed', { reason: 'done', open: ['t-1'] }],
    ),
    corrected: account(
      planned,
      ['FundsDisbursed', money(100, tranche)],
      ['FundingAccountClosed', { reason: 'done' }],
      difference('e2', 'disbursed', -90, tranche),
    ),
  },
  'the day of the completion of a training': {
    stream: 'training-activity/norland.it-1',
    right: training(completed(on)),
    corrected: training(completed('2026-05-02'), endCorrected()),
  },
  'the day of the termination of a training': {
    stream: 'training-activity/norland.it-1',
    right: training(terminated(on)),
    corrected: training(terminated('2026-05-02'), endCorrected({ trainees: ['n-1'] })),
  },
  'the day of the start of a training': {
    stream: 'training-activity/norland.it-1',
    right: training(session, completed(on)),
    corrected: [
      ...training(session, completed(on)).map((step): Step =>
        step[0] === 'TrainingStarted' ? [step[0], { on: '2026-05-02' }] : step,
      ),
      ['TrainingCorrected', { corrects: 'e2', ...BECAUSE, on: '2026-05-01', fact: 'start' }],
    ],
  },
  'the days of the activation and the completion of a programme': {
    stream: 'programme/norland.it-1',
    right: programme('2026-02-01', on),
    corrected: [
      ...programme('2026-01-02', '2025-12-31'),
      ['ProgrammeCorrected', { corrects: 'e2', ...BECAUSE, on: '2026-02-01', fact: 'activation' }],
      ['ProgrammeCorrected', { corrects: 'e3', ...BECAUSE, on, fact: 'completion' }],
    ],
  },
  'the day first promised of a milestone': {
    stream: 'programme/norland.it-1',
    right: milestones('2026-05-02', on, met).filter(([type]) => type !== 'MilestoneReplanned'),
    corrected: [
      ...milestones('2026-03-02', on, met).filter(([type]) => type !== 'MilestoneReplanned'),
      promise('e1', 'first-promise', '2026-05-02', { due: '2026-05-02' }),
    ],
  },
  'the days promised of a milestone that was replanned, and became overdue by mistake': {
    stream: 'programme/norland.it-1',
    right: milestones('2026-05-02', '2026-06-30'),
    corrected: [
      ...milestones('2026-03-02', '2026-05-03', ['MilestoneBecameOverdue', { ...milestone, due: '2026-05-03' }]),
      promise('e1', 'first-promise', '2026-05-02'),
      promise('e2', 'promise', '2026-06-30', { due: '2026-06-30' }),
    ],
  },
  'the days promised of a consignment that was received': {
    stream: 'consignment/norland.it-1',
    right: consignment('2026-05-02', '2026-05-03', received),
    corrected: [
      ...consignment('2026-03-02', '2026-03-03', ['DeliveryBecameOverdue', { due: '2026-03-03' }], received),
      ['DateCorrected', { corrects: 'e0', ...BECAUSE, on: '2026-05-02', fact: 'first-promise' }],
      ['DateCorrected', { corrects: 'e1', ...BECAUSE, on: '2026-05-03', fact: 'promise', due: '2026-05-03' }],
    ],
  },
  'the day first promised of a consignment, which is planned now': {
    stream: 'consignment/norland.it-1',
    right: consignment('2026-06-02', '').slice(0, 1),
    corrected: [
      ...consignment('2026-03-02', '').slice(0, 1),
      ['DateCorrected', { corrects: 'e0', ...BECAUSE, on: '2026-06-02', fact: 'first-promise', due: '2026-06-02' }],
    ],
  },
  'the days of a waiver and of its report': {
    stream: 'legal-framework/norland.it-1',
    right: waiver('2026-06-30', '2026-02-10', on),
    corrected: [
      ...waiver('2026-07-31', '2026-02-20', '2026-05-01'),
      ['FrameworkDayCorrected', { corrects: 'e1', ...BECAUSE, on: '2026-06-30', fact: 'last-day', of: 'w-1' }],
      [
        'FrameworkDayCorrected',
        { corrects: 'e2', ...BECAUSE, on: '2026-02-10', fact: 'report', report: 'waiver', of: 'w-1' },
      ],
      ['FrameworkDayCorrected', { corrects: 'e3', ...BECAUSE, on, fact: 'end', of: 'w-1' }],
    ],
  },
  'the day from which a continuity plan applies': {
    stream: 'country-situation/norland.it-1',
    right: situation('2026-05-01', on, on).slice(0, 3),
    corrected: [...situation('2026-04-01', on, on).slice(0, 3), situationDay('e1', '2026-05-01', 'plan', 'p-1')],
  },
  'the days of a continuity plan that ended': {
    stream: 'country-situation/norland.it-1',
    right: situation('2026-05-01', '2026-05-02', on),
    corrected: [
      ...situation('2026-04-01', '2026-04-02', '2026-04-03'),
      situationDay('e2', '2026-05-02', 'task', 't-1'),
      situationDay('e3', on, 'plan-end', 'p-1', { open: ['t-2'] }),
      situationDay('e1', '2026-05-01', 'plan', 'p-1'),
    ],
  },
  'the days of works': {
    stream: 'assistance-case/norland.it-1',
    right: works('2026-04-01', on),
    corrected: [
      ...works('2020-04-02', '2026-04-10'),
      worksDay('e2', '2026-04-01', 'started'),
      worksDay('e4', on, 'accepted'),
    ],
  },
  'the days of moves to another area': {
    stream: 'deployment/norland.it-1',
    right: deployment('2026-02-01', on),
    corrected: [
      ...deployment('2026-03-01', '2026-04-01'),
      ['RelocationCorrected', { corrects: 'e1', ...BECAUSE, on: '2026-02-01', stay: 2, revision: 1 }],
      ['RelocationCorrected', { corrects: 'e2', ...BECAUSE, on, stay: 3, revision: 2 }],
    ],
  },
  'the day and the cause of a loss': {
    stream: 'item/norland.sight.s-1',
    right: item(lost(on, 'theft')),
    corrected: item(lost('2026-05-02', 'fire'), [
      'LossReportCorrected',
      { corrects: 'e2', ...BECAUSE, on, cause: 'theft' },
    ]),
  },
  'a loss that was reported by mistake': {
    stream: 'item/norland.sight.s-1',
    right: item(),
    corrected: item(lost(on, 'theft'), ['LossReportWithdrawn', { corrects: 'e2', ...BECAUSE }]),
  },
  'a loss that was reported by mistake, of what a check had not seen': {
    stream: 'item/norland.sight.s-1',
    right: item(notSeen),
    corrected: item(notSeen, lost(on, 'theft'), ['LossReportWithdrawn', { corrects: 'e3', ...BECAUSE }], notSeen),
  },
  'the day and the place of an unauthorised transfer': {
    stream: 'item/norland.sight.s-1',
    right: item(found(on, 'market')),
    corrected: item(found('2026-05-02', 'port'), [
      'UnauthorisedTransferCorrected',
      { corrects: 'e2', ...BECAUSE, on, place: 'market' },
    ]),
  },
  'an unauthorised transfer that was recorded by mistake': {
    stream: 'item/norland.sight.s-1',
    right: item(notSeen),
    corrected: item(
      notSeen,
      found(on, 'market'),
      ['UnauthorisedTransferWithdrawn', { corrects: 'e3', ...BECAUSE, as: 'held', site: 'estmark.depot' }],
      notSeen,
    ),
  },
  'an unauthorised transfer that was recorded by mistake after the report of a loss': {
    stream: 'item/norland.sight.s-1',
    right: item(lost(on, 'theft')),
    corrected: item(lost(on, 'theft'), found(on, 'market', { report: 'e2' }), [
      'UnauthorisedTransferWithdrawn',
      { corrects: 'e3', ...BECAUSE, as: 'reported', site: 'estmark.depot', report: 'e2', verifyBy: '2026-06-30' },
    ]),
  },
  'a denied access that was recorded by mistake': {
    stream: 'end-use-check/veritas.it-1',
    right: check(),
    corrected: check(
      ['AccessDenied', { on, reason: 'operation', next: {} }],
      ['AccessDenialWithdrawn', { corrects: 'e1', ...BECAUSE, next: 'entente.after-e1' }],
    ),
  },
  'the initial deposit of a case': {
    stream: 'assistance-case/norland.it-1',
    right: [...works('2026-04-01', on), deposit(100)],
    corrected: [
      ...works('2026-04-01', on),
      deposit(10),
      deposit(50),
      ['InitialDepositCorrected', { corrects: 'e5', difference: 90, ...BECAUSE }],
      ['InitialDepositCorrected', { corrects: 'e6', difference: -50, ...BECAUSE }],
    ],
  },
  'the areas of stays, and of what was reported there': {
    stream: 'deployment/norland.it-1',
    right: reporting(deployment('2026-02-01', on)),
    corrected: [
      ...reporting(deployment('2026-02-01', on, ['west', 'east', 'south'])).slice(0, 5),
      ['DeploymentCorrected', { corrects: 'e0', ...BECAUSE, area: 'north', present: false, incidents: ['i-1'] }],
      ['RelocationCorrected', { corrects: 'e4', ...BECAUSE, area: 'east', stay: 3, revision: 4, present: true }],
      [
        'RelocationCorrected',
        { corrects: 'e2', ...BECAUSE, area: 'south', stay: 2, revision: 2, present: false, incidents: ['i-2'] },
      ],
      incident('i-3'),
    ],
  },
  'the first area of a deployment that did not move': {
    stream: 'deployment/norland.it-1',
    right: [...deployment(on, on).slice(0, 1), incident('i-1')],
    corrected: [
      ...deployment(on, on, ['west']).slice(0, 1),
      ['DeploymentCorrected', { corrects: 'e0', ...BECAUSE, area: 'north', present: true }],
      incident('i-1'),
    ],
  },
  'the unit of a shipment': {
    stream: 'consignment/norland.it-1',
    right: consignment('2026-05-02', on, ['ConsignmentShipped', { on, unit: 'estmark.right' }]),
    corrected: [
      ...consignment('2026-05-02', on, ['ConsignmentShipped', { on, unit: 'estmark.wrong' }]),
      ['ShipmentCorrected', { corrects: 'e2', ...BECAUSE, unit: 'estmark.right' }],
    ],
  },
  'the incident type of a triage': {
    stream: 'misuse-case/sealed.00000000000000000000000000000001',
    right: misuse(['MisuseTriaged', triaged('use', '2026-05-11', { notifyBy: '2026-05-09' })]),
    corrected: misuse(
      ['MisuseTriaged', triaged('minor', '2026-05-20')],
      ['TriageCorrected', triaged('use', '2026-05-11', { notifyBy: '2026-05-09', corrects: 'e1', ...BECAUSE })],
    ),
  },
  'a hold that was released by mistake': {
    stream: 'hold/programme.norland.p1',
    right: hold(),
    corrected: hold(
      ['HoldReleased', { hold: 'h-1', ...BECAUSE }],
      ['HoldReleaseWithdrawn', { corrects: 'e1', hold: 'h-1', ...BECAUSE }],
    ),
  },
  'the budget of an account': {
    stream: 'funding-account/norland.it-1',
    right: [['FundingAccountOpened', { ...opening, ...budget }], ['FundsCommitted', money(1)], planned],
    corrected: [
      ['FundingAccountOpened', { ...opening, onBudget: false }],
      ['FundsCommitted', money(1)],
      planned,
      ['AccountCorrected', { corrects: 'e0', ...BECAUSE, ...budget, periods: ['2026'] }],
    ],
  },
  'the fund of an account before money moved': {
    stream: 'funding-account/norland.it-1',
    right: [
      ['FundingAccountOpened', opening],
      ['FundsCommitted', money(1)],
    ],
    corrected: [
      ['FundingAccountOpened', { ...opening, fund: 'f' }],
      ['AccountCorrected', { corrects: 'e0', ...BECAUSE, fund: 'F', periods: [] }],
      ['FundsCommitted', money(1)],
    ],
  },
  'what left an account for another': {
    stream: 'funding-account/norland.it-1',
    right: account(['FundsReallocatedOut', money(10, { stage: 'committed', to: 'norland.other' })]),
    corrected: account(
      ['FundsReallocatedOut', money(100, { stage: 'committed', to: 'norland.other' })],
      difference('e1', 'committed', 90, { to: 'norland.other' }),
    ),
  },
};

describe('what was entered wrongly and then corrected is as if it had been entered right (R26)', () => {
  it.each(Object.entries(CASES))('%s: rows and rules', (_, { stream, right, corrected }) => {
    const is = happened(stream, corrected);
    const asIf = happened(stream, right);
    expect(rowsOf(is)).toEqual(rowsOf(asIf));
    expect(stateOf(is)).toEqual(stateOf(asIf));
  });
});

// ---- Every entry of the table ----

type Schema = ReturnType<typeof schemaOf>;

const contractOf = (kind: string) => CATALOGUE.find((one) => one.kind === kind) as (typeof CATALOGUE)[number];
const dataOf = (kind: string, type: string) => contractOf(kind).events[type]?.data as new () => object;
/** The example of an event, which corrects none. */
function example(kind: string, type: string): Row {
  const { corrects: _, ...data } = exampleOf(dataOf(kind, type));
  return { ...data, ...EXAMPLES[type] };
}

/** What the events of a case have besides their examples, so that they fit each other. */
const EXAMPLES: Readonly<Record<string, Row>> = {
  ExceptionInvoked: { name: 'w-1' },
  InstabilityDeclared: { instability: 'i-1' },
  PersonnelAlertIssued: { alert: 'a-1' },
  PersonnelAlertEnded: { alert: 'a-1' },
  StabilityRestored: { instability: 'i-1' },
  FundsDisbursed: { afterCompletion: false },
  ItemReceived: { checkBy: '2026-08-17' },
};
/** The events that come before one, by its type, after that which opens the stream. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  StabilityRestored: ['InstabilityDeclared'],
  PersonnelAlertEnded: ['PersonnelAlertIssued'],
  ItemReportedDestroyed: ['ItemReceived'],
  ItemReportedExpended: ['ItemReceived'],
};
/**
 * Corrections of which a row is kept beside that of the event, or which give the whole result of
 * rules over several streams: figures and the specs of their kinds try them.
 */
const OTHERWISE = [
  'DeliveryCorrected',
  'RecoveryCorrected',
  'ReceiptCorrected',
  'SerialsCorrected',
  'CheckResultCorrected',
  'CheckDayCorrected',
];
/** What the decision adds to a correction. */
const moved = (stage: string): Row => ({ stage, on });
const lowered = (stage: string): Row => ({ stage, on, lowers: true });
const ADDS: Readonly<Record<string, Row>> = {
  'AccountCorrected FundingAccountOpened': { periods: [] },
  'MovementCorrected FundsPledged': moved('pledged'),
  'MovementCorrected FundsCommitted': moved('committed'),
  'MovementCorrected FundsObligated': moved('obligated'),
  'MovementCorrected ExpenditureReported': moved('spent'),
  'MovementCorrected ContributionPooled': moved('pledged'),
  'MovementCorrected PledgeReduced': lowered('pledged'),
  'MovementCorrected FundsDecommitted': lowered('committed'),
  'MovementCorrected FundsDeobligated': lowered('obligated'),
  'MovementCorrected FundsReimbursed': lowered('disbursed'),
  'MovementCorrected ExpenditureCorrected': lowered('spent'),
  'DateCorrected ConsignmentShipped': { fact: 'origin' },
  'DateCorrected ConsignmentArrivedAtHub': { fact: 'hub' },
  'DateCorrected TitleTransferred': { fact: 'title' },
  'DateCorrected ReceiptConfirmed': { fact: 'receipt' },
  'AgreementCorrected AgreementEnteredIntoForce': { warnOn: '2036-10-01' },
  'TrancheCorrected DisbursementPlanned': { amountBy: -1 },
  'ItemReceiptCorrected ItemReceived': { checkBy: '2026-08-17' },
  'FrameworkDayCorrected ExceptionInvoked': { fact: 'last-day', of: 'w-1' },
  'ExchangeRateCorrected ExchangeRateFixed': { newest: { quote: 'EUR', rate: '0.9132', on: '2026-03-31' } },
  'ProgrammeCorrected LegislatureNotified': { fact: 'notice' },
  'TrainingCorrected TrainingPlanned': { fact: 'plan' },
  'VettingDayCorrected SourceChecked': { fact: 'source' },
  'VettingDayCorrected RecipientInformed': { fact: 'word' },
  'VettingDayCorrected IneligibilityPublished': { fact: 'publication' },
  'SituationDayCorrected InstabilityDeclared': { fact: 'instability', item: 'i-1' },
  'SituationDayCorrected StabilityRestored': { fact: 'restoration', item: 'i-1' },
  'SituationDayCorrected PersonnelAlertIssued': { fact: 'alert', item: 'a-1' },
  'SituationDayCorrected PersonnelAlertEnded': { fact: 'alert-end', item: 'a-1' },
};

/** Another value of the same form. */
function another(value: unknown, { enum: codes, format, properties = {} }: Schema): unknown {
  if (Array.isArray(codes)) return codes.find((one) => one !== value);
  if (format === 'date') return '2026-01-02';
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}2`;
  if (Array.isArray(value)) return value.length > 1 ? value.slice(1) : [];
  return Object.fromEntries(
    Object.entries(value as Row).map(([field, one]) => [
      field,
      another(one, (properties as Record<string, Schema>)[field] ?? {}),
    ]),
  );
}

/** An event as it is right, and the same with a wrong value in each field, and then corrected. */
function mistyped(kind: string, { then, names: _, ...of }: Correction, type: string): Corrected {
  const { within, replaces = [], states, days, takes, carries = [] } = of;
  const right = example(kind, type);
  const fields = (states?.[type] ?? replaces).map((field) => [field, field === 'on' ? (days?.[type] ?? field) : field] as const); // prettier-ignore
  const { properties } = schemaOf(dataOf(kind, type));
  const wrong = Object.fromEntries(
    [...fields.map(([, field]) => field), ...(takes === undefined ? [] : [takes.of])].map((field) => [
      field,
      another(right[field], (properties as Record<string, Schema>)[field] ?? {}),
    ]),
  );
  const turn = takes?.opposite?.includes(type) === true ? -1 : 1;
  const difference = takes === undefined ? {} : { [takes.by]: turn * takes.sign * (Number(right[takes.of]) - Number(wrong[takes.of])) }; // prettier-ignore
  const stated = Object.fromEntries(
    [...carries, ...(within === undefined ? [] : [within])].flatMap((field) => (right[field] === undefined ? [] : [[field, right[field]]])), // prettier-ignore
  );
  const first = Object.keys(contractOf(kind).events)[0] as string;
  const before = [...(type === first ? [] : [first]), ...(BEFORE[type] ?? [])].map((one): Step => [
    one,
    example(kind, one),
  ]);
  const correction = {
    corrects: `e${before.length}`,
    ...BECAUSE,
    ...stated,
    ...difference,
    ...Object.fromEntries(fields.map(([by, field]) => [by, right[field]])),
    ...ADDS[`${then} ${type}`],
  };
  const withdrawn = fields.length === 0 && takes === undefined;
  return {
    stream: `${kind}/norland.it-1`,
    right: withdrawn ? before : [...before, [type, right]],
    corrected: [...before, [type, { ...right, ...wrong }], [then, correction]],
  };
}

/** The entries that a case above tries: correction and event. */
const TRIED = Object.values(CASES).flatMap(({ stream, corrected }) => {
  const events = happened(stream, corrected);
  return events.flatMap(({ type, data }) =>
    events.flatMap((named) => ((data as Row)['corrects'] === named.id ? [`${type} ${named.type}`] : [])),
  );
});

const ENTRIES = Object.entries(CORRECTIONS).flatMap(([kind, corrections]) =>
  Object.values<Correction>(corrections).flatMap((correction) =>
    (OTHERWISE.includes(correction.then) ? [] : correction.names).flatMap((name) =>
      TRIED.includes(`${correction.then} ${name}`)
        ? []
        : [[`${kind}: ${name} by ${correction.then}`, kind, correction, name] as const],
    ),
  ),
);

describe('each entry of the table of corrections: as if it had been entered right (R26)', () => {
  it.each(ENTRIES)('%s: rows and rules', (_, kind, correction, name) => {
    const { stream, right, corrected } = mistyped(kind, correction, name);
    const is = happened(stream, corrected);
    const asIf = happened(stream, right);
    expect(rowsOf(is)).toEqual(rowsOf(asIf));
    expect(stateOf(is)).toEqual(stateOf(asIf));
  });
});
