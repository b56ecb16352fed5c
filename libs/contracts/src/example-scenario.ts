import { commandAt } from './catalogue.js';

/** One step of the scenario: a command as it is sent. */
export interface ScenarioStep {
  /** Its number, from 1. */
  readonly step: number;
  readonly kind: string;
  readonly id: string;
  /** The command, as the last part of its route. */
  readonly path: string;
  /** The header `Entente-Actor`. */
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Days that pass before it is sent: the clock's commands wait for a day. */
  readonly daysLater: number;
  /**
   * Fields, by path, that hold the id of the last event of an earlier step. Fill them in from that
   * step's receipt.
   */
  readonly events: Readonly<Record<string, number>>;
  /** Whether it opens a stream that the example data has opened already: then it is left out. */
  readonly mayExist: boolean;
}

interface More {
  /** Fields that differ from the command's own example. */
  readonly with?: Readonly<Record<string, unknown>>;
  readonly daysLater?: number;
  readonly mayExist?: boolean;
  /**
   * A field, by path, and the path of the last earlier command, on this stream or the one named
   * before a colon.
   */
  readonly events?: Readonly<Record<string, string>>;
}
type Line = readonly [stream: string, path: string, actor: string, more?: More];

const OPERATOR = 'operator;role=operator';
const SYSTEM = 'entente;role=system';
const DONOR = 'norland;role=donor;person=n-1';
const MINISTER = 'norland;role=donor;person=n-2';
const VESTRA = 'vestra;role=donor;person=a-1';
const RECIPIENT = 'estmark;role=recipient;person=e-1';
/** The recipient of a retransfer. */
const NEW_HOLDER = 'vestra;role=recipient;person=a-2';
const MONITOR = 'veritas-monitor;role=monitor;person=v-1';
const VETTER = 'vetting-office;role=vetter;person=c-1';
const WITNESS = 'harbour-watch;role=implementer';
const INVESTIGATOR = 'lumen-inquiry;role=investigator;person=l-1';

const P = 'programme/norland.programme-1';
/** A programme that is only proposed. */
const Q = 'programme/norland.programme-3';
const MANY = 'programme/norland.programme-2';
const A = 'funding-account/norland.account-1';
const OTHER = 'funding-account/norland.account-2';
/** An account that is closed before its tranche is disbursed. */
const UNUSED = 'funding-account/norland.account-4';
/** An account whose programme is ended early before its tranche is disbursed. */
const STOPPED = 'funding-account/norland.account-5';
/** The account to which money comes back after misuse. */
const RECOVERED = 'funding-account/norland.account-3';
const CASE = 'assistance-case/norland.case-1';
const LAPSED = 'assistance-case/norland.case-2';
const FIRST = 'consignment/norland.consignment-1';
const SECOND = 'consignment/norland.consignment-2';
const THIRD = 'consignment/norland.consignment-3';
const SIGHT = 'item-type/norland.thermal-sight';
/** A type whose review becomes overdue, and one whose designation ends. */
const RADIO = 'item-type/norland.field-radio';
const ROUTER = 'item-type/norland.router';
const DEPOT = 'storage-site/estmark.north-depot';
/** The store of the new holder. */
const NEW_DEPOT = 'storage-site/vestra.central-depot';
const SOUTH = 'storage-site/estmark.south-depot';
const EAST = 'storage-site/estmark.east-depot';
/** Items by the last digit of their serials. */
const item = (digit: number): string => `item/norland.thermal-sight.~ts-000${digit}`;
const SIGHTS = 'assistance-case/norland.case-4';
const FOURTH = 'consignment/norland.consignment-4';
/** A case of which a consignment arrives before its execution. */
const EARLY = 'assistance-case/norland.case-5';
const FIFTH = 'consignment/norland.consignment-5';
const transfer = (digit: number): string => `third-party-transfer/estmark.transfer-${digit}`;
const release = (digit: number): string => `technology-release/estmark.release-${digit}`;
/** Goods that are not monitored by serials. */
const GOODS: More = {
  with: { goods: [{ item: 'night-vision-device', quantity: 2, consignment: 'norland.consignment-1' }] },
};
const serial = (digit: number): More => ({ with: { serial: `TS-000${digit}` } });
const misuseCase = (digit: string): string => `misuse-case/sealed.${digit}f2a54a3a9b15f0c1c521f0f5a3e9c55`;
const M = misuseCase('0');
/** An agreement, one that will expire, and one that stays a draft. */
const F = 'legal-framework/norland.framework-1';
const SHORT = 'legal-framework/norland.framework-2';
const DRAFT = 'legal-framework/norland.framework-3';
const HELD = 'hold/programme.norland.programme-1';
const ARMY = 'security-unit/estmark.army';
const BRIGADE = 'security-unit/estmark.brigade-1';
const GUARD = 'security-unit/estmark.guard-1';
const CORPORAL = 'vetted-person/estmark.person-2';
/** Asked for by the recipient, and never answered. */
const ASKED = 'vetting-case/estmark.vetting-1';
const vetting = (n: number): string => `vetting-case/norland.vetting-${n}`;
const DISMISSED = misuseCase('1');
const INCONCLUSIVE = misuseCase('2');
const DECLINED = misuseCase('3');
const PRECAUTION = misuseCase('4');

const NORTH = 'country-situation/norland.estmark-north';
const ADVISORS = 'deployment/norland.deployment-1';
const check = (n: number): string => `end-use-check/veritas-monitor.check-${n}`;
const ALL_SEEN = ['TS-0001', 'TS-0002'].map((serial) => ({ serial, result: 'seen' }));
/** A routine check of items that came under no case: policies plan those of consignments. */
const routine = (item: string) => ({ type: 'routine', case: undefined, item, serials: [], quantity: 40 });
const SAMPLE = [{ lot: 'LOT-7', seen: 8, notSeen: 0, damaged: 1 }];

const idOf = (stream: string): string => stream.slice(stream.indexOf('/') + 1);

