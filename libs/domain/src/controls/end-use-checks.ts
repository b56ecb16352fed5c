import type {
  CheckType,
  ConsignmentEvent,
  CountrySituationEvent,
  EndUseCheckEvent,
  ItemEvent,
  StorageSiteEvent,
} from '@entente/contracts';
import { type RecordedEvent, addDays, daysBetween, idOf } from '@entente/kernel';
import { type Breach, type Control, type ControlRun, breach, dayOf, handlersBy } from './control.js';
import { CaseItems, Items } from './items.js';
import { DeferredChecks } from './known-later.js';
import { type ItemsOf, TERM_KINDS, Terms } from './terms.js';

/** A check as it was planned. */
export type ScheduledCheck = Extract<EndUseCheckEvent, { type: 'EndUseCheckScheduled' }>['data'];

/** The check that a policy schedules after an event; of one type of items, if of several. */
export const checkAfter = (event: string, item?: string): string =>
  `entente.after-${event}${item === undefined ? '' : `.${item}`}`;

/** A check without some of its items, which have another check or have ended. */
export function withoutSerials(of: ScheduledCheck, gone: readonly string[]): ScheduledCheck {
  const serials = of.serials.filter((serial) => !gone.includes(serial));
  return { ...of, serials, quantity: serials.length };
}

/** R13: the last day moves with items, unless the holder before had missed it. */
export const afterTransfer = (on: string | undefined, due: string, days: number): string =>
  on !== undefined && due < on ? addDays(on, days) : due;

