import type {
  ClearanceException,
  ClearanceRelation,
  RegisterPerson,
  RegisterUnit,
  SecurityUnitCommand,
  SecurityUnitEvent,
  VettedPersonCommand,
  VettedPersonEvent,
} from '@entente/contracts';
import {
  type Actor,
  type DataOf,
  type DecisionContext,
  type Refusal,
  type StreamEvent,
  type StreamRef,
  actsFor,
  addDays,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  refuse,
} from '@entente/kernel';
import { factDay, inTheFuture, notOverYet, overBefore, today } from '../days.js';
import { carriedBy, correcting } from '../corrections.js';
import { frameworkIn, frameworkStreams } from '../framework/framework-facts.js';
import { parameterOf } from '../framework/parameters.js';
import { type NamedParty, notRegistered, partyStreams } from '../parties/registration.js';
import {
  CLEARANCE_VALIDITY_DAYS,
  type Clearance,
  type ReportDue,
  type VettingCase,
  beyondValidity,
  notCleared,
  registrationEnded,
  securityUnitFacts,
  standing,
  vettedPersonFacts,
  vettingCaseFacts,
} from './clearance-facts.js';

type ClearanceCommand = Exclude<SecurityUnitCommand, { type: 'RegisterUnit' }>;
type Restored = DataOf<SecurityUnitEvent, 'ClearanceRestored'>;

/** The most trainings and shipments that a unit or person is known to have; older ones are over. */
const MAX_NOTED = 100;

// ---- State ----

const registered = (recipient: string, unit: string | null): Clearance => ({
  recipient,
  unit,
  until: null,
  statedBy: null,
  since: null,
  stoppedOn: null,
  earlier: [],
  expired: false,
  suspended: false,
  refused: false,
  refusedFor: null,
  byHand: false,
  endedOn: null,
  vettingCases: [],
  exceptions: 0,
  reports: {},
  trainings: [],
  shipments: [],
  correctable: new Map(),
});

const among = (cases: readonly string[], one: string | undefined): readonly string[] =>
  one === undefined || cases.includes(one) ? cases : [...cases, one];
const withNewest = (all: readonly string[], one: string): readonly string[] =>
  [...all.filter((other) => other !== one), one].slice(-MAX_NOTED);

/** The most reports that can be due. */
const MAX_REPORTS = 100;

/** Older events have no name of the exception: one report at a time was due by them. */
const withReport = (
  { reportBy, reportOf = '' }: Pick<DataOf<SecurityUnitEvent, 'ClearanceGiven'>, 'reportBy' | 'reportOf'>,
  { exceptions, reports }: Clearance,
  { metadata }: Pick<StreamEvent, 'metadata'>,
): Partial<Clearance> =>
  reportBy === undefined
    ? {}
    : {
        exceptions: exceptions + 1,
        reports: { ...reports, [reportOf]: { from: factDay(metadata), due: reportBy, overdue: false } },
      };

/** The most earlier clearances that are kept: facts of their days can be recorded late. */
const MAX_EARLIER = 10;

/**
 * A clearance that begins while another lasts, or the day after, renews it. A bar interrupts it: on
 * its days it was not cleared.
 */
function beginning({ metadata }: Pick<StreamEvent, 'metadata'>, state: Clearance): Partial<Clearance> {
  const { since, until, earlier, stoppedOn } = state;
  const on = factDay(metadata);
  if (since === null || until === null) return { since: on, stoppedOn: null };
  if (stoppedOn === null && on <= addDays(until, 1)) return { since: on < since ? on : since };
  const last = stoppedOn !== null && stoppedOn <= until ? addDays(stoppedOn, -1) : until;
  return { since: on, stoppedOn: null, earlier: [...earlier, [since, last] as const].slice(-MAX_EARLIER) };
}

/** The day of the first bar, while several bar it. */
const stopping = ({ metadata }: Pick<StreamEvent, 'metadata'>, { stoppedOn }: Clearance): string =>
  stoppedOn ?? factDay(metadata);

