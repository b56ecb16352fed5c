import type { VettingCaseCommand, VettingCaseEvent } from '@entente/contracts';
import {
  type DataOf,
  type DecisionContext,
  type Refusal,
  actsFor,
  addDays,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, notOverYet, overBefore, today } from '../days.js';
import { correcting } from '../corrections.js';
import { comesBefore, inOrder } from '../fact-order.js';
import { ownValue } from '../delivery/facts.js';
import { assistanceNotFound, assistanceStreams } from '../delivery/named-assistance.js';
import { relationsTo } from '../delivery/senders.js';
import { programmeStreams } from '../equipment/check-terms.js';
import { frameworkOf, frameworkStreamsOf } from '../framework/framework-facts.js';
import { parameterOf } from '../framework/parameters.js';
import { notRegistered, partiesOf, partyStreams } from '../parties/registration.js';
import { notAVetter } from './clearance.js';
import {
  type Clearance,
  type RemediationStep,
  type VettingCase,
  beyondValidity,
  registrationEnded,
  securityUnitFacts,
  standing,
  vettedPersonFacts,
  vettingCaseFacts,
} from './clearance-facts.js';

type VettingData<Type extends VettingCaseCommand['type']> = DataOf<VettingCaseCommand, Type>;

// ---- State ----

const stepIn = ({ steps }: VettingCase, name: string): RemediationStep | undefined => ownValue(steps ?? {}, name);
const withStep = (state: VettingCase, name: string, change: Partial<RemediationStep>) => {
  const was = stepIn(state, name);
  return was === undefined ? {} : { steps: { ...state.steps, [name]: { ...was, ...change } } };
};

const evolve = evolveBy<VettingCase, VettingCaseEvent>()(
  'VettingRequested',
  (data) => ({
    ...pick(data, 'subject', 'programme', 'donor', 'recipient', 'due'),
    overdue: false,
    sources: 0,
    information: {},
    outcome: null,
    refusedOn: null,
    withdrawn: false,
    informed: false,
    publication: null,
    steps: null,
    credibleSince: false,
    remedied: false,
    clearedUntil: null,
    correctable: new Map(),
  }),
  {
    SourceChecked: (_, { sources }) => ({ sources: sources + 1 }),
    DerogatoryInformationRecorded: (data, { information, remedied, steps }) => ({
      information: put(information, data.information, 'open'),
      remedied: false,
      steps: remedied ? null : steps,
    }),
    InformationAssessed: (
      { information: name, credible },
      { information, outcome, credibleSince, refusedOn },
      event,
    ) => ({
      information: put(information, name, credible ? 'credible' : 'not-credible'),
      credibleSince: credibleSince || credible,
      outcome: outcome !== null && credible ? 'refused' : outcome,
      refusedOn: outcome !== null && credible ? (refusedOn ?? factDay(event.metadata)) : refusedOn,
    }),
    VettingConcluded: ({ outcome, until = null }, _, { metadata }) => ({
      outcome,
      clearedUntil: until,
      refusedOn: outcome === 'refused' ? factDay(metadata) : null,
    }),
    VettingWithdrawn: () => ({ withdrawn: true }),
    RecipientInformed: () => ({ informed: true }),
    RemediationOpened: ({ steps }) => ({
      steps: Object.fromEntries(steps.map(({ step, due }) => [step, { due, on: null, overdue: false }])),
      credibleSince: false,
      remedied: false,
    }),
    RemediationStepTaken: ({ step, on }, state) => withStep(state, step, { on }),
    RemediationStepCorrected: ({ step, on }, state) => withStep(state, step, { on }),
    VettingDayCorrected: () => ({}),
    RemediationCompleted: ({ until }) => ({ remedied: true, clearedUntil: until }),
    VettedClearanceCorrected: ({ until }) => ({ clearedUntil: until }),
    RemediationDiscontinued: () => ({ steps: null }),
    IneligibilityPublished: () => ({ publication: 'published' }),
    PublicationWithheld: () => ({ publication: 'withheld' }),
    VettingBecameOverdue: ({ step }, state) =>
      step === undefined ? { overdue: true } : withStep(state, step, { overdue: true }),
  },
);

// ---- Rules ----

const subjectOf = ({ subject }: Pick<VettingCase, 'subject'>, { known }: DecisionContext): Clearance | null =>
  known.of(subject.kind === 'security-unit' ? securityUnitFacts : vettedPersonFacts, subject.id);

