import { SUBJECT_KINDS } from './codes.js';
import { AgreementRow, ConditionRow } from './agreements.js';
import { daysLate, overdue, codesOf } from './columns.js';
import type { From, Query, RowsView } from './from.js';
import { HoldRow } from './holds.js';
import { UnionOf, columnsAs } from './union.js';
import { UnitRow, VettedPersonRow } from './units.js';
import { RemediationStepRow, VettingCaseRow } from './vetting-cases.js';
import { day, oneOf, text } from './view-columns.js';

const OF_SUBJECT = [
  'subject_kind',
  'subject',
  'unit',
  'recipient',
  'donor',
  'bar',
  'named',
  'status',
  'barred_on',
  'bar_reason',
  'last_day',
  'vetting_case',
  'agreement',
  'hold_next',
  'next_by',
] as const;
const SUBJECTS = new UnionOf<(typeof OF_SUBJECT)[number]>(OF_SUBJECT);

/** A clearance under an alias that is suspended, refused or over, recorded as such or not. */
const notCleared = (alias: string): string => `${alias}.status IN ('suspended', 'refused', 'expired') OR ${alias}.over`;
const clearance = (alias: string) => ({
  ...columnsAs(alias, 'recipient', 'unit', 'vetting_case'),
  bar: `'clearance'`,
  status: `CASE WHEN ${alias}.over THEN 'expired' ELSE ${alias}.status END`,
  barred_on: `COALESCE(${alias}.barred_on, ${alias}.cleared_until)`,
  bar_reason: `COALESCE(${alias}.bar_reason, 'clearance-over')`,
});

/** None but its owner releases a hold; that of a policy ends with what it rests on. */
const HOLD_NEXT = `CASE WHEN h.placed_by IS NOT NULL THEN 'release-hold'
  WHEN h.basis = 'instability' THEN 'restore-stability'
  WHEN h.reason = 'precautionary-suspension' THEN 'end-precaution' ELSE 'resume-assistance' END`;

/** The holds in force on units. */
function heldUnits(from: From): Query {
  const units = from(UnitRow, 'n').select('n.unit', 'unit').addSelect('n.recipient', 'recipient');
  const holds = from(HoldRow, 'h')
    .leftJoin(`(${units.getQuery()})`, 'w', 'w.unit = h.scope')
    .where(`h.scope_kind = 'unit' AND h.status = 'in force' AND NOT h.last_day_over`);
  return SUBJECTS.part(holds.setParameters({ ...units.getParameters(), ...holds.getParameters() }), {
    ...columnsAs('h', 'donor', 'last_day'),
    ...columnsAs('w', 'recipient'),
    subject_kind: `'security-unit'`,
    subject: 'h.scope',
    unit: 'h.scope',
    bar: `'hold'`,
    named: 'h.hold',
    status: `'on-hold'`,
    barred_on: 'h.placed_on',
    bar_reason: 'h.reason',
    hold_next: HOLD_NEXT,
    next_by: 'COALESCE(h.placed_by, h.donor)',
  });
}

/** The restrictions in force, on units, of agreements in force. */
function restrictedUnits(from: From): Query {
  const agreements = from(AgreementRow, 'g')
    .select('g.agreement', 'agreement')
    .addSelect('g.in_force_from', 'in_force_from')
    .where(`g.status = 'in-force' AND NOT g.last_day_over`);
  const restrictions = from(ConditionRow, 'r')
    .innerJoin(`(${agreements.getQuery()})`, 'a', 'a.agreement = r.agreement')
    .where(`r.type = 'restriction' AND r.scope_kind = 'unit' AND r.status = 'attached'`);
  return SUBJECTS.part(restrictions.setParameters({ ...agreements.getParameters(), ...restrictions.getParameters() }), {
    ...columnsAs('r', 'recipient', 'donor', 'agreement'),
    subject_kind: `'security-unit'`,
    subject: 'r.scope',
    unit: 'r.scope',
    bar: `'restriction'`,
    named: `r.agreement || ' ' || r.name`,
    status: `'restricted'`,
    barred_on: 'CASE WHEN a.in_force_from > r.attached_on THEN a.in_force_from ELSE r.attached_on END',
    bar_reason: 'r.basis',
  });
}