const evolveUnit = evolveBy<Clearance, SecurityUnitEvent>()(
  'UnitRegistered',
  ({ recipient, parent }) => registered(recipient, parent ?? null),
  {
    UnitCorrected: ({ parent }) => (parent === undefined ? {} : { unit: parent }),
    ClearanceGiven: ({ until, ...data }, state, event) => ({
      ...beginning(event, state),
      until,
      statedBy: event.id,
      expired: false,
      suspended: false,
      refused: false,
      byHand: false,
      vettingCases: [],
      ...withReport(data, state, event),
    }),
    ClearanceSuspended: ({ vettingCase }, state, event) => ({
      suspended: true,
      stoppedOn: stopping(event, state),
      byHand: state.byHand || vettingCase === undefined,
      vettingCases: among(state.vettingCases, vettingCase),
      trainings: [],
    }),
    ClearanceRefused: ({ vettingCase }, state, event) => ({
      refused: true,
      stoppedOn: stopping(event, state),
      refusedFor: among(state.refusedFor ?? [], vettingCase),
      byHand: state.byHand || vettingCase === undefined,
      vettingCases: among(state.vettingCases, vettingCase),
      trainings: [],
    }),
    ClearanceExpired: () => ({ expired: true, trainings: [] }),
    ClearanceRestored: ({ until, ...data }, state, event) => ({
      ...beginning(event, state),
      ...(until === undefined ? {} : { until, statedBy: event.id, expired: false }),
      // Without a new last day, it is as it was before the suspension.
      ...(until === undefined || data.exception !== undefined ? {} : { refusedFor: null }),
      suspended: false,
      refused: false,
      byHand: false,
      vettingCases: [],
      ...withReport(data, state, event),
    }),
    ClearanceCorrected: ({ until }) => ({ until, expired: false }),
    ExceptionReported: ({ of = '' }, { reports }) => ({
      reports: Object.fromEntries(Object.entries(reports).filter(([name]) => name !== of)),
    }),
    ExceptionReportBecameOverdue: ({ due, of = '' }, { reports }) => ({
      reports: { ...reports, [of]: { from: due, ...reports[of], due, overdue: true } },
    }),
    RegistrationEnded: ({ on }) => ({ endedOn: on, trainings: [] }),
    EnrolmentNoted: ({ training }, { trainings, endedOn }) => ({
      // Nothing rests on what is not registered any more: the policy halts the enrolment.
      trainings: endedOn !== null ? [] : withNewest(trainings, training),
    }),
    ShipmentNoted: ({ consignment }, { shipments }) => ({ shipments: withNewest(shipments, consignment) }),
  },
);

const evolvePerson = (state: Clearance | null, event: StreamEvent<VettedPersonEvent>): Clearance | null =>
  event.type === 'PersonRegistered' ? registered(event.data.recipient, event.data.unit) : evolveUnit(state, event);

// ---- Senders ----

const asVetter = (actor: Actor): readonly NamedParty[] => [[actsFor(actor), 'vetter']];

/** R29: a vetter is registered as one. */
export function notAVetter(context: DecisionContext): Refusal | null {
  const { actor } = context;
  return actor.role === 'vetter'
    ? notRegistered(asVetter(actor), context)
    : refuse('not-a-vetter', 'a vetter, registered as one, does this');
}

/** R29: a recipient registers its own; a donor or a vetter those of any recipient. */
function notARegistrar(context: DecisionContext, { recipient }: { readonly recipient: string }): Refusal | null {
  const { actor } = context;
  const { role } = actor;
  if (role === 'recipient' && actsFor(actor) !== recipient)
    return refuse('not-the-recipient', 'the recipient whose it is registers it', null, { recipient });
  return role === 'recipient' || role === 'donor' || role === 'vetter'
    ? notRegistered([[actsFor(actor), role]], context)
    : refuse('not-a-registrar', 'a donor, a vetter or the recipient does this');
}

// ---- Rules ----

/**
 * R7: a clearance ends within its longest validity, counted from the day of the fact, and not
 * before that day. The vetting case has looked at the validity of its framework before the system
 * repeats its day.
 */
const badLastDay = (until: string, context: Pick<DecisionContext, 'occurredAt' | 'actor'>): Refusal | null =>
  overBefore(until, context, 'R7') ??
  (context.actor.role === 'system' ? null : beyondValidity(until, factDay(context), CLEARANCE_VALIDITY_DAYS));

