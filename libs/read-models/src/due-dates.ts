import type {
  AssistanceCaseEvent,
  AssistanceScope,
  ConsignmentEvent,
  FundingAccountEvent,
  HoldEvent,
  MisuseCaseEvent,
  MisuseStep,
  ProgrammeEvent,
  StakeholderEvent,
} from '@entente/contracts';
import type { DataOf, Event, Projection, RecordedEvent } from '@entente/kernel';
import { amountOrNull, day, dayOrNull, daysLate, overdue, text, textOrNull } from './columns.js';
import { type Origin, originOf } from './row-by.js';

/** Something that has a last day, from the moment it is due until it is done. */
export class DueDateRow {
  @text(
    'what is due: a milestone, delivery, tranche, acceptance (of an offer), mandate-end, hold-end (of a hold that no policy placed), precaution-end, or a step of a misuse case',
  )
  duty!: string;
  @text(
    "which one: the milestone's, tranche's, hold's or newest offer's name, or the mandate; empty if there is only one",
  )
  item!: string;
  @text(
    'open, overdue (recorded as such), done, or withdrawn: not waited for any more, as a missed milestone and a lapsed offer',
  )
  status!: string;
  @day('its last day') due!: string;
  @text('who does it: donor, recipient, respondent, investigator, intake, or owner (of a hold or mandate)')
  waits_for!: string;
  @textOrNull("the organisation that does it, if it is the donor's or the recipient's") organisation!: string | null;
  @textOrNull('the donor, if it has one') donor!: string | null;
  @textOrNull('the recipient, if it has one; of a milestone, the one when it was planned') recipient!: string | null;
  @textOrNull('the programme, if it belongs to one') programme!: string | null;
  @textOrNull('the assistance case, if it belongs to one') assistance_case!: string | null;
  @amountOrNull('of a tranche: what is planned, in minor units') planned!: number | null;
  @amountOrNull('of a tranche: what was disbursed under its name, in minor units') disbursed!: number | null;
  @textOrNull("of a tranche: the ISO 4217 code of the account's currency") currency!: string | null;
  @dayOrNull('of a tranche: the latest day of its disbursements') last_disbursed_on!: string | null;
  @dayOrNull(
    'the day on which it was done, or withdrawn; of a tranche, the day of the latest disbursement when the whole of it had been disbursed',
  )
  ended_on!: string | null;
  @dayOrNull('the day after its last day, if it was recorded that this day passed') overdue_from!: string | null;
}

type Duty =
  'milestone' | 'delivery' | 'tranche' | 'acceptance' | 'mandate-end' | 'hold-end' | 'precaution-end' | MisuseStep;

const WAITS_FOR: Readonly<Record<Duty, string>> = {
  milestone: 'donor',
  delivery: 'donor',
  tranche: 'donor',
  acceptance: 'recipient',
  'mandate-end': 'owner',
  'hold-end': 'owner',
  'precaution-end': 'donor',
  acknowledge: 'intake',
  triage: 'intake',
  notify: 'donor',
  open: 'intake',
  reply: 'respondent',
  conclude: 'investigator',
  measure: 'donor',
  remediate: 'recipient',
};

/**
 * What an event changes: a last day, money of a tranche, the end or its day, whom it concerns, or
 * the record that the last day passed.
 */
type DueChange = { readonly duty: Duty; readonly item?: string; readonly named?: string } & (
  | { readonly due: string; readonly planned?: number }
  | { readonly disbursed: number; readonly paidOn?: string }
  | { readonly ends: 'done' | 'withdrawn'; readonly on?: string }
  | { readonly endedOn: string }
  | { readonly about: About }
  | { readonly reopens: true }
  | { readonly overdue: true }
);

const due = (duty: Duty, last: string, item = ''): DueChange => ({ duty, item, due: last });
const done = (duty: Duty, item = '', on?: string): DueChange => ({ duty, item, ends: 'done', ...(on && { on }) });
const overdueNow = (duty: Duty, item = ''): DueChange => ({ duty, item, overdue: true });
const withdrawn = (duty: Duty, item = '', on?: string): DueChange => ({
  duty,
  item,
  ends: 'withdrawn',
  ...(on && { on }),
});

type DueChanges<E extends Event> = {
  readonly [Type in E['type']]?: (
    data: DataOf<E, Type>,
    origin: Origin<Extract<E, { type: Type }>>,
  ) => readonly DueChange[];
};

/** What belongs to every duty of a stream. */
type About = Partial<Pick<DueDateRow, 'donor' | 'recipient' | 'programme' | 'assistance_case' | 'currency'>>;

