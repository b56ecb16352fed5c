import type {
  AssistanceCaseEvent,
  AssistanceScope,
  ConsignmentEvent,
  ItemEvent,
  LegalFrameworkEvent,
  ProgrammeEvent,
  RegisterSerial,
  RequestThirdPartyTransfer,
  ThirdPartyTransferEvent,
  TrainingActivityEvent,
  WaivableRule,
} from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { type Breach, dayOf, handlersBy } from './control.js';

/** The kinds of streams that a run over executions under agreements looks at. */
export const AGREEMENT_KINDS = ['legal-framework', 'programme', 'assistance-case', 'consignment', 'training-activity'];

/** What is known of an agreement. Days are YYYY-MM-DD. */
export interface AgreementCourse {
  first: string | null;
  last: string;
  /** The day from which it is terminated. */
  ended: string | null;
  /** By assurance, the days on which it was given and withdrawn, in turn. */
  readonly turns: Map<string, string[]>;
  /** The days on which the recipient agreed to bar units that are not cleared, and withdrew it. */
  readonly barTurns: string[];
  readonly waivers: Map<
    string,
    { rules: readonly WaivableRule[]; from: string; to: string; scope: AssistanceScope | undefined }
  >;
}

/** By kind of scope, what an execution concerns; undefined if it concerns none of the kind. */
type Concerned = Readonly<Record<string, string | undefined>>;

/** A case implemented, goods shipped, received or stored, or a step of a training. */
export interface Execution {
  readonly event: RecordedEvent<
    AssistanceCaseEvent | ConsignmentEvent | TrainingActivityEvent | ItemEvent | ThirdPartyTransferEvent
  >;
  readonly day: string;
  readonly of: Concerned;
  /** Undefined if its programme names no framework; null if that was never drafted. */
  readonly agreement: AgreementCourse | null | undefined;
}

const FOREVER = '9999-12-31';

/** Whether a day is in a time that an odd turn begins and the next one ends. */
export const withinTurns = (turns: readonly string[], day: string): boolean =>
  turns.filter((turn) => turn <= day).length % 2 === 1;

/** Whether a waiver or an exception sets a rule aside on a day. */
export const isSetAside = ({ agreement, of }: Execution, rule: WaivableRule, day: string): boolean =>
  [...(agreement?.waivers.values() ?? [])].some(
    ({ rules, from, to, scope }) =>
      rules.includes(rule) &&
      from <= day &&
      day <= to &&
      (scope === undefined || !(scope.kind in of) || of[scope.kind] === scope.id),
  );

/** What an execution belongs to. */
interface ExecutedUnder {
  readonly programme?: string | undefined;
  readonly recipient: string;
  readonly case?: string | undefined;
}

/**
 * Passes each execution to a check, with the agreement under which it is; receipts to another one,
 * transfers and what an organisation itself records of an item to a third, and sessions of a
 * training to a fourth.
 */