const reach = (stream: string): readonly Line[] => [
  [stream, 'flag', WITNESS],
  [stream, 'triage', DONOR, { with: { incidentType: 'minor-violation' } }],
  [stream, 'open-investigation', DONOR],
  [stream, 'assign-investigator', DONOR],
];
/** Replaced by the id of an event. */
const LATER = '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1';
/** The fact of a command, disputed and then confirmed by the organisation that it concerns. */
const answersTo = (stream: string, path: string, concerned: string, recorder: string): readonly Line[] => {
  const fact: More = { events: { fact: path } };
  return [
    [stream, 'dispute-fact', concerned, fact],
    [stream, 'answer-dispute', recorder, fact],
    [stream, 'withdraw-dispute', concerned, fact],
    [stream, 'confirm-fact', concerned, fact],
  ];
};
const CORRECTS = (path: string): More => ({ events: { corrects: path } });
const works = { line: '002', item: 'store-deployment', quantity: 1, unit: 'each', value: 20_000_00 };

/** An organisation that takes part: the example data has some of them. */
const party = (id: string, name: string, type: string, role: string): readonly Line[] => [
  [`stakeholder/${id}`, 'register', OPERATOR, { with: { name, type, country: id }, mayExist: true }],
  [`stakeholder/${id}`, 'grant-role', OPERATOR, { with: { role } }],
];

/** Both parties sign an agreement and bring it into force until a day. */
const inForce = (stream: string, until: string): readonly Line[] => [
  [stream, 'draft', DONOR],
  [stream, 'sign', DONOR, { with: { party: 'norland', on: '2026-01-10' } }],
  [stream, 'sign', RECIPIENT],
  ...['use', 'no-transfer', 'security', 'observation'].map((assurance): Line => [
    stream,
    'give-assurance',
    RECIPIENT,
    { with: { assurance } },
  ]),
  [stream, 'bring-into-force', DONOR, { with: { until } }],
];

/** A clearance from its beginning to an exception; the same commands for a unit and a person. */
const clearance = (stream: string, day: (offset: number) => string): readonly Line[] => {
  const plain = { vettingCase: undefined, exception: undefined };
  const bar = { with: { vettingCase: undefined } };
  const excepted = { with: { reason: 'waiver-granted', vettingCase: undefined, until: day(10) } };
  return [
    [stream, 'give-clearance', VETTER, { with: { ...plain, until: day(300) } }],
    [stream, 'correct-clearance', VETTER, { with: { until: day(200) }, ...CORRECTS('give-clearance') }],
    [stream, 'note-enrolment', SYSTEM],
    [stream, 'suspend-clearance', VETTER, bar],
    [stream, 'restore-clearance', VETTER, { with: { ...plain, until: undefined, reason: 'not-credible' } }],
    [stream, 'refuse-clearance', VETTER, bar],
    [stream, 'restore-clearance', VETTER, excepted],
    [stream, 'submit-exception-report', VETTER, { with: { on: day(0) } }],
    [stream, 'refuse-clearance', VETTER, bar],
    [stream, 'restore-clearance', VETTER, excepted],
  ];
};

const ofUnit = (stream: string): More => ({ with: { subject: { kind: 'security-unit', id: idOf(stream) } } });
const yesterday = (day: (offset: number) => string) => ({ occurredAt: `${day(-1)}T08:00:00.000Z` });
const refused: More = { with: { outcome: 'refused', until: undefined } };

/** Units and persons that are vetted: cleared, refused, and on their way back. */
const vettingLines = (day: (offset: number) => string): readonly Line[] => [
  ...party('vetting-office', 'Vetting Office', 'oversight-body', 'vetter'),
  [ARMY, 'register', RECIPIENT, { with: { type: 'army', aliases: undefined, parent: undefined } }],
  [BRIGADE, 'register', RECIPIENT],
  [BRIGADE, 'correct', RECIPIENT, CORRECTS('register')],
  [GUARD, 'register', RECIPIENT, { with: { type: 'guard', aliases: ['palace-guard'] } }],
  ['security-unit/estmark.battalion-2', 'register', RECIPIENT, { with: { aliases: undefined } }],
  ...clearance('security-unit/estmark.battalion-2', day),
  [CORPORAL, 'register', RECIPIENT],
  ...clearance(CORPORAL, day),
  ['security-unit/estmark.battalion-3', 'register', RECIPIENT, { with: { aliases: undefined } }],
  ['vetted-person/estmark.person-3', 'register', RECIPIENT, { with: { unit: 'estmark.battalion-3' } }],
  ['vetted-person/estmark.person-3', 'end-registration', RECIPIENT, { with: { reason: 'left-service' } }],
  ['security-unit/estmark.battalion-3', 'end-registration', RECIPIENT],

  [vetting(1), 'request', DONOR, { with: { neededBy: undefined } }],
  [vetting(1), 'check-source', VETTER, { with: { found: false } }],
  [vetting(1), 'conclude', VETTER, { with: { until: day(300) } }],
  [BRIGADE, 'give-clearance', VETTER, { with: { until: day(300), exception: undefined, ...yesterday(day) } }],
  [BRIGADE, 'correct-clearance', VETTER, { with: { until: day(290) }, ...CORRECTS('give-clearance') }],
  [BRIGADE, 'note-shipment', SYSTEM, { with: { consignment: idOf(FOURTH) } }],
  [vetting(1), 'note-corrected-clearance', SYSTEM, { with: { until: day(290) } }],
  [vetting(2), 'request', DONOR, { with: { ...ofUnit(GUARD).with, neededBy: undefined, ...yesterday(day) } }],
  [vetting(2), 'check-source', VETTER, { with: yesterday(day) }],
  [vetting(2), 'record-information', VETTER, { with: yesterday(day) }],
  [vetting(2), 'assess-information', VETTER, { with: yesterday(day) }],
  [vetting(2), 'record-information', VETTER, { with: { information: 'info-2', ...yesterday(day) } }],
  [
    vetting(2),
    'assess-information',
    VETTER,
    { with: { information: 'info-2', credible: true, reason: 'confirmed', ...yesterday(day) } },
  ],
  [vetting(2), 'conclude', VETTER, { with: { ...refused.with, ...yesterday(day) } }],
  [vetting(2), 'inform-recipient', VETTER, { with: { on: day(0) } }],
  [vetting(2), 'publish', VETTER, { with: { on: day(0) } }],
  [vetting(2), 'correct-day', VETTER, { with: { on: day(-1) }, ...CORRECTS('inform-recipient') }],
  [
    vetting(2),
    'open-remediation',
    VETTER,
    { with: { steps: [{ step: 'step-1', measure: 'prosecution', due: day(60) }] } },
  ],
  [vetting(2), 'take-step', RECIPIENT],
  [vetting(2), 'correct-step', RECIPIENT, CORRECTS('take-step')],
  [vetting(2), 'complete-remediation', VETTER, { with: { on: day(0), until: day(250) } }],
  [vetting(3), 'request', DONOR, { with: { ...ofUnit(ARMY).with, neededBy: undefined } }],
  [vetting(3), 'check-source', VETTER],
  [vetting(3), 'record-information', VETTER],
  [vetting(3), 'assess-information', VETTER, { with: { credible: true, reason: 'confirmed' } }],
  [vetting(3), 'conclude', VETTER, refused],
  [vetting(3), 'withhold', DONOR],
  [
    vetting(3),
    'open-remediation',
    VETTER,
    { with: { steps: [{ step: 'step-1', measure: 'training-of-officers', due: day(90) }] } },
  ],
  [vetting(3), 'discontinue-remediation', VETTER],
  [
    vetting(3),
    'open-remediation',
    VETTER,
    { with: { steps: [{ step: 'step-2', measure: 'prosecution', due: day(120) }] } },
  ],
  [vetting(4), 'request', DONOR, { with: { neededBy: undefined } }],
  [vetting(4), 'withdraw', RECIPIENT],
  [ASKED, 'request', RECIPIENT, { with: { subject: { kind: 'vetted-person', id: idOf(CORPORAL) }, neededBy: day(9) } }],
];

