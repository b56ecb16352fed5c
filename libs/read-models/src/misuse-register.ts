import type { MisuseCaseEvent, AssistanceScope } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { count, day, dayOrNull, daysLate, flag, json, oneOf, overdue, text, textOrNull, until } from './columns.js';
import { scopeName } from './misuse-scopes.js';
import { rowBy } from './row-by.js';

type Scopes = readonly AssistanceScope[];

const PRECAUTION_UNTIL = 'the last day of the precautionary suspension, through which it is in force';
const SUSPENDED_NAMES =
  'the scopes in which assistance is suspended on the day of the answer, as kind/id with commas between them; null without any';
const ASSISTANCE_IS =
  'running, suspended (by a measure or as a precaution), resumed or terminated, on the day of the answer';
const ASSISTANCE = ['running', 'suspended', 'resumed', 'terminated'];

/**
 * A misuse case from its report to its end, declined and dismissed ones too. No column names the
 * reporter.
 */
export class MisuseRow {
  @text('the misuse case') misuse_case!: string;
  @oneOf(['flagged', 'accepted', 'declined', 'investigating', 'substantiated', 'dismissed', 'inconclusive', 'closed'])
  status!: string;
  @text('the code of the allegation, as reported or corrected') allegation!: string;
  @textOrNull('the code of the incident type, once accepted') incident_type!: string | null;
  @textOrNull('the programme concerned, if the report names one') programme!: string | null;
  @textOrNull('the assistance case concerned, if the report names one') assistance_case!: string | null;
  @textOrNull('the donor, if the report names one') donor!: string | null;
  @text('the recipient') recipient!: string;
  @text('the organisation accused') accused!: string;
  @json('what the misuse concerns by the report, as corrected: kinds and ids') scopes!: Scopes;
  @text('these scopes, as kind/id with commas between them') scope_names!: string;
  @json('in which scopes assistance is suspended by a measure: kinds and ids') suspended_scopes!: Scopes;
  @json('in which scopes assistance is suspended as a precaution, until its lapse is recorded: kinds and ids')
  precaution_scopes!: Scopes;
  @textOrNull(SUSPENDED_NAMES) suspended_names!: string | null;
  @textOrNull('of these, the scopes in which a measure suspends it; null without one') measure_names!: string | null;
  @json('in which scopes assistance has ended by a measure: kinds and ids') terminated_scopes!: Scopes;
  @day('the day on which it was reported') flagged_on!: string;
  @flag('whether the report was acknowledged') acknowledged!: boolean;
  @textOrNull(
    'the step that is due next, if any: acknowledge, triage, notify, open, reply, conclude, measure or remediate; of two on one day, the first by name',
    ['acknowledge', 'triage', 'notify', 'open', 'reply', 'conclude', 'measure', 'remediate'],
  )
  next_step!: string | null;
  @dayOrNull('the last day of the step that is due next') next_due!: string | null;
  @dayOrNull('the last day of the right of reply, while a reply is waited for') reply_by!: string | null;
  @textOrNull('the organisations whose reply is waited for, with commas between them') awaits_reply_of!: string | null;
  @json('by step that has begun and is not done: its last day') due!: Readonly<Record<string, string>>;
  @count('steps recorded as overdue') overdue_steps!: number;
  @flag('whether the incident type asks for notice to the legislature') notice_required!: boolean;
  @flag('whether the legislature was notified') legislature_notified!: boolean;
  @textOrNull('the organisation that investigates, as assigned last') investigator!: string | null;
  @count('how often evidence was added') evidence!: number;
  @flag('whether the allegation was put to the recipient') disclosed!: boolean;
  @count('replies to the allegation') replies!: number;
  @dayOrNull(PRECAUTION_UNTIL) precaution_until!: string | null;
  @textOrNull(
    'the measure decided last, since it was reopened if it was: suspend, condition, recover, refer, terminate or no-action',
    ['suspend', 'condition', 'recover', 'refer', 'terminate', 'no-action'],
  )
  measure!: string | null;
  @textOrNull('all measures decided, with commas between them, since it was reopened if it was; null without any')
  measures!: string | null;
  @textOrNull('of these, suspend, condition, recover and terminate that were not carried out') measures_open!:
    string | null;
  @flag('whether it was verified that the violation ceased, since it was reopened if it was')
  violation_ceased!: boolean;
  @textOrNull('the conditions decided last, with commas between them, since it was reopened if it was')
  conditions!: string | null;
  @dayOrNull('the day of the assurances received last') assurances_on!: string | null;
  @text(ASSISTANCE_IS, ASSISTANCE) assistance!: string;
  @text('running, suspended, resumed or terminated, by measures alone', ASSISTANCE) assistance_by_measure!: string;
  @dayOrNull('the day on which it resumed, since it was reopened if it was') resumed_on!: string | null;
  @count('how often money came back') recoveries!: number;
  @count('of these, how many were not corrected to nothing, since it was reopened if it was') recovered!: number;
  @dayOrNull('the day on which it was closed, while it is') closed_on!: string | null;
  @dayOrNull('the day on which its inquiry ended: it was closed, declined or dismissed, and not reopened since')
  ended_on!: string | null;
  @count('how often it was reopened') reopened!: number;
}