export function executionHandlers(
  check: (execution: Execution) => readonly Breach[],
  checkReceipt: (execution: Execution) => readonly Breach[] = () => [],
  checkStored: (execution: Execution) => readonly Breach[] = () => [],
  checkSession: (execution: Execution) => readonly Breach[] = () => [],
): (event: RecordedEvent) => readonly Breach[] {
  const agreements = new Map<string, AgreementCourse>();
  /** By programme, the framework that it names. */
  const frameworks = new Map<string, string>();
  const cases = new Map<string, { readonly programme: string | undefined; readonly recipient: string }>();
  const consignments = new Map<string, string>();
  const trainings = new Map<string, Extract<TrainingActivityEvent, { type: 'TrainingPlanned' }>['data']>();
  const items = new Map<string, RegisterSerial>();
  const transfers = new Map<string, RequestThirdPartyTransfer>();
  /** What a policy repeats was judged where it was decided. */
  const stored = (event: RecordedEvent<ItemEvent>, on: string): readonly Breach[] => {
    const of = items.get(idOf(event));
    return of === undefined || event.metadata.actor.role === 'system' ? [] : judged(event, of, on, checkStored);
  };
  const courseOf = (event: RecordedEvent): AgreementCourse | undefined => agreements.get(idOf(event));

  function executed(event: Execution['event'], of: string, day: string, to = check): readonly Breach[] {
    const found = cases.get(of);
    if (found === undefined) return [];
    return judged(event, { ...found, case: of }, day, to);
  }

  /** A step of a training, by the parties and the programme of its plan. */
  function trained(event: RecordedEvent<TrainingActivityEvent>, day: string, to = check): readonly Breach[] {
    const plan = trainings.get(idOf(event));
    return plan === undefined ? [] : judged(event, plan, day, to);
  }

  function judged(
    event: Execution['event'],
    { programme, recipient: country, case: of }: ExecutedUnder,
    day: string,
    to = check,
  ): readonly Breach[] {
    const framework = programme === undefined ? undefined : frameworks.get(programme);
    const agreement = framework === undefined ? undefined : (agreements.get(framework) ?? null);
    const unit = 'unit' in event.data ? { unit: event.data.unit } : {};
    return to({ event, day, of: { case: of, programme, country, ...unit }, agreement });
  }
  const turn = (event: RecordedEvent, assurance: string, on: string): undefined => {
    const turns = courseOf(event)?.turns;
    turns?.set(assurance, [...(turns.get(assurance) ?? []), on]);
  };
  const setAside = (
    event: RecordedEvent<Extract<LegalFrameworkEvent, { type: 'WaiverGranted' | 'ExceptionInvoked' }>>,
  ) => {
    const { name, rules, from, until: to, scope } = event.data;
    courseOf(event)?.waivers.set(name, { rules, from, to, scope });
    return undefined;
  };

  return handlersBy<
    | LegalFrameworkEvent
    | ProgrammeEvent
    | AssistanceCaseEvent
    | ConsignmentEvent
    | TrainingActivityEvent
    | ItemEvent
    | ThirdPartyTransferEvent
  >({
    AgreementDrafted: (event) =>
      void agreements.set(idOf(event), {
        first: null,
        last: FOREVER,
        ended: null,
        turns: new Map(),
        barTurns: [],
        waivers: new Map(),
      }),
    AgreementEnteredIntoForce: (event) => {
      const { on: first, until: last } = event.data;
      Object.assign(courseOf(event) ?? {}, { first, last });
      return undefined;
    },
    AgreementAmended: (event) => {
      const course = courseOf(event);
      if (course !== undefined) course.last = event.data.until ?? course.last;
      return undefined;
    },
    AgreementTerminated: (event) => {
      const course = courseOf(event);
      if (course !== undefined) course.ended = event.data.on;
      return undefined;
    },
    EndUseAssuranceGiven: (event) => turn(event, event.data.assurance, event.data.on),
    EndUseAssuranceWithdrawn: (event) => turn(event, event.data.assurance, event.data.on),
    ListedUnitsBarred: (event) => void courseOf(event)?.barTurns.push(event.data.on),
    ListedUnitsBarWithdrawn: (event) => void courseOf(event)?.barTurns.push(event.data.on),
    WaiverGranted: setAside,
    ExceptionInvoked: setAside,
    WaiverEnded: (event) => {
      const waiver = courseOf(event)?.waivers.get(event.data.name);
      // Its last day is the one before.
      if (waiver !== undefined) waiver.to = new Date(Date.parse(event.data.on) - 86_400_000).toISOString().slice(0, 10);
      return undefined;
    },
    ProgrammeProposed: (event) => {
      const { framework } = event.data;
      return void (framework === undefined || frameworks.set(idOf(event), framework));
    },
    ProgrammeCorrected: (event) => {
      const { framework } = event.data;
      return void (framework === undefined || frameworks.set(idOf(event), framework));
    },
    AssistanceRequested: (event) => {
      const { programme, recipient, basis } = event.data;
      return void (basis === 'reported' || cases.set(idOf(event), { programme, recipient }));
    },
    DeliveryScheduled: (event) => void consignments.set(idOf(event), event.data.case),
    TrainingPlanned: (event) => void trainings.set(idOf(event), event.data),
    TraineeNominated: (event) => trained(event, dayOf(event)),
    TraineeEnrolled: (event) => trained(event, dayOf(event)),
    TrainingStarted: (event) => trained(event, event.data.on),
    TrainingSessionHeld: (event) => trained(event, event.data.on, checkSession),
    CaseImplemented: (event) => executed(event, idOf(event), dayOf(event)),
    ConsignmentShipped: (event) => executed(event, consignments.get(idOf(event)) ?? '', event.data.on),
    ReceiptConfirmed: (event) => executed(event, consignments.get(idOf(event)) ?? '', event.data.on, checkReceipt),
    SerialRegistered: (event) => void items.set(idOf(event), event.data),
    ItemReceived: (event) => stored(event, event.data.on),
    ItemMoved: (event) => stored(event, event.data.on),
    ItemRecovered: (event) => stored(event, event.data.on),
    ItemTransferred: (event) => stored(event, event.data.on),
    ThirdPartyTransferRequested: (event) => void transfers.set(idOf(event), event.data),
    ThirdPartyTransferCarriedOut: (event) => {
      const { on, to: recipient } = event.data;
      return judged(event, { ...transfers.get(idOf(event)), recipient }, on, checkStored);
    },
  });
}