/** R7: a clearance that is over by now, and was recorded late, displaces none that lasts. */
const displaces = (until: string, { until: lasts }: Clearance, context: DecisionContext): Refusal | null =>
  lasts !== null && until < today(context) && today(context) <= lasts
    ? refuse('displaces-a-clearance', 'its last day is not over, or no other clearance lasts', 'R7', { until, lasts })
    : null;

/**
 * R8: the last day for the report on the exception, if there is one: counted from the exception, by
 * the days of its framework.
 */
function reportOn(exception: ClearanceException | undefined, { exceptions }: Clearance, context: DecisionContext) {
  if (exception === undefined) return {};
  const days = parameterOf(frameworkIn(exception.framework, context.known), 'waiverReportDays');
  return { reportBy: addDays(context.occurredAt, days), reportOf: `${exception.kind}-${exceptions + 1}` };
}

/** R8: the framework that an exception names is one with the recipient. */
function cannotExcept(
  exception: ClearanceException | undefined,
  { recipient, reports }: Clearance,
  { known }: DecisionContext,
): Refusal | null {
  if (exception === undefined) return null;
  if (Object.keys(reports).length >= MAX_REPORTS)
    return refuse('too-many-reports-due', `fewer than ${MAX_REPORTS} reports on exceptions are due`, 'R8');
  const { framework } = exception;
  const named = frameworkIn(framework, known);
  if (framework === undefined || named === undefined) return null;
  if (named === null) return refuse('framework-not-found', 'the framework named has been drafted', 'R8', { framework });
  return named.recipient === recipient
    ? null
    : refuse('framework-of-others', 'the framework has the same recipient', 'R8', { framework });
}

/**
 * R8: what was refused is not simply cleared again, also after an exception: each clearance then
 * has its own. What is suspended is assessed first. The conclusion of the only inquiry for which it
 * is suspended clears it.
 */
function give(data: DataOf<ClearanceCommand, 'GiveClearance'>, state: Clearance, context: DecisionContext) {
  const { suspended, byHand, vettingCases } = state;
  const refused = state.refusedFor !== null;
  const concluded =
    context.actor.role === 'system' &&
    !refused &&
    !byHand &&
    vettingCases.length > 0 &&
    vettingCases.every((one) => one === data.vettingCase);
  const barred = (refused || suspended) && !concluded ? notCleared({ ...state, refused }, today(context)) : null;
  const refusal =
    (data.exception === undefined ? barred : cannotExcept(data.exception, state, context)) ??
    badLastDay(data.until, context) ??
    displaces(data.until, state, context);
  if (refusal !== null) return refusal;
  if (state.until === data.until && !state.refused && !state.expired && !suspended) return [];
  const more = { ...reportOn(data.exception, state, context), ...waiting(state, context) };
  return [{ type: 'ClearanceGiven', data: { ...data, ...more } } as const];
}

/** The shipments that are planned for a unit, if any: a policy holds them, and releases them. */
const planned = ({ shipments }: Clearance) => (shipments.length === 0 ? {} : { shipments });

/** Those that may be held: none while the unit is cleared. */
const waiting = (state: Clearance, context: DecisionContext) =>
  notCleared(state, today(context)) === null && !state.expired ? {} : planned(state);

/** What rests on a clearance, and stops with it. */
const resting = (state: Clearance) => ({ trainings: state.trainings, ...planned(state) });

/** R8: the last day by a remediation that was completed, and waited for another inquiry. */
const remediedUntil = (inquiries: readonly (VettingCase | null)[]): string | undefined =>
  inquiries
    .flatMap((of) => (of?.remedied === true ? (of.clearedUntil ?? []) : []))
    .toSorted()
    .at(-1);

/** The inquiries that bar it, and those of a refusal that an exception has set aside. */
const inquiriesOf = ({ vettingCases, refusedFor }: Clearance): readonly string[] =>
  (refusedFor ?? []).reduce(among, vettingCases);

/**
 * R7, R8: information that was assessed as not credible gives a suspended clearance back, unless
 * another inquiry has information; what was refused comes back by its remediation alone, or by an
 * exception or waiver. What a vetter barred by hand, no inquiry restores: a vetter does.
 */