type Days = MisuseRow['due'];

/** A step that is done has no last day. */
const DONE = undefined;

/** The last days after these steps have begun or ended. */
const due = (before: Days, days: Readonly<Record<string, string | undefined>>): { readonly due: Days } => ({
  due: Object.fromEntries(
    Object.entries({ ...before, ...days }).filter((entry): entry is [string, string] => entry[1] !== DONE),
  ),
});

/**
 * The earliest last day is the next; of two steps on one day, the first by name. A reply has
 * another column.
 */
function next(row: MisuseRow): Partial<MisuseRow> {
  const [first] = Object.entries(row.due).sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x < y ? -1 : 1));
  const reply_by = row.due['reply'] ?? null;
  const awaits_reply_of = reply_by === null ? null : row.awaits_reply_of;
  return { next_step: first?.[0] ?? null, next_due: first?.[1] ?? null, reply_by, awaits_reply_of };
}

const wordsIn = (list: string | null): readonly string[] => list?.split(',') ?? [];

/** What was decided and is still to be done. */
function openMeasures({ measures, violation_ceased, recovered, ...row }: MisuseRow): Partial<MisuseRow> {
  const isTerminated = row.terminated_scopes.length > 0;
  const isOpen: Readonly<Record<string, boolean>> = {
    suspend: !isTerminated && row.suspended_scopes.length === 0 && row.resumed_on === null,
    condition: !isTerminated && !violation_ceased,
    recover: recovered === 0,
    terminate: !isTerminated,
  };
  const open = wordsIn(measures).filter((measure) => isOpen[measure] === true);
  return { measures_open: open.length === 0 ? null : open.join(',') };
}

/** Whether assistance is stopped, and where. */
function stopped({ suspended_scopes, precaution_scopes, terminated_scopes, resumed_on }: MisuseRow) {
  const namesOf = (scopes: Scopes) => [...new Set(scopes.map(scopeName))].join(',') || null;
  const without = resumed_on === null ? 'running' : 'resumed';
  const isBy = (scopes: Scopes) =>
    terminated_scopes.length > 0 ? 'terminated' : scopes.length > 0 ? 'suspended' : without;
  const all = [...suspended_scopes, ...precaution_scopes];
  return {
    suspended_names: namesOf(all),
    measure_names: namesOf(suspended_scopes),
    assistance: isBy(all),
    assistance_by_measure: isBy(suspended_scopes),
  };
}

const NEXT = { due: 'next_due', done: 'closed_on' };

/** Through its last day, whenever its lapse is recorded. */
const PRECAUTION = { due: 'precaution_until' };