/** The checks of one type: their last days, and how much of their items was checked. */
const checksOf = (type: CheckType) => (): ((event: RecordedEvent) => readonly Breach[]) => {
  const terms = new Terms();
  const items = new Items();
  const cases = new CaseItems();
  const checks = new Map<string, ScheduledCheck>();
  /** The day of each visit, as corrected since. */
  const visited = new Map<string, string>();
  /** The latest last day of the check that follows from an event, by the id of the check. */
  const latest = new Map<string, string>();
  /** The same as that event has it: a policy that lags schedules that day first. */
  const planned = new Map<string, string>();
  /** The days to which corrections moved it: a policy that lags repeats each in its turn. */
  const moved = new Set<string>();
  const days = (which: 'firstDays' | 'everyDays', of: ItemsOf): number => terms.checkDays(type, which, of);
  const plans = (check: string, last: string): void => {
    latest.set(check, last);
    planned.set(check, last);
  };
  const follows = (event: RecordedEvent, on: string, among: readonly ('firstDays' | 'everyDays')[]): void => {
    const of = checks.get(idOf(event));
    if (of !== undefined) plans(checkAfter(event.id), addDays(on, Math.min(...among.map((one) => days(one, of)))));
  };
  const moves = (check: string, by: number): void => {
    const was = latest.get(check);
    if (was === undefined) return;
    const last = addDays(was, by);
    latest.set(check, last);
    moved.add(`${check} ${last}`);
  };

  /** What a policy schedules is bounded by the event that it follows; else by the day of it. */
  function late(event: RecordedEvent<EndUseCheckEvent>, due: string): readonly Breach[] | undefined {
    const id = idOf(event);
    const check = checks.get(id);
    if (check === undefined) return undefined;
    const last = latest.get(id) ?? addDays(dayOf(event), days('everyDays', check));
    const isRepeated =
      event.type === 'EndUseCheckScheduled'
        ? due === planned.get(id)
        : event.metadata.actor.role === 'system' && moved.has(`${id} ${due}`);
    return due <= last || isRepeated
      ? undefined
      : breach(event, 'the check is due within the days that its type or its framework sets', { due, latest: last });
  }
  const read = handlersBy<EndUseCheckEvent | ItemEvent | ConsignmentEvent>({
    ItemReceived: (event) => {
      const of = items.of(event.stream);
      if (type === 'enhanced' && of !== undefined)
        plans(checkAfter(event.id), addDays(event.data.on, days('firstDays', of)));
    },
    ItemRecovered: (event) => {
      const of = items.of(event.stream);
      if (type === 'enhanced' && of !== undefined)
        plans(checkAfter(event.id), addDays(event.data.on, days('firstDays', of)));
    },
    ItemReceiptCorrected: (event) => void moves(checkAfter(event.data.corrects), items.movedBy(event.stream)),
    ReceiptConfirmed: (event) => {
      if (type === 'routine')
        for (const of of cases.received(event))
          plans(checkAfter(event.id, of.item), addDays(event.data.on, days('firstDays', of)));
    },
    DateCorrected: (event) => {
      const by = cases.movedBy(event);
      for (const { item } of by === 0 ? [] : cases.allOf(event)) moves(checkAfter(event.data.corrects, item), by);
    },
    EndUseCheckScheduled: (event) => {
      if (event.data.type === type) checks.set(idOf(event), event.data);
      return late(event, event.data.due);
    },
    EndUseCheckRescheduled: (event) => {
      const of = checks.get(idOf(event));
      if (of !== undefined) checks.set(idOf(event), { ...of, due: event.data.due });
      return late(event, event.data.due);
    },
    CheckedItemsTransferred: (event) => {
      const of = checks.get(idOf(event));
      if (of === undefined || event.data.next === undefined) return;
      const again = Math.min(days('firstDays', of), days('everyDays', of));
      plans(checkAfter(event.id), afterTransfer(event.data.on, of.due, again));
      checks.set(idOf(event), withoutSerials(of, event.data.serials));
    },
    CheckedItemsLeftOut: (event) => {
      const of = checks.get(idOf(event));
      if (of !== undefined) checks.set(idOf(event), withoutSerials(of, event.data.serials));
    },
    CheckedItemsCorrected: (event) => {
      const of = checks.get(idOf(event));
      const { quantity, passedTo, next } = event.data;
      // What takes its place is due when it was.
      if (of !== undefined && next !== undefined) plans(checkAfter(event.id), of.due);
      else if (of !== undefined && quantity !== undefined && passedTo === undefined)
        checks.set(idOf(event), { ...of, quantity });
    },
    AccessDenied: (event) => void follows(event, event.data.on, ['firstDays', 'everyDays']),
    EndUseCheckWaived: (event) => void follows(event, dayOf(event), ['everyDays']),
    CheckDayCorrected: (event) => {
      const { corrects, on } = event.data;
      const was = visited.get(corrects);
      if (was !== undefined) moves(checkAfter(corrects), daysBetween(was, on));
      visited.set(corrects, on);
    },
    EndUseCheckPerformed: (event) => {
      visited.set(event.id, event.data.on);
      follows(event, event.data.on, ['everyDays']);
      const of = checks.get(idOf(event));
      if (of === undefined) return undefined;
      const { results, lots = [] } = event.data;
      const left = of.serials.filter((serial) => !items.isGone(of.donor, of.item, serial));
      const missing = left.filter((one) => !results.some(({ serial }) => serial === one)).length;
      const counted = lots.reduce((sum, lot) => sum + lot.seen + lot.notSeen + lot.damaged, results.length);
      if (type === 'enhanced')
        return missing > 0 ? breach(event, 'an enhanced check has a result for each serial', { missing }) : undefined;
      return counted < 1 || counted > of.quantity
        ? breach(event, 'a sample has at least one item, and no more than there are', { counted })
        : undefined;
    },
  });
  return (event) => {
    terms.read(event);
    items.read(event);
    cases.read(event);
    return read(event);
  };
};

/** The kinds on which the days of checks rest. */
const BOUNDED_BY = ['end-use-check', 'item', 'assistance-case', 'consignment', ...TERM_KINDS];

/** R10: an enhanced check that is due later than its type allows, or leaves a serial out. */
export const enhancedChecks: Control = {
  name: 'enhanced-checks',
  rule: 'R10',
  about: 'an enhanced check whose last day is further ahead than its type allows, or a visit without each serial',
  kinds: BOUNDED_BY,
  start: checksOf('enhanced'),
};

/** R11: a routine check that is due later than its framework allows, or samples nothing. */
export const routineChecks: Control = {
  name: 'routine-checks',
  rule: 'R11',
  about: 'a routine check whose last day is further ahead than its framework allows, or a visit without a sample',
  kinds: BOUNDED_BY,
  start: checksOf('routine'),
};

/** An instability, as far as the log was read. */
interface Unstable {
  from: string;
  to: string | null;
}

