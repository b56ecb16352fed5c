import type { SecurityUnitEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { dayOf } from './control.js';

/** Days from the first up to the last, or without an end. */
interface ClearanceSpan {
  readonly from: string;
  last: string | null;
}

/** The clearances of units and persons, by the name of their stream, as far as the log was read. */
export class ClearanceCourses {
  private readonly cleared = new Map<string, ClearanceSpan[]>();
  private readonly barred = new Map<string, ClearanceSpan[]>();
  private readonly refused = new Map<string, ClearanceSpan[]>();

  /** Reads an event of a unit or a person. */
  read(event: RecordedEvent<SecurityUnitEvent>): void {
    const { stream, type, data } = event;
    const on = dayOf(event);
    const clears = this.cleared.get(stream) ?? [];
    const bars = this.barred.get(stream) ?? [];
    this.cleared.set(stream, clears);
    this.barred.set(stream, bars);
    const refusals = this.refused.get(stream) ?? [];
    this.refused.set(stream, refusals);
    switch (type) {
      case 'ClearanceGiven':
      case 'ClearanceRestored':
        for (const bar of [...bars, ...refusals]) bar.last ??= dayBefore(on);
        if (data.until !== undefined) clears.push({ from: on, last: data.until });
        return;
      case 'ClearanceRefused':
        bars.push({ from: on, last: null });
        refusals.push({ from: on, last: null });
        return;
      case 'ClearanceSuspended':
        bars.push({ from: on, last: null });
        return;
      case 'RegistrationEnded':
        bars.push({ from: data.on, last: null });
        return;
      default:
    }
  }

  /** Whether it was refused on a day. */
  isRefused(stream: string, day: string): boolean {
    return covers(this.refused.get(stream), day);
  }

  /** Whether it was cleared on a day. */
  isCleared(stream: string, day: string): boolean {
    return covers(this.cleared.get(stream), day) && !covers(this.barred.get(stream), day);
  }
}

const covers = (spans: readonly ClearanceSpan[] | undefined, day: string): boolean =>
  (spans ?? []).some(({ from, last }) => from <= day && (last === null || day <= last));

const DAY_MS = 86_400_000;
const dayBefore = (day: string): string => new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10);
