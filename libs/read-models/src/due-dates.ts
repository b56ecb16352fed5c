import { type Event, type Projection, type RecordedEvent, kindOf } from '@entente/kernel';
import { amountOrNull, day, dayOrNull, daysLate, overdue, text, textOrNull } from './columns.js';
import { assistanceCaseDuties } from './due/assistance-case.js';
import { type About, type DueChange, type Duties, type DutyNames, endOf } from './due/changes.js';
import { consignmentDuties } from './due/consignment.js';
import { countrySituationDuties } from './due/country-situation.js';
import { deploymentDuties } from './due/deployment.js';
import { endUseCheckDuties } from './due/end-use-check.js';
import {
  itemDuties,
  itemTypeDuties,
  storageSiteDuties,
  technologyReleaseDuties,
  thirdPartyTransferDuties,
} from './due/equipment.js';
import { fundingAccountDuties } from './due/funding-account.js';
import { holdDuties } from './due/hold.js';
import { legalFrameworkDuties } from './due/legal-framework.js';
import { misuseCaseDuties } from './due/misuse-case.js';
import { programmeDuties } from './due/programme.js';
import { securityUnitDuties, vettedPersonDuties } from './due/security-unit.js';
import { stakeholderDuties } from './due/stakeholder.js';
import { trainingActivityDuties } from './due/training-activity.js';
import { vettingCaseDuties } from './due/vetting-case.js';
import { type Origin, originOf } from './row-by.js';

/** The duties of each kind of stream. */
const DUTIES: Readonly<Record<string, Duties>> = {
  programme: programmeDuties,
  consignment: consignmentDuties,
  'funding-account': fundingAccountDuties,
  'assistance-case': assistanceCaseDuties,
  stakeholder: stakeholderDuties,
  'misuse-case': misuseCaseDuties,
  hold: holdDuties,
  'country-situation': countrySituationDuties,
  deployment: deploymentDuties,
  'end-use-check': endUseCheckDuties,
  'item-type': itemTypeDuties,
  'storage-site': storageSiteDuties,
  item: itemDuties,
  'security-unit': securityUnitDuties,
  'vetted-person': vettedPersonDuties,
  'vetting-case': vettingCaseDuties,
  'third-party-transfer': thirdPartyTransferDuties,
  'technology-release': technologyReleaseDuties,
  'training-activity': trainingActivityDuties,
  'legal-framework': legalFrameworkDuties,
};

/** What the duties of all kinds are, for documents: what two kinds have alike, once. */
const DUTY_NAMES = [
  ...new Set(
    Object.values(DUTIES).flatMap(({ duties }) =>
      Object.entries(duties).map(([duty, [, about]]) => `${duty} (${about})`),
    ),
  ),
];

const DUTY_CODES = [...new Set(Object.values(DUTIES).flatMap(({ duties }) => Object.keys(duties)))];

