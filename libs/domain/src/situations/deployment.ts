import type { DeployPersonnel, DeploymentCommand, DeploymentEvent, DeploymentRelation } from '@entente/contracts';
import {
  type DataOf,
  type DecisionContext,
  type Refusal,
  type StreamRef,
  authoriseBy,
  decideBy,
  evolveBy,
  isNewest,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { inTheFuture, notOverdue } from '../days.js';
import { type Correctable, correcting } from '../corrections.js';
import { ownValue } from '../delivery/facts.js';
import { assistanceNotFound, assistanceStreams } from '../delivery/named-assistance.js';
import { relationsTo } from '../delivery/senders.js';
import { consultingImplementers, notRegistered, partiesOf, partyStreams } from '../parties/registration.js';
import { covers, situationFacts } from './situation-facts.js';

type DeploymentData<Type extends DeploymentCommand['type']> = DataOf<DeploymentCommand, Type>;

// ---- State ----

/** A stay in an area, from its first day; later ones with the event of the move. */
interface Stay {
  readonly area: string;
  readonly from: string;
  readonly event?: string;
  readonly revision?: number;
}

/** An account of the personnel after an alert. */
interface Account {
  readonly on: string;
  readonly found: string;
  /** The day of the first account after that alert. */
  readonly first: string;
}

/** The state of a deployment. */
export interface PersonnelDeployment extends Correctable {
  readonly donor: string;
  readonly recipient: string;
  readonly country: string;
  readonly women: number;
  readonly men: number;
  readonly persons: readonly string[];
  readonly plannedReturn: string;
  /** Where they are and were, in order. */
  readonly stays: readonly [Stay, ...Stay[]];
  readonly returned: string | null;
  /** The planned days of return of which it was recorded that they passed. */
  readonly overdue: readonly string[];
  /** The day of each incident, and the number of the stay in which it was reported, by name. */
  readonly incidents: Readonly<Record<string, { readonly on: string; readonly stay: number }>>;
  /** The newest account after each alert: its day, and its content as text to compare. */
  readonly accounts: Readonly<Record<string, Account>>;
}

const alertOf = ({ situation, alert }: { readonly situation: string; readonly alert: string }): string =>
  `${situation}/${alert}`;
const accountOf = ({ on, safe, missing }: DeploymentData<'AccountForPersonnel'>): Omit<Account, 'first'> => ({
  on,
  found: JSON.stringify([safe, missing]),
});

const evolve = evolveBy<PersonnelDeployment, DeploymentEvent>()(
  'PersonnelDeployed',
  (data) => ({
    ...pick(data, 'donor', 'recipient', 'country', 'women', 'men', 'persons', 'plannedReturn'),
    stays: [pick(data, 'area', 'from')],
    returned: null,
    overdue: [],
    incidents: {},
    accounts: {},
    correctable: new Map(),
  }),
  {
    PersonnelAccountedFor: (data, { accounts }) => {
      const { on } = data;
      const was = ownValue(accounts, alertOf(data)) ?? { ...accountOf(data), first: on };
      const newest = isNewest(on, was.on) ? accountOf(data) : was;
      const first = on < was.first ? on : was.first;
      return { accounts: put(accounts, alertOf(data), { ...newest, first }) };
    },
    PersonnelIncidentReported: ({ incident, on }, { incidents, stays }) => ({
      incidents: put(incidents, incident, { on, stay: stays.length }),
    }),
    PersonnelIncidentCorrected: ({ incident, on }, { incidents }) => {
      const was = ownValue(incidents, incident);
      return on === undefined || was === undefined ? {} : { incidents: put(incidents, incident, { ...was, on }) };
    },
    PersonnelRelocated: ({ area, on }, { stays }, { id: event, revision }) => ({
      stays: [...stays, { area, from: on, event, revision }],
    }),
    DeploymentExtended: ({ plannedReturn }) => ({ plannedReturn }),
    PersonnelReturned: ({ on }) => ({ returned: on }),
    ReturnBecameOverdue: ({ due }, { overdue }) => ({ overdue: [...overdue, due] }),
    DeploymentCorrected: (data, { stays: [first, ...later] }) => ({
      ...pick(data, 'women', 'men', 'persons'),
      stays: [{ ...first, ...pick(data, 'from', 'area') }, ...later],
    }),
    ReturnCorrected: ({ on }) => ({ returned: on }),
    RelocationCorrected: ({ corrects, on, area }, { stays: [first, ...later] }) => ({
      stays: [
        first,
        ...later.map((stay) =>
          stay.event === corrects ? { ...stay, from: on ?? stay.from, area: area ?? stay.area } : stay,
        ),
      ],
    }),
  },
);

// ---- Rules ----

/** R32: each person has a reference, and is counted once. */
const miscounted = ({ women, men, persons }: Pick<PersonnelDeployment, 'women' | 'men' | 'persons'>): Refusal | null =>
  women + men === persons.length && persons.length > 0
    ? null
    : refuse('persons-miscounted', 'women and men together are as many as the references', 'R32', {
        counted: women + men,
        references: persons.length,
      });

/** The programme and the case that personnel work for, and the parties. */
const opensOn = (data: DeployPersonnel): readonly StreamRef[] => [
  ...partyStreams([...partiesOf(data), [data.country, null]]),
  ...assistanceStreams(data),
];

function deploy(data: DeployPersonnel, context: DecisionContext): readonly DeploymentEvent[] | Refusal {
  const notFound = assistanceNotFound(data, context);
  if (notFound !== null) return notFound;
  const barred =
    returnsBefore(data.plannedReturn, data.from) ??
    miscounted(data) ??
    notRegistered([...partiesOf(data), [data.country, null]], context);
  return barred ?? [{ type: 'PersonnelDeployed', data }];
}

/** R30: the day is within the deployment, which may be recorded late. */
function outside(on: string, { stays, returned }: PersonnelDeployment, context: DecisionContext): Refusal | null {
  const [{ from }] = stays;
  if (on >= from && (returned === null || on <= returned)) return inTheFuture(on, context);
  return refuse('not-deployed-then', 'the day is within the deployment', 'R30', { on, from, returned });
}

const returnedAlready = ({ returned }: PersonnelDeployment): Refusal | null =>
  returned === null ? null : refuse('already-returned', 'the personnel have not returned', null, { on: returned });

/** The day of the newest thing that happened to them: they return on that day or later. */
const newest = ({ stays, incidents, accounts }: PersonnelDeployment): string =>
  [...stays.map(({ from }) => from), ...[...Object.values(incidents), ...Object.values(accounts)].map(({ on }) => on)]
    .toSorted()
    .at(-1) as string;

/** R30: the first day is not after what happened to them, nor after the planned return. */
function beginsTooLate(from: string, state: PersonnelDeployment): Refusal | null {
  const { stays, incidents, accounts, returned, plannedReturn } = state;
  const [earliest = from] = [
    ...stays.slice(1).map((stay) => stay.from),
    ...Object.values(incidents).map(({ on }) => on),
    ...Object.values(accounts).map(({ first }) => first),
    ...(returned === null ? [] : [returned]),
  ].toSorted();
  if (from > earliest)
    return refuse('happened-earlier', 'the first day is not after what happened to them', 'R30', { earliest });
  return returned === null ? returnsBefore(plannedReturn, from) : null;
}

/** R26, R30: they moved on another day, between the moves before and after it, or elsewhere. */
function correctRelocation(
  data: DeploymentData<'CorrectRelocation'>,
  state: PersonnelDeployment,
  context: DecisionContext,
) {
  const { stays, returned } = state;
  const { corrects, area } = data;
  const at = stays.findIndex(({ event }) => event === corrects);
  const on = data.on ?? stays[at]?.from ?? '';
  const before = stays[at - 1]?.from ?? on;
  const after = stays[at + 1]?.from ?? returned ?? on;
  const barred =
    on < before
      ? refuse('moved-later', 'they have not moved since', 'R30', { moved: before })
      : on > after
        ? refuse('happened-earlier', 'the first day is not after what happened to them', 'R30', { earliest: after })
        : (movesNowhere(area, stays[at - 1], stays[at + 1]) ?? inTheFuture(on, context));
  const { revision = 0 } = stays[at] ?? {};
  const its = { ...withArea(data, at + 1, state), stay: at + 1, revision };
  return barred ?? ([{ type: 'RelocationCorrected', data: { ...data, ...its } }] as const);
}

/** Of a stay whose area was another one: whether it is the present one, and what was reported. */
function withArea({ area }: { readonly area?: string }, stay: number, { stays, incidents }: PersonnelDeployment) {
  const names = Object.keys(incidents).filter((name) => incidents[name]?.stay === stay);
  const present = stay === stays.length;
  return area === undefined ? {} : { present, ...(names.length > 0 && { incidents: names }) };
}

/** Of an area, by the stays before and after it: each move is to another one. */
const movesNowhere = (area: string | undefined, ...stays: readonly (Stay | undefined)[]): Refusal | null =>
  area !== undefined && stays.some((stay) => stay?.area === area)
    ? refuse('same-area', 'they move to another area', null, { area })
    : null;

const returnsBefore = (plannedReturn: string, from: string): Refusal | null =>
  plannedReturn < from
    ? refuse('returns-before-it-began', 'the planned return is not before the first day', 'R30', { from })
    : null;

const returnsTooEarly = (on: string, state: PersonnelDeployment, context: DecisionContext): Refusal | null =>
  on < newest(state)
    ? refuse('happened-later', 'the return is not before what happened to them', 'R30', { newest: newest(state) })
    : inTheFuture(on, context);

/** Each person is safe or missing, after an alert in the area in which they were. */
function cannotAccount(
  data: DeploymentData<'AccountForPersonnel'>,
  state: PersonnelDeployment,
  context: DecisionContext,
): Refusal | null {
  const situation = context.known.of(situationFacts, data.situation);
  const alert =
    situation !== null && Object.hasOwn(situation.alerts, data.alert) ? situation.alerts[data.alert] : undefined;
  if (situation === null || alert === undefined)
    return refuse('alert-not-found', 'the alert named was issued in that situation', null, { alert: data.alert });
  const { country, stays, women, men, persons } = state;
  if (!stays.some(({ area }) => covers(situation, { country, area })))
    return refuse('alert-elsewhere', 'the alert was issued where the personnel are or were', null, {
      country: situation.country,
      area: situation.area ?? null,
    });
  if (data.on < alert.on)
    return refuse('before-the-alert', 'they are accounted for on the day of the alert or later', 'R30', {
      alert: alert.on,
    });
  const unknown = data.missing.find((person) => !persons.includes(person));
  if (unknown !== undefined)
    return refuse('person-unknown', 'those missing are among the persons deployed', null, { person: unknown });
  if (data.safe + data.missing.length !== women + men)
    return refuse('persons-not-all-accounted', 'each person is safe or missing', 'R32', { deployed: women + men });
  return outside(data.on, state, context);
}

const decide = decideBy<PersonnelDeployment, DeploymentCommand, DeploymentEvent>()(
  'DeployPersonnel',
  deploy,
  () => null,
  {
    AccountForPersonnel: {
      unless: cannotAccount,
      already: (data, { accounts }) => {
        const { on, found } = accountOf(data);
        const known = ownValue(accounts, alertOf(data));
        return known?.on === on && known.found === found;
      },
      then: 'PersonnelAccountedFor',
    },
    ReportPersonnelIncident: {
      unless: ({ incident, on, hurt, evacuated }, state, context) =>
        Object.hasOwn(state.incidents, incident)
          ? refuse('incident-already-reported', 'no incident has this name', null, { incident })
          : (outside(on, state, context) ?? tooMany(state, hurt, evacuated)),
      then: 'PersonnelIncidentReported',
    },
    CorrectPersonnelIncident: {
      unless: ({ on, hurt, evacuated }, state, context) =>
        (on === undefined ? null : outside(on, state, context)) ?? tooMany(state, hurt, evacuated),
      then: 'PersonnelIncidentCorrected',
    },
    RelocatePersonnel: {
      unless: ({ area, on }, state, context) => {
        const last = state.stays.at(-1) as Stay;
        return (
          returnedAlready(state) ??
          movesNowhere(area, last) ??
          (on < last.from
            ? refuse('moved-later', 'they have not moved since', 'R30', { moved: last.from })
            : inTheFuture(on, context))
        );
      },
      then: 'PersonnelRelocated',
    },
    ExtendDeployment: {
      unless: ({ plannedReturn }, state) =>
        returnedAlready(state) ??
        returnsBefore(plannedReturn, state.stays[0].from) ??
        (plannedReturn === state.plannedReturn
          ? refuse('same-due', 'the new day differs from the plan', null, { due: plannedReturn })
          : null),
      then: 'DeploymentExtended',
    },
    ReturnPersonnel: {
      unless: ({ on }, state, context) => returnedAlready(state) ?? returnsTooEarly(on, state, context),
      then: 'PersonnelReturned',
    },
    RecordOverdueReturn: {
      unless: ({ due }, state, context) => returnedAlready(state) ?? notOverdue(due, state.plannedReturn, context),
      already: ({ due }, { overdue }) => overdue.includes(due),
      then: 'ReturnBecameOverdue',
    },
    CorrectDeployment: (data, state, context) =>
      miscounted({ ...state, ...pick(data, 'women', 'men', 'persons') }) ??
      movesNowhere(data.area, state.stays[1]) ??
      (data.from === undefined ? null : (beginsTooLate(data.from, state) ?? inTheFuture(data.from, context))) ?? [
        { type: 'DeploymentCorrected', data: { ...data, ...withArea(data, 1, state) } },
      ],
    CorrectRelocation: correctRelocation,
    CorrectReturn: {
      unless: ({ on }, state, context) => returnsTooEarly(on, state, context),
      then: 'ReturnCorrected',
    },
  },
);

/** R32: no more are hurt or evacuated than were deployed. */
const tooMany = ({ persons }: PersonnelDeployment, ...counts: readonly (number | undefined)[]): Refusal | null =>
  counts.some((count) => count !== undefined && count > persons.length)
    ? refuse('more-than-deployed', 'no more are hurt or evacuated than were deployed', 'R32', {
        deployed: persons.length,
      })
    : null;

/** The rules of a deployment: R26, R29, R30, R32. */
export const deployment: DeciderOf<'deployment', PersonnelDeployment> = consultingImplementers(
  correcting({
    kind: 'deployment',
    ids: 'prefixed',
    initial: null,
    opens: 'DeployPersonnel',
    evolve,
    consults: ({ type, data }) =>
      type === 'DeployPersonnel'
        ? opensOn(data)
        : type === 'AccountForPersonnel'
          ? [{ kind: situationFacts.kind, id: data.situation }]
          : [],
    authorise: authoriseBy<DeploymentCommand, PersonnelDeployment | null, DeploymentRelation>(
      relationsTo((state, _, command) => (command.type === 'DeployPersonnel' ? command.data : state)),
    ),
    decide,
  }),
);