const SOLDIER = 'vetted-person/estmark.person-1';
const course = (n: number): string => `training-activity/norland.training-${n}`;

const ALONE = { with: { unit: 'estmark.battalion-2', number: 1 } };

const planned = (day: (offset: number) => string, starts: number, more: object = {}): More => ({
  with: { programme: undefined, case: undefined, starts: day(starts), ends: day(starts + 8), ...more },
});

/** Trainings: one is held, one ends early, and one is late. */
const trainingLines = (day: (offset: number) => string): readonly Line[] => {
  const plan = (starts: number, more: object = {}): More => planned(day, starts, more);
  const numbers = { women: 2, men: 5, notStated: 0 };
  const today = { with: { on: day(0) } };
  const before = { occurredAt: `${day(-1)}T09:00:00.000Z` };
  return [
    [SOLDIER, 'register', RECIPIENT],
    [
      SOLDIER,
      'give-clearance',
      VETTER,
      { with: { ...before, until: day(120), exception: undefined, vettingCase: undefined } },
    ],
    [course(1), 'plan', DONOR, plan(0, before)],
    [course(1), 'reschedule', DONOR, { with: { starts: day(1), ends: day(9) } }],
    [course(1), 'nominate', RECIPIENT, { with: before }],
    [
      course(1),
      'nominate',
      RECIPIENT,
      { with: { ...before, trainee: 'n-2', unit: undefined, person: idOf(SOLDIER), number: 1 } },
    ],
    [course(1), 'nominate', RECIPIENT, { with: { trainee: 'n-3', number: 2 } }],
    [course(1), 'enrol', DONOR, { with: before }],
    [course(1), 'halt', DONOR, { with: before }],
    [course(1), 'enrol', DONOR, { with: before }],
    [course(1), 'enrol', DONOR, { with: { trainee: 'n-2', ...before } }],
    [course(1), 'refuse', DONOR, { with: { trainee: 'n-3' } }],
    [course(1), 'start', DONOR, today],
    [
      course(1),
      'correct',
      DONOR,
      { with: { completed: undefined, cost: undefined, planned: undefined, on: day(-1) }, ...CORRECTS('start') },
    ],
    [course(1), 'hold-session', DONOR, { with: { ...today.with, present: { women: 3, men: 5, notStated: 0 } } }],
    [course(1), 'correct-session', DONOR, { with: { present: numbers, on: undefined }, ...CORRECTS('hold-session') }],
    [course(1), 'assess', DONOR, today],
    [course(1), 'complete', DONOR, { with: { ...today.with, completed: { women: 3, men: 5, notStated: 0 } } }],
    ...answersTo(course(1), 'complete', RECIPIENT, DONOR),
    [
      course(1),
      'correct',
      DONOR,
      { with: { completed: numbers, on: undefined, planned: undefined }, ...CORRECTS('complete') },
    ],
    [course(1), 'follow-up', RECIPIENT, today],
    [course(4), 'plan', DONOR, plan(0, { course: 'radio-repair', planned: 2 })],
    [course(4), 'nominate', RECIPIENT, ALONE],
    [course(4), 'nominate', RECIPIENT, { with: { ...ALONE.with, trainee: 'n-2' } }],
    [course(4), 'enrol', DONOR],
    [course(4), 'start', DONOR, today],
    [course(4), 'terminate', DONOR, { with: { ...today.with, trained: { women: 1, men: 0, notStated: 0 } } }],
    [course(3), 'plan', DONOR, plan(9, { course: 'border-law' })],
    [course(3), 'nominate', RECIPIENT, { with: { unit: undefined, number: 4, agreement: 'note-2026-3' } }],
    [course(3), 'enrol', DONOR],
  ];
};

/** What becomes of their last days. */
const vettingDays = (day: (offset: number) => string): readonly Line[] => [
  [ASKED, 'record-overdue', SYSTEM, { with: { due: day(9) } }],
  [course(3), 'record-overdue', SYSTEM, { with: { due: day(9) } }],
  ['security-unit/estmark.battalion-2', 'record-expired-clearance', SYSTEM, { with: { until: day(10) } }],
  [CORPORAL, 'record-expired-clearance', SYSTEM, { with: { until: day(10) } }],
  [
    'security-unit/estmark.battalion-2',
    'record-overdue-exception-report',
    SYSTEM,
    { with: { of: 'waiver-2', due: day(15) }, daysLater: 5 },
  ],
  [CORPORAL, 'record-overdue-exception-report', SYSTEM, { with: { of: 'waiver-2', due: day(15) } }],
];

