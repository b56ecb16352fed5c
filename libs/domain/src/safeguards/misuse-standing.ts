import { type DecisionContext, type DataOf, type Refusal, actsFor, notThere, refuse } from '@entente/kernel';
import type { MisuseStep } from './incident-types.js';
import type {
  MeasureTerms,
  MisuseCase,
  MisuseCaseEvent,
  MisuseReport,
  MisuseScope,
  MisuseStatus,
  Precaution,
  Recovery,
} from './misuse-record.js';

// ---- Commands ----

type Ground = { readonly ground: string };
type Reason = { readonly reason: string };
type Correction = DataOf<MisuseCaseEvent, 'MisuseReportCorrected'>;
type Plan = DataOf<MisuseCaseEvent, 'RemediationPlanAgreed'>;
type Position = DataOf<MisuseCaseEvent, 'RecipientReplyReceived'>['position'];

export type MisuseCaseCommand =
  | { readonly type: 'FlagMisuse'; readonly data: MisuseReport }
  | { readonly type: 'CorrectMisuseReport'; readonly data: Correction }
  | { readonly type: 'AcknowledgeMisuseReport'; readonly data: { readonly channel: string } }
  | { readonly type: 'TriageMisuse'; readonly data: { readonly incidentType: string } }
  | { readonly type: 'DeclineMisuse'; readonly data: Reason }
  | { readonly type: 'OpenInvestigation'; readonly data: Reason }
  | { readonly type: 'AssignInvestigator'; readonly data: { readonly investigator: string } }
  | { readonly type: 'AddEvidence'; readonly data: { readonly kind: string } }
  | { readonly type: 'PutAllegationToRecipient'; readonly data: { readonly channel: string } }
  | { readonly type: 'ReplyToAllegation'; readonly data: { readonly position: Position } }
  | { readonly type: 'OrderPrecautionarySuspension'; readonly data: Precaution }
  | { readonly type: 'RenewPrecautionarySuspension'; readonly data: { readonly until: string } }
  | { readonly type: 'LapsePrecautionarySuspension'; readonly data: { readonly until: string } }
  | { readonly type: 'ExtendInvestigation'; readonly data: Reason & { readonly until: string } }
  | { readonly type: 'SubstantiateMisuse'; readonly data: Ground }
  | { readonly type: 'DismissMisuse'; readonly data: Ground }
  | { readonly type: 'FindMisuseInconclusive'; readonly data: Ground }
  | { readonly type: 'NotifyLegislature'; readonly data: { readonly to: string; readonly reference: string } }
  | { readonly type: 'DecideMeasure'; readonly data: MeasureTerms }
  | { readonly type: 'SuspendAssistance'; readonly data: { readonly scopes: readonly MisuseScope[] } }
  | { readonly type: 'AgreeRemediationPlan'; readonly data: Plan }
  | { readonly type: 'VerifyRemediation'; readonly data: { readonly ceasedOn: string } }
  | { readonly type: 'RecordAssurances'; readonly data: DataOf<MisuseCaseEvent, 'AssurancesReceived'> }
  | { readonly type: 'ResumeAssistance'; readonly data: Reason }
  | { readonly type: 'RecoverFunds'; readonly data: Recovery }
  | {
      readonly type: 'CorrectRecovery';
      readonly data: Reason & { readonly corrects: string; readonly difference: number };
    }
  | { readonly type: 'TerminateAssistance'; readonly data: DataOf<MisuseCaseEvent, 'AssistanceTerminated'> }
  | { readonly type: 'CloseMisuseCase'; readonly data: Reason }
  | { readonly type: 'ReopenMisuseCase'; readonly data: Reason }
  | { readonly type: 'RecordOverdueStep'; readonly data: { readonly step: MisuseStep } };

/**
 * Recorded under a pseudonym: what a reporter sends, and what a reporter must not send. Only a sealed command carries the pseudonym that can be
 * compared with the reporter's (`recordedAs`), so findings and verification are sealed too, and their events name the true organisation in `data`:
 * whoever passed the comparison is not the reporter. What cannot be compared: the organisation that another one names (`AssignInvestigator`; so the
 * bar falls at its finding), the senders of unsealed commands, and whoever flagged through a delegate or the public intake.
 */
export const SEALED = [
  'FlagMisuse',
  'CorrectMisuseReport',
  'AddEvidence',
  'SubstantiateMisuse',
  'DismissMisuse',
  'FindMisuseInconclusive',
  'VerifyRemediation',
] as const satisfies readonly MisuseCaseCommand['type'][];

// ---- Who may do what, and when ----

/** Whether the actor is that organisation, or acts in its name. */
export const speaks = (organisation: string, c: DecisionContext): boolean =>
  c.actor.organisation === organisation || actsFor(c.actor) === organisation;

/** The donor that the case names; any donor where it names none, or where that donor is itself accused. */
const isDonor = (state: MisuseCase, c: DecisionContext): boolean =>
  c.actor.role === 'donor' &&
  (state.donor === undefined || state.donor === state.accused || actsFor(c.actor) === state.donor);
const isIntake = (state: MisuseCase, c: DecisionContext): boolean =>
  isDonor(state, c) || c.actor.role === 'monitor' || c.actor.role === 'investigator' || c.actor.role === 'operator';
