import type {
  AssistanceCaseEvent,
  ConsignmentEvent,
  FundingAccountEvent,
  HoldEvent,
  ProgrammeEvent,
} from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Breach, type Control, breach, dayOf, idOf, readingBy } from './control.js';

/** Days on which assistance in a scope was stopped: from the first, and up to the last. */
interface Stop {
  readonly why: string;
  readonly donor: string | null;
  readonly from: string;
  /** Its last day, if it has one. */
  until: string | null;
  /** The day on which it ended; null while it lasts. */
  ended: string | null;
}

type StopOrPayment = ProgrammeEvent | AssistanceCaseEvent | ConsignmentEvent | FundingAccountEvent | HoldEvent;

/** Where a payment or a delivery belongs. */
interface Place {
  readonly donor: string;
  readonly scopes: readonly string[];
}

const placeOf = (data: {
  readonly donor: string;
  readonly recipient: string;
  readonly programme?: string;
  readonly case?: string;
}): Place => ({
  donor: data.donor,
  scopes: [
    ...(data.programme === undefined ? [] : [`programme ${data.programme}`]),
    ...(data.case === undefined ? [] : [`case ${data.case}`]),
    `country ${data.recipient}`,
  ],
});

/** The stops of every scope, as far as the log was read. */
class Stops {
  private readonly byScope = new Map<string, Map<string, Stop[]>>();

  begin(scope: string, name: string, stop: Omit<Stop, 'ended'>): void {
    const named = this.byScope.get(scope) ?? new Map<string, Stop[]>();
    this.byScope.set(scope, named);
    named.set(name, [...(named.get(name) ?? []), { ...stop, ended: null }]);
  }

  /** The newest stop of a name that lasts. */
  current(scope: string, name: string): Stop | undefined {
    return this.byScope
      .get(scope)
      ?.get(name)
      ?.findLast(({ ended }) => ended === null);
  }

  end(scope: string, name: string, on: string): void {
    const stop = this.current(scope, name);
    if (stop !== undefined) stop.ended = on;
  }

  /** What stopped assistance of a donor in a scope on a day. */
  on(scope: string, donor: string, day: string): Stop | undefined {
    for (const stops of this.byScope.get(scope)?.values() ?? [])
      for (const stop of stops) {
        const over = (stop.ended !== null && day >= stop.ended) || (stop.until !== null && day > stop.until);
        if (day >= stop.from && !over && (stop.donor === null || stop.donor === donor)) return stop;
      }
    return undefined;
  }
}

function start(): (event: RecordedEvent) => readonly Breach[] {
  const stops = new Stops();
  const accounts = new Map<string, Place>();
  const cases = new Map<string, Place>();
  const consignments = new Map<string, Place>();
  const scopeOf = (event: RecordedEvent<HoldEvent>): string => idOf(event).replace('.', ' ');

  function check(event: RecordedEvent, place: Place | undefined, day: string): readonly Breach[] | undefined {
    for (const scope of place?.scopes ?? []) {
      const stop = stops.on(scope, place?.donor ?? '', day);
      if (stop === undefined) continue;
      return breach(event, 'assistance is not stopped in any scope concerned on that day', {
        scope,
        stopped: stop.why,
        from: stop.from,
        on: day,
      });
    }
    return undefined;
  }

  return readingBy<StopOrPayment>({
    FundingAccountOpened: (event) => {
      if (event.data.basis === 'own') accounts.set(idOf(event), placeOf(event.data));
    },
    AssistanceRequested: (event) => {
      if (event.data.basis !== 'reported') cases.set(idOf(event), placeOf({ ...event.data, case: idOf(event) }));
    },
    DeliveryScheduled: (event) => {
      const { donor = '', recipient = '', ...data } = event.data;
      consignments.set(idOf(event), placeOf({ ...data, donor, recipient }));
    },
    ProgrammeSuspended: (event) =>
      void stops.begin(`programme ${idOf(event)}`, 'suspended', {
        why: 'the programme was suspended',
        donor: null,
        from: dayOf(event),
        until: null,
      }),
    ProgrammeResumed: (event) => void stops.end(`programme ${idOf(event)}`, 'suspended', dayOf(event)),
    CaseHeld: (event) =>
      void stops.begin(`case ${idOf(event)}`, 'held', {
        why: 'the case was held',
        donor: null,
        from: dayOf(event),
        until: null,
      }),
    CaseReleased: (event) => void stops.end(`case ${idOf(event)}`, 'held', dayOf(event)),
    HoldPlaced: (event) => {
      const { hold, basis, donor = null, until = null } = event.data;
      stops.begin(scopeOf(event), hold, { why: `hold ${hold} (${basis})`, donor, from: dayOf(event), until });
    },
    HoldRenewed: (event) => {
      const stop = stops.current(scopeOf(event), event.data.hold);
      if (stop !== undefined) stop.until = event.data.until;
    },
    HoldCorrected: (event) => {
      const stop = stops.current(scopeOf(event), event.data.hold);
      if (stop !== undefined) stop.until = event.data.until ?? stop.until;
    },
    HoldReleased: (event) => void stops.end(scopeOf(event), event.data.hold, dayOf(event)),
    HoldLapsed: (event) => void stops.end(scopeOf(event), event.data.hold, dayOf(event)),
    FundsDisbursed: (event) => check(event, accounts.get(idOf(event)), dayOf(event)),
    ConsignmentShipped: (event) => check(event, consignments.get(idOf(event)), event.data.on),
    CaseImplemented: (event) => check(event, cases.get(idOf(event)), dayOf(event)),
  });
}

/**
 * R19: money was disbursed, a consignment shipped, or a case implemented, on a day on which the
 * programme was suspended, the case held, or a hold in force on a scope. Facts that were recorded
 * after the stop had ended are found, too.
 */
export const assistanceStopped: Control = {
  name: 'assistance-stopped',
  rule: 'R19',
  about: 'a disbursement, a shipment, or the implementation of a case, on a day on which assistance was stopped there',
  kinds: ['programme', 'assistance-case', 'consignment', 'funding-account', 'hold'],
  start,
};
