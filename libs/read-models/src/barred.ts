import { daysLate, overdue } from './columns.js';
import type { From, Query, RowsView } from './from.js';
import { UnionOf, columnsAs } from './union.js';
import { UnitRow, VettedPersonRow } from './units.js';
import { RemediationStepRow, VettingCaseRow } from './vetting-cases.js';

const OF_CLEARANCE = ['recipient', 'status', 'barred_on', 'bar_reason', 'vetting_case'] as const;
const OF_SUBJECT = ['subject_kind', 'subject', 'unit', ...OF_CLEARANCE] as const;
const SUBJECTS = new UnionOf<(typeof OF_SUBJECT)[number]>(OF_SUBJECT);

const BARRED = `IN ('suspended', 'refused')`;

/** Units and persons that are suspended or refused. */
const barredSubjects = (from: From): Query =>
  SUBJECTS.rows(
    [
      SUBJECTS.part(from(UnitRow, 'u').where(`u.status ${BARRED}`), {
        ...columnsAs('u', ...OF_CLEARANCE, 'unit'),
        subject_kind: `'security-unit'`,
        subject: 'u.unit',
      }),
      SUBJECTS.part(from(VettedPersonRow, 'p').where(`p.status ${BARRED}`), {
        ...columnsAs('p', ...OF_CLEARANCE, 'unit'),
        subject_kind: `'vetted-person'`,
        subject: 'p.person',
      }),
    ],
    'k',
  );

/** What has to come next for a clearance. */
const NEXT = `CASE WHEN b.status = 'suspended' THEN 'assess-information'
  WHEN v.stage IS NULL OR v.stage = 'withdrawn' THEN 'request-vetting'
  WHEN v.stage IN ('requested', 'under-inquiry') THEN 'conclude-vetting'
  WHEN v.stage = 'in-remediation' AND v.steps_taken < v.steps THEN 'take-steps'
  WHEN v.stage = 'in-remediation' THEN 'complete-remediation'
  WHEN v.stage = 'refused' THEN 'open-remediation'
  ELSE 'restore-clearance' END`;

function query(from: From): Query {
  const subjects = barredSubjects(from);
  const cases = from(VettingCaseRow, 'c').select('c.vetting_case', 'vetting_case');
  for (const column of ['stage', 'remediations', 'steps', 'steps_taken', 'informed_on', 'publication'])
    cases.addSelect(`c.${column}`, column);
  const steps = from(RemediationStepRow, 'r')
    .select('r.vetting_case', 'vetting_case')
    .addSelect('r.remediation', 'remediation');
  for (const column of ['step', 'measure', 'due', 'taken_on']) steps.addSelect(`r.${column}`, column);
  const rows = subjects.connection
    .createQueryBuilder()
    .from(`(${subjects.getQuery()})`, 'b')
    .leftJoin(`(${cases.getQuery()})`, 'v', 'v.vetting_case = b.vetting_case')
    .leftJoin(
      `(${steps.getQuery()})`,
      's',
      `s.vetting_case = v.vetting_case AND s.remediation = v.remediations AND v.stage = 'in-remediation'`,
    )
    .setParameters({ ...subjects.getParameters(), ...cases.getParameters(), ...steps.getParameters() })
    .select(NEXT, 'next');
  for (const column of OF_SUBJECT) rows.addSelect(`b.${column}`, column);
  for (const column of ['stage', 'informed_on', 'publication']) rows.addSelect(`v.${column}`, column);
  for (const column of ['step', 'measure', 'due', 'taken_on']) rows.addSelect(`s.${column}`, column);
  return rows;
}

const TAKEN = { due: 'due', done: 'taken_on' };
const CASE = { vetting_case: 'vetting_case' };

/** Who is barred from assistance, why, and by which steps they come back. */
export const barred: RowsView = {
  name: 'barred',
  version: 2,
  about: 'a unit or person that is barred: since when, why, what has to come next, and each step of its remediation',
  key: ['subject_kind', 'subject', 'step'],
  columns: {
    recipient: 'text',
    subject_kind: 'text',
    subject: 'text',
    unit: 'text',
    status: 'text',
    barred_on: 'day',
    bar_reason: 'text',
    next: 'text',
    vetting_case: 'text',
    stage: 'text',
    informed_on: 'day',
    publication: 'text',
    step: 'text',
    measure: 'text',
    due: 'day',
    taken_on: 'day',
  },
  meanings: {
    recipient: 'the recipient whose it is',
    subject_kind: 'security-unit or vetted-person',
    subject: 'the unit or person that is barred',
    unit: 'the unit, or that of the person',
    status: 'suspended, or refused',
    barred_on: 'the day from which it is barred',
    bar_reason: 'the code of the reason',
    next: 'what has to come next: assess-information, request-vetting, conclude-vetting, open-remediation, take-steps, complete-remediation or restore-clearance',
    vetting_case: 'the vetting case by which it is barred, if there is one',
    stage: 'the stage of that case',
    informed_on: 'the day on which the recipient was informed of the refusal',
    publication: 'published or withheld, once that was decided',
    step: 'a step by which it comes back, while it is in remediation; null without one',
    measure: 'the code of what is done in that step',
    due: 'the last day of the step',
    taken_on: 'the day on which the step was taken',
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
  totals: { counts: 'units or persons and steps', by: ['status', 'next'], sums: [] },
  movedBy: {
    units: { subject: 'unit' },
    'vetted-persons': { subject: 'person' },
    'vetting-cases': CASE,
    'remediation-steps': CASE,
  },
  madeOf: ({ subject_kind = null, subject = null, vetting_case = null, step = null }) => ({
    ...(subject_kind === 'security-unit' ? { units: { unit: subject } } : { 'vetted-persons': { person: subject } }),
    ...(vetting_case === null ? {} : { 'vetting-cases': { vetting_case } }),
    ...(step === null ? {} : { 'remediation-steps': { vetting_case, step } }),
  }),
  query,
};