/** Each bar of a unit or person. */
const barredSubjects = (from: From): Query =>
  SUBJECTS.rows(
    [
      SUBJECTS.part(from(UnitRow, 'u').where(notCleared('u')), {
        ...clearance('u'),
        subject_kind: `'security-unit'`,
        subject: 'u.unit',
      }),
      SUBJECTS.part(from(VettedPersonRow, 'p').where(notCleared('p')), {
        ...clearance('p'),
        subject_kind: `'vetted-person'`,
        subject: 'p.person',
      }),
      heldUnits(from),
      restrictedUnits(from),
    ],
    'k',
  );

/**
 * What has to come next for the bar to end. R7: information of any vetting of it is assessed first.
 * A remediation does not answer what was found credible after its steps were agreed. R8: a refusal
 * without credible information of a vetting has no remediation: it ends by an exception or waiver.
 */
const NEXT = `CASE WHEN b.status = 'on-hold' THEN b.hold_next
  WHEN b.status = 'restricted' THEN 'lift-restriction'
  WHEN b.status = 'expired' THEN 'renew-clearance'
  WHEN o.subject IS NOT NULL THEN 'assess-information'
  WHEN b.status = 'suspended' THEN 'restore-clearance'
  WHEN v.stage IN ('requested', 'under-inquiry') AND v.information_standing > 0 THEN 'conclude-vetting'
  WHEN v.stage = 'in-remediation' AND v.information_since > 0 THEN 'discontinue-remediation'
  WHEN v.stage = 'in-remediation' AND v.steps_taken < v.steps THEN 'take-steps'
  WHEN v.stage = 'in-remediation' THEN 'complete-remediation'
  WHEN v.stage = 'refused' THEN 'open-remediation'
  ELSE 'restore-clearance' END`;

function query(from: From): Query {
  const subjects = barredSubjects(from);
  const cases = from(VettingCaseRow, 'c').select('c.vetting_case', 'vetting_case');
  for (const column of [
    'stage',
    'information_standing',
    'information_since',
    'remediations',
    'steps',
    'steps_taken',
    'informed_on',
    'publication',
  ])
    cases.addSelect(`c.${column}`, column);
  const open = from(VettingCaseRow, 'i')
    .select('i.subject_kind', 'subject_kind')
    .addSelect('i.subject', 'subject')
    .where('i.information_open > 0')
    .groupBy('i.subject_kind')
    .addGroupBy('i.subject');
  const steps = from(RemediationStepRow, 'r')
    .select('r.vetting_case', 'vetting_case')
    .addSelect('r.remediation', 'remediation');
  for (const column of ['step', 'measure', 'due', 'taken_on']) steps.addSelect(`r.${column}`, column);
  const rows = subjects.connection
    .createQueryBuilder()
    .from(`(${subjects.getQuery()})`, 'b')
    .leftJoin(`(${cases.getQuery()})`, 'v', 'v.vetting_case = b.vetting_case')
    .leftJoin(`(${open.getQuery()})`, 'o', 'o.subject_kind = b.subject_kind AND o.subject = b.subject')
    .leftJoin(
      `(${steps.getQuery()})`,
      's',
      `s.vetting_case = v.vetting_case AND s.remediation = v.remediations AND v.stage = 'in-remediation'`,
    )
    .setParameters({
      ...subjects.getParameters(),
      ...cases.getParameters(),
      ...open.getParameters(),
      ...steps.getParameters(),
    })
    .select(NEXT, 'next');
  for (const column of OF_SUBJECT) if (column !== 'hold_next') rows.addSelect(`b.${column}`, column);
  for (const column of ['stage', 'informed_on', 'publication']) rows.addSelect(`v.${column}`, column);
  for (const column of ['step', 'measure', 'due', 'taken_on']) rows.addSelect(`s.${column}`, column);
  return rows;
}

const BARS = ['clearance', 'hold', 'restriction'];
const STATUSES = ['suspended', 'refused', 'expired', 'on-hold', 'restricted'];

const STEPS = [
  'assess-information',
  'conclude-vetting',
  'open-remediation',
  'take-steps',
  'complete-remediation',
  'discontinue-remediation',
  'restore-clearance',
  'renew-clearance',
  'release-hold',
  'resume-assistance',
  'end-precaution',
  'restore-stability',
  'lift-restriction',
];
const TAKEN = { due: 'due', done: 'taken_on' };
const CASE = { vetting_case: 'vetting_case' };
const OF_CASES = { subject_kind: 'subject_kind', subject: 'subject' };

