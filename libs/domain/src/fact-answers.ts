import type {
  AssistanceCaseEvent,
  EndUseCheckEvent,
  FactCommand,
  FactEvent,
  FactRelation,
  FundingAccountEvent,
  RecordedFacts,
  ThirdPartyTransferEvent,
  TrainingActivityEvent,
} from '@entente/contracts';
import {
  type Command,
  type DataOf,
  type Decider,
  type DecisionContext,
  type Event,
  type Refusal,
  type StreamEvent,
  actsFor,
  decideBy,
  refuse,
} from '@entente/kernel';

// ---- The table ----

/** For each fact, the organisation that it concerns. */
type FactTable<E extends Event, Types extends E['type'], State = Received> = {
  readonly [Type in Types]: (data: DataOf<E, Type>, state: State) => string;
};

interface Received {
  readonly recipient: string;
}
interface Held {
  readonly holder: string;
}
const theRecipient = (_: unknown, { recipient }: Received): string => recipient;
const theHolder = (_: unknown, { holder }: Held): string => holder;

/** What can be confirmed or disputed: without an entry for each fact, it does not compile. */
const FACTS: {
  readonly 'funding-account': FactTable<FundingAccountEvent, RecordedFacts['funding-account']>;
  readonly 'assistance-case': FactTable<AssistanceCaseEvent, RecordedFacts['assistance-case']>;
  readonly 'training-activity': FactTable<TrainingActivityEvent, RecordedFacts['training-activity']>;
  readonly 'end-use-check': FactTable<EndUseCheckEvent, RecordedFacts['end-use-check'], Held>;
  readonly 'third-party-transfer': FactTable<ThirdPartyTransferEvent, RecordedFacts['third-party-transfer']>;
} = {
  'funding-account': { FundsDisbursed: theRecipient, ExpenditureReported: theRecipient },
  'assistance-case': { AssistanceDelivered: theRecipient },
  'training-activity': { TrainingCompleted: theRecipient, TrainingTerminated: theRecipient },
  'end-use-check': { EndUseCheckPerformed: theHolder, DiscrepancyFound: theHolder, AccessDenied: theHolder },
  'third-party-transfer': { ThirdPartyTransferCarriedOut: ({ to }) => to },
};

// ---- State ----

/** A recorded fact, and what the organisation that it concerns answered. */
interface RecordedFact {
  readonly concerned: string;
  readonly recordedBy: string;
  readonly answer: 'unanswered' | 'confirmed' | 'disputed';
  /** Whether a dispute of it was answered. */
  readonly settled: boolean;
}

/** A state that knows the facts of its stream, by event id. Changed in place: see the kernel. */
export interface Answerable {
  readonly donor: string;
  readonly facts: ReadonlyMap<string, RecordedFact>;
}

/** The answer after each event. */
const ANSWERS: Readonly<Record<FactEvent['type'], Partial<RecordedFact>>> = {
  FactConfirmed: { answer: 'confirmed', settled: false },
  FactDisputed: { answer: 'disputed', settled: false },
  DisputeWithdrawn: { answer: 'unanswered', settled: false },
  DisputeAnswered: { settled: true },
};
/** The corrections after which a fact is none any more. */
const WITHDRAWALS: readonly string[] = ['AccessDenialWithdrawn'];
const isAnswer = (event: Event): event is FactEvent => Object.hasOwn(ANSWERS, event.type);

/**
 * The organisation by whose word a fact is recorded. What the system records follows from facts
 * that can be answered themselves, or from the recipient's own word (null); but a delivery that is
 * counted short of the receipt rests on the donor's side alone.
 */
function recorderOf({ data, metadata: { actor } }: StreamEvent<Event>, { donor }: Answerable): string | null {
  if (actor.role !== 'system') return actsFor(actor);
  const { point = 'receipt' } = data as { readonly point?: string };
  return point === 'receipt' ? null : donor;
}

/** Adds to the facts, in place, what this event means for later answers. */
function remember(kind: keyof RecordedFacts, state: Answerable, event: StreamEvent<Event>): void {
  const facts = state.facts as Map<string, RecordedFact>;
  const { type, data } = event;
  const change = (id: string, by: Partial<RecordedFact>): void => {
    const was = facts.get(id);
    if (was !== undefined) facts.set(id, { ...was, ...by });
  };
  if (isAnswer(event)) return change(event.data.fact, ANSWERS[event.type]);
  // A corrected fact is another one: it is asked for again.
  const { corrects } = data as { readonly corrects?: string };
  if (corrects !== undefined) change(corrects, ANSWERS.DisputeWithdrawn);
  if (corrects !== undefined && WITHDRAWALS.includes(type)) facts.delete(corrects);
  const recordedBy = recorderOf(event, state);
  if (recordedBy === null) return;
  const concerned = (FACTS[kind] as Readonly<Record<string, (data: unknown, state: unknown) => string>>)[type];
  if (concerned === undefined) return;
  const by = concerned(data, state);
  if (by !== recordedBy) facts.set(event.id, { concerned: by, recordedBy, answer: 'unanswered', settled: false });
}

