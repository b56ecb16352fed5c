import type { AssistanceCaseEvent, ConsignmentEvent, ItemEvent } from '@entente/contracts';
import { type RecordedEvent, daysBetween, idOf } from '@entente/kernel';
import { handlersBy } from './control.js';
import type { ItemsOf } from './terms.js';

/** An item by its serial, as far as the log was read. */
interface KnownItem extends ItemsOf {
  readonly serial: string;
  receivedOn: string | null;
  /** By how many days the newest correction moved its receipt. */
  movedBy: number;
  /** Whether its end was verified, or it was returned or disposed of. */
  gone: boolean;
}

/** The items that are monitored by their serials. */
export class Items {
  private readonly byStream = new Map<string, KnownItem>();
  private readonly bySerial = new Map<string, KnownItem>();

  /** Reads an event of any kind; those of other kinds have no effect. */
  readonly read = handlersBy<ItemEvent>({
    SerialRegistered: ({ stream, data: { donor, item, serial, programme } }) => {
      const of = { donor, item, serial, programme, receivedOn: null, movedBy: 0, gone: false };
      this.byStream.set(stream, of);
      this.bySerial.set(`${donor}.${item}.${serial}`, of);
    },
    ItemReceived: ({ stream, data }) => this.set(stream, { receivedOn: data.on, movedBy: 0 }),
    ItemReceiptCorrected: ({ stream, data: { on } }) => {
      const was = this.byStream.get(stream)?.receivedOn ?? null;
      if (on === undefined || was === null) return this.set(stream, { movedBy: 0 });
      return this.set(stream, { receivedOn: on, movedBy: daysBetween(was, on) });
    },
    LossReportVerified: ({ stream }) => this.set(stream, { gone: true }),
    ItemReturned: ({ stream }) => this.set(stream, { gone: true }),
    ItemDisposed: ({ stream }) => this.set(stream, { gone: true }),
    ItemRecovered: ({ stream }) => this.set(stream, { gone: false }),
    UnauthorisedTransferDetected: ({ stream }) => this.set(stream, { gone: false }),
    UnauthorisedTransferWithdrawn: ({ stream, data }) =>
      this.set(stream, { gone: data.as !== 'held' && data.as !== 'reported' }),
  });

  of(stream: string): KnownItem | undefined {
    return this.byStream.get(stream);
  }

  movedBy(stream: string): number {
    return this.byStream.get(stream)?.movedBy ?? 0;
  }

  isGone(donor: string, item: string, serial: string): boolean {
    return this.isGoneBy(`${donor}.${item}.${serial}`);
  }

  /** Whether an item is gone, by its donor, type and serial. */
  isGoneBy(name: string): boolean {
    return this.bySerial.get(name)?.gone === true;
  }

  private set(stream: string, changes: Partial<Pick<KnownItem, 'receivedOn' | 'movedBy' | 'gone'>>): undefined {
    Object.assign(this.byStream.get(stream) ?? {}, changes);
    return undefined;
  }
}

/** What is known of a consignment. */
interface KnownConsignment {
  readonly case: string;
  readonly donor: string;
  readonly programme: string | undefined;
  readonly reported: boolean;
  readonly lines: readonly string[];
  receivedOn: string | null;
}

/** The words for items that lines of cases have, and what consignments bring of them. */
export class CaseItems {
  private readonly words = new Map<string, string>();
  private readonly consignments = new Map<string, KnownConsignment>();

  /** Reads an event of any kind; those of other kinds have no effect. */
  readonly read = handlersBy<AssistanceCaseEvent | ConsignmentEvent>({
    CaseLineAdded: (event) => void this.words.set(`${idOf(event)} ${event.data.line}`, event.data.item),
    CaseLineCorrected: (event) => {
      const { line, item } = event.data;
      if (item !== undefined) this.words.set(`${idOf(event)} ${line}`, item);
    },
    DeliveryScheduled: (event) => {
      const { case: of, donor, programme, basis, lines } = event.data;
      const names = lines.map(({ line }) => line);
      const reported = basis === 'reported';
      this.consignments.set(idOf(event), { case: of, donor, programme, reported, lines: names, receivedOn: null });
    },
  });

  /** The types of items that a receipt brings; none of a reported one. It is noted as received. */
  received(event: RecordedEvent<Extract<ConsignmentEvent, { type: 'ReceiptConfirmed' }>>): readonly ItemsOf[] {
    const of = this.consignments.get(idOf(event));
    if (of === undefined || of.reported) return [];
    of.receivedOn = event.data.on;
    return this.typesOf(
      of,
      event.data.lines.filter(({ quantity }) => quantity > 0).map(({ line }) => line),
    );
  }

  /** The types of items of the consignment of an event. */
  allOf(event: RecordedEvent): readonly ItemsOf[] {
    const of = this.consignments.get(idOf(event));
    return of === undefined ? [] : this.typesOf(of, of.lines);
  }

  /** By how many days a correction moves the receipt. */
  movedBy(event: RecordedEvent<Extract<ConsignmentEvent, { type: 'DateCorrected' }>>): number {
    const of = this.consignments.get(idOf(event));
    if (event.data.fact !== 'receipt' || of === undefined || of.receivedOn === null) return 0;
    const by = daysBetween(of.receivedOn, event.data.on);
    of.receivedOn = event.data.on;
    return by;
  }

  private typesOf(of: KnownConsignment, lines: readonly string[]): readonly ItemsOf[] {
    const words = lines.flatMap((line) => this.words.get(`${of.case} ${line}`) ?? []);
    return [...new Set(words)].map((item) => ({ donor: of.donor, item, programme: of.programme }));
  }
}