/** The duties of one kind of stream. */
interface Duties {
  /** What the opening event states about all of them. */
  readonly about: { readonly type: string; of(data: never, origin: Origin): About } | null;
  /** What later events change of that. */
  readonly later?: Readonly<Record<string, (data: never) => About>>;
  readonly changes: Readonly<Record<string, (data: never, origin: never) => readonly DueChange[]>>;
}

const dutiesOf =
  <E extends Event>() =>
  <Type extends E['type']>(
    about: { readonly type: Type; of(data: DataOf<E, Type>, origin: Origin): About } | null,
    changes: DueChanges<E>,
    later: { readonly [T in E['type']]?: (data: DataOf<E, T>) => About } = {},
  ): Duties =>
    ({ about, changes, later }) as Duties;

interface DueParties {
  readonly donor?: string;
  readonly recipient: string;
  readonly programme?: string;
  readonly case?: string;
}
const partiesOf = ({ donor, recipient, programme, case: of }: DueParties): About => ({
  donor: donor ?? null,
  recipient,
  programme: programme ?? null,
  assistance_case: of ?? null,
});

/** What a corrected report states instead. */
const correctedParties = ({ donor, recipient, programme, case: of }: Partial<DueParties>): About => ({
  ...(donor && { donor }),
  ...(recipient && { recipient }),
  ...(programme && { programme }),
  ...(of && { assistance_case: of }),
});

const STEPS = ['acknowledge', 'triage', 'notify', 'open', 'reply', 'conclude', 'measure', 'remediate'] as const;

const DUTIES: Readonly<Record<string, Duties>> = {
  programme: dutiesOf<ProgrammeEvent>()(
    {
      type: 'ProgrammeProposed',
      of: ({ donor, recipient }, { id: programme }) => ({ donor, recipient, programme }),
    },
    {
      MilestonePlanned: (data) => [due('milestone', data.due, data.milestone)],
      MilestoneReplanned: (data) => [due('milestone', data.due, data.milestone)],
      MilestoneMet: ({ milestone, on }) => [done('milestone', milestone, on)],
      MilestoneMissed: ({ milestone, on }) => [withdrawn('milestone', milestone, on)],
      MilestoneCorrected: ({ milestone, on }) => [
        on === undefined
          ? { duty: 'milestone', item: milestone, reopens: true }
          : { duty: 'milestone', item: milestone, endedOn: on },
      ],
      MilestoneBecameOverdue: ({ milestone }) => [overdueNow('milestone', milestone)],
    },
    { ProgrammeCorrected: ({ recipient }) => (recipient === undefined ? {} : { recipient }) },
  ),
  consignment: dutiesOf<ConsignmentEvent>()(
    { type: 'DeliveryScheduled', of: partiesOf },
    {
      DeliveryScheduled: (data) => [due('delivery', data.due)],
      DeliveryRescheduled: (data) => [due('delivery', data.due)],
      ReceiptConfirmed: ({ on }) => [done('delivery', '', on)],
      DateCorrected: ({ fact, on }) => (fact === 'receipt' ? [{ duty: 'delivery', endedOn: on }] : []),
      ConsignmentCancelled: () => [withdrawn('delivery')],
      DeliveryBecameOverdue: () => [overdueNow('delivery')],
    },
  ),
  'funding-account': dutiesOf<FundingAccountEvent>()(
    { type: 'FundingAccountOpened', of: (data) => ({ ...partiesOf(data), currency: data.currency }) },
    {
      DisbursementPlanned: ({ tranche, amount, ...data }) => [
        { duty: 'tranche', item: tranche, due: data.due, planned: amount },
      ],
      FundsDisbursed: ({ tranche, amount }, origin) => disbursedOf(tranche, amount, origin.day),
      MovementCorrected: ({ tranche, amountBy }) => disbursedOf(tranche, amountBy),
      TrancheBecameOverdue: ({ tranche }) => [overdueNow('tranche', tranche)],
    },
  ),
  'assistance-case': dutiesOf<AssistanceCaseEvent>()(
    {
      type: 'AssistanceRequested',
      of: (data, { id }) => ({ ...partiesOf(data), assistance_case: id }),
    },
    {
      // A case has one offer at a time: the row is that of the newest.
      OfferMade: ({ offer, validUntil }) => [{ duty: 'acceptance', named: offer, due: validUntil }],
      OfferAccepted: () => [done('acceptance')],
      OfferLapsed: () => [withdrawn('acceptance')],
      CaseCancelled: () => [withdrawn('acceptance')],
    },
  ),
  stakeholder: dutiesOf<StakeholderEvent>()(null, {
    MandateGiven: ({ to, role, until }) => [due('mandate-end', until, `${to}/${role}`)],
    MandateEnded: ({ to, role }) => [done('mandate-end', `${to}/${role}`)],
  }),
  'misuse-case': dutiesOf<MisuseCaseEvent>()(
    { type: 'MisuseFlagged', of: partiesOf },
    {
      MisuseFlagged: ({ acknowledgeBy, triageBy }) => [due('acknowledge', acknowledgeBy), due('triage', triageBy)],
      MisuseReportAcknowledged: () => [done('acknowledge')],
      MisuseTriaged: ({ openBy, notifyBy }) => [
        done('triage'),
        due('open', openBy),
        ...(notifyBy === undefined ? [] : [due('notify', notifyBy)]),
      ],
      MisuseDeclined: () => [done('triage')],
      InvestigationOpened: ({ concludeBy }) => [done('open'), due('conclude', concludeBy)],
      AllegationPutToRecipient: ({ replyBy }) => [due('reply', replyBy)],
      RecipientReplyReceived: () => [done('reply')],
      PrecautionarySuspensionOrdered: ({ until }) => [due('precaution-end', until)],
      PrecautionarySuspensionRenewed: ({ until }) => [due('precaution-end', until)],
      PrecautionarySuspensionLapsed: () => [done('precaution-end')],
      InvestigationExtended: ({ until }) => [due('conclude', until)],
      MisuseSubstantiated: ({ measureBy }) => [done('conclude'), due('measure', measureBy)],
      MisuseDismissed: () => [done('conclude'), withdrawn('reply')],
      MisuseFoundInconclusive: () => [done('conclude')],
      LegislatureNotifiedOfPossibleViolation: () => [done('notify')],
      MeasureDecided: () => [done('measure')],
      RemediationPlanAgreed: (data) => [due('remediate', data.due)],
      RemediationVerified: () => [done('remediate')],
      AssistanceTerminated: () => [withdrawn('remediate')],
      MisuseCaseClosed: () => STEPS.map((step) => withdrawn(step)),
      MisuseCaseReopened: ({ triageBy }) => [...STEPS.map((step) => withdrawn(step)), due('triage', triageBy)],
      MisuseStepBecameOverdue: ({ step }) => [overdueNow(step)],
      MisuseReportCorrected: (data) =>
        ([...STEPS, 'precaution-end'] as const).map((duty) => ({ duty, about: correctedParties(data) })),
    },
    { MisuseReportCorrected: correctedParties },
  ),
  hold: dutiesOf<HoldEvent>()(null, {
    // What a policy placed, ends with what it rests on.
    HoldPlaced: ({ hold, until, scope, donor = null }, { event }) =>
      event.metadata.actor.role === 'system'
        ? []
        : [
            ...(until === undefined ? [] : [due('hold-end', until, hold)]),
            { duty: 'hold-end', item: hold, about: { donor, ...inScope(scope) } },
          ],
    HoldRenewed: ({ hold, until }, { event }) =>
      event.metadata.actor.role === 'system' ? [] : [due('hold-end', until, hold)],
    HoldCorrected: ({ hold, until, donor }) => [
      ...(until === undefined ? [] : [due('hold-end', until, hold)]),
      ...(donor === undefined ? [] : [{ duty: 'hold-end', item: hold, about: { donor } } as const]),
    ],
    HoldReleased: ({ hold }) => [done('hold-end', hold)],
    HoldLapsed: ({ hold }) => [done('hold-end', hold)],
  }),
};

