import type { Command, DataOf, Event, RecordedEvent, StreamRef } from './event.js';

/** A command that follows from an event or a due date. */
export interface Consequence {
  readonly stream: StreamRef;
  readonly command: Command;
  /** The organisation for which it is sent; none if the deployment sends it for itself. */
  readonly for?: string;
  /** When it happened, if not when it is sent: its policy names which of the two. */
  readonly occurredAt?: string;
}

/**
 * The day that what follows has. `cause`: it happened with its cause, whenever that was recorded.
 * `sending`: it is an act of the steward, as a plan or a halt.
 */
export type ConsequenceDay = 'cause' | 'sending';

/** What a policy gets besides the event. */
export interface PolicyContext {
  /**
   * A name for something that readers of the consequence must not learn: always the same for the
   * same text and stream, and meaningless without the deployment's pseudonym key.
   */
  opaque(text: string, stream: StreamRef): string;
}

/** What follows from one event. */
export type Reaction<E extends Event = Event> = (
  data: E['data'],
  event: RecordedEvent<E>,
  context: PolicyContext,
) => readonly Consequence[];

/**
 * A rule of the form "when this was recorded, that is done", pure: events of one kind of stream to
 * commands. The steward sends each command under an id derived from its cause, so that a restart, a
 * second steward or a replay sends it once. What must hold at the moment of a decision is a rule of
 * the decider instead.
 */
export interface EventPolicy {
  readonly name: string;
  /** One line: what follows from what. */
  readonly about: string;
  /** The kind of the streams whose events it reacts to. */
  readonly kind: string;
  /** Which day its consequences have. */
  readonly day: ConsequenceDay;
  /** By event type. */
  readonly reactions: Readonly<Record<string, Reaction<never>>>;
}

/** An event policy whose reactions have the types of their events. */
export const eventPolicy = <E extends Event>(
  about: { readonly name: string; readonly kind: string; readonly day: ConsequenceDay; readonly about: string },
  reactions: {
    readonly [Type in E['type']]?: (
      data: DataOf<E, Type>,
      event: RecordedEvent<Extract<E, { type: Type }>>,
      context: PolicyContext,
    ) => readonly Consequence[];
  },
): EventPolicy => ({ ...about, reactions: reactions as EventPolicy['reactions'] });

/**
 * When a fact happened: on the day that it names; else, and if it corrects another fact, when its
 * sender states.
 */
export function happenedAt({ data, metadata: { occurredAt } }: RecordedEvent): string {
  const { on, corrects } = data as { readonly on?: unknown; readonly corrects?: unknown };
  return typeof on !== 'string' || corrects !== undefined || occurredAt.startsWith(on)
    ? occurredAt
    : `${on}T00:00:00.000Z`;
}

/** Something that has a last day, as the read model of due dates has it. */
export interface DueItem {
  /** The stream, `<kind>/<id>`. */
  readonly stream: string;
  /** What is due, such as `milestone`. */
  readonly duty: string;
  /** Which one, if the stream can have several; else ''. */
  readonly item: string;
  /** The last day, YYYY-MM-DD. */
  readonly due: string;
}

/**
 * What is recorded when a last day has passed and the duty is still open, pure. The decider of the
 * stream decides whether it is so.
 */
export interface DuePolicy {
  readonly name: string;
  readonly about: string;
  readonly kind: string;
  readonly duties: readonly string[];
  /** The command that records what became of it. */
  record(item: DueItem): Command;
}
