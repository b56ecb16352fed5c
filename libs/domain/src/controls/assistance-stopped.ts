import type {
  AssistanceCaseEvent,
  ConsignmentEvent,
  FundingAccountEvent,
  HoldEvent,
  ProgrammeEvent,
  TechnologyReleaseEvent,
  TrainingActivityEvent,
} from '@entente/contracts';
import { type RecordedEvent, addDays, idOf } from '@entente/kernel';
import { type Breach, type Control, type ControlRun, breach, dayOf, handlersBy } from './control.js';
import { CaseItems } from './items.js';
import { DeferredChecks } from './known-later.js';

/** Days on which assistance in a scope was stopped: from the first, and up to the last. */
interface Stop {
  why: string;
  /** The donor whose assistance stopped; null if every donor's. */
  donor: string | null;
  readonly from: string;
  /** The day on which it was recorded. */
  readonly knownOn: string;
  /** Its last day, if it has one. */
  until: string | null;
  /** The day on which it ended; null while it lasts. */
  ended: string | null;
  /** Whether what is left may still be paid. */
  readonly mayBePaid?: true;
}

type StopOrAssistance =
  | ProgrammeEvent
  | AssistanceCaseEvent
  | ConsignmentEvent
  | FundingAccountEvent
  | HoldEvent
  | TechnologyReleaseEvent
  | TrainingActivityEvent;

/** Where a payment, a delivery or a training belongs. */
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

  /** The newest stop of a name has not ended. */
  resume(scope: string, name: string): void {
    const stop = this.byScope.get(scope)?.get(name)?.at(-1);
    if (stop !== undefined) stop.ended = null;
  }

  /** What stopped assistance of a donor in a scope on a day. */
  on(scope: string, donor: string, day: string, isPayment: boolean): Stop | undefined {
    for (const stops of this.byScope.get(scope)?.values() ?? [])
      for (const stop of stops) {
        const over = (stop.ended !== null && day >= stop.ended) || (stop.until !== null && day > stop.until);
        const concerns = (stop.donor === null || stop.donor === donor) && !(isPayment && stop.mayBePaid === true);
        if (day >= stop.from && !over && concerns) return stop;
      }
    return undefined;
  }
}

const recordedOn = ({ metadata }: RecordedEvent): string => metadata.recordedAt.slice(0, 10);

