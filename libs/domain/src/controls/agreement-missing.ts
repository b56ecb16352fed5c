import type {
  AssistanceCaseEvent,
  AssistanceScope,
  ConsignmentEvent,
  LegalFrameworkEvent,
  ProgrammeEvent,
} from '@entente/contracts';
import type { Json, RecordedEvent } from '@entente/kernel';
import { type Breach, type Control, breach, dayOf, idOf, readingBy } from './control.js';

/** What is known of an agreement. Days are YYYY-MM-DD. */
interface AgreementCourse {
  first: string | null;
  last: string;
  /** The day from which it is terminated. */
  ended: string | null;
  /** By assurance, the days on which it was given and withdrawn, in turn. */
  readonly turns: Map<string, string[]>;
  /** Those that set R1 aside. */
  readonly waivers: Map<string, { from: string; to: string; scope: AssistanceScope | undefined }>;
}

const ASSURANCES = 4;
const FOREVER = '9999-12-31';

/** Whether a day is in a time that an odd turn begins and the next one ends. */
const within = (turns: readonly string[], day: string): boolean => turns.filter((turn) => turn <= day).length % 2 === 1;

/** What is missing on a day; null if nothing is. */
function missingOn(
  agreement: AgreementCourse | undefined,
  day: string,
  of: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, Json>> | null {
  const waived = [...(agreement?.waivers.values() ?? [])].some(
    ({ from, to, scope }) =>
      from <= day && day <= to && (scope === undefined || !(scope.kind in of) || of[scope.kind] === scope.id),
  );
  if (waived) return null;
  if (agreement === undefined || agreement.first === null) return { day, agreement: null };
  const { first, last, ended, turns } = agreement;
  if (day < first || day > last || (ended !== null && day >= ended)) return { day, first, last, ended };
  const given = [...turns.values()].filter((one) => within(one, day)).length;
  return given >= ASSURANCES ? null : { day, assurances: given };
}

function start(): (event: RecordedEvent) => readonly Breach[] {
  const agreements = new Map<string, AgreementCourse>();
  /** By programme, the framework that it names. */
  const frameworks = new Map<string, string>();
  const cases = new Map<string, { readonly programme: string | undefined; readonly recipient: string }>();
  const consignments = new Map<string, string>();
  const courseOf = (event: RecordedEvent): AgreementCourse | undefined => agreements.get(idOf(event));

  function under(event: RecordedEvent, of: string, day: string): readonly Breach[] {
    const found = cases.get(of);
    const framework = found?.programme === undefined ? undefined : frameworks.get(found.programme);
    if (found === undefined || framework === undefined) return [];
    const { programme, recipient: country } = found;
    const missing = missingOn(agreements.get(framework), day, { case: of, programme, country });
    return missing === null
      ? []
      : breach(event, 'an agreement with all four assurances is in force on that day', missing);
  }
  const turn = (event: RecordedEvent, assurance: string, on: string): undefined => {
    const turns = courseOf(event)?.turns;
    turns?.set(assurance, [...(turns.get(assurance) ?? []), on]);
  };
  const setAside = (
    event: RecordedEvent<Extract<LegalFrameworkEvent, { type: 'WaiverGranted' | 'ExceptionInvoked' }>>,
  ) => {
    const { name, rules, from, until: to, scope } = event.data;
    if (rules.includes('R1')) courseOf(event)?.waivers.set(name, { from, to, scope });
    return undefined;
  };

  return readingBy<LegalFrameworkEvent | ProgrammeEvent | AssistanceCaseEvent | ConsignmentEvent>({
    AgreementDrafted: (event) =>
      void agreements.set(idOf(event), {
        first: null,
        last: FOREVER,
        ended: null,
        turns: new Map(),
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
    AgreementCorrected: (event) => {
      const course = courseOf(event);
      if (course === undefined) return undefined;
      course.first = event.data.on ?? course.first;
      course.last = event.data.until ?? course.last;
      return undefined;
    },
    AgreementTerminated: (event) => {
      const course = courseOf(event);
      if (course !== undefined) course.ended = event.data.on;
      return undefined;
    },
    EndUseAssuranceGiven: (event) => turn(event, event.data.assurance, event.data.on),
    EndUseAssuranceWithdrawn: (event) => turn(event, event.data.assurance, event.data.on),
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
    CaseImplemented: (event) => under(event, idOf(event), dayOf(event)),
    ConsignmentShipped: (event) => under(event, consignments.get(idOf(event)) ?? '', event.data.on),
  });
}

/** R1: items and services only under an agreement in force with all four assurances. */
export const agreementMissing: Control = {
  name: 'agreement-missing',
  rule: 'R1',
  about:
    'a shipment or a case implemented, in a programme that names a framework, without its agreement and assurances',
  kinds: ['legal-framework', 'programme', 'assistance-case', 'consignment'],
  start,
};
