import type {
  AssistanceCaseEvent,
  EndUseCheckEvent,
  FactEvent,
  FundingAccountEvent,
  NumbersBySex,
  RecordedFacts,
  ThirdPartyTransferEvent,
  TrainingActivityEvent,
} from '@entente/contracts';
import { type DataOf, type Event, type Projection, type RecordedEvent, actsFor, kindOf } from '@entente/kernel';
import { amountOrNull, countOrNull, day, dayOrNull, flag, text, textOrNull } from './columns.js';
import { type About, partiesOf } from './due/changes.js';
import { type Origin, originOf } from './row-by.js';
import { itemNamesOf, quantityOf } from './transferred-goods.js';
import { allOf } from './training.js';

const STATUSES = ['unanswered', 'confirmed', 'disputed'];

/** A fact that one organisation recorded about another, and what the other answered. */
export class RecordedFactRow {
  @text('the id of the event that recorded it') fact_event!: string;
  @text('the type of that event') fact!: string;
  @text('the organisation that it concerns, which confirms or disputes it') concerned!: string;
  @text('the organisation that recorded it; of a delivery that was counted before the receipt, the donor')
  recorded_by!: string;
  @day('the day on which it was recorded') recorded_on!: string;
  @textOrNull('the donor, if it has one') donor!: string | null;
  @textOrNull('the programme, if it belongs to one') programme!: string | null;
  @textOrNull('the assistance case, if it belongs to one') assistance_case!: string | null;
  @text('unanswered (also once it was corrected, or a dispute was taken back), confirmed or disputed', STATUSES)
  status!: string;
  @textOrNull('the code of the reason of the dispute, if it is disputed') reason!: string | null;
  @textOrNull(
    'accepted (a correction follows; if none can, this is the note on the fact) or rejected: how the dispute was answered; null without an answer',
    ['accepted', 'rejected'],
  )
  outcome!: string | null;
  @flag(
    'whether a correction can follow, as of the newest answer: not of a transfer, a discrepancy (it is cleared), denied access, and a visit that saw lots only',
  )
  correctable!: boolean;
  @amountOrNull('of a movement of money, its amount, less what corrections of it took back, in minor units')
  amount!: number | null;
  @textOrNull('the ISO 4217 code of the currency of the amount') currency!: string | null;
  @textOrNull('of a movement of money, its fiscal period, as corrected') period!: string | null;
  @textOrNull('of a delivery, the line of the case') line!: string | null;
  @textOrNull(
    'of a check, the word for the type of its items; of a training, the code of the course; of a transfer, the words for the types of its goods, with commas between them; null of money, and of a delivery, which has its line',
  )
  item!: string | null;
  @countOrNull(
    "of a delivery, its quantity, as corrected, in the line's unit; of a visit and of a discrepancy, the items that it looked at or concerns; of a training, the persons who completed it or took part, as corrected; of a transfer, the quantity of its goods; null of several types of goods, of denied access and of money",
  )
  quantity!: number | null;
  @dayOrNull('the day of the confirmation or dispute; null while it is unanswered') answered_on!: string | null;
}

/** The line, items and quantity that an event states of a fact. */
type StatedFact = Partial<Pick<RecordedFactRow, 'line' | 'item' | 'quantity'>>;
/** What the opening of a stream states about all of its facts. */
type AboutFacts = About & Pick<StatedFact, 'item'>;

/** What the opening of a stream states, whom each fact concerns, and what changes that. */
interface Source<E extends Event, Types extends E['type']> {
  readonly opens: E['type'];
  about(data: never, origin: Origin): AboutFacts;
  /** The organisation that a fact concerns; by default the recipient. */
  readonly facts: { readonly [Type in Types]: ((data: DataOf<E, Type>) => string) | 'recipient' };
  /** Which of them a correction can name; by default all. */
  readonly correctable?: { readonly [Type in Types]?: (data: DataOf<E, Type>) => boolean };
  /** What each fact is about, besides its money. */
  readonly states?: { readonly [Type in Types]?: (data: DataOf<E, Type>) => StatedFact };
  readonly later?: { readonly [Type in E['type']]?: (data: DataOf<E, Type>) => About };
}

const source = <E extends Event, Types extends E['type'], Opens extends E['type']>(of: {
  readonly opens: Opens;
  about(data: DataOf<E, Opens>, origin: Origin): AboutFacts;
  readonly facts: Source<E, Types>['facts'];
  readonly correctable?: NonNullable<Source<E, Types>['correctable']>;
  readonly states?: NonNullable<Source<E, Types>['states']>;
  readonly later?: NonNullable<Source<E, Types>['later']>;
}): Source<E, Types> => of;