function restore(data: DataOf<ClearanceCommand, 'RestoreClearance'>, state: Clearance, context: DecisionContext) {
  const { known } = context;
  const { suspended, refusedFor } = state;
  if (!suspended && refusedFor === null) return refuse('not-barred', 'its clearance is suspended or refused', 'R8');
  if (context.actor.role === 'system' && state.byHand)
    return refuse('barred-by-hand', 'a vetter restores what was suspended or refused by hand', 'R7');
  const all = inquiriesOf(state).map((id) => [id, known.of(vettingCaseFacts, id)] as const);
  const isRepeated = context.actor.role === 'system' && refusedFor !== null;
  const until = data.until ?? (isRepeated ? remediedUntil(all.map(([, of]) => of)) : undefined);
  // Without a new last day, a clearance by exception is what it was before its suspension.
  const returns = refusedFor !== null && (state.refused || !suspended || until !== undefined);
  const inquiries = returns ? all : all.filter(([id]) => state.vettingCases.includes(id));
  const open = inquiries.find(([, of]) => of !== null && !of.remedied && standing(of) > 0);
  if (data.exception === undefined && open !== undefined)
    return refuse('information-stands', 'no inquiry has information that is credible or not assessed yet', 'R7', {
      vettingCase: open[0],
    });
  if (data.exception === undefined && returns && !inquiries.some(([, of]) => of?.remedied === true))
    return inquiries.length > 0
      ? refuse('not-remedied', 'its remediation is completed, or an exception or waiver made', 'R8')
      : refuse(
          'not-remedied',
          'it was refused for a vetting case whose remediation is completed, or an exception or waiver is made: a refusal by hand is repeated with its vetting case',
          'R8',
        );
  if (until === undefined && returns)
    return refuse('last-day-missing', 'a clearance that was refused gets a new last day', 'R7');
  const refusal =
    cannotExcept(data.exception, state, context) ?? (until === undefined ? null : badLastDay(until, context));
  const event: Restored = {
    ...data,
    ...(until === undefined ? {} : { until }),
    ...reportOn(data.exception, state, context),
    ...waiting(state, context),
  };
  return refusal ?? [{ type: 'ClearanceRestored', data: event } as const];
}

/**
 * R7: what bars it already is kept too, if another inquiry or a vetter bars it: it is restored when
 * none of them bars it. The event names the trainings whose enrolments are to be halted.
 */
const barring =
  (type: 'ClearanceSuspended' | 'ClearanceRefused') =>
  (data: DataOf<ClearanceCommand, 'SuspendClearance'>, state: Clearance, { actor }: DecisionContext) => {
    if (type === 'ClearanceSuspended' && state.refused && actor.role !== 'system')
      return refuse('already-refused', 'its clearance is not refused', 'R8');
    const is = state.refused || (type === 'ClearanceSuspended' && state.suspended);
    const known = data.vettingCase === undefined ? state.byHand : state.vettingCases.includes(data.vettingCase);
    return is && known ? [] : [{ type, data: { ...data, ...resting(state) } } as const];
  };

/** The report that is due under a name; without one, the only one. */
function reportDue(of: string | undefined, { reports }: Clearance): (ReportDue & { readonly of: string }) | Refusal {
  const due = Object.keys(reports);
  const name = of ?? (due.includes('') ? '' : due.length === 1 ? due[0] : undefined);
  if (due.length === 0) return refuse('no-report-due', 'a report on an exception or waiver is due');
  if (name === undefined)
    return refuse('exception-not-named', 'the report names its exception or waiver', 'R8', { due });
  const found = Object.hasOwn(reports, name) ? reports[name] : undefined;
  return found === undefined
    ? refuse('no-report-due', 'a report on the exception or waiver named is due', 'R8', { due })
    : { ...found, of: name };
}

const named = (of: string) => (of === '' ? {} : { of });

function submitReport(
  data: DataOf<ClearanceCommand, 'SubmitExceptionReport'>,
  state: Clearance,
  context: DecisionContext,
) {
  const found = reportDue(data.of, state);
  if ('code' in found) return found;
  const early =
    data.on < found.from
      ? refuse('before-the-fact', 'it is submitted after the exception', 'R30', { on: found.from })
      : null;
  return (
    early ??
    inTheFuture(data.on, context) ??
    ([{ type: 'ExceptionReported', data: { ...data, ...named(found.of) } }] as const)
  );
}