const precaution = ({ until, scopes }: { readonly until: string; readonly scopes: Scopes }) => ({
  precaution_until: until,
  precaution_scopes: scopes,
});

export const misuseRegister: Projection<MisuseCaseEvent, MisuseRow> = {
  name: 'misuse-register',
  topic: 'Auditors',
  version: 13,
  kinds: ['misuse-case'],
  about: 'a misuse case: the stage of its inquiry, what is due next, and what was decided',
  occurred: { days: ['ended_on'] },
  totals: { counts: 'misuse cases', by: ['status', 'overdue'], sums: [] },
  daily: {
    overdue: overdue('whether the step that is due next is past its last day', NEXT),
    days_late: daysLate('days by which the step that is due next is past its last day; null if it is not', NEXT),
    days_open: daysLate(
      'days from the report to the end of its inquiry; while that is open, from the day after the report on, to the day of the answer',
      { due: 'flagged_on', done: 'ended_on' },
    ),
    assistance: until(ASSISTANCE_IS, { ...PRECAUTION, then: 'assistance_by_measure' }),
    suspended_names: until(SUSPENDED_NAMES, { ...PRECAUTION, then: 'measure_names' }),
    precaution_until: until(PRECAUTION_UNTIL, PRECAUTION),
    precaution_lapsed: overdue(
      'whether the last day of the precautionary suspension has passed, and its lapse was not recorded',
      { due: 'precaution_until', done: 'closed_on' },
    ),
  },
  ...rowBy<MisuseRow, MisuseCaseEvent>(MisuseRow)(
    'MisuseFlagged',
    (data, { id, day: flagged_on }) => ({
      misuse_case: id,
      status: 'flagged',
      allegation: data.allegation,
      programme: data.programme,
      assistance_case: data.case,
      donor: data.donor,
      recipient: data.recipient,
      accused: data.accused,
      scopes: data.scopes,
      scope_names: '',
      measures: null,
      suspended_scopes: [],
      precaution_scopes: [],
      suspended_names: null,
      measure_names: null,
      terminated_scopes: [],
      flagged_on,
      due: { acknowledge: data.acknowledgeBy, triage: data.triageBy },
      assistance: 'running',
      assistance_by_measure: 'running',
    }),
    {
      MisuseReportCorrected: (
        { allegation, programme, case: assistance_case, donor, recipient, accused, scopes },
        row,
      ) => ({
        scopes: scopes ?? row.scopes,
        allegation: allegation ?? row.allegation,
        programme: programme ?? row.programme,
        assistance_case: assistance_case ?? row.assistance_case,
        donor: donor ?? row.donor,
        recipient: recipient ?? row.recipient,
        accused: accused ?? row.accused,
      }),
      MisuseReportAcknowledged: (_, row) => ({ acknowledged: true, ...due(row.due, { acknowledge: DONE }) }),
      MisuseTriaged: ({ incidentType, noticeRequired, openBy, notifyBy }, row) => ({
        status: 'accepted',
        incident_type: incidentType,
        notice_required: noticeRequired,
        ...due(row.due, { triage: DONE, open: openBy, notify: notifyBy }),
      }),
      TriageCorrected: ({ incidentType, noticeRequired, openBy, notifyBy }, row) => ({
        incident_type: incidentType,
        notice_required: noticeRequired,
        ...due(row.due, { open: openBy, notify: notifyBy }),
      }),
      MisuseDeclined: (_, row, { day: ended_on }) => ({
        status: 'declined',
        ended_on,
        ...due(row.due, { triage: DONE }),
      }),
      InvestigationOpened: ({ concludeBy }, row) => ({
        status: 'investigating',
        ...due(row.due, { open: DONE, conclude: concludeBy }),
      }),
      InvestigatorAssigned: ({ investigator }) => ({ investigator }),
      EvidenceAdded: (_, { evidence }) => ({ evidence: evidence + 1 }),
      AllegationPutToRecipient: ({ to, replyBy }, row) => ({
        disclosed: true,
        awaits_reply_of: to.join(','),
        ...due(row.due, { reply: replyBy }),
      }),
      RecipientReplyReceived: ({ from }, row) => {
        const awaited = (row.awaits_reply_of ?? '').split(',').filter((one) => one !== from);
        return {
          replies: row.replies + 1,
          awaits_reply_of: awaited.join(','),
          ...(awaited.join('') === '' && due(row.due, { reply: DONE })),
        };
      },
      PrecautionarySuspensionOrdered: precaution,
      PrecautionarySuspensionRenewed: precaution,
      PrecautionarySuspensionLapsed: () => ({ precaution_until: null, precaution_scopes: [] }),
      InvestigationExtended: ({ until }, row) => due(row.due, { conclude: until }),
      MisuseSubstantiated: ({ measureBy }, row) => ({
        status: 'substantiated',
        ...due(row.due, { conclude: DONE, measure: measureBy }),
      }),
      MisuseDismissed: (_, row, { day: ended_on }) => ({
        status: 'dismissed',
        ended_on,
        ...due(row.due, { conclude: DONE, reply: DONE }),
      }),
      MisuseFoundInconclusive: (_, row) => ({ status: 'inconclusive', ...due(row.due, { conclude: DONE }) }),
      LegislatureNotifiedOfPossibleViolation: (_, row) => ({
        legislature_notified: true,
        ...due(row.due, { notify: DONE }),
      }),
      MeasureDecided: ({ measure, conditions = [] }, row) => ({
        measure,
        measures: [...new Set([...wordsIn(row.measures), measure])].join(','),
        conditions: conditions.length === 0 ? row.conditions : conditions.join(','),
        ...due(row.due, { measure: DONE }),
      }),
      AssistanceSuspended: ({ scopes }) => ({ suspended_scopes: scopes }),
      RemediationPlanAgreed: (data, row) => due(row.due, { remediate: data.due }),
      RemediationVerified: (_, row) => ({ violation_ceased: true, ...due(row.due, { remediate: DONE }) }),
      AssurancesReceived: (_, __, { day: assurances_on }) => ({ assurances_on }),
      AssistanceResumed: (_, __, { day: resumed_on }) => ({ resumed_on, suspended_scopes: [] }),
      FundsRecovered: ({ amount }, row) => ({
        recoveries: row.recoveries + 1,
        recovered: row.recovered + Number(amount > 0),
      }),
      RecoveryCorrected: ({ amount, difference, earlier }, { recovered }) =>
        amount === undefined || earlier === true
          ? {}
          : { recovered: recovered + Number(amount > 0) - Number(amount - difference > 0) },
      AssistanceTerminated: ({ scopes }, row) => ({
        suspended_scopes: [],
        terminated_scopes: scopes,
        ...due(row.due, { remediate: DONE }),
      }),
      MisuseCaseClosed: (_, { ended_on }, { day: closed_on }) => ({
        status: 'closed',
        closed_on,
        ended_on: ended_on ?? closed_on,
        due: {},
      }),
      MisuseCaseReopened: ({ triageBy }, row) => ({
        status: 'flagged',
        incident_type: null,
        notice_required: false,
        measure: null,
        measures: null,
        violation_ceased: false,
        conditions: null,
        precaution_until: null,
        precaution_scopes: [],
        suspended_scopes: [],
        resumed_on: null,
        recovered: 0,
        due: { triage: triageBy },
        closed_on: null,
        ended_on: null,
        reopened: row.reopened + 1,
      }),
      MisuseStepBecameOverdue: (_, row) => ({ overdue_steps: row.overdue_steps + 1 }),
    },
    (row) => ({
      ...next(row),
      ...openMeasures(row),
      ...stopped(row),
      scope_names: row.scopes.map(scopeName).join(','),
    }),
  ),
};