const isInvestigator = (state: MisuseCase, c: DecisionContext): boolean =>
  c.actor.role === 'investigator' && actsFor(c.actor) === state.investigator;
/** R18, in sealed commands only: see {@link SEALED}. */
export const isReporter = (state: MisuseCase, c: DecisionContext): boolean => c.recordedAs === state.reporter;
/** In every command, as `decide` sees the true actor. */
export const isAccused = (state: MisuseCase, c: DecisionContext): boolean => speaks(state.accused, c);

/** Each capacity: its refusal, what would have to be true, and who has it. The operator stands in for nobody here, save at the intake. */
const WHO = {
  anybody: ['', '', () => true],
  reporter: [
    'not-the-reporter',
    'the reporter, or the intake, corrects the report',
    (s, c) => isReporter(s, c) || (isIntake(s, c) && !isAccused(s, c)),
  ],
  intake: ['not-of-the-intake', 'the donor, a monitor, an investigator or the operator handles reports', isIntake],
  donor: ['not-the-donor', 'the donor decides what becomes of its assistance', isDonor],
  inquiry: [
    'not-of-the-inquiry',
    'the donor, or the investigator assigned, leads the inquiry',
    (s, c) => isDonor(s, c) || isInvestigator(s, c),
  ],
  investigator: ['not-the-investigator', 'the investigator assigned makes the finding', isInvestigator],
  verifier: [
    'not-a-verifier',
    'a monitor or an investigator verifies',
    (_, c) => c.actor.role === 'monitor' || c.actor.role === 'investigator',
  ],
  party: ['not-a-party', 'the recipient or the accused replies', (s, c) => isAccused(s, c) || speaks(s.recipient, c)],
  system: [
    'not-the-system',
    'dates come true by themselves, recorded in the role system',
    (_, c) => c.actor.role === 'system',
  ],
} as const satisfies Record<string, readonly [string, string, (state: MisuseCase, c: DecisionContext) => boolean]>;

const DECIDED = ['substantiated', 'inconclusive'] as const;
const LIVE = ['accepted', 'investigating', ...DECIDED] as const;
const OPEN = ['flagged', 'declined', ...LIVE, 'dismissed'] as const;
const ALL = [...OPEN, 'closed'] as const;

/** The state machine: who may send each command, and while the inquiry is where. */
const TABLE: Readonly<
  Record<Exclude<MisuseCaseCommand['type'], 'FlagMisuse'>, readonly [keyof typeof WHO, readonly MisuseStatus[]]>
> = {
  CorrectMisuseReport: ['reporter', OPEN],
  AcknowledgeMisuseReport: ['intake', OPEN],
  TriageMisuse: ['intake', ['flagged']],
  DeclineMisuse: ['intake', ['flagged']],
  OpenInvestigation: ['intake', ['accepted']],
  AssignInvestigator: ['intake', ['accepted', 'investigating']],
  AddEvidence: ['anybody', ALL],
  PutAllegationToRecipient: ['inquiry', ['investigating']],
  ReplyToAllegation: ['party', [...LIVE, 'dismissed']],
  OrderPrecautionarySuspension: ['donor', LIVE],
  RenewPrecautionarySuspension: ['donor', LIVE],
  LapsePrecautionarySuspension: ['system', LIVE],
  ExtendInvestigation: ['inquiry', ['investigating']],
  SubstantiateMisuse: ['investigator', ['investigating']],
  DismissMisuse: ['investigator', ['investigating']],
  FindMisuseInconclusive: ['investigator', ['investigating']],
  NotifyLegislature: ['donor', [...LIVE, 'dismissed']],
  DecideMeasure: ['donor', DECIDED],
  SuspendAssistance: ['donor', DECIDED],
  AgreeRemediationPlan: ['donor', DECIDED],
  VerifyRemediation: ['verifier', DECIDED],
  RecordAssurances: ['donor', DECIDED],
  ResumeAssistance: ['donor', DECIDED],
  RecoverFunds: ['donor', [...DECIDED, 'closed']],
  CorrectRecovery: ['donor', ALL],
  TerminateAssistance: ['donor', DECIDED],
  CloseMisuseCase: ['intake', ['declined', 'dismissed', ...DECIDED]],
  ReopenMisuseCase: ['intake', ['declined', 'dismissed', 'closed']],
  RecordOverdueStep: ['system', ALL],
};

/** What bars a command before its own rules are asked; null where nothing does. */
export function barred(type: keyof typeof TABLE, state: MisuseCase, c: DecisionContext): Refusal | null {
  // R18: until the allegation is put to them, accused and recipient get the answer of a case that does not exist; save for what they report themselves.
  const concerned = isAccused(state, c) || speaks(state.recipient, c);
  if (concerned && !state.disclosed && !isReporter(state, c)) return notThere('misuse case');
  const [who, stages] = TABLE[type];
  if (isAccused(state, c) && who !== 'anybody' && who !== 'party' && who !== 'reporter')
    return refuse('accused-acts', 'somebody other than the accused does this', 'R18');
  const [code, unless, may] = WHO[who];
  if (!may(state, c)) return refuse(code, unless, 'R18');
  if (!stages.includes(state.status))
    return refuse('not-at-this-stage', `the case is ${stages.join(' or ')}`, 'R18', { status: state.status });
  return null;
}
