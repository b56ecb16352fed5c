import type { Event, Json, RecordedEvent } from '@entente/kernel';
import { factDay } from '../days.js';

/** A rule that history breaks: an event that the rules would have refused. */
export interface Breach {
  readonly event: RecordedEvent;
  /** What would have to be true. */
  readonly requirement: string;
  readonly facts: Readonly<Record<string, Json>>;
}

/**
 * A control check: finds in the log, in its order, where a rule was broken although commands guard
 * it, as by imported or older history, by a fact recorded late, or by a lost race. It is written
 * without the deciders, so that it does not repeat their errors.
 */
export interface Control {
  readonly name: string;
  readonly rule: string;
  /** One line: what it finds. */
  readonly about: string;
  /** The kinds of streams that it looks at. */
  readonly kinds: readonly string[];
  /**
   * Whether it judges facts as they were corrected later; else as they were known when the next
   * event was recorded.
   */
  readonly byCorrectedFacts?: true;
  /** Begins a run over the log. */
  start(): ControlRun;
}

/**
 * Gets each event in the order of the log, and returns what it breaks. The events of one command
 * are one change: what they leave is judged at the last of them.
 */
export interface ControlRun {
  (event: RecordedEvent, isLastOfCommand: boolean): readonly Breach[];
  /** What is still missing at the end of the log; the day is that of its newest recording. */
  readonly atEnd?: (day: string) => readonly Breach[];
}

/** What a control does at events of some types; it ignores every other event. */
export type Handlers<E extends Event> = {
  readonly [Type in E['type']]?: (event: RecordedEvent<Extract<E, { type: Type }>>) => readonly Breach[] | undefined;
};

/** Passes each event to the handler of its type. */
export const handlersBy =
  <E extends Event>(handlers: Handlers<E>): ((event: RecordedEvent) => readonly Breach[]) =>
  (event) => {
    if (!Object.hasOwn(handlers, event.type)) return [];
    const handler = handlers[event.type as E['type']] as (event: RecordedEvent) => readonly Breach[] | undefined;
    return handler(event) ?? [];
  };

/** The day on which it happened, as its sender states it. */
export const dayOf = ({ metadata }: RecordedEvent): string => factDay(metadata);

/** A breach by an event. */
export const breach = (
  event: RecordedEvent,
  requirement: string,
  facts: Readonly<Record<string, Json>> = {},
): readonly Breach[] => [{ event, requirement, facts }];
