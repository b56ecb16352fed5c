import type {
  CountrySituationCommand,
  CountrySituationEvent,
  CountrySituationRelation,
  OpenCountrySituation,
  SituationFact,
} from '@entente/contracts';
import {
  type DataOf,
  type DecisionContext,
  type Refusal,
  actsFor,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  isNewest,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { inTheFuture, notOverYet } from '../days.js';
import { carriedBy, correcting } from '../corrections.js';
import { ownValue } from '../delivery/facts.js';
import { assistanceNotFound, assistanceStreams } from '../delivery/named-assistance.js';
import { notRegistered, partyStreams } from '../parties/registration.js';
import {
  type ActivePlan,
  type CountrySituation,
  type DeclaredInstability,
  type IssuedAlert,
  type Spell,
  instabilityIn,
  situationFacts,
} from './situation-facts.js';

type SituationData<Type extends CountrySituationCommand['type']> = DataOf<CountrySituationCommand, Type>;
type Spells = 'instabilities' | 'alerts';

// ---- State ----

/** The days of a spell of a name, changed. */
function spell(state: CountrySituation, of: Spells, name: string, days: Partial<Spell>) {
  const spells: Readonly<Record<string, Spell>> = state[of];
  const was = ownValue(spells, name);
  const changed = was === undefined ? spells : put(spells, name, { ...was, ...days });
  return { [of]: changed } as Partial<Pick<CountrySituation, Spells>>;
}

/** The fact of each event whose day can be corrected: where it lies, and which of its two days. */
const FACTS = {
  InstabilityDeclared: ['instability', 'instabilities', 'on'],
  StabilityRestored: ['restoration', 'instabilities', 'ended'],
  PersonnelAlertIssued: ['alert', 'alerts', 'on'],
  PersonnelAlertEnded: ['alert-end', 'alerts', 'ended'],
} as const satisfies Partial<Record<CountrySituationEvent['type'], readonly [SituationFact, Spells, keyof Spell]>>;

const dutyKey = ({ duty, item, due }: SituationData<'RecordOverdueSituationDuty'>): string => `${duty} ${item} ${due}`;

const evolve = evolveBy<CountrySituation, CountrySituationEvent>()(
  'CountrySituationOpened',
  (data) => ({
    ...pick(data, 'country', 'area', 'donor', 'level'),
    assessedOn: null,
    mode: 'normal',
    modeOn: null,
    instabilities: {},
    alerts: {},
    plan: null,
    planFacts: {},
    overdue: [],
    closed: false,
    correctable: new Map(),
  }),
  {
    CountryRiskAssessed: ({ level, on }, { assessedOn }) => (isNewest(on, assessedOn) ? { level, assessedOn: on } : {}),
    InstabilityDeclared: ({ instability, on, hold }, { instabilities }) => ({
      instabilities: put(instabilities, instability, { on, ended: null, hold }),
    }),
    StabilityRestored: ({ instability, on }, state) => spell(state, 'instabilities', instability, { ended: on }),
    MonitoringModeChanged: ({ mode, on }, { modeOn }) => (isNewest(on, modeOn) ? { mode, modeOn: on } : {}),
    PersonnelAlertIssued: ({ alert, on, accountBy }, { alerts }) => ({
      alerts: put(alerts, alert, { on, ended: null, accountBy }),
    }),
    PersonnelAlertEnded: ({ alert, on }, state) => spell(state, 'alerts', alert, { ended: on }),
    ContinuityPlanActivated: ({ plan, on, tasks }, _, { id }) => ({
      plan: { plan, on, open: Object.fromEntries(tasks.map(({ task, due }) => [task, due])) },
      planFacts: { [id]: { fact: 'plan', item: plan, on } },
    }),
    ContinuityTaskCompleted: ({ task, on }, { plan, planFacts }, { id }) => ({
      plan: plan && { ...plan, open: without(plan.open, task) },
      planFacts: put(planFacts, id, { fact: 'task', item: task, on }),
    }),
    ContinuityPlanEnded: ({ plan, on, open }, { planFacts }, { id }) => ({
      plan: null,
      planFacts: put(planFacts, id, { fact: 'plan-end', item: plan, on, open }),
    }),
    SituationDutyBecameOverdue: (data, { overdue }) => ({ overdue: [...overdue, dutyKey(data)] }),
    SituationDayCorrected: ({ corrects, fact, item, on }, state) => {
      const ofPlan = state.planFacts[corrects];
      if (ofPlan !== undefined)
        return {
          planFacts: put(state.planFacts, corrects, { ...ofPlan, on }),
          plan: state.plan && { ...state.plan, on: fact === 'plan' ? on : state.plan.on },
        };
      const [, of, day] = Object.values(FACTS).find(([name]) => name === fact) ?? FACTS.InstabilityDeclared;
      return spell(state, of, item, { [day]: on });
    },
    CountrySituationClosed: () => ({ closed: true }),
  },
);

const without = <T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

/** The name of the spell that lasts; undefined if none does. */
const lasting = (spells: Readonly<Record<string, Spell>>): string | undefined =>
  Object.entries(spells).find(([, { ended }]) => ended === null)?.[0];

// ---- Rules ----

/** R30: nothing ends before it began. */
const endsBeforeItBegan = (on: string, began: string): Refusal | null =>
  on < began ? refuse('ends-before-it-began', 'the end is not before the beginning', 'R30', { on, began }) : null;

/** R30: a task is completed no earlier than its plan was activated. */
const beforePlan = (on: string, activated: string): Refusal | null =>
  on < activated
    ? refuse('task-before-plan', 'the day is not before that on which the plan was activated', 'R30', { on, activated })
    : null;

/** R30: personnel are accounted for no earlier than on the day of the alert. */
const dueBeforeAlert = ({ on, accountBy }: Pick<IssuedAlert, 'on' | 'accountBy'>): Refusal | null =>
  accountBy < on
    ? refuse('due-before-alert', 'personnel are accounted for on the day of the alert or later', 'R30', { on })
    : null;

const nameInUse = (spells: Readonly<Record<string, unknown>>, name: string): Refusal | null =>
  Object.hasOwn(spells, name)
    ? refuse('name-in-use', 'nothing of this name was recorded in the situation', null, { name })
    : null;

/** R29: the donor that follows a situation is registered, and so is the country. */
function open(data: OpenCountrySituation, context: DecisionContext): readonly CountrySituationEvent[] | Refusal {
  const barred =
    assistanceNotFound(data, context) ??
    notRegistered(
      [
        [data.donor, 'donor'],
        [data.country, null],
      ],
      context,
    );
  return barred ?? [{ type: 'CountrySituationOpened', data }];
}

/** R20: the area is stable again, and checks are made on the spot again. */
function restore(data: SituationData<'RestoreStability'>, state: CountrySituation, context: DecisionContext) {
  const instability = lasting(state.instabilities);
  if (instability === undefined) return refuse('not-unstable', 'an instability is in force', 'R20');
  const { on: began, hold } = state.instabilities[instability] as CountrySituation['instabilities'][string];
  const barred = inTheFuture(data.on, context) ?? endsBeforeItBegan(data.on, began);
  if (barred !== null) return barred;
  const restored = {
    type: 'StabilityRestored',
    data: { ...data, instability, country: state.country, hold },
  } as const;
  if (state.mode === 'normal') return [restored];
  // Remote monitoring may have begun later than the day on which the instability is found over.
  const on = isNewest(data.on, state.modeOn) ? data.on : (state.modeOn ?? data.on);
  return [restored, { type: 'MonitoringModeChanged', data: { mode: 'normal', on, reason: data.reason } } as const];
}

/**
 * R20: checks are made remotely only while an instability is in force: what is recorded after its
 * end, as by a policy that lags, ends with it.
 */
function changeMode(data: SituationData<'ChangeMonitoringMode'>, state: CountrySituation, context: DecisionContext) {
  const { mode, on, reason } = data;
  const instability = instabilityIn(state, on);
  const barred =
    inTheFuture(on, context) ??
    (mode === 'normal' || instability !== null
      ? null
      : refuse('remote-without-instability', 'an instability is in force on that day', 'R20', { on }));
  if (barred !== null) return barred;
  if (mode === state.mode) return [];
  const changed = { type: 'MonitoringModeChanged', data } as const;
  const ended = instability === null ? null : (state.instabilities[instability]?.ended ?? null);
  if (mode === 'normal' || ended === null || !isNewest(on, state.modeOn)) return [changed];
  return [changed, { type: 'MonitoringModeChanged', data: { mode: 'normal', on: ended, reason } } as const];
}

/** R26, R30: the day of a fact of the last plan was another one; it began before the others. */
function correctPlanDay(data: SituationData<'CorrectSituationDay'>, state: CountrySituation, context: DecisionContext) {
  const { corrects, on } = data;
  const was = state.planFacts[corrects];
  if (was === undefined)
    return refuse('outcome-replaced', 'the event corrected is of the plan that was activated last', 'R26', {
      corrects,
    });
  const facts = Object.values({ ...state.planFacts, [corrects]: { ...was, on } });
  const began = facts.find(({ fact }) => fact === 'plan')?.on ?? on;
  const early = facts.find((one) => one.on < began);
  const { fact, item, open } = was;
  return (
    inTheFuture(on, context) ??
    (early === undefined
      ? null
      : early.fact === 'task'
        ? beforePlan(early.on, began)
        : endsBeforeItBegan(early.on, began)) ?? [
      { type: 'SituationDayCorrected', data: { ...data, fact, item, ...(open && { open }) } } as const,
    ]
  );
}

/** R26: the day of a fact was another one; both days of an instability or alert stay in order. */
function correctDay(data: SituationData<'CorrectSituationDay'>, state: CountrySituation, context: DecisionContext) {
  const type = context.known.typeOfEvent(data.corrects) as keyof typeof FACTS;
  if (!Object.hasOwn(FACTS, type)) return correctPlanDay(data, state, context);
  const [fact, of, day] = FACTS[type];
  const names = carriedBy({ carries: ['instability', 'alert'] }, state.correctable.get(data.corrects));
  const item = (names['instability'] ?? names['alert']) as string;
  const was = ownValue<DeclaredInstability | IssuedAlert>(state[of], item) as DeclaredInstability | IssuedAlert;
  const after = { ...was, [day]: data.on };
  const barred =
    inTheFuture(data.on, context) ??
    (after.ended === null ? null : endsBeforeItBegan(after.ended, after.on)) ??
    ('accountBy' in after ? dueBeforeAlert(after) : null);
  const onHold = 'hold' in after && day === 'on' ? { country: state.country, hold: after.hold } : {};
  return barred ?? [{ type: 'SituationDayCorrected', data: { ...data, fact, item, ...onHold } } as const];
}

/** The last day of what is due, as planned now; undefined if it is not waited for. */
const dueOf = ({ plan, alerts }: CountrySituation, { duty, item }: SituationData<'RecordOverdueSituationDuty'>) => {
  if (duty === 'continuity-task') return ownValue(plan?.open ?? {}, item);
  const alert = ownValue(alerts, item);
  return alert?.ended === null ? alert.accountBy : undefined;
};

const decide = decideBy<CountrySituation, CountrySituationCommand, CountrySituationEvent>()(
  'OpenCountrySituation',
  open,
  ({ type }, { closed }) =>
    closed && type !== 'CorrectSituationDay'
      ? refuse('situation-closed', 'the donor still follows the situation; another stream follows it later')
      : null,
  {
    AssessCountryRisk: {
      unless: ({ level, on }, state, context) =>
        level === state.level && isNewest(on, state.assessedOn)
          ? refuse('same-level', 'the level differs from the present one', null, { level })
          : inTheFuture(on, context),
      then: 'CountryRiskAssessed',
    },
    DeclareInstability: (data, state, context) => {
      const lasts = lasting(state.instabilities);
      const barred =
        nameInUse(state.instabilities, data.instability) ??
        (lasts === undefined
          ? inTheFuture(data.on, context)
          : refuse('already-unstable', 'no instability is in force', null, { instability: lasts }));
      const { country, donor } = state;
      return barred ?? [{ type: 'InstabilityDeclared', data: { ...data, country, donor } } as const];
    },
    RestoreStability: restore,
    ChangeMonitoringMode: changeMode,
    IssuePersonnelAlert: {
      unless: (data, { alerts }, context) =>
        nameInUse(alerts, data.alert) ?? inTheFuture(data.on, context) ?? dueBeforeAlert(data),
      then: 'PersonnelAlertIssued',
    },
    EndPersonnelAlert: {
      unless: ({ alert, on }, { alerts }, context) => {
        const issued = ownValue(alerts, alert);
        return issued?.ended === null
          ? (inTheFuture(on, context) ?? endsBeforeItBegan(on, issued.on))
          : refuse('alert-not-in-force', 'an alert of this name is in force', null, { alert });
      },
      then: 'PersonnelAlertEnded',
    },
    ActivateContinuityPlan: {
      unless: ({ tasks, on }, { plan }, context) =>
        plan !== null
          ? refuse('plan-active', 'no continuity plan is active', null, { plan: plan.plan })
          : new Set(tasks.map(({ task }) => task)).size < tasks.length
            ? refuse('task-twice', 'each task is named once')
            : inTheFuture(on, context),
      then: 'ContinuityPlanActivated',
    },
    CompleteContinuityTask: {
      unless: ({ task, on }, { plan }, context) =>
        Object.hasOwn(plan?.open ?? {}, task)
          ? (inTheFuture(on, context) ?? beforePlan(on, plan?.on ?? on))
          : refuse('task-not-open', 'the active plan has this task, and it is not completed', null, { task }),
      then: 'ContinuityTaskCompleted',
    },
    EndContinuityPlan: (data, { plan }, context) => {
      if (plan === null) return refuse('no-plan-active', 'a continuity plan is active');
      const barred = inTheFuture(data.on, context) ?? endsBeforeItBegan(data.on, plan.on);
      return (
        barred ?? [
          { type: 'ContinuityPlanEnded', data: { ...data, plan: plan.plan, open: Object.keys(plan.open) } } as const,
        ]
      );
    },
    RecordOverdueSituationDuty: {
      unless: (data, state, context) => {
        const due = dueOf(state, data);
        if (due !== data.due)
          return refuse('other-last-day', 'the duty is open, and the day is its last one', null, { due: due ?? null });
        return notOverYet(due, context);
      },
      already: (data, { overdue }) => overdue.includes(dutyKey(data)),
      then: 'SituationDutyBecameOverdue',
    },
    CorrectSituationDay: correctDay,
    CloseCountrySituation: {
      unless: (_, { instabilities, alerts, plan }) => {
        const open: ActivePlan['plan'] | undefined = lasting(instabilities) ?? lasting(alerts) ?? plan?.plan;
        return open === undefined
          ? null
          : refuse('situation-not-settled', 'no instability, alert or continuity plan is in force', null, { open });
      },
      then: 'CountrySituationClosed',
    },
  },
);

/** The rules of a country situation: R19, R20, R26, R29, R30. */
export const countrySituation: DeciderOf<'country-situation', CountrySituation> = correcting({
  ...situationFacts,
  ids: 'prefixed',
  opens: 'OpenCountrySituation',
  evolve,
  consults: ({ type, data }) =>
    type === 'OpenCountrySituation'
      ? [
          ...partyStreams([
            [data.donor, 'donor'],
            [data.country, null],
          ]),
          ...assistanceStreams(data),
        ]
      : [],
  authorise: authoriseBy<CountrySituationCommand, CountrySituation | null, CountrySituationRelation>({
    donor: (state, { actor }, command) => {
      const donor = command.type === 'OpenCountrySituation' ? command.data.donor : state?.donor;
      return donor === actsFor(actor)
        ? null
        : refuse('not-the-donor', 'the donor, or another on its behalf, does this', null, { donor: donor ?? null });
    },
    system: bySystem,
  }),
  decide,
});
