import type { RecordedEvent } from '@entente/kernel';
import { type Breach, breach } from './control.js';

interface LastDay {
  readonly event: RecordedEvent;
  readonly due: string;
  readonly facts: Breach['facts'];
}

/**
 * What waits for a last day, by name. Each is found once: by the event that records that the day
 * passed, by the fact that came after it, or at the end of the log.
 */
export class LastDays {
  private readonly open = new Map<string, LastDay>();

  constructor(private readonly requirement: string) {}

  begin(name: string, event: RecordedEvent, due: string, facts: Breach['facts'] = {}): undefined {
    this.open.set(name, { event, due, facts });
    return undefined;
  }

  dueOf(name: string): string | undefined {
    return this.open.get(name)?.due;
  }

  /** Nothing is due any more. */
  drop(name: string): undefined {
    this.open.delete(name);
    return undefined;
  }

  /** It was done on a day. */
  done(name: string, event: RecordedEvent, on: string): readonly Breach[] {
    const of = this.take(name);
    return of === undefined || on <= of.due
      ? []
      : breach(event, this.requirement, { ...of.facts, due: of.due, done: on });
  }

  /** It was recorded that the day passed. */
  passed(name: string, event: RecordedEvent): readonly Breach[] {
    const of = this.take(name);
    return of === undefined ? [] : breach(event, this.requirement, { ...of.facts, due: of.due, done: null });
  }

  /** What is open at the end of the log, after its last day. */
  readonly atEnd = (day: string): readonly Breach[] =>
    [...this.open.values()].flatMap(({ event, due, facts }) =>
      day <= due ? [] : breach(event, this.requirement, { ...facts, due, done: null }),
    );

  private take(name: string): LastDay | undefined {
    const of = this.open.get(name);
    this.open.delete(name);
    return of;
  }
}