/** The programme or the case that a hold is on. */
const inScope = ({ kind, id }: AssistanceScope): About => ({
  programme: kind === 'programme' ? id : null,
  assistance_case: kind === 'case' ? id : null,
});

const disbursedOf = (tranche: string | undefined, disbursed: number, paidOn?: string): readonly DueChange[] =>
  tranche === undefined ? [] : [{ duty: 'tranche', item: tranche, disbursed, ...(paidOn && { paidOn }) }];

const changesOf = (duties: Duties, event: RecordedEvent): readonly DueChange[] =>
  Object.hasOwn(duties.changes, event.type)
    ? (duties.changes[event.type] as (data: unknown, origin: Origin) => readonly DueChange[])(
        event.data,
        originOf(event),
      )
    : [];

const kindOf = (event: RecordedEvent): string => event.stream.slice(0, event.stream.indexOf('/'));
const keyOf = ({ duty, item = '' }: Pick<DueChange, 'duty' | 'item'>): string => `${duty}/${item}`;

const EMPTY: DueDateRow = {
  duty: '',
  item: '',
  status: 'open',
  due: '',
  waits_for: '',
  organisation: null,
  donor: null,
  recipient: null,
  programme: null,
  assistance_case: null,
  planned: null,
  disbursed: null,
  currency: null,
  last_disbursed_on: null,
  ended_on: null,
  overdue_from: null,
};

