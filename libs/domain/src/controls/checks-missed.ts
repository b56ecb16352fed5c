import type { CheckType, ConsignmentEvent, EndUseCheckEvent, ItemEvent } from '@entente/contracts';
import { type RecordedEvent, addDays, idOf } from '@entente/kernel';
import { type Breach, type Control, type ControlRun, breach, dayOf, handlersBy } from './control.js';
import { type ScheduledCheck, afterTransfer, checkAfter, withoutSerials } from './end-use-checks.js';
import { CaseItems, Items } from './items.js';
import { LastDays } from './last-days.js';
import { type ItemsOf, TERM_KINDS, Terms } from './terms.js';

/** The check that an event asks for, and its latest last day. */
interface Asked {
  readonly event: RecordedEvent;
  readonly due: string;
}

/** The checks of one type that were not made by their last day, or never planned. */
const missedOf = (type: CheckType) => (): ControlRun => {
  const terms = new Terms();
  const items = new Items();
  const cases = new CaseItems();
  const checks = new Map<string, ScheduledCheck>();
  const open = new LastDays('the check is made by its last day');
  /** By item, or by the id of the check that follows: what asks for a check. */
  const asked = new Map<string, Asked>();
  const planned = new Set<string>();
  /** By denial of access: the last day that the check had. */
  const denied = new Map<string, string>();
  const days = (which: 'firstDays' | 'everyDays', of: ItemsOf): number => terms.checkDays(type, which, of);
  const names = ({ donor, item, serials }: ScheduledCheck): readonly string[] =>
    serials.map((serial) => `${donor}.${item}.${serial}`);
  const itemOf = ({ stream }: RecordedEvent): string => {
    const of = items.of(stream);
    return of === undefined ? '' : `${of.donor}.${of.item}.${of.serial}`;
  };

  /** The same items are checked again, those with a serial each. */
  function again(event: RecordedEvent, of: ScheduledCheck, due: string): void {
    if (type === 'routine') asked.set(checkAfter(event.id), { event, due });
    else for (const name of names(of)) asked.set(name, { event, due });
  }
  function first(event: RecordedEvent<ItemEvent>, on: string): undefined {
    const of = items.of(event.stream);
    if (type === 'enhanced' && of !== undefined)
      asked.set(itemOf(event), { event, due: addDays(on, days('firstDays', of)) });
    return undefined;
  }
  const isOfNothing = (of: ScheduledCheck): boolean =>
    of.serials.length > 0 && names(of).every((one) => items.isGoneBy(one));
  /** Nothing of it is checked any more, nor the checks of which all items are gone. */
  function ends(event: RecordedEvent, on: string): readonly Breach[] {
    const name = itemOf(event);
    asked.delete(name);
    const ended = [...planned].filter((id) => {
      const of = checks.get(id) as ScheduledCheck;
      return names(of).includes(name) && isOfNothing(of);
    });
    return ended.flatMap((id) => open.ended(id, event, on));
  }

  /** The day on which a check was given up: that of the recording, once it was recorded as late. */
  const givenUpOn = (event: RecordedEvent): string =>
    open.dueOf(idOf(event)) === undefined ? event.metadata.recordedAt.slice(0, 10) : dayOf(event);

  const read = handlersBy<EndUseCheckEvent | ItemEvent | ConsignmentEvent>({
    ItemReceived: (event) => first(event, event.data.on),
    ItemRecovered: (event) => first(event, event.data.on),
    ItemReceiptCorrected: (event) => {
      const was = asked.get(itemOf(event));
      if (was?.event.id === event.data.corrects)
        asked.set(itemOf(event), { ...was, due: addDays(was.due, items.movedBy(event.stream)) });
    },
    ItemReceiptWithdrawn: (event) => void asked.delete(itemOf(event)),
    LossReportVerified: (event) => ends(event, dayOf(event)),
    ItemReturned: (event) => ends(event, event.data.on),
    ItemDisposed: (event) => ends(event, event.data.on),
    ReceiptConfirmed: (event) => {
      if (type === 'routine')
        for (const of of cases.received(event).filter((one) => !terms.isDesignated(one)))
          asked.set(checkAfter(event.id, of.item), { event, due: addDays(event.data.on, days('firstDays', of)) });
    },
    DateCorrected: (event) => {
      const by = cases.movedBy(event);
      for (const { item } of by === 0 ? [] : cases.allOf(event)) {
        const was = asked.get(checkAfter(event.data.corrects, item));
        if (was !== undefined) asked.set(checkAfter(event.data.corrects, item), { ...was, due: addDays(was.due, by) });
      }
    },
    EndUseCheckScheduled: (event) => {
      if (event.data.type !== type) return;
      checks.set(idOf(event), event.data);
      planned.add(idOf(event));
      asked.delete(idOf(event));
      // Its items can have ended before a policy or a monitor scheduled it (R12).
      if (!isOfNothing(event.data)) open.begin(idOf(event), event, event.data.due);
    },
    EndUseCheckRescheduled: (event) => {
      if (open.dueOf(idOf(event)) !== undefined) open.begin(idOf(event), event, event.data.due);
    },
    CheckedItemsTransferred: (event) => {
      const of = checks.get(idOf(event));
      const { next, serials } = event.data;
      if (of === undefined || next === undefined) return;
      const was = open.dueOf(idOf(event)) ?? of.due;
      const due = afterTransfer(event.data.on, was, Math.min(days('firstDays', of), days('everyDays', of)));
      checks.set(idOf(event), withoutSerials(of, serials));
      for (const serial of serials) asked.set(`${of.donor}.${of.item}.${serial}`, { event, due });
    },
    CheckedItemsLeftOut: (event) => {
      const of = checks.get(idOf(event));
      if (of !== undefined) checks.set(idOf(event), withoutSerials(of, event.data.serials));
    },
    CheckedItemsCorrected: (event) => {
      const { next } = event.data;
      if (next?.type === type) asked.set(checkAfter(event.id), { event, due: next.due });
    },
    EndUseCheckPerformed: (event) => {
      const of = checks.get(idOf(event));
      const { manner, on } = event.data;
      if (of === undefined || (manner !== 'on-site' && manner !== of.manner)) return [];
      again(event, of, addDays(on, days('everyDays', of)));
      planned.delete(idOf(event));
      return open.done(idOf(event), event, on);
    },
    AccessDenied: (event) => {
      const of = checks.get(idOf(event));
      if (of === undefined) return [];
      again(event, of, addDays(event.data.on, Math.min(days('firstDays', of), days('everyDays', of))));
      planned.delete(idOf(event));
      denied.set(event.id, open.dueOf(idOf(event)) ?? of.due);
      return open.ended(idOf(event), event, event.data.on);
    },
    AccessDenialWithdrawn: (event) => {
      const due = denied.get(event.data.corrects);
      if (due === undefined) return;
      planned.add(idOf(event));
      asked.delete(checkAfter(event.data.corrects));
      open.begin(idOf(event), event, due);
    },
    EndUseCheckWaived: (event) => {
      const of = checks.get(idOf(event));
      if (of === undefined) return [];
      again(event, of, addDays(dayOf(event), days('everyDays', of)));
      planned.delete(idOf(event));
      return open.ended(idOf(event), event, givenUpOn(event));
    },
    EndUseCheckCancelled: (event) => {
      planned.delete(idOf(event));
      const { on, reason } = event.data;
      // A policy that names no day has found that there was never anything to check.
      const never = on === undefined && event.metadata.actor.role === 'system' && reason !== 'item-recovered';
      return never ? open.drop(idOf(event)) : open.ended(idOf(event), event, on ?? givenUpOn(event));
    },
    // It can have another last day since a correction.
    EndUseCheckBecameOverdue: (event) =>
      event.data.due === open.dueOf(idOf(event)) ? open.passed(idOf(event), event) : undefined,
  });

  function neverPlanned(day: string): readonly Breach[] {
    const inPlan = new Set([...planned].flatMap((id) => names(checks.get(id) as ScheduledCheck)));
    const found = new Map<RecordedEvent, Asked & { readonly of: string[] }>();
    for (const [name, { event, due }] of asked) {
      if (day <= due || inPlan.has(name) || items.isGoneBy(name)) continue;
      const one = found.get(event) ?? { event, due, of: [] };
      one.of.push(name);
      found.set(event, one);
    }
    return [...found.values()].flatMap(({ event, due, of }) =>
      breach(event, 'the check that follows is planned', { due, of }),
    );
  }

  return Object.assign(
    (event: RecordedEvent) => {
      terms.read(event);
      items.read(event);
      cases.read(event);
      return read(event);
    },
    { atEnd: (day: string) => [...open.atEnd(day), ...neverPlanned(day)] },
  );
};

/** The kinds on which it rests whether a check is missing. */
const KINDS = ['end-use-check', 'item', 'assistance-case', 'consignment', ...TERM_KINDS];

/** R10: an enhanced check that was not made by its last day, or was never planned. */
export const checksMissed: Control = {
  name: 'checks-missed',
  rule: 'R10',
  about: 'an enhanced check that was not made by its last day, or an item of which no check was planned by then',
  kinds: KINDS,
  byCorrectedFacts: true,
  start: missedOf('enhanced'),
};

/** R11: a routine check that was not made by its last day, or was never planned. */
export const samplesMissed: Control = {
  name: 'samples-missed',
  rule: 'R11',
  about: 'a routine check that was not made by its last day, or items of which no check was planned by then',
  kinds: KINDS,
  byCorrectedFacts: true,
  start: missedOf('routine'),
};
