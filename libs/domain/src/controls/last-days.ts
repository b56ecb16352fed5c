import type { RecordedEvent } from '@entente/kernel';
import { type Breach, breach } from './control.js';

interface LastDay {
  readonly event: RecordedEvent;
  readonly due: string;
  readonly facts: Breach['facts'];
  /** The event that recorded that the day passed, if one did. */
  readonly passedBy?: RecordedEvent;
}

/**
 * What waits for a last day, by name. Each is found once: by the fact that came after it, or at the
 * end of the log; by the event that recorded that the day passed, if there is one. A fact that was
 * recorded after that, and happened in time, leaves nothing to find.
 */
export class LastDays {
  private readonly open = new Map<string, LastDay>();
  /** What nothing can meet any more. */
  private readonly missed: Breach[] = [];

  constructor(private readonly requirement: string) {}

  begin(name: string, event: RecordedEvent, due: string, facts: Breach['facts'] = {}): undefined {
    this.drop(name);
    this.open.set(name, { event, due, facts });
    return undefined;
  }

  /** Its last day, unless it was recorded that it passed. */
  dueOf(name: string): string | undefined {
    const of = this.open.get(name);
    return of?.passedBy === undefined ? of?.due : undefined;
  }

  /** Nothing is due any more. */
  drop(name: string): undefined {
    const of = this.take(name);
    if (of?.passedBy !== undefined) this.missed.push(...this.found(of, null));
    return undefined;
  }

  /** It was never due: what was recorded of it was corrected. */
  forget(name: string): void {
    this.take(name);
  }

  /** It was done on a day. */
  done(name: string, event: RecordedEvent, on: string): readonly Breach[] {
    const of = this.take(name);
    return of === undefined || on <= of.due ? [] : this.found({ ...of, event }, on);
  }

  /** It ended on a day without being done. */
  ended(name: string, event: RecordedEvent, on: string): readonly Breach[] {
    const of = this.take(name);
    return of === undefined || on <= of.due ? [] : this.found({ ...of, event }, null, { ended: on });
  }

  /** It was recorded that the day passed. */
  passed(name: string, event: RecordedEvent): undefined {
    const of = this.open.get(name);
    if (of !== undefined) this.open.set(name, { ...of, passedBy: event });
    return undefined;
  }

  /** What is open at the end of the log, after its last day. */
  readonly atEnd = (day: string): readonly Breach[] => [
    ...this.missed,
    ...[...this.open.values()].flatMap((of) =>
      of.passedBy === undefined && day <= of.due ? [] : this.found(of, null),
    ),
  ];

  private found(
    { event, due, facts, passedBy }: LastDay,
    done: string | null,
    more: Breach['facts'] = {},
  ): readonly Breach[] {
    return breach(passedBy ?? event, this.requirement, { ...facts, due, done, ...more });
  }

  private take(name: string): LastDay | undefined {
    const of = this.open.get(name);
    this.open.delete(name);
    return of;
  }
}