/** R5: what is vetted is registered, of the recipient named; R29: so are the parties. */
function request(data: VettingData<'RequestVetting'>, context: DecisionContext) {
  const of = subjectOf(data, context);
  if (of === null)
    return refuse('subject-not-found', 'the unit or person has been registered', 'R5', { ...data.subject });
  if (of.endedOn !== null) return registrationEnded(of.endedOn, { ...data.subject });
  if (of.recipient !== data.recipient)
    return refuse('subject-of-another', 'the unit or person is of the recipient named', 'R5', {
      recipient: of.recipient,
    });
  const days = parameterOf(frameworkOf(data.programme, context.known), 'vettingAnswerDays');
  const due = data.neededBy ?? addDays(today(context), days);
  if (due < factDay(context))
    return refuse('day-in-past', 'the day for the answer is not over on the day of the request', null, { due });
  const barred = assistanceNotFound(data, context) ?? notRegistered(partiesOf(data), context);
  return barred ?? [{ type: 'VettingRequested', data: { ...data, due } } as const];
}

/**
 * R7: a clearance ends no earlier than the day of the fact that gives it, and lasts from then no
 * longer than the framework of the programme has it.
 */
const badLastDay = (
  until: string,
  { programme }: VettingCase,
  context: Pick<DecisionContext, 'occurredAt' | 'known'>,
): Refusal | null =>
  overBefore(until, context, 'R7') ??
  beyondValidity(until, factDay(context), parameterOf(frameworkOf(programme, context.known), 'clearanceValidityDays'));

/** R5: what is not registered any more is not cleared. */
function notRegisteredNow({ subject }: VettingCase, context: DecisionContext): Refusal | null {
  const endedOn = subjectOf({ subject }, context)?.endedOn ?? null;
  return endedOn === null ? null : registrationEnded(endedOn, { ...subject });
}

/** R5, R7, R8: why a conclusion does not clear it: something else than this vetting bars it. */
function barredElsewhere(state: VettingCase, context: DecisionContext): Refusal | null {
  const { refused = false, suspended = false, byHand = false, vettingCases = [] } = subjectOf(state, context) ?? {};
  const others = vettingCases.filter((id) => id !== context.stream.id);
  const facts = { ...state.subject, vettingCases };
  if (refused)
    return refuse('clearance-refused', 'its remediation is completed, or an exception or waiver made', 'R8', facts);
  if (!suspended || (others.length === 0 && !byHand)) return notRegisteredNow(state, context);
  return others.length === 0
    ? refuse('clearance-suspended', 'a vetter restores the clearance that was suspended by hand', 'R7', facts)
    : refuse('clearance-suspended', 'the information of the other vetting is assessed, and not credible', 'R7', facts);
}

const alreadyConcluded = ({ outcome }: VettingCase): Refusal | null =>
  outcome === null ? null : refuse('already-concluded', 'the vetting was not concluded', null, { outcome });

/** R7: information waits for its assessment, whatever becomes of the case. */
const notAssessed = (state: VettingCase): Refusal | null =>
  Object.values(state.information).includes('open')
    ? refuse('information-open', 'all information is assessed', 'R7', { standing: standing(state) })
    : null;

/** R7: credible information leads to a refusal, and from there to a way back. */
const foundCredible = (state: VettingCase): Refusal | null =>
  standing(state) > 0
    ? refuse('credible-information', 'no information is credible', 'R7', { standing: standing(state) })
    : null;

/**
 * R7: it is cleared without information against it, after sources were checked, if nothing else
 * bars it.
 */
function cannotConclude(
  { outcome, until }: VettingData<'ConcludeVetting'>,
  state: VettingCase,
  context: DecisionContext,
): Refusal | null {
  const early =
    alreadyConcluded(state) ??
    (state.sources === 0 ? refuse('no-source-checked', 'at least one source was checked', 'R5') : null) ??
    notAssessed(state);
  if (early !== null) return early;
  const stands = foundCredible(state);
  if (outcome === 'refused')
    return stands === null ? refuse('nothing-credible', 'it is refused for credible information', 'R7') : null;
  if (stands !== null) return stands;
  return until === undefined
    ? refuse('last-day-missing', 'a clearance has a last day', 'R7')
    : (badLastDay(until, state, context) ?? barredElsewhere(state, context));
}

/** R8: the way back begins with a refusal. */
const notRefused = ({ outcome }: VettingCase): Refusal | null =>
  outcome === 'refused' ? null : refuse('not-refused', 'the vetting was concluded with a refusal', 'R8', { outcome });

/** R27: the ineligibility is published, or that is withheld: one of them. */
const cannotPublish = (state: VettingCase): Refusal | null =>
  notRefused(state) ??
  (state.publication === null
    ? null
    : refuse('publication-decided', 'the publication was not decided', 'R27', { is: state.publication }));

