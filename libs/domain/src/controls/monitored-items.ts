import type {
  AssistanceCaseEvent,
  ConsignmentEvent,
  ItemEvent,
  ItemTypeEvent,
  StorageSiteEvent,
  ThirdPartyTransferEvent,
} from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { AGREEMENT_KINDS, type Execution, isSetAside, executionHandlers } from './agreement-course.js';
import { type Breach, type Control, type ControlRun, breach, dayOf, handlersBy } from './control.js';
import { DeferredChecks } from './known-later.js';

/** Days from the first, up to the last or to the day before the one on which they ended. */
interface Span {
  readonly from: string;
  readonly last: string | null;
  ended: string | null;
}

const covers = ({ from, last, ended }: Span, day: string): boolean =>
  day >= from && (last === null || day <= last) && (ended === null || day < ended);

/** What is known of a consignment. */
interface Load {
  readonly case: string;
  readonly donor: string;
  readonly reported: boolean;
  readonly lines: ReadonlyMap<string, number>;
  readonly registered: Map<string, number>;
}

const CERTIFIED = 'the store is certified on the day on which it receives items of designated types';

function start(): ControlRun {
  const designations = new Map<string, Span[]>();
  const certificates = new Map<string, Span[]>();
  const words = new Map<string, string>();
  const loads = new Map<string, Load>();

  const begin = (spans: Map<string, Span[]>, event: RecordedEvent, from: string, last: string | null): void => {
    const id = idOf(event);
    spans.set(id, [...(spans.get(id) ?? []), { from, last, ended: null }]);
  };
  const end = (spans: Map<string, Span[]>, event: RecordedEvent, on: string): void => {
    const span = spans.get(idOf(event))?.findLast(({ ended }) => ended === null);
    if (span !== undefined) span.ended = on;
  };
  const isOfDesignated = (donor: string, item: string, day: string): boolean =>
    designations.get(`${donor}.${item}`)?.some((span) => covers(span, day)) === true;
  const isDesignated = ({ donor, case: of }: Load, line: string, day: string): boolean =>
    isOfDesignated(donor, words.get(`${of} ${line}`) ?? '', day);
  const isCertified = (store: string | undefined, on: string): boolean =>
    certificates.get(store ?? '')?.some((span) => covers(span, on)) === true;
  const registers = (event: RecordedEvent, line: string, by: number): void => {
    const { registered } = loads.get(idOf(event)) ?? {};
    registered?.set(line, (registered.get(line) ?? 0) + by);
  };

  const deferred = new DeferredChecks();
  /** The shipment or receipt at hand, with its agreement. */
  let execution: Execution | null = null;
  const found = (one: Execution): readonly Breach[] => {
    execution = one;
    return [];
  };
  const follow = executionHandlers(found, found, found);
  /** What breaks the rule, unless a waiver or an exception sets it aside. */
  const judge = (find: Parameters<DeferredChecks['judge']>[0]): readonly Breach[] => {
    const of = execution;
    return deferred.judge((at) => (of !== null && isSetAside(of, 'R9', at(of.day)) ? [] : find(at)));
  };
  const types = new Map<string, readonly [donor: string, item: string]>();
  /** An item that an organisation itself stores: a policy repeats what was judged before. */
  const stored = (
    event: RecordedEvent,
    { on, site }: { readonly on: string; readonly site?: string },
  ): readonly Breach[] => {
    const [donor, item] = types.get(idOf(event)) ?? ['', ''];
    if (event.metadata.actor.role === 'system') return [];
    return judge((at) =>
      !isOfDesignated(donor, item, at(dayOf(event))) || isCertified(site, at(on))
        ? []
        : breach(event, CERTIFIED, { items: [item], store: site ?? null, on }),
    );
  };
  const find = handlersBy<
    AssistanceCaseEvent | ConsignmentEvent | ItemEvent | ItemTypeEvent | StorageSiteEvent | ThirdPartyTransferEvent
  >({
    CaseLineAdded: (event) => void words.set(`${idOf(event)} ${event.data.line}`, event.data.item),
    CaseLineCorrected: (event) => {
      const { line, item } = event.data;
      if (item !== undefined) words.set(`${idOf(event)} ${line}`, item);
    },
    EnhancedDesignationGiven: (event) => void begin(designations, event, dayOf(event), null),
    DesignationRemoved: (event) => void end(designations, event, dayOf(event)),
    StorageCertified: (event) => void begin(certificates, event, event.data.on, event.data.until),
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
      const missing = [...load.lines]
        .map(([line, quantity]) => ({ line, quantity, registered: load.registered.get(line) ?? 0 }))
        .filter(({ quantity, registered }) => registered < quantity);
      return judge((at) => {
        const without = missing.find(({ line }) => isDesignated(load, line, at(dayOf(event))));
        if (without === undefined) return [];
        return breach(event, 'the serial of each item of a designated type is registered before shipment', without);
      });
    },
    ReceiptConfirmed: (event) => {
      const load = loads.get(idOf(event));
      const { on, store, lines } = event.data;
      if (load === undefined || load.reported) return [];
      return judge((at) => {
        const monitored = lines.map(({ line }) => line).filter((line) => isDesignated(load, line, at(dayOf(event))));
        if (monitored.length === 0 || isCertified(store, at(on))) return [];
        return breach(event, CERTIFIED, { lines: monitored, store: store ?? null, on });
      });
    },
    SerialRegistered: (event) => void types.set(idOf(event), [event.data.donor, event.data.item]),
    ItemReceived: (event) => stored(event, event.data),
    ItemMoved: (event) => stored(event, event.data),
    ItemRecovered: (event) => stored(event, event.data),
    ItemTransferred: (event) => (event.data.to === event.data.from ? [] : stored(event, event.data)),
    ThirdPartyTransferCarriedOut: (event) => {
      const { kind, donor, goods, on, site } = event.data;
      if (kind !== 'retransfer') return [];
      return judge((at) => {
        const monitored = goods
          .filter(({ item, serials = [] }) => serials.length > 0 && isOfDesignated(donor, item, at(dayOf(event))))
          .map(({ item }) => item);
        if (monitored.length === 0 || isCertified(site, at(on))) return [];
        return breach(event, CERTIFIED, { items: monitored, store: site ?? null, on });
      });
    },
  });
  return deferred.run((event) => {
    execution = null;
    follow(event);
    return find(event);
  });
}

/**
 * R9: items of a designated type were shipped without their serials, or received or transferred
 * into a store that was not certified on that day. A designation counts from the day on which it
 * was given.
 */
export const monitoredItems: Control = {
  name: 'monitored-items',
  rule: 'R9',
  about:
    'a shipment of items of a designated type without their serials, or a receipt, move or retransfer into a store not certified then',
  kinds: [...AGREEMENT_KINDS, 'item', 'item-type', 'storage-site', 'third-party-transfer'],
  byCorrectedFacts: true,
  start,
};
