import type {
  CheckType,
  CountrySituationEvent,
  EndUseCheckEvent,
  ItemTypeEvent,
  LegalFrameworkEvent,
  ParameterName,
  ProgrammeEvent,
} from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { parameterOf } from '../framework/parameters.js';
import { type Breach, type Control, breach, dayOf, idOf, readingBy } from './control.js';

type Scheduled = Extract<EndUseCheckEvent, { type: 'EndUseCheckScheduled' }>['data'];

/** The parameters that bound the days from one check to the next. */
const PARAMETERS: Readonly<Record<CheckType, ParameterName>> = {
  enhanced: 'enhancedCheckEveryDays',
  routine: 'routineCheckEveryDays',
};
const DAY_MS = 86_400_000;
const daysAhead = (due: string, day: string): number => (Date.parse(due) - Date.parse(day)) / DAY_MS;

/** The checks of one type: their last days, and how much of their items was checked. */
const checksOf = (type: CheckType) => (): ((event: RecordedEvent) => readonly Breach[]) => {
  const checks = new Map<string, Scheduled>();
  /** By programme, its framework; by framework, what it sets; by type of items, its own days. */
  const frameworks = new Map<string, string>();
  const set = new Map<string, number>();
  const own = new Map<string, number>();

  function most({ donor, item, programme }: Scheduled): number {
    const byType = own.get(`${donor}.${item}`);
    const byFramework = set.get(frameworks.get(programme ?? '') ?? '') ?? parameterOf(null, PARAMETERS[type]);
    return type === 'routine' ? Math.min(byType ?? byFramework, byFramework) : (byType ?? byFramework);
  }
  /** A check of the system repeats the day that the decision before it found. */
  function late(event: RecordedEvent<EndUseCheckEvent>, due: string): readonly Breach[] | undefined {
    const check = checks.get(idOf(event));
    if (check === undefined || event.metadata.actor.role === 'system') return undefined;
    const days = daysAhead(due, dayOf(event));
    const last = most(check);
    return days <= last ? undefined : breach(event, `the check is due at most ${last} days later`, { due, days });
  }
  return readingBy<EndUseCheckEvent | ItemTypeEvent | LegalFrameworkEvent | ProgrammeEvent>({
    AgreementDrafted: (event) => {
      const drafted = event.data.parameters.find(({ parameter }) => parameter === PARAMETERS[type]);
      if (drafted !== undefined) set.set(idOf(event), drafted.value);
    },
    ParameterSet: (event) => {
      if (event.data.parameter === PARAMETERS[type]) set.set(idOf(event), event.data.value);
    },
    ProgrammeProposed: (event) => {
      if (event.data.framework !== undefined) frameworks.set(idOf(event), event.data.framework);
    },
    CheckIntervalSet: (event) => void own.set(idOf(event), event.data.everyDays),
    EndUseCheckScheduled: (event) => {
      if (event.data.type === type) checks.set(idOf(event), event.data);
      return late(event, event.data.due);
    },
    EndUseCheckRescheduled: (event) => late(event, event.data.due),
    EndUseCheckPerformed: (event) => {
      const of = checks.get(idOf(event));
      if (of === undefined) return undefined;
      const { results, lots = [] } = event.data;
      const missing = of.serials.filter((one) => !results.some(({ serial }) => serial === one)).length;
      const counted = lots.reduce((sum, lot) => sum + lot.seen + lot.notSeen + lot.damaged, results.length);
      if (type === 'enhanced')
        return missing > 0 ? breach(event, 'an enhanced check has a result for each serial', { missing }) : undefined;
      return counted < 1 || counted > of.quantity
        ? breach(event, 'a sample has at least one item, and no more than there are', { counted })
        : undefined;
    },
  });
};

/** The kinds on which the days of checks rest. */
const BOUNDED_BY = ['end-use-check', 'item-type', 'legal-framework', 'programme'];

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

function startRemote(): (event: RecordedEvent) => readonly Breach[] {
  /** By situation: where it is, and its instabilities by name. */
  const situations = new Map<string, { readonly place: string; readonly spells: Map<string, Unstable> }>();
  const holders = new Map<string, { readonly country: string; readonly area?: string | undefined }>();
  const visits = new Map<string, string | undefined>();

  function remotely(
    event: RecordedEvent,
    situation: string | undefined,
    day: string,
    at?: { readonly country: string; readonly area?: string | undefined },
  ): readonly Breach[] | undefined {
    const of = situations.get(situation ?? '');
    const there = at === undefined || of?.place === at.country || of?.place === `${at.country} ${at.area ?? ''}`;
    const spells = there ? [...(of?.spells.values() ?? [])] : [];
    if (spells.some(({ from, to }) => from <= day && (to === null || day < to))) return undefined;
    return breach(event, 'an instability is in force in the area on that day', { situation: situation ?? null, day });
  }
  const spellOf = (event: RecordedEvent, name: string): Unstable | undefined =>
    situations.get(idOf(event))?.spells.get(name);

  return readingBy<CountrySituationEvent | EndUseCheckEvent>({
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
      if (spell === undefined) return;
      if (fact === 'instability') spell.from = on;
      if (fact === 'restoration') spell.to = on;
    },
    MonitoringModeChanged: (event) =>
      event.data.mode === 'remote' ? remotely(event, idOf(event), event.data.on) : undefined,
    EndUseCheckScheduled: (event) =>
      void holders.set(idOf(event), { country: event.data.holder, area: event.data.area }),
    EndUseCheckPerformed: (event) => {
      const { manner, situation, on } = event.data;
      if (manner !== 'remote') return undefined;
      visits.set(event.id, situation);
      return remotely(event, situation, on, holders.get(idOf(event)));
    },
    CheckDayCorrected: (event) => {
      const { corrects, on } = event.data;
      return visits.has(corrects) ? remotely(event, visits.get(corrects), on, holders.get(idOf(event))) : undefined;
    },
  });
}

/** R20: remote monitoring, or a remote check, on a day without instability in the area. */
export const remoteChecks: Control = {
  name: 'remote-checks',
  rule: 'R20',
  about: 'remote monitoring, or a remote check, on a day on which no instability was in force in the area',
  kinds: ['country-situation', 'end-use-check'],
  start: startRemote,
};