/** The steps of the scenario. A line without more is the command's own example. */
const lines = (day: (offset: number) => string): readonly Line[] => [
  ['stakeholder/vestra', 'register', OPERATOR],
  ['stakeholder/vestra', 'correct-registration', OPERATOR, CORRECTS('register')],
  ['stakeholder/vestra', 'grant-role', OPERATOR],
  ['stakeholder/vestra', 'grant-role', OPERATOR, { with: { role: 'recipient' } }],
  ['stakeholder/vestra', 'designate-focal-point', VESTRA],
  [
    'stakeholder/ostra-training',
    'register',
    OPERATOR,
    { with: { name: 'Ostra Training', type: 'implementer', country: 'ostra' } },
  ],
  ['stakeholder/vestra', 'give-mandate', VESTRA],
  ['stakeholder/vestra', 'end-mandate', VESTRA],
  ['stakeholder/vestra', 'suspend', OPERATOR],
  ['stakeholder/vestra', 'reinstate', OPERATOR],
  ...party('norland', 'Kingdom of Norland', 'state', 'donor'),
  ...party('estmark', 'Republic of Estmark', 'state', 'recipient'),
  ...party('veritas-monitor', 'Veritas', 'oversight-body', 'monitor'),
  ...party('lumen-inquiry', 'Lumen', 'oversight-body', 'investigator'),

  ...inForce(F, '2036-12-31'),
  [F, 'correct', DONOR, CORRECTS('bring-into-force')],
  [F, 'amend', DONOR],
  [F, 'set-parameter', DONOR],
  [F, 'define-incident-type', DONOR],
  [F, 'attach-condition', DONOR],
  [F, 'lift-condition', DONOR],
  [F, 'attach-condition', DONOR, { with: { condition: 'own-forces-only', scope: undefined } }],
  [F, 'impose-restriction', DONOR],
  [F, 'lift-restriction', DONOR],
  [F, 'bar-listed-units', RECIPIENT],
  [F, 'withdraw-unit-bar', RECIPIENT],
  [F, 'bar-listed-units', RECIPIENT, { with: { on: '2026-02-03' } }],
  [F, 'withdraw-assurance', RECIPIENT],
  [F, 'give-assurance', RECIPIENT],
  [F, 'grant-waiver', DONOR],
  [F, 'submit-report', DONOR],
  [F, 'correct-day', DONOR, CORRECTS('submit-report')],
  [F, 'end-waiver', DONOR],
  [F, 'correct-day', DONOR, { with: { on: '2026-12-30' }, ...CORRECTS('grant-waiver') }],
  [F, 'invoke-exception', DONOR, { with: { name: 'flood-2026' } }],
  [F, 'record-overdue-report', SYSTEM, { with: { report: 'semi-annual', of: '2026-h1', due: '2026-07-30' } }],
  ...inForce(SHORT, day(10)),
  [SHORT, 'record-approaching-expiry', SYSTEM, { with: { until: day(10) } }],
  [DRAFT, 'draft', DONOR],
  [DRAFT, 'terminate', DONOR],

  [P, 'propose', DONOR, { with: { framework: idOf(F) } }],
  [P, 'correct', DONOR, CORRECTS('propose')],
  [P, 'define-objective', DONOR],
  [P, 'assign-gender-marker', DONOR],
  [P, 'withhold-concurrence', DONOR],
  [P, 'give-concurrence', DONOR],
  [P, 'notify-legislature', DONOR],
  [P, 'approve', MINISTER],
  [P, 'activate', DONOR],
  [P, 'correct', DONOR, { with: { title: undefined, on: '2026-03-02' }, ...CORRECTS('activate') }],
  [P, 'adapt', DONOR],
  [P, 'plan-milestone', DONOR],
  [P, 'replan-milestone', DONOR],
  [P, 'record-overdue-milestone', SYSTEM],
  [P, 'miss-milestone', DONOR],
  [P, 'meet-milestone', DONOR],
  [P, 'correct-milestone', DONOR, CORRECTS('meet-milestone')],
  [P, 'correct-milestone', DONOR, { with: { on: '2026-04-16' }, ...CORRECTS('plan-milestone') }],
  [P, 'suspend', DONOR],
  [P, 'resume', DONOR],
  [MANY, 'propose', DONOR, { with: { kind: 'multilateral', approvalRule: 'unanimity' } }],
  [MANY, 'invite', DONOR],
  [MANY, 'join', VESTRA],
  [MANY, 'withdraw', VESTRA],
  [MANY, 'plan-milestone', DONOR],
  [STOPPED, 'open', DONOR, { with: { programme: idOf(MANY), case: undefined } }],
  [MANY, 'note-account', SYSTEM, { with: { account: idOf(STOPPED) } }],
  [STOPPED, 'plan-disbursement', DONOR],
  [STOPPED, 'plan-disbursement', DONOR, { with: { tranche: 'tranche-2', due: day(100) } }],
  [MANY, 'terminate', DONOR],
  [STOPPED, 'record-overdue-tranche', SYSTEM],
  [STOPPED, 'withdraw-tranches', SYSTEM],

  [CASE, 'request', DONOR],
  [A, 'open', DONOR],
  [A, 'pledge', DONOR],
  [A, 'correct-movement', DONOR, CORRECTS('pledge')],
  [A, 'commit', DONOR],
  [A, 'obligate', DONOR],
  [A, 'plan-disbursement', DONOR],
  [A, 'record-overdue-tranche', SYSTEM],
  [A, 'disburse', DONOR],
  ...answersTo(A, 'disburse', RECIPIENT, DONOR),
  [A, 'report-expenditure', RECIPIENT],
  [A, 'correct-expenditure', RECIPIENT],
  [A, 'reimburse', DONOR],
  [A, 'deobligate', DONOR],
  [A, 'decommit', DONOR],
  [A, 'reduce-pledge', DONOR],
  [A, 'pool-contribution', DONOR],
  [A, 'fix-exchange-rate', DONOR],
  [A, 'correct-exchange-rate', DONOR, CORRECTS('fix-exchange-rate')],
  [A, 'commit', DONOR],
  [OTHER, 'open', DONOR],
  [A, 'reallocate-out', DONOR],
  [OTHER, 'reallocate-in', DONOR, { events: { out: `${A}:reallocate-out` } }],
  [A, 'close', DONOR],
  [UNUSED, 'open', DONOR],
  [UNUSED, 'correct', DONOR, CORRECTS('open')],
  [UNUSED, 'plan-disbursement', DONOR],
  [UNUSED, 'correct-tranche', DONOR, CORRECTS('plan-disbursement')],
  [UNUSED, 'close', DONOR],
  [RECOVERED, 'open', DONOR],
  [RECOVERED, 'commit', DONOR],
  [RECOVERED, 'obligate', DONOR],
  [RECOVERED, 'disburse', DONOR, { with: { tranche: undefined } }],

  [CASE, 'return-request', DONOR],
  [CASE, 'supplement-request', RECIPIENT],
  [CASE, 'add-line', DONOR],
  [CASE, 'add-line', DONOR, { with: works }],
  [CASE, 'correct-line', DONOR, { with: { line: '002', item: 'store-construction' }, ...CORRECTS('add-line') }],
  [CASE, 'prepare-offer', DONOR, { with: { lines: ['001', '002'] } }],
  [CASE, 'notify-legislature', DONOR],
  [CASE, 'make-offer', DONOR],
  [CASE, 'accept-offer', RECIPIENT],
  [CASE, 'receive-deposit', DONOR, { with: { amount: 105_000_00 } }],
  [CASE, 'correct-deposit', DONOR, CORRECTS('receive-deposit')],
  [CASE, 'hold', DONOR],
  [CASE, 'release', DONOR],
  [CASE, 'implement', DONOR],
  [CASE, 'offer-amendment', DONOR],
  [CASE, 'accept-amendment', RECIPIENT],
  [CASE, 'modify', DONOR],
  [CASE, 'start-works', DONOR],
  [CASE, 'correct-works-day', DONOR, { with: { on: '2026-04-14' }, ...CORRECTS('start-works') }],
  [CASE, 'complete-works', DONOR],
  [CASE, 'accept-works', RECIPIENT],

  [FIRST, 'schedule', DONOR, { with: { unit: undefined } }],
  [FIRST, 'reschedule', DONOR],
  [FIRST, 'correct-date', DONOR, { with: { on: '2026-05-14' }, ...CORRECTS('schedule') }],
  [FIRST, 'record-overdue', SYSTEM],
  [FIRST, 'hold', DONOR],
  [FIRST, 'release', DONOR],
  [FIRST, 'transfer-title', DONOR],
  [FIRST, 'ship', DONOR, { with: { unit: undefined } }],
  [FIRST, 'arrive-at-hub', DONOR],
  [FIRST, 'confirm-receipt', RECIPIENT],
  [CASE, 'deliver', DONOR],
  ...answersTo(CASE, 'deliver', RECIPIENT, DONOR),
  [FIRST, 'correct-receipt', RECIPIENT, CORRECTS('confirm-receipt')],
  [FIRST, 'correct-date', RECIPIENT, CORRECTS('confirm-receipt')],
  [FIRST, 'report-discrepancy', RECIPIENT],
  [FIRST, 'correct-discrepancy', RECIPIENT, CORRECTS('report-discrepancy')],
  [FIRST, 'resolve-discrepancy', DONOR],
  [CASE, 'correct-delivery', DONOR, CORRECTS('deliver')],
  [THIRD, 'schedule', DONOR, { with: { lines: [{ line: '001', quantity: 2 }], unit: undefined } }],
  [THIRD, 'cancel', DONOR],
  [SECOND, 'schedule', DONOR, { with: { lines: [{ line: '001', quantity: 2 }], unit: undefined } }],
  [SECOND, 'ship', DONOR, { with: { unit: undefined } }],
  [SECOND, 'confirm-receipt', RECIPIENT, { with: { lines: [{ line: '001', quantity: 2 }] } }],
  [CASE, 'count-delivery', SYSTEM, { with: { consignment: 'norland.consignment-2' } }],
  [
    CASE,
    'deliver',
    DONOR,
    {
      with: { line: '002', quantity: 1, consignments: [], facts: [{ stream: CASE, event: LATER }] },
      events: { 'facts.0.event': 'accept-works' },
    },
  ],
  [CASE, 'reconcile', DONOR],
  [CASE, 'correct-reconciliation', DONOR, CORRECTS('reconcile')],
  [CASE, 'close', DONOR],

  ['assistance-case/norland.case-3', 'request', DONOR],
  ['assistance-case/norland.case-3', 'cancel', DONOR],

  [M, 'flag', WITNESS],
  [M, 'correct-report', WITNESS, CORRECTS('flag')],
  [M, 'acknowledge', MONITOR],
  [M, 'triage', DONOR],
  [M, 'correct-triage', DONOR, CORRECTS('triage')],
  [M, 'notify-legislature', DONOR],
  [M, 'open-investigation', DONOR],
  [M, 'assign-investigator', DONOR],
  [M, 'add-evidence', INVESTIGATOR],
  [M, 'order-precautionary-suspension', DONOR, { with: { until: day(40) } }],
  [M, 'renew-precautionary-suspension', DONOR, { with: { until: day(80) } }],
  [M, 'put-allegation', INVESTIGATOR],
  [M, 'reply', RECIPIENT],
  [M, 'extend-investigation', INVESTIGATOR],
  [M, 'substantiate', INVESTIGATOR],
  [M, 'decide-measure', DONOR],
  [M, 'suspend-assistance', DONOR],
  [M, 'agree-remediation-plan', DONOR],
  [M, 'verify-remediation', MONITOR],
  [M, 'record-assurances', DONOR],
  [M, 'resume-assistance', DONOR],
  [M, 'decide-measure', DONOR, { with: { measure: 'recover' } }],
  [M, 'recover-funds', DONOR, { with: { account: idOf(RECOVERED) } }],
  [M, 'correct-recovery', DONOR, CORRECTS('recover-funds')],
  [
    RECOVERED,
    'reimburse',
    SYSTEM,
    {
      with: { amount: 750_000_00, reason: 'misuse-recovery', recovery: LATER },
      events: { recovery: `${M}:recover-funds` },
    },
  ],
  [RECOVERED, 'correct-reimbursement', SYSTEM, { events: { recovery: `${M}:recover-funds` } }],
  [M, 'decide-measure', DONOR, { with: { measure: 'terminate' } }],
  [course(2), 'plan', DONOR, planned(day, 30, { course: 'mine-clearance', planned: 20, programme: idOf(P) })],
  [course(2), 'cancel', DONOR],
  [P, 'complete', DONOR],
  [M, 'terminate-assistance', DONOR],
  [M, 'close', DONOR],
  [M, 'reopen', DONOR],
  ...reach(DISMISSED),
  [DISMISSED, 'dismiss', INVESTIGATOR],
  ...reach(INCONCLUSIVE),
  [INCONCLUSIVE, 'find-inconclusive', INVESTIGATOR],
  [DECLINED, 'flag', WITNESS],
  [DECLINED, 'decline', MONITOR],

  [HELD, 'place', DONOR],
  [HELD, 'correct', DONOR, CORRECTS('place')],
  [HELD, 'move', SYSTEM],
  [HELD, 'renew', DONOR],
  [HELD, 'release', DONOR],
  [HELD, 'withdraw-release', DONOR, CORRECTS('release')],
  [HELD, 'release', DONOR],
  [HELD, 'place', DONOR, { with: { hold: 'pause', until: day(10) } }],

  [NORTH, 'open', DONOR],
  [NORTH, 'assess-risk', DONOR, { with: { level: 'high' } }],
  [ADVISORS, 'deploy', DONOR],
  [ADVISORS, 'correct', DONOR, { with: { women: 2, men: 1 }, ...CORRECTS('deploy') }],
  [NORTH, 'declare-instability', DONOR, { with: { continuity: undefined } }],
  [NORTH, 'change-monitoring', SYSTEM],
  [check(1), 'schedule', MONITOR, { with: { due: day(8) } }],
  [check(1), 'reschedule', MONITOR, { with: { due: day(9) } }],
  [check(1), 'perform', MONITOR, { with: { manner: 'remote', results: ALL_SEEN, lots: [] } }],
  [check(1), 'correct-day', MONITOR, CORRECTS('perform')],
  [check(1), 'perform', MONITOR, { with: { on: '2026-06-02', results: ALL_SEEN, lots: [] } }],
  [check(1), 'correct-result', MONITOR, CORRECTS('perform')],
  ...answersTo(check(1), 'perform', RECIPIENT, MONITOR),
  [check(1), 'find-discrepancy', MONITOR],
  [check(1), 'clear-discrepancy', MONITOR],
  [check(1), 'hold-compliance-visit', MONITOR],
  [check(2), 'schedule', MONITOR, { with: { ...routine('binocular'), due: day(10) } }],
  [check(2), 'deny-access', MONITOR],
  [check(2), 'withdraw-denial', MONITOR, CORRECTS('deny-access')],
  [check(2), 'deny-access', MONITOR],
  [check(3), 'schedule', MONITOR, { with: { ...routine('body-armour'), due: day(10) } }],
  [check(3), 'waive', DONOR],
  [check(4), 'schedule', MONITOR, { with: { ...routine('generator'), due: day(10) } }],
  [check(4), 'cancel', DONOR],
  [check(5), 'schedule', MONITOR, { with: { ...routine('helmet'), manner: 'self-report', due: day(10) } }],
  [check(5), 'perform', RECIPIENT, { with: { manner: 'self-report', results: [], lots: SAMPLE } }],
  [check(6), 'schedule', MONITOR, { with: { ...routine('tent'), due: day(10) } }],
  [NORTH, 'activate-continuity-plan', SYSTEM],
  [NORTH, 'complete-continuity-task', DONOR],
  [NORTH, 'correct-day', DONOR, { with: { on: '2026-05-05' }, ...CORRECTS('activate-continuity-plan') }],
  [NORTH, 'end-continuity-plan', DONOR],
  [NORTH, 'issue-alert', DONOR],
  [NORTH, 'correct-day', DONOR, CORRECTS('issue-alert')],
  [NORTH, 'record-overdue', SYSTEM],
  [ADVISORS, 'account-for', DONOR],
  [ADVISORS, 'report-incident', DONOR],
  [ADVISORS, 'correct-incident', DONOR, CORRECTS('report-incident')],
  [ADVISORS, 'relocate', DONOR, { with: { area: 'south' } }],
  [ADVISORS, 'correct-relocation', DONOR, CORRECTS('relocate')],
  [NORTH, 'end-alert', DONOR],
  [NORTH, 'restore-stability', DONOR],
  [ADVISORS, 'record-overdue', SYSTEM],
  [ADVISORS, 'extend', DONOR],
  [ADVISORS, 'return', DONOR],
  [ADVISORS, 'correct-return', DONOR, CORRECTS('return')],
  [NORTH, 'close', DONOR],
  [SIGHT, 'register', DONOR],
  [SIGHT, 'correct', DONOR, CORRECTS('register')],
  [SIGHT, 'designate', DONOR],
  [SIGHT, 'review-designation', DONOR],
  [SIGHT, 'set-check-interval', DONOR],
  [RADIO, 'register', DONOR, { with: { name: 'Field radio' } }],
  [RADIO, 'designate', DONOR, { with: { reviewBy: day(10) } }],
  [ROUTER, 'register', DONOR, { with: { name: 'Router' } }],
  [ROUTER, 'designate', DONOR],
  [ROUTER, 'remove-designation', DONOR],
  [ROUTER, 'retire', DONOR],
  [DEPOT, 'register', RECIPIENT],
  [DEPOT, 'certify', MONITOR],
  [DEPOT, 'correct-certificate', MONITOR, CORRECTS('certify')],
  [SOUTH, 'register', RECIPIENT, { with: { place: 'south-depot', area: 'south' } }],
  [SOUTH, 'certify', DONOR, { with: { until: day(10) } }],
  [EAST, 'register', RECIPIENT, { with: { place: 'east-depot', area: undefined } }],
  [EAST, 'correct', RECIPIENT, { with: { area: 'east' }, ...CORRECTS('register') }],
  [EAST, 'certify', MONITOR],
  [EAST, 'decertify', MONITOR],
  [EAST, 'close', RECIPIENT],
  [item(1), 'register', DONOR],
  [item(1), 'receive', RECIPIENT],
  [item(1), 'correct-receipt', RECIPIENT, CORRECTS('receive')],
  [item(1), 'move', RECIPIENT, { with: { site: idOf(SOUTH) } }],
  [item(1), 'report-serviceability', RECIPIENT],
  [item(1), 'record-check', SYSTEM],
  [item(1), 'correct-check', SYSTEM],
  [item(1), 'report-lost', RECIPIENT],
  [item(1), 'correct-loss', RECIPIENT, CORRECTS('report-lost')],
  [item(1), 'withdraw-loss', RECIPIENT, CORRECTS('report-lost')],
  [item(1), 'report-lost', RECIPIENT],
  [item(1), 'reject-loss', MONITOR],
  [item(1), 'report-destroyed', RECIPIENT],
  [item(1), 'verify-loss', MONITOR],
  [item(1), 'recover', MONITOR],
  [item(1), 'detect-unauthorised-transfer', MONITOR],
  [item(1), 'correct-unauthorised-transfer', MONITOR, CORRECTS('detect-unauthorised-transfer')],
  [item(1), 'withdraw-unauthorised-transfer', MONITOR, CORRECTS('detect-unauthorised-transfer')],
  [item(1), 'detect-unauthorised-transfer', MONITOR],
  [item(1), 'notify-legislature', DONOR],
  [item(2), 'register', DONOR, serial(2)],
  [item(2), 'withdraw', DONOR],
  [item(3), 'register', DONOR, serial(3)],
  [item(3), 'receive', RECIPIENT],
  [item(3), 'withdraw-receipt', RECIPIENT],
  [item(3), 'receive', RECIPIENT],
  [item(3), 'return', DONOR],
  [item(4), 'register', DONOR, serial(4)],
  [item(4), 'receive', RECIPIENT],
  [item(4), 'record-unseen', SYSTEM],
  [item(4), 'record-check', SYSTEM],
  [item(4), 'report-expended', RECIPIENT],
  ...vettingLines(day),
  [FIRST, 'correct-shipment', DONOR, CORRECTS('ship')],
  ...trainingLines(day),

  [SIGHTS, 'request', DONOR, { with: { programme: undefined } }],
  [SIGHTS, 'add-line', DONOR, { with: { item: 'thermal-sight', quantity: 2 } }],
  [SIGHTS, 'prepare-offer', DONOR, { with: { initialDeposit: 0, noticeDays: undefined } }],
  [SIGHTS, 'make-offer', DONOR],
  [SIGHTS, 'accept-offer', RECIPIENT],
  [SIGHTS, 'implement', DONOR],
  [FOURTH, 'schedule', DONOR, { with: { case: idOf(SIGHTS), lines: [{ line: '001', quantity: 2 }] } }],
  [FOURTH, 'register-serials', DONOR, { with: { serials: ['TS-0101', 'TS-0102'] } }],
  [
    FOURTH,
    'correct-serials',
    DONOR,
    { with: { serialsAdded: ['TS-0103'], serialsRemoved: ['TS-0102'] }, ...CORRECTS('register-serials') },
  ],
  [FOURTH, 'ship', DONOR],
  [
    FOURTH,
    'confirm-receipt',
    RECIPIENT,
    { with: { lines: [{ line: '001', quantity: 2, serials: ['TS-0101', 'TS-0103'] }], store: idOf(DEPOT) } },
  ],
  [item(5), 'register', DONOR, serial(5)],
  [item(5), 'receive', RECIPIENT],
  [transfer(1), 'request', RECIPIENT, { with: { to: 'ostra-training' } }],
  [transfer(1), 'correct-request', RECIPIENT, CORRECTS('request')],
  [transfer(1), 'consent', DONOR],
  [NEW_DEPOT, 'register', NEW_HOLDER],
  [NEW_DEPOT, 'certify', MONITOR],
  [transfer(1), 'carry-out', RECIPIENT, { with: { on: day(0), site: idOf(NEW_DEPOT) } }],
  ...answersTo(transfer(1), 'carry-out', NEW_HOLDER, RECIPIENT),
  [check(7), 'schedule', MONITOR, { with: { serials: ['TS-0005'], quantity: 1, due: day(10) } }],
  [item(5), 'note-check', SYSTEM, { with: { check: idOf(check(7)), countedBy: 'estmark' } }],
  [item(5), 'transfer', SYSTEM, { with: { on: day(0), site: idOf(NEW_DEPOT), endUse: undefined } }],
  [check(7), 'transfer-items', SYSTEM, { with: { serials: ['TS-0005'] } }],
  [check(7), 'cancel', DONOR],
  [check(9), 'schedule', MONITOR, { with: { serials: ['TS-0003', 'TS-0004'], due: day(10) } }],
  [check(9), 'leave-out-items', SYSTEM, { with: { serials: ['TS-0003'] } }],
  [check(9), 'cancel', DONOR],
  [check(8), 'schedule', MONITOR, { with: { ...routine('vehicle'), due: day(10) } }],
  [check(8), 'correct-items', SYSTEM],
  [check(8), 'cancel', DONOR],
  [item(6), 'register', DONOR, serial(6)],
  [item(6), 'receive', RECIPIENT],
  [
    transfer(2),
    'request',
    RECIPIENT,
    {
      with: {
        kind: 'disposal',
        to: undefined,
        goods: [{ item: 'thermal-sight', quantity: 1, serials: ['TS-0006'] }],
      },
    },
  ],
  [transfer(2), 'consent', DONOR],
  [transfer(2), 'carry-out', RECIPIENT, { with: { on: day(0) } }],
  [item(6), 'dispose', SYSTEM, { with: { transfer: idOf(transfer(2)), on: day(0) } }],
  [transfer(3), 'request', RECIPIENT, GOODS],
  [transfer(3), 'refuse', DONOR],
  [transfer(4), 'request', RECIPIENT, GOODS],
  [transfer(4), 'consent', DONOR],
  [transfer(4), 'withdraw-consent', DONOR],
  [transfer(5), 'request', RECIPIENT, GOODS],
  [transfer(5), 'withdraw', RECIPIENT],
  [transfer(6), 'request', RECIPIENT, GOODS],
  [transfer(6), 'consent', DONOR, { with: { until: day(10) } }],
  [release(1), 'request', RECIPIENT, { with: { programme: undefined, case: undefined } }],
  [release(1), 'approve', DONOR],
  [release(1), 'transfer-data', DONOR, { with: { on: day(0) } }],
  [release(1), 'revoke', DONOR],
  [release(2), 'request', RECIPIENT],
  [release(2), 'deny', DONOR],
  [release(3), 'request', RECIPIENT],
  [release(3), 'withdraw', RECIPIENT],
  [release(4), 'request', RECIPIENT],
  [release(4), 'approve', DONOR, { with: { until: day(10) } }],

  ['stakeholder/vestra', 'revoke-role', OPERATOR],

  [EARLY, 'request', DONOR, { with: { programme: undefined, basis: undefined } }],
  [EARLY, 'add-line', DONOR, { with: { item: 'field-kitchen', quantity: 2 } }],
  [EARLY, 'prepare-offer', DONOR, { with: { initialDeposit: 0, noticeDays: undefined } }],
  [EARLY, 'make-offer', DONOR],
  [EARLY, 'accept-offer', RECIPIENT],
  [FIFTH, 'schedule', DONOR, { with: { case: idOf(EARLY), lines: [{ line: '001', quantity: 2 }] } }],
  [EARLY, 'note-schedule', SYSTEM, { with: { consignment: idOf(FIFTH) } }],
  [FIFTH, 'confirm-receipt', RECIPIENT, { with: { lines: [{ line: '001', quantity: 2 }] } }],
  [EARLY, 'count-delivery', SYSTEM, { with: { consignment: idOf(FIFTH) } }],
  [EARLY, 'implement', DONOR],
  [
    transfer(7),
    'request',
    RECIPIENT,
    { with: { goods: [{ item: 'field-kitchen', quantity: 1, consignment: idOf(FIFTH) }] } },
  ],
  [transfer(7), 'consent', DONOR],
  [transfer(7), 'carry-out', RECIPIENT, { with: { on: day(0) } }],
  [FIFTH, 'transfer-goods', SYSTEM, { with: { on: day(0), quantity: 1, store: undefined } }],
  [FIFTH, 'report-loss', RECIPIENT],
  [FIFTH, 'correct-loss', RECIPIENT, { ...CORRECTS('report-loss'), with: { quantity: undefined } }],
  [FIFTH, 'withdraw-loss', RECIPIENT, CORRECTS('report-loss')],
  [FIFTH, 'report-loss', RECIPIENT, { with: { loss: 'loss-2', as: 'expended' } }],
  [FIFTH, 'reject-loss', MONITOR, { with: { loss: 'loss-2' } }],
  [FIFTH, 'report-loss', RECIPIENT, { with: { loss: 'loss-3', as: 'destroyed' } }],
  [EARLY, 'count-delivery', SYSTEM, { with: { consignment: idOf(FIFTH) } }],
  [LAPSED, 'request', DONOR],
  [LAPSED, 'add-line', DONOR],
  [LAPSED, 'prepare-offer', DONOR, { with: { validUntil: day(10), noticeDays: undefined } }],
  [LAPSED, 'make-offer', DONOR],
  [Q, 'propose', DONOR],
  ...reach(PRECAUTION),
  [
    PRECAUTION,
    'order-precautionary-suspension',
    DONOR,
    { with: { until: day(10), scopes: [{ kind: 'programme', id: idOf(Q) }] } },
  ],
  [LAPSED, 'lapse-offer', SYSTEM, { daysLater: 11 }],
  [check(6), 'record-overdue', SYSTEM, { with: { due: day(10) } }],
  [HELD, 'record-lapsed', SYSTEM, { with: { hold: 'pause', until: day(10) } }],
  [SHORT, 'record-expired', SYSTEM, { with: { until: day(10) } }],
  [PRECAUTION, 'lapse-precautionary-suspension', SYSTEM, { with: { until: day(10) } }],
  ...vettingDays(day),
  [PRECAUTION, 'record-overdue-step', SYSTEM, { with: { step: 'conclude' }, daysLater: 85 }],
  [RADIO, 'record-overdue-review', SYSTEM, { with: { due: day(10) } }],
  [SOUTH, 'record-expired', SYSTEM, { with: { until: day(10) } }],
  [transfer(6), 'record-lapsed', SYSTEM, { with: { until: day(10) } }],
  [release(4), 'record-expired', SYSTEM, { with: { until: day(10) } }],
  [item(4), 'record-overdue-step', SYSTEM, { with: { due: day(45) } }],
  [FIFTH, 'record-overdue-loss', SYSTEM, { with: { loss: 'loss-3', due: day(30) } }],
  [FIFTH, 'verify-loss', MONITOR, { with: { loss: 'loss-3' } }],
];

