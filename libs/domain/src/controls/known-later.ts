import { type RecordedEvent, addDays } from '@entente/kernel';
import type { Breach, ControlRun } from './control.js';

/**
 * What a fact breaks by all that was read up to now; `at` moves its day. It is called again after
 * the log was read.
 */
type Find = (at: (day: string) => string) => readonly Breach[];

const asItIs = (day: string): string => day;
const dayBefore = (day: string): string => addDays(day, -1);

/**
 * Judges each fact by what was known when it was recorded. What nothing known then forbids is
 * judged again at the end of the log, by what was recorded since, of days before its own: in which
 * order things happened on one day is not known. Its sender could not know it, and it is marked
 * `known later`.
 */
export class DeferredChecks {
  private readonly again: { readonly find: Find; readonly isFound: boolean }[] = [];

  /** `canBeExcused`: what was recorded later can allow a fact, too. */
  constructor(private readonly canBeExcused = false) {}

  judge(find: Find): readonly Breach[] {
    const found = find(asItIs);
    const isFound = found.length > 0;
    if (!isFound || this.canBeExcused) this.again.push({ find, isFound });
    return this.canBeExcused ? [] : found;
  }

  /** A run of the control, with what is known at its end. */
  run(next: (event: RecordedEvent) => readonly Breach[]): ControlRun {
    return Object.assign((event: RecordedEvent) => next(event), { atEnd: () => this.again.flatMap(judgedAgain) });
  }
}

function judgedAgain({ find, isFound }: { readonly find: Find; readonly isFound: boolean }): readonly Breach[] {
  if (isFound) return find(asItIs);
  if (find(dayBefore).length === 0) return [];
  return find(asItIs).map((one) => ({
    ...one,
    requirement: `${one.requirement}, also by what was recorded later: known later`,
  }));
}