/**
 * Who is barred from assistance, why, and by which steps they come back: by a clearance, a hold, or
 * a restriction of an agreement, each bar by itself.
 */
export const barred: RowsView = {
  name: 'barred',
  topic: 'Vetting and training',
  version: 5,
  about: 'each bar of a unit or person: since when, why, what has to come next, and each step of its remediation',
  key: ['subject_kind', 'subject', 'bar', 'named', 'step'],
  columns: {
    recipient: text('the recipient whose it is'),
    subject_kind: oneOf(SUBJECT_KINDS),
    subject: text('the unit or person that is barred'),
    unit: text('the unit, or that of the person'),
    bar: text(
      'what bars it: clearance, hold (on the unit) or restriction (of an agreement in force, on the unit)',
      BARS,
    ),
    named: text("the hold's name; of a restriction, the agreement and its name there; null of a clearance"),
    donor: text("the donor whose assistance it is barred from; every donor's if there is none"),
    status: text(
      'suspended, refused or expired (its last day is over, recorded or not) of a clearance; on-hold; restricted',
      STATUSES,
    ),
    barred_on: day(
      'the day from which it is barred; of an expired clearance, its last day; of a restriction, not before its agreement is in force',
    ),
    bar_reason: text(
      'the code of the reason; of a restriction, that of the law or decision behind it; clearance-over of an expired clearance',
    ),
    last_day: day('of a hold, its last day, if it has one'),
    next: text(
      'what has to come next: assess-information (of any vetting of it), conclude-vetting, open-remediation, take-steps, complete-remediation, discontinue-remediation (information was found credible after its steps were agreed), restore-clearance (of a refusal without a remediation: by an exception or waiver), renew-clearance, release-hold (of a hold that an organisation placed), resume-assistance, end-precaution (it lapses after its last day, unless renewed) or restore-stability (of a hold that a policy placed: it ends with its cause), or lift-restriction',
      STEPS,
    ),
    next_by: text(
      "of a hold, the organisation that takes this step: the one that placed it, or the donor of what a policy's hold rests on; null of one that binds every donor, and of other bars",
    ),
    vetting_case: text('the vetting case by which it is barred, if there is one'),
    agreement: text('of a restriction, the agreement, which is in force'),
    stage: text('the stage of that case', codesOf(VettingCaseRow, 'stage')),
    informed_on: day('the day on which the recipient was informed of the refusal'),
    publication: text('published or withheld, once that was decided', codesOf(VettingCaseRow, 'publication')),
    step: text('a step by which it comes back, while it is in remediation; null without one'),
    measure: text('the code of what is done in that step'),
    due: day('the last day of the step'),
    taken_on: day('the day on which the step was taken'),
  },
  daily: {
    days_barred: daysLate('days from that on which it was barred to the day of the answer; null on that day itself', {
      due: 'barred_on',
    }),
    overdue: overdue('whether the step is past its last day, and was not taken', TAKEN),
    days_late: daysLate(
      'days from the last day of the step to the day on which it was taken, negative if early; while it is overdue, to the day of the answer',
      TAKEN,
    ),
  },
  totals: { counts: 'bars of units or persons, and steps', by: ['status', 'next'], sums: [] },
  movedBy: {
    units: { subject: 'unit' },
    'vetted-persons': { subject: 'person' },
    holds: { subject: 'scope' },
    conditions: { subject: 'scope' },
    agreements: { agreement: 'agreement' },
    'vetting-cases': [CASE, OF_CASES],
    'remediation-steps': CASE,
  },
  madeOf: ({ subject_kind, subject, bar, named, agreement, vetting_case, step }) => ({
    ...(bar === 'hold' ? { holds: { scope_kind: 'unit', scope: subject, hold: named } } : {}),
    ...(bar === 'restriction'
      ? {
          conditions: { type: 'restriction', scope_kind: 'unit', scope: subject, agreement },
          agreements: { agreement },
        }
      : {}),
    ...(subject_kind === 'security-unit' ? { units: { unit: subject } } : { 'vetted-persons': { person: subject } }),
    ...(bar === 'clearance'
      ? { 'vetting-cases': [{ subject_kind, subject }, ...(vetting_case === null ? [] : [{ vetting_case }])] }
      : {}),
    ...(step === null ? {} : { 'remediation-steps': { vetting_case, step } }),
  }),
  query,
};