function start(): ControlRun {
  const stops = new Stops();
  const accounts = new Map<string, Place>();
  const cases = new Map<string, Place>();
  const programmes = new Map<string, string>();
  const consignments = new Map<string, Place>();
  const trainings = new Map<string, Place>();
  const releases = new Map<string, Place>();
  /** By training and trainee, the unit of an enrolment. */
  const enrolled = new Map<string, Map<string, readonly string[]>>();
  const caseItems = new CaseItems();
  const deferred = new DeferredChecks();
  const scopeOf = (event: RecordedEvent<HoldEvent>): string => idOf(event).replace('.', ' ');

  function check(
    event: RecordedEvent,
    place: Place | undefined,
    day: string,
    more: readonly string[] = [],
  ): readonly Breach[] | undefined {
    if (place === undefined) return undefined;
    const { donor } = place;
    const scopes = [...more, ...place.scopes];
    return deferred.judge((at) => {
      for (const scope of scopes) {
        const stop = stops.on(scope, donor, at(day), event.type === 'FundsDisbursed');
        if (stop === undefined) continue;
        const { why: stopped, from, knownOn } = stop;
        const facts = { scope, stopped, from, on: day, knownOn };
        return breach(event, 'assistance is not stopped in any scope concerned on that day', facts);
      }
      return [];
    });
  }

  /** A training that is begun or held, with the units of those enrolled. */
  function trains(event: RecordedEvent, on: string): readonly Breach[] | undefined {
    const units = [...(enrolled.get(idOf(event))?.values() ?? [])].flat();
    return check(event, trainings.get(idOf(event)), on, [...new Set(units)]);
  }

  /** The scope of a unit, if one is named. */
  const unitIn = ({ unit }: { readonly unit?: string }): readonly string[] =>
    unit === undefined ? [] : [`unit ${unit}`];
  const stopped = (event: RecordedEvent, kind: string, name: string, why: string): undefined =>
    void stops.begin(`${kind} ${idOf(event)}`, name, {
      why,
      donor: null,
      from: dayOf(event),
      knownOn: recordedOn(event),
      until: null,
    });

  /** Older events named a case without its programme. */
  const placeIn = (data: Parameters<typeof placeOf>[0]): Place => {
    const programme = data.programme ?? programmes.get(data.case ?? '');
    return placeOf(programme === undefined ? data : { ...data, programme });
  };

  const read = handlersBy<StopOrAssistance>({
    FundingAccountOpened: (event) => {
      if (event.data.basis === 'own') accounts.set(idOf(event), placeIn(event.data));
    },
    AssistanceRequested: (event) => {
      if (event.data.programme !== undefined) programmes.set(idOf(event), event.data.programme);
      if (event.data.basis !== 'reported') cases.set(idOf(event), placeOf({ ...event.data, case: idOf(event) }));
    },
    DeliveryScheduled: (event) => {
      const { donor = '', recipient = '', ...data } = event.data;
      consignments.set(idOf(event), placeOf({ ...data, donor, recipient }));
    },
    ProgrammeSuspended: (event) => stopped(event, 'programme', 'suspended', 'the programme was suspended'),
    ProgrammeResumed: (event) => void stops.end(`programme ${idOf(event)}`, 'suspended', dayOf(event)),
    ProgrammeTerminated: (event) => stopped(event, 'programme', 'terminated', 'the programme was ended early'),
    ProgrammeCompleted: (event) => {
      const over = {
        why: 'the programme was completed',
        donor: null,
        from: addDays(event.data.on, 1),
        until: null,
        knownOn: recordedOn(event),
      };
      stops.begin(`programme ${idOf(event)}`, 'completed', { ...over, mayBePaid: true });
    },
    CaseHeld: (event) => stopped(event, 'case', 'held', 'the case was held'),
    CaseReleased: (event) => void stops.end(`case ${idOf(event)}`, 'held', dayOf(event)),
    // What waits for the clearance of its unit is the matter of another control.
    ShipmentHeld: (event) =>
      event.data.unit === undefined ? stopped(event, 'consignment', 'held', 'the shipment was held') : undefined,
    ShipmentReleased: (event) => void stops.end(`consignment ${idOf(event)}`, 'held', dayOf(event)),
    TrainingPlanned: (event) => void trainings.set(idOf(event), placeIn(event.data)),
    HoldPlaced: (event) => {
      // Its first day, if that was corrected.
      const { on = dayOf(event) } = event.data as { readonly on?: string };
      const { hold, basis, donor = null, until = null } = event.data;
      stops.begin(scopeOf(event), hold, {
        why: `hold ${hold} (${basis})`,
        donor,
        from: on,
        until,
        knownOn: recordedOn(event),
      });
    },
    HoldRenewed: (event) => {
      const stop = stops.current(scopeOf(event), event.data.hold);
      if (stop !== undefined) stop.until = event.data.until;
    },
    HoldCorrected: (event) => {
      const { hold, basis, until, donor } = event.data;
      const stop = stops.current(scopeOf(event), hold);
      if (stop === undefined) return;
      if (basis !== undefined) stop.why = `hold ${hold} (${basis})`;
      stop.until = until ?? stop.until;
      stop.donor = donor ?? stop.donor;
    },
    HoldReleaseWithdrawn: (event) => void stops.resume(scopeOf(event), event.data.hold),
    HoldReleased: (event) => void stops.end(scopeOf(event), event.data.hold, dayOf(event)),
    HoldLapsed: (event) => void stops.end(scopeOf(event), event.data.hold, dayOf(event)),
    FundsDisbursed: (event) => check(event, accounts.get(idOf(event)), dayOf(event)),
    ConsignmentShipped: (event) =>
      check(event, consignments.get(idOf(event)), event.data.on, [
        `consignment ${idOf(event)}`,
        ...unitIn(event.data),
        ...caseItems.allOf(event).map(({ item }) => `item-type ${item}`),
      ]),
    CaseImplemented: (event) => check(event, cases.get(idOf(event)), dayOf(event)),
    TraineeEnrolled: (event) => {
      const units = enrolled.get(idOf(event)) ?? new Map<string, readonly string[]>();
      enrolled.set(idOf(event), units.set(event.data.trainee, unitIn(event.data)));
      return check(event, trainings.get(idOf(event)), dayOf(event), unitIn(event.data));
    },
    EnrolmentHalted: (event) => void enrolled.get(idOf(event))?.delete(event.data.trainee),
    EnrolmentRefused: (event) => void enrolled.get(idOf(event))?.delete(event.data.trainee),
    TechnologyReleaseRequested: (event) => void releases.set(idOf(event), placeIn(event.data)),
    TechnicalDataTransferred: (event) => check(event, releases.get(idOf(event)), event.data.on),
    TrainingStarted: (event) => trains(event, event.data.on),
    TrainingSessionHeld: (event) => trains(event, event.data.on),
  });
  return deferred.run((event) => {
    caseItems.read(event);
    return read(event);
  });
}

/**
 * R19: money was disbursed, a consignment shipped, technical data transferred, a case implemented,
 * a trainee enrolled or a training begun or held, on a day on which the programme was suspended or
 * had ended, the case or the shipment was held, or a hold in force on a scope. After its completion
 * a programme is still paid. Facts that were recorded after the stop had ended are found, too; so
 * are those before a stop that was recorded late, as known later.
 */
export const assistanceStopped: Control = {
  name: 'assistance-stopped',
  rule: 'R19',
  about:
    'a disbursement, a shipment, a transfer of technical data, an enrolment, the start or a session of a training, or the implementation of a case, on a day on which assistance was stopped there',
  kinds: [
    'programme',
    'assistance-case',
    'consignment',
    'funding-account',
    'hold',
    'technology-release',
    'training-activity',
  ],
  byCorrectedFacts: true,
  start,
};