function reportOverdue(
  data: DataOf<ClearanceCommand, 'RecordOverdueExceptionReport'>,
  state: Clearance,
  context: DecisionContext,
) {
  const found = reportDue(data.of, state);
  if ('code' in found) return found;
  if (found.due !== data.due)
    return refuse('other-last-day', 'the day is the last day for the report', null, { due: found.due });
  const early = notOverYet(data.due, context);
  if (early !== null) return early;
  return found.overdue
    ? []
    : ([{ type: 'ExceptionReportBecameOverdue', data: { ...data, ...named(found.of) } }] as const);
}

/** What is still recorded of a unit or person that is not registered any more. */
const AFTER_THE_END: readonly ClearanceCommand['type'][] = [
  'SubmitExceptionReport',
  'RecordOverdueExceptionReport',
  'NoteEnrolment',
  'NoteShipment',
];

const decideUnit = decideBy<Clearance, SecurityUnitCommand, SecurityUnitEvent>()(
  'RegisterUnit',
  (data, context) => notRegistered([[data.recipient, 'recipient']], context) ?? parentUnknown(data, context),
  ({ type }, { endedOn }) => (endedOn === null || AFTER_THE_END.includes(type) ? null : registrationEnded(endedOn)),
  {
    CorrectUnit: {
      unless: ({ parent }, { recipient }, context) =>
        parent === undefined ? null : (partOfItself(parent, context) ?? unitUnknown(parent, recipient, context)),
      then: 'UnitCorrected',
    },
    GiveClearance: give,
    SuspendClearance: barring('ClearanceSuspended'),
    RefuseClearance: barring('ClearanceRefused'),
    RestoreClearance: restore,
    RecordExpiredClearance: ({ until }, state, context) => {
      if (state.refused) return notCleared(state, today(context)) as Refusal;
      if (state.until !== until)
        return refuse('other-last-day', 'the day is the last day of the clearance', 'R7', { until: state.until });
      const early = notOverYet(until, context, 'R7', 'until');
      if (early !== null) return early;
      return state.expired ? [] : [{ type: 'ClearanceExpired', data: { until, ...resting(state) } }];
    },
    CorrectClearance: (data, state, context) => {
      const { corrects, until } = data;
      if (state.statedBy !== corrects)
        return refuse('stated-by-another-event', 'the event corrected states the present last day', 'R26', {
          event: state.statedBy,
        });
      const corrected = state.correctable.get(corrects);
      const barred =
        (state.refused ? notCleared(state, today(context)) : null) ??
        badLastDay(until, { ...context, occurredAt: corrected?.on ?? context.now });
      const rests = carriedBy({ carries: ['vettingCase'] }, corrected);
      return barred ?? [{ type: 'ClearanceCorrected', data: { ...data, ...rests, ...waiting(state, context) } }];
    },
    SubmitExceptionReport: submitReport,
    RecordOverdueExceptionReport: reportOverdue,
    EndRegistration: (data, state, context) =>
      inTheFuture(data.on, context) ?? [{ type: 'RegistrationEnded', data: { ...data, ...resting(state) } }],
    NoteEnrolment: (data, state, context) => [
      { type: 'EnrolmentNoted', data: { ...data, cleared: notCleared(state, today(context)) === null } },
    ],
    NoteShipment: (data, state, context) => [
      { type: 'ShipmentNoted', data: { ...data, cleared: notCleared(state, today(context)) === null } },
    ],
  },
);

/** R5: the unit that is named exists, and is of the same recipient. */
function unitUnknown(unit: string, recipient: string, { known }: DecisionContext): Refusal | null {
  const of = known.of(securityUnitFacts, unit);
  if (of === null) return refuse('unit-not-found', 'the unit named has been registered', 'R5', { unit });
  if (of.endedOn !== null) return registrationEnded(of.endedOn, { unit });
  return of.recipient === recipient
    ? null
    : refuse('unit-of-another', 'the unit named is of the same recipient', 'R5', { unit, recipient: of.recipient });
}

