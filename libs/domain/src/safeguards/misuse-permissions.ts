import type { GrantableRole, MisuseCaseCommand, MisuseCaseRelation } from '@entente/contracts';
import {
  type Actor,
  type DecisionContext,
  type Refusal,
  type RelationCheck,
  actsFor,
  notFound,
  refuse,
} from '@entente/kernel';
import { type NamedParty, notRegistered } from '../parties/registration.js';
import type { MisuseCase, MisuseStatus } from './misuse-record.js';

/**
 * Commands whose sender is recorded under a pseudonym: those of a reporter, and those that a
 * reporter must not send. Only a pseudonymous command has the pseudonym that can be compared with
 * the reporter's (`recordedAs`). Findings and verification are pseudonymous, too, and their events
 * name the true organisation in `data`: it passed the comparison, so it is not the reporter.
 *
 * Three things cannot be compared: the organisation that another one names (`AssignInvestigator`;
 * its finding is refused), the senders of other commands, and a reporter that flagged through a
 * delegate or the public intake.
 */
export const PSEUDONYMOUS = [
  'FlagMisuse',
  'CorrectMisuseReport',
  'AddEvidence',
  'SubstantiateMisuse',
  'DismissMisuse',
  'FindMisuseInconclusive',
  'VerifyRemediation',
] as const satisfies readonly MisuseCaseCommand['type'][];

// ---- Senders ----

type Holds = (state: MisuseCase, context: DecisionContext) => boolean;

/** Whether the actor is that organisation, or acts in its name. */
const speaks = (organisation: string, { actor }: DecisionContext): boolean =>
  actor.organisation === organisation || actsFor(actor) === organisation;

/** R18, in pseudonymous commands only: see {@link PSEUDONYMOUS}. */
export const isReporter: Holds = ({ reporter }, { recordedAs }) => recordedAs === reporter;
/** In every command: the decision sees the true actor. */
export const isAccused: Holds = ({ accused }, context) => speaks(accused, context);
const isConcerned: Holds = (state, context) => isAccused(state, context) || speaks(state.recipient, context);
/**
 * The donor that the case names; any donor if it names none, or if that donor is itself accused.
 */
const isDonor: Holds = ({ donor, accused }, { actor }) =>
  actor.role === 'donor' && (donor === undefined || donor === accused || actsFor(actor) === donor);
const isInvestigator: Holds = ({ investigator }, { actor }) =>
  actor.role === 'investigator' && actsFor(actor) === investigator;
const isVerifier: Holds = (_, { actor }) => actor.role === 'monitor' || actor.role === 'investigator';

const relation =
  (holds: Holds, code: string, requirement: string): RelationCheck<MisuseCaseCommand, MisuseCase> =>
  (state, context) =>
    holds(state, context) ? null : refuse(code, requirement, 'R18');

/**
 * What an investigator waits for while none is assigned: the stage of the inquiry, then the
 * assignment. A reopened case is triaged and investigated again.
 */
function noInvestigator(command: MisuseCaseCommand, state: MisuseCase, { actor }: DecisionContext): Refusal | null {
  if (state.investigator !== null || actor.role !== 'investigator' || command.type === 'FlagMisuse') return null;
  return (
    notAtThisStage(command, state) ??
    refuse(
      'investigator-not-assigned',
      'an investigator has been assigned since the case was opened or reopened',
      'R18',
    )
  );
}

/**
 * The relations to a misuse case. The operator may act for no other sender here, except at the
 * intake.
 */
const RELATIONS: Readonly<Record<MisuseCaseRelation, RelationCheck<MisuseCaseCommand, MisuseCase>>> = {
  anybody: () => null,
  reporter: relation(isReporter, 'not-the-reporter', 'the reporter, or the intake, corrects the report'),
  intake: relation(
    (state, context) => isDonor(state, context) || isVerifier(state, context) || context.actor.role === 'operator',
    'not-of-the-intake',
    'the donor, a monitor, an investigator or the operator handles reports',
  ),
  donor: relation(isDonor, 'not-the-donor', 'the donor decides what becomes of its assistance'),
  inquiry: relation(
    (state, context) => isDonor(state, context) || isInvestigator(state, context),
    'not-of-the-inquiry',
    'the donor, or the investigator assigned, leads the inquiry',
  ),
  investigator: (state, context, command) =>
    isInvestigator(state, context)
      ? null
      : (noInvestigator(command, state, context) ??
        refuse('not-the-investigator', 'the investigator assigned makes the finding', 'R18')),
  verifier: relation(isVerifier, 'not-a-verifier', 'a monitor or an investigator verifies'),
  respondent: relation(isConcerned, 'not-a-party', 'the recipient or the accused replies'),
  system: relation(
    (_, { actor }) => actor.role === 'system',
    'not-the-system',
    'dates come true by themselves, recorded in the role system',
  ),
};