/** What the opening event, and its corrections, state about every duty of the stream. */
function headAfter(duties: Duties, event: RecordedEvent, head: DueDateRow | null): DueDateRow | null {
  if (event.type === duties.about?.type) return { ...EMPTY, ...duties.about.of(event.data as never, originOf(event)) };
  const later = duties.later?.[event.type] as ((data: unknown) => About) | undefined;
  return head === null || later === undefined ? head : { ...head, ...later(event.data) };
}

/** A row whose duty is done by the organisation that its parties give. */
function waiting(row: DueDateRow, waits_for: string): DueDateRow {
  const organisation = waits_for === 'donor' ? row.donor : waits_for === 'recipient' ? row.recipient : null;
  return { ...row, waits_for, organisation };
}

const NEXT_DAY_MS = 86_400_000;
const dayAfter = (last: string): string => new Date(Date.parse(last) + NEXT_DAY_MS).toISOString().slice(0, 10);

/** Waited for again: the record that its last day passed is valid as long as that day is. */
const reopened = (row: DueDateRow): DueDateRow => ({
  ...row,
  status: row.overdue_from === null ? 'open' : 'overdue',
  ended_on: null,
});

function withDue(row: DueDateRow | null, head: DueDateRow, change: DueChange & { readonly due: string }): DueDateRow {
  const { duty, due: last } = change;
  const was = row ?? waiting({ ...head, duty, item: change.item ?? '' }, WAITS_FOR[duty]);
  const planned = 'planned' in change ? change.planned : was.planned;
  const disbursed = planned === null ? null : (was.disbursed ?? 0);
  const overdue_from = was.due === last ? was.overdue_from : null;
  return reopened({ ...was, item: change.named ?? was.item, due: last, planned, disbursed, overdue_from });
}

function withDisbursed(row: DueDateRow, by: number, paidOn: string | undefined): DueDateRow {
  const { planned, last_disbursed_on: before } = row;
  const disbursed = (row.disbursed ?? 0) + by;
  const last_disbursed_on = paidOn === undefined || (before !== null && before > paidOn) ? before : paidOn;
  const is = { ...row, disbursed, last_disbursed_on };
  return disbursed < (planned ?? 0)
    ? reopened(is)
    : { ...is, status: 'done', ended_on: row.ended_on ?? last_disbursed_on };
}

/** A row after one change; null if nothing of the name was ever due. */
function after(row: DueDateRow | null, head: DueDateRow, change: DueChange, on: string): DueDateRow | null {
  if ('due' in change) return withDue(row, head, change);
  if (row === null) return null;
  if ('disbursed' in change) return withDisbursed(row, change.disbursed, change.paidOn);
  if ('about' in change) return waiting({ ...row, ...change.about }, row.waits_for);
  if ('reopens' in change) return reopened(row);
  if ('endedOn' in change) return { ...row, ended_on: change.endedOn };
  if ('overdue' in change) return { ...row, status: 'overdue', overdue_from: dayAfter(row.due) };
  // What was done stays done on that day; what was withdrawn can still be done.
  if (row.status === 'done' || row.status === change.ends) return row;
  return { ...row, status: change.ends, ended_on: change.on ?? on };
}

function evolve(
  row: DueDateRow | null,
  event: RecordedEvent,
  key: string,
  before: DueDateRow | null,
): DueDateRow | null {
  const duties = DUTIES[kindOf(event)] as Duties;
  const head = headAfter(duties, event, before);
  if (key === '') return head;
  const { day: on } = originOf(event);
  return changesOf(duties, event)
    .filter((change) => keyOf(change) === key)
    .reduce<DueDateRow | null>((is, change) => after(is, head ?? EMPTY, change, on), row);
}

const ENDED = { done: 'ended_on', closed: { status: ['withdrawn'] } };

/** What is due, for whom, and until when: the steward records from it what has become overdue. */
export const dueDates: Projection<Event, DueDateRow> = {
  name: 'due-dates',
  version: 2,
  kinds: Object.keys(DUTIES),
  about: 'something with a last day: what is due, who does it, and whether it was done, withdrawn, or became overdue',
  entity: DueDateRow,
  totals: { counts: 'duties', by: ['duty', 'status', 'overdue'], sums: [] },
  daily: {
    overdue: overdue('whether its last day is over, and it was neither done nor withdrawn', { due: 'due', ...ENDED }),
    days_late: daysLate(
      'days from its last day to the day on which it was done, negative if early; while it is overdue, to the day of the answer; null if withdrawn',
      { due: 'due', ...ENDED },
    ),
  },
  head: true,
  // The steward's search.
  indexes: [['status', 'due']],
  touches: (event) => {
    const duties = DUTIES[kindOf(event)] as Duties;
    const heads = event.type === duties.about?.type || Object.hasOwn(duties.later ?? {}, event.type);
    return [...(heads ? [''] : []), ...new Set(changesOf(duties, event).map(keyOf))];
  },
  evolve,
};