// ---- Rules ----

const notRecorded = ({ fact }: { readonly fact: string }, { facts }: Answerable): Refusal | null =>
  facts.has(fact)
    ? null
    : refuse('not-a-recorded-fact', 'the event is of this stream, and one that another organisation recorded', null, {
        fact,
      });

const notDisputed = (data: { readonly fact: string }, state: Answerable): Refusal | null =>
  notRecorded(data, state) ??
  (state.facts.get(data.fact)?.answer === 'disputed' ? null : refuse('not-disputed', 'the fact is disputed'));

const decideAnswer = decideBy<Answerable, FactCommand | { readonly type: ''; readonly data: object }, FactEvent>()(
  '',
  () => [],
  () => null,
  {
    ConfirmFact: {
      unless: notRecorded,
      already: ({ fact }, { facts }) => facts.get(fact)?.answer === 'confirmed',
      then: 'FactConfirmed',
    },
    DisputeFact: {
      unless: (data, state) =>
        notRecorded(data, state) ??
        (state.facts.get(data.fact)?.answer === 'disputed'
          ? refuse('already-disputed', 'the fact is not disputed yet')
          : null),
      then: 'FactDisputed',
    },
    WithdrawDispute: { unless: notDisputed, then: 'DisputeWithdrawn' },
    AnswerDispute: {
      unless: (data, state) =>
        notDisputed(data, state) ??
        (state.facts.get(data.fact)?.settled === true
          ? refuse('dispute-already-answered', 'the dispute was not answered yet')
          : null),
      then: 'DisputeAnswered',
    },
  },
);

/** The organisation concerned answers the fact; the one that recorded it, or the donor, replies. */
function notItsTurn({ type, data: { fact } }: FactCommand, state: Answerable, { actor }: DecisionContext) {
  const of = state.facts.get(fact);
  if (of === undefined || actor.role === 'operator') return null;
  const sender = actsFor(actor);
  if (type === 'AnswerDispute')
    return [of.recordedBy, state.donor].includes(sender)
      ? null
      : refuse('not-the-recorder', 'the organisation that recorded the fact, or the donor, does this', null, {
          organisation: of.recordedBy,
        });
  return sender === of.concerned
    ? null
    : refuse('not-the-party-concerned', 'the organisation that the fact concerns does this', null, {
        organisation: of.concerned,
      });
}

const COMMANDS: readonly string[] = [
  'ConfirmFact',
  'DisputeFact',
  'WithdrawDispute',
  'AnswerDispute',
] satisfies readonly FactCommand['type'][];
const answers = (command: Command): command is FactCommand => COMMANDS.includes(command.type);

/** A command or event of a kind besides those that answer its facts. */
export type Besides<Of extends Command | Event> = Exclude<Of, { readonly type: (FactCommand | FactEvent)['type'] }>;

/** A decider whose facts the organisations concerned confirm or dispute, by the table. */
export const answerable = <
  Kind extends keyof RecordedFacts,
  C extends Command,
  E extends Event,
  State extends Answerable,
  By extends string,
>(
  decider: Decider<Kind, C, E, State | null, By>,
): Decider<Kind, C | FactCommand, E | FactEvent, State | null, By | FactRelation> => ({
  ...(decider as unknown as Decider<Kind, C | FactCommand, E | FactEvent, State | null, By | FactRelation>),
  consults: (command, ...asked) => (answers(command) ? [] : (decider.consults?.(command, ...asked) ?? [])),
  evolve: (before, event) => {
    const state = isAnswer(event) ? before : decider.evolve(before, event);
    if (state !== null) remember(decider.kind, state, event);
    return state;
  },
  authorise: (by, command, state, context) =>
    answers(command)
      ? state === null
        ? null
        : notItsTurn(command, state, context)
      : decider.authorise(by as readonly By[], command, state, context),
  decide: (command, state, context) =>
    answers(command) ? decideAnswer(command, state, context) : decider.decide(command, state, context),
});