/** The persons of a training, if they are stated. */
function personsOf({ completed, trained = completed }: Pick<Movement, 'completed' | 'trained'>): StatedFact {
  return trained === undefined ? {} : { quantity: allOf(trained) };
}

const SOURCES: {
  readonly 'funding-account': Source<FundingAccountEvent, RecordedFacts['funding-account']>;
  readonly 'assistance-case': Source<AssistanceCaseEvent, RecordedFacts['assistance-case']>;
  readonly 'training-activity': Source<TrainingActivityEvent, RecordedFacts['training-activity']>;
  readonly 'end-use-check': Source<EndUseCheckEvent, RecordedFacts['end-use-check']>;
  readonly 'third-party-transfer': Source<ThirdPartyTransferEvent, RecordedFacts['third-party-transfer']>;
} = {
  'funding-account': source<FundingAccountEvent, RecordedFacts['funding-account'], 'FundingAccountOpened'>({
    opens: 'FundingAccountOpened',
    about: (data) => ({ ...partiesOf(data), currency: data.currency }),
    facts: { FundsDisbursed: 'recipient', ExpenditureReported: 'recipient' },
  }),
  'assistance-case': source<AssistanceCaseEvent, RecordedFacts['assistance-case'], 'AssistanceRequested'>({
    opens: 'AssistanceRequested',
    about: (data, { id }) => ({ ...partiesOf(data), assistance_case: id }),
    facts: { AssistanceDelivered: 'recipient' },
    states: { AssistanceDelivered: ({ line, quantity }) => ({ line, quantity }) },
  }),
  'training-activity': source<TrainingActivityEvent, RecordedFacts['training-activity'], 'TrainingPlanned'>({
    opens: 'TrainingPlanned',
    about: (data) => ({ ...partiesOf(data), item: data.course }),
    facts: { TrainingCompleted: 'recipient', TrainingTerminated: 'recipient' },
    states: { TrainingCompleted: personsOf, TrainingTerminated: personsOf },
  }),
  // The holder answers for the items, also after a transfer (R13).
  'end-use-check': source<EndUseCheckEvent, RecordedFacts['end-use-check'], 'EndUseCheckScheduled'>({
    opens: 'EndUseCheckScheduled',
    about: (data) => ({ ...partiesOf(data), recipient: data.holder, item: data.item }),
    facts: { EndUseCheckPerformed: 'recipient', DiscrepancyFound: 'recipient', AccessDenied: 'recipient' },
    correctable: {
      EndUseCheckPerformed: ({ results }) => results.length > 0,
      DiscrepancyFound: () => false,
    },
    states: {
      EndUseCheckPerformed: ({ results, lots = [] }) => ({
        quantity: lots.reduce((sum, { seen, notSeen, damaged }) => sum + seen + notSeen + damaged, results.length),
      }),
      DiscrepancyFound: ({ quantity }) => ({ quantity }),
    },
    later: { CheckedItemsTransferred: ({ to, next }) => (next === undefined ? { recipient: to } : {}) },
  }),
  'third-party-transfer': source<
    ThirdPartyTransferEvent,
    RecordedFacts['third-party-transfer'],
    'ThirdPartyTransferRequested'
  >({
    opens: 'ThirdPartyTransferRequested',
    about: (data) => ({ ...partiesOf({ ...data, recipient: data.holder }), item: itemNamesOf(data.goods) }),
    facts: { ThirdPartyTransferCarriedOut: ({ to }) => to },
    correctable: { ThirdPartyTransferCarriedOut: () => false },
    states: { ThirdPartyTransferCarriedOut: ({ goods }) => ({ quantity: quantityOf(goods) }) },
  }),
};

interface AnySource {
  readonly opens: string;
  about(data: unknown, origin: Origin): AboutFacts;
  readonly facts: Readonly<Record<string, ((data: unknown) => string) | 'recipient'>>;
  readonly correctable?: Readonly<Record<string, (data: unknown) => boolean>>;
  readonly states?: Readonly<Record<string, (data: unknown) => StatedFact>>;
  readonly later?: Readonly<Record<string, (data: unknown) => About>>;
}
const sourceOf = (event: RecordedEvent): AnySource =>
  (SOURCES as unknown as Readonly<Record<string, AnySource>>)[kindOf(event)] as AnySource;

const UNANSWERED = { status: 'unanswered', reason: null, outcome: null, answered_on: null };
const EMPTY: RecordedFactRow = {
  fact_event: '',
  fact: '',
  concerned: '',
  recorded_by: '',
  recorded_on: '',
  donor: null,
  programme: null,
  assistance_case: null,
  ...UNANSWERED,
  status: '',
  correctable: true,
  amount: null,
  currency: null,
  period: null,
  line: null,
  item: null,
  quantity: null,
};