/** Something that has a last day, from the moment it is due until it is done. */
export class DueDateRow {
  @text(`what is due: ${DUTY_NAMES.join(', ')}`, DUTY_CODES)
  duty!: string;
  @text(
    "which one: the milestone's, tranche's, hold's, remediation step's, alert's, task's, loss's or newest offer's name, the report, the last day that is near, or the mandate; empty if there is only one",
  )
  item!: string;
  @text(
    'open, overdue (recorded as such), done, or withdrawn: not waited for any more, as a missed milestone, a lapsed offer, and all of a stream that ended',
    ['open', 'overdue', 'done', 'withdrawn'],
  )
  status!: string;
  @day('its last day') due!: string;
  @day(
    'the day from which it has this last day: of the acknowledgement and triage of a report, the reply to an allegation, the report and verification of a loss, the notice of a transfer and the answer to a vetting, the day of the recording, for none can act before; else that of the fact',
  )
  set_on!: string;
  @text(
    'who does it: donor, recipient, respondent, investigator, intake, vetter, monitor, or owner (of a hold, mandate, store or consent)',
    ['donor', 'recipient', 'respondent', 'investigator', 'intake', 'vetter', 'monitor', 'owner'],
  )
  waits_for!: string;
  @textOrNull("the organisation that does it, if it is the donor's, recipient's, owner's or assigned investigator's")
  organisation!: string | null;
  @textOrNull('the donor, if it has one') donor!: string | null;
  @textOrNull(
    'the recipient, if it has one; of a milestone, the one when it was planned; of a check of end use and the report of a loss, the holder',
  )
  recipient!: string | null;
  @textOrNull('the programme, if it belongs to one') programme!: string | null;
  @textOrNull('the assistance case, if it belongs to one') assistance_case!: string | null;
  @amountOrNull('of a tranche: what is planned, in minor units') planned!: number | null;
  @amountOrNull('of a tranche: what was disbursed under its name, in minor units') disbursed!: number | null;
  @textOrNull("of a tranche: the ISO 4217 code of the account's currency") currency!: string | null;
  @dayOrNull('of a tranche: the last day of what is left of its disbursements') last_disbursed_on!: string | null;
  @dayOrNull(
    'the day on which it was done, or withdrawn; of what counts from the recording, done no earlier than that; of a tranche, the day by which the whole of it had been disbursed, as in `disbursements`',
  )
  ended_on!: string | null;
  @dayOrNull(
    'if it was recorded that its last day passed: the day after it, or after the day as of which it has it, if that is later',
  )
  overdue_from!: string | null;
}

const endsWith = ({ ends }: Duties, { type }: RecordedEvent): boolean => ends.includes(type);

const changesOf = (duties: Duties, event: RecordedEvent): readonly DueChange[] => [
  ...(Object.hasOwn(duties.changes, event.type)
    ? (duties.changes[event.type] as (data: unknown, origin: Origin) => readonly DueChange[])(
        event.data,
        originOf(event),
      )
    : []),
  ...(endsWith(duties, event) ? endOf(duties, event.data as object) : []),
];

const keyOf = ({ duty, item = '' }: Pick<DueChange, 'duty' | 'item'>): string => `${duty}/${item}`;

const EMPTY: DueDateRow = {
  duty: '',
  item: '',
  status: 'open',
  due: '',
  set_on: '',
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
  // A head is no duty: without a status, the steward's search passes it by.
  if (event.type === duties.about?.type)
    return { ...EMPTY, status: '', ...duties.about.of(event.data as never, originOf(event)) };
  if (head !== null && endsWith(duties, event)) return { ...head, ended_on: originOf(event).day };
  const later = duties.later?.[event.type] as ((data: unknown) => About) | undefined;
  return head === null || later === undefined ? head : { ...head, ...later(event.data) };
}

/**
 * The organisation that does what is due: by the parties of the stream, or as the stream names it.
 * A store, a consent and a release are their recipient's own.
 */
const DONE_BY: Readonly<Record<string, (row: DueDateRow) => string | null>> = {
  donor: ({ donor }) => donor,
  recipient: ({ recipient }) => recipient,
  owner: ({ organisation, recipient }) => organisation ?? recipient,
  investigator: ({ organisation }) => organisation,
};
const waiting = (row: DueDateRow, waits_for: string): DueDateRow => ({
  ...row,
  waits_for,
  organisation: DONE_BY[waits_for]?.(row) ?? null,
});

const NEXT_DAY_MS = 86_400_000;
const dayAfter = (last: string): string => new Date(Date.parse(last) + NEXT_DAY_MS).toISOString().slice(0, 10);

/**
 * Waited for again, if its stream has not ended: the record that its last day passed is valid as
 * long as that day is.
 */
const reopened = (row: DueDateRow, { ended_on }: Pick<DueDateRow, 'ended_on'>): DueDateRow => ({
  ...row,
  status: ended_on !== null ? 'withdrawn' : row.overdue_from === null ? 'open' : 'overdue',
  ended_on,
});