/** R30: word of a refusal, and its publication, come no earlier than the refusal. */
const beforeRefusal = (on: string, { refusedOn }: VettingCase): Refusal | null =>
  comesBefore(on, refusedOn ?? undefined);

/** The events whose day is corrected, and what each day is of. */
const FACTS = {
  SourceChecked: 'source',
  RecipientInformed: 'word',
  IneligibilityPublished: 'publication',
} as const;

/** R26, R30: the day of a fact was another one. */
function correctDay(data: VettingData<'CorrectVettingDay'>, state: VettingCase, context: DecisionContext) {
  const fact = FACTS[context.known.typeOfEvent(data.corrects) as keyof typeof FACTS];
  const early = fact === 'source' ? null : beforeRefusal(data.on, state);
  return inTheFuture(data.on, context) ?? early ?? [{ type: 'VettingDayCorrected', data: { ...data, fact } } as const];
}

/** R8: a step is taken while the remediation is under way. */
function stepNotOpen(name: string, state: VettingCase): Refusal | null {
  const step = stepIn(state, name);
  if (step === undefined) return refuse('step-unknown', 'the step was agreed', 'R8', { step: name });
  return step.on === null ? null : refuse('step-taken', 'the step was not taken', 'R8', { step: name, on: step.on });
}

/** R26: the day is one of the present remediation: an earlier one can have had such a step. */
function stepNotTaken(name: string, state: VettingCase): Refusal | null {
  const step = stepIn(state, name);
  if (step === undefined) return refuse('step-unknown', 'the step was agreed', 'R8', { step: name });
  return step.on === null ? refuse('step-open', 'the step was taken', 'R8', { step: name }) : null;
}

/** R8: a remediation that is under way is completed, or given up. */
function notUnderWay({ steps, remedied }: VettingCase): Refusal | null {
  if (steps === null) return refuse('no-remediation', 'steps of a remediation were agreed', 'R8');
  return remedied ? refuse('already-remedied', 'the remediation was not completed', 'R8') : null;
}

const openSteps = ({ steps }: VettingCase): readonly string[] =>
  Object.entries(steps ?? {}).flatMap(([name, { on }]) => (on === null ? [name] : []));

/** R7: the steps answer the information that was credible when they were agreed, and no other. */
const notAnswered = ({ credibleSince }: VettingCase): Refusal | null =>
  credibleSince
    ? refuse('credible-information', 'no information was found credible since the remediation was agreed', 'R7')
    : null;

/**
 * R7, R8: the remediation is effective when each step was taken, and no other information bars it.
 */
function notRemedied({ on, until }: VettingData<'CompleteRemediation'>, state: VettingCase, context: DecisionContext) {
  const [step] = openSteps(state);
  return (
    notUnderWay(state) ??
    notAssessed(state) ??
    notAnswered(state) ??
    (step === undefined ? null : refuse('step-open', 'each step was taken', 'R8', { step })) ??
    inTheFuture(on, context) ??
    badLastDay(until, state, { ...context, occurredAt: on }) ??
    notRegisteredNow(state, context)
  );
}

function notOverdue(
  { due, step: name }: VettingData<'RecordOverdueVetting'>,
  state: VettingCase,
  context: DecisionContext,
) {
  const step = name === undefined ? undefined : stepIn(state, name);
  if (name === undefined ? state.outcome !== null : step?.on !== null)
    return refuse('nothing-due', 'the answer, or the step, is waited for');
  const last = step?.due ?? state.due;
  if (last !== due) return refuse('other-last-day', 'the day is its last day', null, { due: last });
  return notOverYet(due, context);
}

/** Nothing is decided in a case that was given up. */
const givenUp = (_: unknown, { withdrawn }: VettingCase): Refusal | null =>
  withdrawn ? refuse('vetting-withdrawn', 'the request was not given up', null) : null;

