import type { ConsignmentEvent, EndUseCheckEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';

type DayCorrected = Extract<ConsignmentEvent | EndUseCheckEvent, { type: 'DateCorrected' | 'CheckDayCorrected' }>;

/** The corrections of the days of earlier facts, as far as a log was read. */
export class DayCorrections {
  /** The events that correct a day. */
  static readonly types: readonly DayCorrected['type'][] = ['DateCorrected', 'CheckDayCorrected'];
  private readonly days = new Map<string, string>();

  constructor(events: readonly RecordedEvent[] = []) {
    this.read(events);
  }

  /** Reads events in the order of the log; those of other types have no effect. */
  read(events: readonly RecordedEvent[]): void {
    for (const { type, data } of events)
      if (DayCorrections.types.some((one) => one === type)) {
        const { corrects, on } = data as DayCorrected['data'];
        this.days.set(corrects, on);
      }
  }

  /** The fact, on its day after the last correction. */
  of(event: RecordedEvent): RecordedEvent {
    const on = this.days.get(event.id);
    return on === undefined ? event : { ...event, data: { ...(event.data as object), on } };
  }
}