function withDue(
  row: DueDateRow | null,
  head: DueDateRow,
  change: DueChange & { readonly due: string },
  on: string,
  doers: DutyNames,
): DueDateRow {
  const { duty, due: last } = change;
  const was = row ?? waiting({ ...head, duty, item: change.item ?? '' }, doers[duty]?.[0] ?? '');
  const planned = 'planned' in change ? change.planned : was.planned;
  const disbursed = planned === null ? null : (was.disbursed ?? 0);
  const same = was.due === last;
  const stays = same || ('corrected' in change && row !== null);
  const set = { set_on: stays ? was.set_on : on, overdue_from: same ? was.overdue_from : null };
  const is = { ...was, item: change.named ?? was.item, due: last, planned, disbursed, ...set };
  if ('stays' in change && was.ended_on !== null) return { ...is, status: was.status };
  const ended_on = 'disbursedOn' in change ? (change.disbursedOn ?? null) : null;
  // Of a tranche that ended with its programme another amount is not waited for either.
  if (same && ended_on === null && was.status === 'withdrawn' && (was.planned ?? 0) > 0) return is;
  return ended_on === null ? reopened(is, head) : { ...is, status: 'done', ended_on };
}

/** The event states the days of the tranche; of an earlier event they are as far as a row knows. */
function withDisbursed(
  row: DueDateRow,
  head: DueDateRow,
  { disbursed: by, paidOn, disbursedOn, lastDisbursedOn }: Extract<DueChange, { disbursed: number }>,
): DueDateRow {
  const { planned, last_disbursed_on: before } = row;
  const disbursed = (row.disbursed ?? 0) + by;
  const latest = paidOn === undefined || (before !== null && before > paidOn) ? before : paidOn;
  const last_disbursed_on = disbursed === 0 ? null : (lastDisbursedOn ?? latest);
  const is = { ...row, disbursed, last_disbursed_on };
  return disbursed < (planned ?? 0)
    ? row.status === 'withdrawn'
      ? is
      : reopened(is, head)
    : { ...is, status: 'done', ended_on: disbursedOn ?? (row.status === 'done' ? row.ended_on : last_disbursed_on) };
}

/** A row after one change; null if nothing of the name was ever due. */
function after(
  row: DueDateRow | null,
  head: DueDateRow,
  change: DueChange,
  on: string,
  doers: DutyNames,
): DueDateRow | null {
  if ('due' in change) return withDue(row, head, change, on, doers);
  if (row === null) return null;
  if ('disbursed' in change) return withDisbursed(row, head, change);
  if ('about' in change) return waiting({ ...row, ...change.about }, row.waits_for);
  if ('reopens' in change) return reopened(row, head);
  if ('endedOn' in change) return { ...row, ended_on: change.endedOn };
  if ('overdue' in change)
    return { ...row, status: 'overdue', overdue_from: dayAfter(row.due > row.set_on ? row.due : row.set_on) };
  // What was done stays done on that day; what was withdrawn can still be done.
  if (row.status === 'done' || row.status === change.ends) return row;
  const end = change.passed === true ? row.due : (change.on ?? on);
  const isEarly = change.fromRecording === true && end < row.set_on;
  return { ...row, status: change.ends, ended_on: isEarly ? row.set_on : end };
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
  const recordedOn = event.metadata.recordedAt.slice(0, 10);
  const dayOf = (change: DueChange): string => ('due' in change && change.fromRecording === true ? recordedOn : on);
  return changesOf(duties, event)
    .filter((change) => keyOf(change) === key)
    .reduce<DueDateRow | null>((is, change) => after(is, head ?? EMPTY, change, dayOf(change), duties.duties), row);
}

const ENDED = { done: 'ended_on', closed: { status: ['withdrawn'] } };

/** What is due, for whom, and until when: the steward records from it what has become overdue. */
export const dueDates: Projection<Event, DueDateRow> = {
  name: 'due-dates',
  topic: 'Auditors',
  version: 22,
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
    const heads =
      event.type === duties.about?.type || Object.hasOwn(duties.later ?? {}, event.type) || endsWith(duties, event);
    return [...(heads ? [''] : []), ...new Set(changesOf(duties, event).map(keyOf))];
  },
  evolve,
};
