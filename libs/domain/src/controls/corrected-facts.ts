import type { RecordedEvent } from '@entente/kernel';
import { type Correction, CORRECTIONS } from '../corrections.js';

/** By type of event, the field of which `on` of a correction is the right day, if it is another. */
const DAYS: Readonly<Record<string, string>> = Object.assign(
  {},
  ...Object.values(CORRECTIONS).flatMap((ofKind) => Object.values<Correction>(ofKind).map(({ days }) => days)),
) as Record<string, string>;

/** What each correction replaces of the fact that it names, as far as controls judge by it. */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  DateCorrected: ['on'],
  CheckDayCorrected: ['on'],
  ItemReceiptCorrected: ['on', 'site'],
  AgreementCorrected: ['on', 'until'],
  CertificateCorrected: ['on', 'until'],
  ClearanceCorrected: ['until'],
  ProgrammeCorrected: ['on'],
  TrainingCorrected: ['on'],
  SessionCorrected: ['on'],
  FrameworkDayCorrected: ['on'],
  ShipmentCorrected: ['unit'],
  RemediationStepCorrected: ['on'],
  VettingDayCorrected: ['on'],
  HoldCorrected: ['basis', 'until', 'donor', 'on'],
};

/** The events that state a last day which others correct, without naming them. */
const STATES: readonly string[] = ['AgreementAmended', 'EndUseCheckScheduled', 'EndUseCheckRescheduled'];
/** Of a check that was cancelled, each later cancellation corrects the day of those before. */
const CANCELLED = 'EndUseCheckCancelled';

/** The corrections of earlier facts, as far as a log was read. */
export class FactCorrections {
  /** The events that correct a fact, and those whose fact is corrected with another one's. */
  static readonly types: readonly string[] = [...Object.keys(REPLACED), ...STATES, CANCELLED];
  private readonly right = new Map<string, object>();
  /**
   * What amended an agreement: its last day is then corrected at the entry into force. What planned
   * a check: the system moves its last day as the day moves from which it counts.
   */
  private readonly cancelled = new Map<string, readonly string[]>();
  private readonly stated = new Map<string, readonly string[]>();

  constructor(events: readonly RecordedEvent[] = []) {
    this.read(events);
  }

  /** Reads events in the order of the log; those of other types have no effect. */
  read(events: readonly RecordedEvent[]): void {
    for (const { id, stream, type, data, metadata } of events) {
      const stated = this.stated.get(stream) ?? [];
      const isMoved = type === 'EndUseCheckRescheduled' && metadata.actor.role === 'system';
      if (type === CANCELLED) {
        const before = this.cancelled.get(stream) ?? [];
        for (const one of before) this.replace(one, data as object, 'on');
        this.cancelled.set(stream, [...before, id]);
      }
      if (STATES.includes(type) && !isMoved) this.stated.set(stream, [...stated, id]);
      const of = data as { readonly corrects: string };
      for (const field of REPLACED[type] ?? []) this.replace(of.corrects, of, field);
      if (type === 'AgreementCorrected') for (const one of stated) this.replace(one, of, 'until');
      if (isMoved) for (const one of stated) this.replace(one, of, 'due');
    }
  }

  private replace(id: string, by: object, field: string): void {
    const value = (by as Readonly<Record<string, unknown>>)[field];
    if (value !== undefined) this.right.set(id, { ...this.right.get(id), [field]: value });
  }

  /** The fact after its last correction. */
  of(event: RecordedEvent): RecordedEvent {
    const right = this.right.get(event.id);
    if (right === undefined) return event;
    const { on, ...more } = right as { readonly on?: string };
    const day = on === undefined ? {} : { [DAYS[event.type] ?? 'on']: on };
    return { ...event, data: { ...(event.data as object), ...more, ...day } };
  }
}