/** Where the items of a check are. */
interface CheckedPlace {
  readonly country: string;
  readonly site: string;
  readonly area?: string | undefined;
}

function startRemote(): ControlRun {
  /** By situation: where it is, and its instabilities by name. */
  const situations = new Map<string, { readonly place: string; readonly spells: Map<string, Unstable> }>();
  const places = new Map<string, CheckedPlace>();
  const stores = new Map<string, { readonly owner: string; readonly area?: string }>();
  /** The right day of a visit that was corrected, by its event. */
  const visited = new Map<string, string>();
  const deferred = new DeferredChecks(true);

  /** The area of a store of the holder, as corrected since; else that of the check. */
  function areaOf({ country, site, area = '' }: CheckedPlace): string {
    const store = stores.get(site);
    return (store?.owner === country ? store.area : undefined) ?? area;
  }
  const remotely = (
    event: RecordedEvent,
    situation: string | undefined,
    stated: string,
    where?: CheckedPlace,
  ): readonly Breach[] =>
    deferred.judge((at) => {
      const day = visited.get(event.id) ?? stated;
      const of = situations.get(situation ?? '');
      const there =
        where === undefined || of?.place === where.country || of?.place === `${where.country} ${areaOf(where)}`;
      const spells = there ? [...(of?.spells.values() ?? [])] : [];
      if (spells.some(({ from, to }) => from <= at(day) && (to === null || at(day) < to))) return [];
      return breach(event, 'an instability is in force in the area on that day', { situation: situation ?? null, day });
    });
  const spellOf = (event: RecordedEvent, name: string): Unstable | undefined =>
    situations.get(idOf(event))?.spells.get(name);

  const read = handlersBy<CountrySituationEvent | EndUseCheckEvent | StorageSiteEvent>({
    StorageSiteRegistered: (event) => void stores.set(idOf(event), event.data),
    StorageSiteCorrected: (event) => {
      const was = stores.get(idOf(event));
      const { area } = event.data;
      if (was !== undefined && area !== undefined) stores.set(idOf(event), { ...was, area });
    },
    CountrySituationOpened: (event) => {
      const { country, area } = event.data;
      situations.set(idOf(event), { place: area === undefined ? country : `${country} ${area}`, spells: new Map() });
    },
    InstabilityDeclared: (event) => {
      const { instability, on } = event.data;
      situations.get(idOf(event))?.spells.set(instability, { from: on, to: null });
    },
    StabilityRestored: (event) => {
      const spell = spellOf(event, event.data.instability);
      if (spell !== undefined) spell.to = event.data.on;
    },
    SituationDayCorrected: (event) => {
      const { fact, item, on } = event.data;
      const spell = spellOf(event, item);
      if (spell !== undefined && fact === 'instability') spell.from = on;
      if (spell !== undefined && fact === 'restoration') spell.to = on;
    },
    MonitoringModeChanged: (event) => {
      return event.data.mode === 'remote' ? remotely(event, idOf(event), event.data.on) : [];
    },
    EndUseCheckScheduled: (event) => {
      const { holder: country, site, area } = event.data;
      places.set(idOf(event), { country, site, area });
    },
    CheckedItemsTransferred: (event) => {
      const { to: country, place: site, area, next } = event.data;
      if (next === undefined) places.set(idOf(event), { country, site, area });
    },
    CheckedItemsCorrected: (event) => {
      const was = places.get(idOf(event));
      const { site, area, passedTo, next } = event.data;
      if (was !== undefined && site !== undefined && (passedTo ?? next) === undefined)
        places.set(idOf(event), { ...was, site, area });
    },
    EndUseCheckPerformed: (event) => {
      const { manner, situation, on } = event.data;
      return manner === 'remote' ? remotely(event, situation, on, places.get(idOf(event))) : [];
    },
    CheckDayCorrected: (event) => void visited.set(event.data.corrects, event.data.on),
  });
  return deferred.run(read);
}

/** R20: remote monitoring, or a remote check, on a day without instability in the area. */
export const remoteChecks: Control = {
  name: 'remote-checks',
  rule: 'R20',
  about: 'remote monitoring, or a remote check, on a day on which no instability was in force in the area',
  kinds: ['country-situation', 'end-use-check', 'storage-site'],
  start: startRemote,
};