const decide = decideBy<VettingCase, VettingCaseCommand, VettingCaseEvent>()('RequestVetting', request, givenUp, {
  CheckSource: {
    unless: ({ on }, state, context) => alreadyConcluded(state) ?? inTheFuture(on, context),
    then: 'SourceChecked',
  },
  RecordDerogatoryInformation: (data, { subject, information }) =>
    Object.hasOwn(information, data.information)
      ? refuse('information-known', 'no information of the case has this name', null, { information: data.information })
      : [{ type: 'DerogatoryInformationRecorded', data: { ...data, subject } }],
  AssessInformation: (data, state) =>
    ownValue(state.information, data.information) === 'open'
      ? [
          {
            type: 'InformationAssessed',
            data: { ...data, subject: state.subject, standing: standing(state) - (data.credible ? 0 : 1) },
          },
        ]
      : refuse('information-not-open', 'information of this name waits for its assessment', 'R7'),
  ConcludeVetting: (data, state, context) =>
    cannotConclude(data, state, context) ?? [{ type: 'VettingConcluded', data: { ...data, subject: state.subject } }],
  WithdrawVetting: {
    unless: (_, state) => alreadyConcluded(state) ?? notAssessed(state) ?? foundCredible(state),
    then: 'VettingWithdrawn',
  },
  InformRecipient: {
    unless: ({ on }, state, context) =>
      notRefused(state) ??
      (state.informed ? refuse('already-informed', 'the recipient was not informed yet') : null) ??
      inTheFuture(on, context) ??
      beforeRefusal(on, state),
    then: 'RecipientInformed',
  },
  OpenRemediation: {
    unless: ({ steps }, state) =>
      notRefused(state) ??
      (state.steps !== null && !state.remedied
        ? refuse('remediation-open', 'no remediation is under way', 'R8')
        : new Set(steps.map(({ step }) => step)).size < steps.length
          ? refuse('step-twice', 'each step is named once')
          : null),
    then: 'RemediationOpened',
  },
  TakeRemediationStep: {
    unless: ({ step, on }, state, context) => stepNotOpen(step, state) ?? inTheFuture(on, context),
    then: 'RemediationStepTaken',
  },
  CorrectRemediationStep: {
    unless: ({ step, on }, state, context) => stepNotTaken(step, state) ?? inTheFuture(on, context),
    then: 'RemediationStepCorrected',
  },
  CompleteRemediation: (data, state, context) =>
    notRemedied(data, state, context) ?? [{ type: 'RemediationCompleted', data: { ...data, subject: state.subject } }],
  DiscontinueRemediation: (data, state, context) =>
    notUnderWay(state) ??
    inTheFuture(data.on, context) ?? [{ type: 'RemediationDiscontinued', data: { ...data, open: openSteps(state) } }],
  PublishIneligibility: {
    unless: ({ on }, state, context) => cannotPublish(state) ?? inTheFuture(on, context) ?? beforeRefusal(on, state),
    then: 'IneligibilityPublished',
  },
  WithholdPublication: { unless: (_, state) => cannotPublish(state), then: 'PublicationWithheld' },
  CorrectVettingDay: correctDay,
  NoteCorrectedClearance: {
    already: ({ until }, { clearedUntil }) => clearedUntil === null || clearedUntil === until,
    then: 'VettedClearanceCorrected',
  },
  RecordOverdueVetting: {
    unless: notOverdue,
    already: ({ step }, state) => (step === undefined ? state.overdue : stepIn(state, step)?.overdue === true),
    then: 'VettingBecameOverdue',
  },
});

const { party, donor, recipient } = relationsTo<VettingCaseCommand, VettingCase | null>((state, _, command) =>
  command.type === 'RequestVetting' ? command.data : state,
);

/** The inquiry behind a clearance: R5, R7, R8, R26, R27, R29, R30. */
export const vettingCase: DeciderOf<'vetting-case', VettingCase> = inOrder(
  {
    AssessInformation: ['DerogatoryInformationRecorded/information'],
    ConcludeVetting: ['VettingRequested', 'InformationAssessed'],
    WithdrawVetting: ['VettingRequested'],
    OpenRemediation: ['VettingConcluded'],
    CompleteRemediation: ['VettingConcluded', 'RemediationStepTaken'],
  },
  correcting({
    ...vettingCaseFacts,
    ids: 'prefixed',
    opens: 'RequestVetting',
    evolve,
    consults: ({ type, data }, state, known, sender) =>
      type === 'RequestVetting'
        ? [
            data.subject,
            ...assistanceStreams(data),
            ...frameworkStreamsOf(data.programme, known),
            ...partyStreams(partiesOf(data)),
          ]
        : [
            ...(sender.role === 'vetter' ? partyStreams([[actsFor(sender), 'vetter']]) : []),
            ...(type === 'ConcludeVetting' || type === 'CompleteRemediation'
              ? [...(state === null ? [] : [state.subject]), ...programmeStreams(state?.programme, known)]
              : []),
          ],
    authorise: authoriseBy({ party, donor, recipient, vetter: (_, context) => notAVetter(context), system: bySystem }),
    decide,
  }),
);
