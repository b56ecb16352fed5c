import type { AssistanceCaseEvent, ConsignmentEvent, ItemTypeEvent, StorageSiteEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { AGREEMENT_KINDS, type Execution, isSetAside, readingExecutions } from './agreement-course.js';
import { type Breach, type Control, breach, dayOf, idOf, readingBy } from './control.js';

/** Days from the first, up to the last or to the day before the one on which they ended. */
interface Span {
  readonly from: string;
  readonly event: string;
  start: string;
  last: string | null;
  ended: string | null;
}

const covers = ({ start, last, ended }: Span, day: string): boolean =>
  day >= start && (last === null || day <= last) && (ended === null || day < ended);

/** What is known of a consignment. */
interface Load {
  readonly case: string;
  readonly donor: string;
  readonly reported: boolean;
  readonly lines: ReadonlyMap<string, number>;
  readonly registered: Map<string, number>;
}

function start(): (event: RecordedEvent) => readonly Breach[] {
  const designations = new Map<string, Span[]>();
  const certificates = new Map<string, Span[]>();
  const words = new Map<string, string>();
  const loads = new Map<string, Load>();

  const begin = (spans: Map<string, Span[]>, event: RecordedEvent, from: string, last: string | null): void => {
    const id = idOf(event);
    spans.set(id, [...(spans.get(id) ?? []), { from, start: from, event: event.id, last, ended: null }]);
  };
  const end = (spans: Map<string, Span[]>, event: RecordedEvent, on: string): void => {
    const span = spans.get(idOf(event))?.findLast(({ ended }) => ended === null);
    if (span !== undefined) span.ended = on;
  };
  const isDesignated = ({ donor, case: of }: Load, line: string, day: string): boolean =>
    designations.get(`${donor}.${words.get(`${of} ${line}`) ?? ''}`)?.some((span) => covers(span, day)) === true;
  const registers = (event: RecordedEvent, line: string, by: number): void => {
    const { registered } = loads.get(idOf(event)) ?? {};
    registered?.set(line, (registered.get(line) ?? 0) + by);
  };

  /** The shipment or receipt at hand, with its agreement. */
  let execution: Execution | null = null;
  const found = (one: Execution): readonly Breach[] => {
    execution = one;
    return [];
  };
  const follow = readingExecutions(found, found);
  const find = readingBy<AssistanceCaseEvent | ConsignmentEvent | ItemTypeEvent | StorageSiteEvent>({
    CaseLineAdded: (event) => void words.set(`${idOf(event)} ${event.data.line}`, event.data.item),
    CaseLineCorrected: (event) => {
      const { line, item } = event.data;
      if (item !== undefined) words.set(`${idOf(event)} ${line}`, item);
    },
    EnhancedDesignationGiven: (event) => void begin(designations, event, dayOf(event), null),
    DesignationRemoved: (event) => void end(designations, event, dayOf(event)),
    StorageCertified: (event) => void begin(certificates, event, event.data.on, event.data.until),
    CertificateCorrected: (event) => {
      const span = certificates.get(idOf(event))?.find((one) => one.event === event.data.corrects);
      if (span === undefined) return;
      span.start = event.data.on ?? span.start;
      span.last = event.data.until ?? span.last;
    },
    StorageDecertified: (event) => void end(certificates, event, event.data.on),
    DeliveryScheduled: (event) => {
      const { case: of, donor = '', lines, basis } = event.data;
      const quantities = new Map(lines.map(({ line, quantity }) => [line, quantity]));
      const reported = basis === 'reported';
      loads.set(idOf(event), { case: of, donor, reported, lines: quantities, registered: new Map() });
    },
    SerialsRegistered: (event) => void registers(event, event.data.line, event.data.serials.length),
    SerialsCorrected: (event) => {
      const { line, serialsAdded, serialsRemoved } = event.data;
      registers(event, line, serialsAdded.length - serialsRemoved.length);
    },
    ConsignmentShipped: (event) => {
      const load = loads.get(idOf(event));
      if (load === undefined || load.reported) return [];
      for (const [line, quantity] of load.lines) {
        const registered = load.registered.get(line) ?? 0;
        if (registered < quantity && isDesignated(load, line, dayOf(event)))
          return breach(event, 'the serial of each item of a designated type is registered before shipment', {
            line,
            quantity,
            registered,
          });
      }
      return [];
    },
    ReceiptConfirmed: (event) => {
      const load = loads.get(idOf(event));
      const { on, store, lines } = event.data;
      if (load === undefined || load.reported) return [];
      const monitored = lines.filter(({ line }) => isDesignated(load, line, dayOf(event))).map(({ line }) => line);
      const certified = certificates.get(store ?? '')?.some((span) => covers(span, on)) === true;
      if (monitored.length === 0 || certified) return [];
      return breach(event, 'the store is certified on the day on which it receives items of designated types', {
        lines: monitored,
        store: store ?? null,
        on,
      });
    },
  });
  return (event) => {
    execution = null;
    follow(event);
    const breaches = find(event);
    return breaches.length > 0 && execution !== null && isSetAside(execution, 'R9') ? [] : breaches;
  };
}

/**
 * R9: items of a designated type were shipped without their serials, or received into a store that
 * was not certified on that day. A designation counts from the day on which it was given.
 */
export const monitoredItems: Control = {
  name: 'monitored-items',
  rule: 'R9',
  about: 'a shipment of items of a designated type without their serials, or a receipt into a store not certified then',
  kinds: [...AGREEMENT_KINDS, 'item-type', 'storage-site'],
  byCorrectedDays: true,
  start,
};
