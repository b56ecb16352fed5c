import type { RecordedEvent } from '@entente/kernel';

/** What each correction replaces of the fact that it names, as far as controls judge by it. */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  DateCorrected: ['on'],
  CheckDayCorrected: ['on'],
  ItemReceiptCorrected: ['on', 'site'],
  AgreementCorrected: ['on', 'until'],
  CertificateCorrected: ['on', 'until'],
  SituationDayCorrected: ['on'],
  ClearanceCorrected: ['until'],
  HoldCorrected: ['basis', 'until', 'donor'],
};

/** The corrections of earlier facts, as far as a log was read. */
export class FactCorrections {
  /** The events that correct a fact, and those whose fact is corrected with another one's. */
  static readonly types: readonly string[] = [...Object.keys(REPLACED), 'AgreementAmended'];
  private readonly right = new Map<string, object>();
  /** By agreement, what amended it: the last day is then corrected at the entry into force. */
  private readonly amended = new Map<string, readonly string[]>();

  constructor(events: readonly RecordedEvent[] = []) {
    this.read(events);
  }

  /** Reads events in the order of the log; those of other types have no effect. */
  read(events: readonly RecordedEvent[]): void {
    for (const { id, stream, type, data } of events) {
      const amended = this.amended.get(stream) ?? [];
      if (type === 'AgreementAmended') this.amended.set(stream, [...amended, id]);
      const of = data as { readonly corrects: string };
      for (const field of REPLACED[type] ?? []) this.replace(of.corrects, of, field);
      if (type === 'AgreementCorrected') for (const one of amended) this.replace(one, of, 'until');
    }
  }

  private replace(id: string, by: object, field: string): void {
    const value = (by as Readonly<Record<string, unknown>>)[field];
    if (value !== undefined) this.right.set(id, { ...this.right.get(id), [field]: value });
  }

  /** The fact after its last correction. */
  of(event: RecordedEvent): RecordedEvent {
    const right = this.right.get(event.id);
    return right === undefined ? event : { ...event, data: { ...(event.data as object), ...right } };
  }
}