const dayAfter =
  (today: string) =>
  (offset: number): string =>
    new Date(Date.parse(today) + offset * 86_400_000).toISOString().slice(0, 10);

/**
 * The example scenario as of a day (YYYY-MM-DD). If it is sent in its order to an empty store, or
 * after the example data without the steps that may exist, every step is accepted. Every command of
 * the catalogue occurs. Throws if a line names no command, or an event that no earlier step
 * recorded.
 */
export function exampleScenario(today: string): readonly ScenarioStep[] {
  const steps: ScenarioStep[] = [];
  for (const [stream, path, actor, { with: other = {}, daysLater = 0, events = {}, mayExist = false } = {}] of lines(
    dayAfter(today),
  )) {
    const [kind, id] = stream.split('/') as [string, string];
    const command = commandAt(kind, path);
    if (command === undefined) throw new Error(`the scenario names no command: ${stream} ${path}`);
    const left = (earlier: string): number => {
      const [on, at] = earlier.includes(':') ? (earlier.split(':') as [string, string]) : [stream, earlier];
      const found = steps.findLast((step) => `${step.kind}/${step.id}` === on && step.path === at);
      if (found === undefined) throw new Error(`nothing earlier in the scenario is ${on} ${at}`);
      return found.step;
    };
    steps.push({
      step: steps.length + 1,
      kind,
      id,
      path,
      actor,
      daysLater,
      mayExist,
      body: JSON.parse(JSON.stringify({ ...(command.example as object), ...other })) as ScenarioStep['body'],
      events: Object.fromEntries(Object.entries(events).map(([field, earlier]) => [field, left(earlier)])),
    });
  }
  return steps;
}