/** R26: no unit is a part of itself, or of one of its parts. */
const partOfItself = (parent: string, { stream, known }: DecisionContext): Refusal | null =>
  parent === stream.id || known.of(securityUnitFacts, parent)?.unit === stream.id
    ? refuse('unit-of-itself', 'the unit named is another one, and no part of this one', 'R26', { parent })
    : null;

function parentUnknown(data: RegisterUnit, context: DecisionContext): readonly SecurityUnitEvent[] | Refusal {
  const { parent, recipient } = data;
  const unknown =
    parent === undefined ? null : (partOfItself(parent, context) ?? unitUnknown(parent, recipient, context));
  return unknown ?? [{ type: 'UnitRegistered', data }];
}

function openPerson(data: RegisterPerson, context: DecisionContext): readonly VettedPersonEvent[] | Refusal {
  const unknown =
    notRegistered([[data.recipient, 'recipient']], context) ?? unitUnknown(data.unit, data.recipient, context);
  return unknown ?? [{ type: 'PersonRegistered', data }];
}

// ---- Deciders ----

type AnyCommand = SecurityUnitCommand | VettedPersonCommand;

/** The framework that an exception names. */
const frameworkNamed = (command: AnyCommand): readonly StreamRef[] =>
  command.type === 'GiveClearance' || command.type === 'RestoreClearance'
    ? frameworkStreams(command.data.exception?.framework)
    : [];

/** The parties and the unit that it is registered with, a vetter's role, and what barred it. */
function consults(command: AnyCommand, state: Clearance | null, sender: Actor): readonly StreamRef[] {
  if (command.type === 'EndRegistration') return partyStreams([[actsFor(sender), null]]);
  const vetter = [...(sender.role === 'vetter' ? partyStreams(asVetter(sender)) : []), ...frameworkNamed(command)];
  if (command.type === 'RestoreClearance')
    return [
      ...vetter,
      ...(state === null ? [] : inquiriesOf(state)).map((id) => ({ kind: vettingCaseFacts.kind, id })),
    ];
  if (command.type === 'CorrectUnit') {
    const { parent } = command.data;
    const named = parent === undefined ? [] : [{ kind: securityUnitFacts.kind, id: parent }];
    return [...partyStreams([[actsFor(sender), null]]), ...named];
  }
  if (command.type !== 'RegisterUnit' && command.type !== 'RegisterPerson') return vetter;
  const unit = command.type === 'RegisterPerson' ? command.data.unit : command.data.parent;
  return [
    ...partyStreams([
      [command.data.recipient, 'recipient'],
      [actsFor(sender), null],
    ]),
    ...(unit === undefined ? [] : [{ kind: securityUnitFacts.kind, id: unit }]),
  ];
}

const common = {
  ids: 'prefixed',
  consults: (command: AnyCommand, state: Clearance | null, _: unknown, sender: Actor) =>
    consults(command, state, sender),
  authorise: authoriseBy<AnyCommand, Clearance | null, ClearanceRelation>({
    registrar: (state, context, { data }) => notARegistrar(context, state ?? (data as RegisterUnit)),
    vetter: (_, context) => notAVetter(context),
    system: bySystem,
  }),
} as const;

/** The clearance of a unit: R5, R7, R8, R26, R29. */
export const securityUnit = correcting<
  'security-unit',
  SecurityUnitCommand,
  SecurityUnitEvent,
  Clearance,
  ClearanceRelation
>({
  ...common,
  ...securityUnitFacts,
  opens: 'RegisterUnit',
  evolve: evolveUnit,
  decide: decideUnit,
});

/** The clearance of a person, by the same rules as that of a unit. */
export const vettedPerson = correcting<
  'vetted-person',
  VettedPersonCommand,
  VettedPersonEvent,
  Clearance,
  ClearanceRelation
>({
  ...common,
  ...vettedPersonFacts,
  opens: 'RegisterPerson',
  evolve: evolvePerson,
  decide: (command, state, context) =>
    command.type === 'RegisterPerson'
      ? openPerson(command.data, context)
      : (decideUnit(command, state, context) as readonly VettedPersonEvent[] | Refusal),
});