/** These are sent by the respondent or the system, whom the case names or the deployment knows. */
const UNCHECKED: readonly MisuseCaseCommand['type'][] = [
  ...PSEUDONYMOUS,
  'ReplyToAllegation',
  'LapsePrecautionarySuspension',
  'RecordOverdueStep',
];

/**
 * R29: who handles a case is registered in the role in which it does. A pseudonymous sender is not
 * checked: the event would name the stream that was consulted.
 */
export const checkedSender = ({ type }: MisuseCaseCommand, actor: Actor): readonly NamedParty[] =>
  UNCHECKED.includes(type) || actor.role === 'operator' ? [] : [[actsFor(actor), actor.role as GrantableRole]];

/** The relations that the accused may have, too. */
const OPEN_TO_ACCUSED: readonly MisuseCaseRelation[] = ['anybody', 'reporter', 'respondent'];

/** Why the sender has none of the relations `by`; null if it has one. */
export function authorise(
  by: readonly MisuseCaseRelation[],
  command: MisuseCaseCommand,
  state: MisuseCase | null,
  context: DecisionContext,
): Refusal | null {
  // R18: any organisation may report.
  if (state === null) return null;
  // R18: until the allegation is put to them, accused and recipient get the answer of a case that
  // does not exist, except for their own reports.
  if (isConcerned(state, context) && !state.disclosed && !isReporter(state, context))
    return notFound('misuse-case', 'flag');
  const open = isAccused(state, context) ? by.filter((one) => OPEN_TO_ACCUSED.includes(one)) : by;
  if (open.length === 0) return refuse('accused-acts', 'another organisation than the accused does this', 'R18');
  const refusals = open.map((one) => RELATIONS[one](state, context, command));
  return refusals.includes(null)
    ? notRegistered(checkedSender(command, context.actor), context)
    : (refusals[0] ?? null);
}

// ---- Stages ----

const DECIDED = ['substantiated', 'inconclusive'] as const;
const LIVE = ['accepted', 'investigating', ...DECIDED] as const;
const OPEN = ['flagged', 'declined', ...LIVE, 'dismissed'] as const;
const ALL = [...OPEN, 'closed'] as const;

/** Every command but the opening one. */
type LaterType = Exclude<MisuseCaseCommand['type'], 'FlagMisuse'>;

/**
 * The state machine: the stages of the inquiry at which each command may be sent. The contract
 * states who may send it.
 */
const STAGES: Readonly<Record<LaterType, readonly MisuseStatus[]>> = {
  CorrectMisuseReport: OPEN,
  AcknowledgeMisuseReport: OPEN,
  TriageMisuse: ['flagged'],
  CorrectTriage: ['accepted'],
  DeclineMisuse: ['flagged'],
  OpenInvestigation: ['accepted'],
  AssignInvestigator: ['accepted', 'investigating'],
  AddEvidence: ALL,
  PutAllegationToRecipient: ['investigating'],
  ReplyToAllegation: [...LIVE, 'dismissed'],
  OrderPrecautionarySuspension: LIVE,
  RenewPrecautionarySuspension: LIVE,
  LapsePrecautionarySuspension: LIVE,
  ExtendInvestigation: ['investigating'],
  SubstantiateMisuse: ['investigating'],
  DismissMisuse: ['investigating'],
  FindMisuseInconclusive: ['investigating'],
  NotifyLegislature: [...LIVE, 'dismissed'],
  DecideMeasure: DECIDED,
  SuspendAssistance: DECIDED,
  AgreeRemediationPlan: DECIDED,
  VerifyRemediation: DECIDED,
  RecordAssurances: DECIDED,
  ResumeAssistance: DECIDED,
  RecoverFunds: [...DECIDED, 'closed'],
  CorrectRecovery: ALL,
  TerminateAssistance: DECIDED,
  CloseMisuseCase: ['declined', 'dismissed', ...DECIDED],
  ReopenMisuseCase: ['declined', 'dismissed', 'closed'],
  RecordOverdueStep: ALL,
};

/** Why this command may not be sent at this stage of the inquiry; null if it may. */
export function notAtThisStage({ type }: { readonly type: LaterType }, { status }: MisuseCase): Refusal | null {
  const stages = STAGES[type];
  return stages.includes(status)
    ? null
    : refuse('not-at-this-stage', `the case is ${stages.join(' or ')}`, 'R18', { status });
}