/** What an event changes in the row of the fact that it names. */
function answered(event: FactEvent, answered_on: string): Partial<RecordedFactRow> {
  switch (event.type) {
    case 'FactConfirmed':
      return { ...UNANSWERED, status: 'confirmed', answered_on };
    case 'FactDisputed':
      return { ...UNANSWERED, status: 'disputed', reason: event.data.reason, answered_on };
    case 'DisputeAnswered':
      return { outcome: event.data.outcome };
    default:
      return UNANSWERED;
  }
}

interface Movement {
  readonly corrects?: string;
  readonly period?: string;
  readonly quantityBy?: number;
  readonly amount?: number;
  readonly amountBy?: number;
  readonly completed?: NumbersBySex;
  readonly trained?: NumbersBySex;
}

/** What a correction leaves: of money, it is a movement back, or the difference in a period. */
function corrected({ amount, period, quantity, fact_event }: RecordedFactRow, { data }: RecordedEvent) {
  const { corrects, amount: back = 0, amountBy = -back, quantityBy = 0, period: within } = data as Movement;
  if (corrects !== fact_event) return {};
  return {
    amount: amount === null ? null : amount + amountBy,
    period: amount !== null && amountBy > 0 ? (within ?? period) : period,
    quantity: quantity === null ? null : quantity + quantityBy,
    ...personsOf(data as Movement),
  };
}

const headWith = (head: RecordedFactRow, { recipient, ...about }: AboutFacts): RecordedFactRow => ({
  ...head,
  ...about,
  concerned: recipient ?? head.concerned,
});

/**
 * The organisation by whose word a fact is recorded; null if it follows from the recipient's, or
 * from facts that can be answered themselves.
 */
function recorderOf({ data, metadata: { actor } }: RecordedEvent, head: RecordedFactRow | null): string | null {
  if (actor.role !== 'system') return actsFor(actor);
  const { point = 'receipt' } = data as { readonly point?: string };
  return point === 'receipt' ? null : (head?.donor ?? null);
}

const isCorrectable = (event: RecordedEvent): boolean =>
  sourceOf(event).correctable?.[event.type]?.(event.data) !== false;

function evolve(
  row: RecordedFactRow | null,
  event: RecordedEvent,
  key: string,
  head: RecordedFactRow | null,
): RecordedFactRow | null {
  const { opens, about, facts, later, states = {} } = sourceOf(event);
  const origin = originOf(event);
  if (event.type === opens) return headWith(EMPTY, about(event.data, origin));
  if (key === '') return head === null ? null : headWith(head, later?.[event.type]?.(event.data) ?? {});
  // What was taken back whole is no fact.
  if (event.type === 'AccessDenialWithdrawn') return null;
  const concerns = facts[event.type];
  if (concerns === undefined || key !== event.id)
    return row === null
      ? null
      : {
          ...row,
          ...answered(event as unknown as FactEvent, origin.day),
          ...corrected(row, event),
        };
  const recorded_by = recorderOf(event, head);
  const concerned = concerns === 'recipient' ? (head?.concerned ?? '') : concerns(event.data);
  if (head === null || recorded_by === null || concerned === recorded_by) return null;
  const recorded_on = event.metadata.recordedAt.slice(0, 10);
  const fact = { fact_event: event.id, fact: event.type, concerned, recorded_by, recorded_on };
  const { amount = 0, period = null } = event.data as Movement;
  const money = head.currency === null ? {} : { amount, period };
  const stated = states[event.type]?.(event.data) ?? {};
  return { ...head, ...fact, ...UNANSWERED, correctable: isCorrectable(event), ...money, ...stated };
}

/** What others recorded about an organisation: what it confirmed, what it disputed, what waits. */
export const recordedFacts: Projection<Event, RecordedFactRow> = {
  name: 'recorded-facts',
  topic: 'Recipients',
  version: 8,
  kinds: Object.keys(SOURCES),
  about:
    'a fact that one organisation recorded about another: confirmed, disputed or unanswered; `recipient-tasks` adds item and unit of a delivery',
  entity: RecordedFactRow,
  totals: { counts: 'facts', by: ['concerned', 'fact', 'status', 'currency'], sums: ['amount'] },
  head: true,
  touches: (event) => {
    const { opens, facts, later = {} } = sourceOf(event);
    const { fact, corrects } = event.data as { readonly fact?: string; readonly corrects?: string };
    return [
      ...(event.type === opens || Object.hasOwn(later, event.type) ? [''] : []),
      ...(Object.hasOwn(facts, event.type) ? [event.id] : []),
      ...[fact, corrects].flatMap((id) => id ?? []),
    ];
  },
  evolve,
};
