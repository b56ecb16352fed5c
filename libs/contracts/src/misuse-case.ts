import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';
import {
  code,
  currency,
  day,
  eventId,
  flag,
  integer,
  minorUnits,
  nested,
  nestedList,
  oneOf,
  optional,
  organisation,
  period,
  streamId,
  word,
  words,
} from './fields.js';
import { AssistanceScope } from './scope.js';

/** The measures that can be decided after a finding. */
const MEASURES = ['suspend', 'condition', 'recover', 'refer', 'terminate', 'no-action'] as const;
export type Measure = (typeof MEASURES)[number];

const POSITIONS = ['accepts', 'accepts-in-part', 'contests'] as const;
type Position = (typeof POSITIONS)[number];

/** The addressee of a case of an incident type. */
export const ESCALATIONS = ['programme-office', 'ministry', 'minister'] as const;
export type Escalation = (typeof ESCALATIONS)[number];

/**
 * The steps of a misuse case that have a last day. `remediate` has the day of its plan; the limits
 * of the intake and of the incident type give the other days.
 */
export const MISUSE_STEPS = [
  'acknowledge',
  'triage',
  'notify',
  'open',
  'reply',
  'conclude',
  'measure',
  'remediate',
] as const;
/** One of {@link MISUSE_STEPS}. */
export type MisuseStep = (typeof MISUSE_STEPS)[number];

const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;
const reason = (example: string) => code('the code of the reason', example);
const ground = (example: string) => code("the code of the finding's ground", example);
const channel = (description: string, example: string) => code(`the code of the channel ${description}`, example);
const corrects = () => eventId('the event that was wrong');
const isoCurrency = () => currency('the ISO 4217 code of the currency');
const limit = (description: string, example: number) => integer(`${description}, in calendar days`, example, 0, 3650);
const happened = () => nested(() => DayRange, 'the first and the last day on which it is alleged to have happened');
const scopes = (description: string, min = 1) => nestedList(() => AssistanceScope, description, 20, min);
/** The assistance of no other donor stops; every donor's, if the case names none. */
const boundDonor = (): PropertyDecorator => (target, name) => {
  optional()(target, name);
  organisation("the donor whose assistance it is; every donor's if there is none")(target, name);
};
const maker = () => organisation('the organisation that made the finding: the investigator assigned', 'lumen-inquiry');

export class DayRange {
  @day('the first day', '2026-04-01') readonly from!: string;
  @day('the last day', '2026-04-20') readonly to!: string;
}

/** What the reporter reports. */
export class FlagMisuse {
  @code('the code of an incident type, as far as the reporter knows, or another code', 'unauthorised-transfer')
  readonly allegation!: string;
  @optional() @streamId('programme', 'the programme concerned') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case concerned') readonly case?: string;
  @optional() @streamId('consignment', 'the consignment concerned') readonly consignment?: string;
  @optional() @organisation('the donor of the assistance') readonly donor?: string;
  @organisation('the recipient of the assistance', 'estmark') readonly recipient!: string;
  @organisation(
    'the organisation that is accused of it: the recipient, one of its services, an implementer or a donor',
    'estmark',
  )
  readonly accused!: string;
  @happened() readonly happened!: DayRange;
  @scopes('what the misuse concerns', 0) readonly scopes!: readonly AssistanceScope[];
}

/** Both days follow from the day on which the report arrived: the decision adds them. */
export class MisuseFlagged extends FlagMisuse {
  @day('the last day for its acknowledgement', '2026-05-11') readonly acknowledgeBy!: string;
  @day('the last day for its triage', '2026-06-03') readonly triageBy!: string;
}

/** A report was wrong in part: each field here replaces the report's. */
export class CorrectMisuseReport {
  @corrects() readonly corrects!: string;
  @reason('wrong-allegation') readonly reason!: string;
  @optional() @code('the code of the right allegation', 'unauthorised-use') readonly allegation?: string;
  @optional() @happened() readonly happened?: DayRange;
  @optional() @scopes('what the misuse concerns', 0) readonly scopes?: readonly AssistanceScope[];
  @optional() @streamId('programme', 'the right programme') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the right case') readonly case?: string;
  @optional() @organisation('the right donor of the assistance') readonly donor?: string;
  @optional() @organisation('the right recipient of the assistance', 'estmark') readonly recipient?: string;
  @optional() @organisation('the organisation that is accused', 'estmark') readonly accused?: string;
}

export class AcknowledgeMisuseReport {
  @channel('by which the reporter is notified', 'sealed-intake') readonly channel!: string;
}

export class TriageMisuse {
  @code('the code of the incident type', 'unauthorised-transfer') readonly incidentType!: string;
}

/** The days that each step of an accepted case has, from the step before it. */
export class IncidentLimits {
  @optional()
  @limit("from acceptance to the legislature's notice, if the incident type asks for one", 1)
  readonly notify?: number;
  @limit('from acceptance to the opening of the investigation', 7) readonly open!: number;
  @limit('from the day on which the allegation is put to the recipient to its reply', 15) readonly reply!: number;
  @limit('from the opening of the investigation to its finding', 60) readonly conclude!: number;
  @limit('from substantiation to the first measure decided', 15) readonly measure!: number;
}

/** The terms are those of the incident type on that day: the decision copies them. */
export class MisuseTriaged extends TriageMisuse {
  @flag('whether the legislature is notified as soon as a violation may have occurred')
  readonly noticeRequired!: boolean;
  @oneOf(ESCALATIONS, 'to whom the case is brought', 'minister') readonly escalation!: Escalation;
  @nested(() => IncidentLimits, 'the days for each step of the case') readonly limits!: IncidentLimits;
  @day('the last day for opening the investigation', '2026-05-13') readonly openBy!: string;
  @optional()
  @day('the last day for the notice, if the type asks for one that has not been given yet', '2026-05-07')
  readonly notifyBy?: string;
}

export class CorrectTriage {
  @eventId('the triage that was wrong') readonly corrects!: string;
  @code('the code of the right incident type', 'unauthorised-use') readonly incidentType!: string;
  @reason('mistyped') readonly reason!: string;
}

/** The terms of the right type, counted from the day of the triage: the decision copies them. */
export class TriageCorrected extends MisuseTriaged {
  @eventId('the triage that was wrong') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
}

export class DeclineMisuse {
  @reason('outside-assistance') readonly reason!: string;
}

export class OpenInvestigation {
  @reason('credible-report') readonly reason!: string;
}

/** The day follows from the limits: the decision adds it. */
export class InvestigationOpened extends OpenInvestigation {
  @day('the last day for the finding', '2026-07-07') readonly concludeBy!: string;
}

export class AssignInvestigator {
  @organisation('the organisation that investigates', 'lumen-inquiry') readonly investigator!: string;
}

export class AddEvidence {
  @code('the code of the kind of evidence', 'serial-record') readonly kind!: string;
}

export class PutAllegationToRecipient {
  @channel('by which it is put', 'note-verbale') readonly channel!: string;
}

/** Addressees and day follow from the report and the limits: the decision adds them. */
export class AllegationPutToRecipient extends PutAllegationToRecipient {
  @words('the recipient, and the accused if it is another organisation', ['estmark'], 2, 1)
  readonly to!: readonly string[];
  @day('the last day of the right of reply', '2026-05-27') readonly replyBy!: string;
}

export class ReplyToAllegation {
  @oneOf(POSITIONS, 'the position on the allegation', 'accepts-in-part') readonly position!: Position;
}

/** The organisation is the sender's: the decision adds it, and who still has to reply. */
export class RecipientReplyReceived extends ReplyToAllegation {
  @organisation('the organisation that replied', 'estmark') readonly from!: string;
  @optional()
  @words('the organisations whose reply is still awaited; none if it is left out', ['ostra-training'], 1, 1)
  readonly awaited?: readonly string[];
}

export class SuspendAssistance {
  @scopes('in which scopes assistance stops') readonly scopes!: readonly AssistanceScope[];
}

/** The donor is the case's: the decision adds it. */
export class AssistanceSuspended extends SuspendAssistance {
  @boundDonor() readonly donor?: string;
}

/** What stops at once, and until which day unless it is renewed. */
export class OrderPrecautionarySuspension extends SuspendAssistance {
  @day('the last day of the suspension', '2036-07-31') readonly until!: string;
}

/** The donor is the case's: the decision adds it. */
export class PrecautionarySuspensionOrdered extends OrderPrecautionarySuspension {
  @boundDonor() readonly donor?: string;
}

export class PrecautionarySuspensionLapsed extends PrecautionarySuspensionOrdered {
  @reason('not-renewed') readonly reason!: string;
}

export class PrecautionUntil {
  @day('the last day of the suspension', '2036-08-31') readonly until!: string;
}

export class ExtendInvestigation {
  @reason('site-inaccessible') readonly reason!: string;
  @day('the last day for the finding', '2036-10-31') readonly until!: string;
}

export class SubstantiateMisuse {
  @ground('serials-found-elsewhere') readonly ground!: string;
}

/** The day follows from the limits: the decision adds it. */
export class MisuseSubstantiated extends SubstantiateMisuse {
  @maker() readonly investigator!: string;
  @day('the last day for the first measure', '2026-06-16') readonly measureBy!: string;
}

export class DismissMisuse {
  @ground('serials-accounted-for') readonly ground!: string;
}

export class MisuseDismissed extends DismissMisuse {
  @maker() readonly investigator!: string;
}

export class FindMisuseInconclusive {
  @ground('access-denied') readonly ground!: string;
}

export class MisuseFoundInconclusive extends FindMisuseInconclusive {
  @maker() readonly investigator!: string;
}

export class NotifyLegislatureOfMisuse {
  @code('the code of the committee or office notified', 'foreign-affairs-committee') readonly to!: string;
  @word("the notice's reference", 'notice-2026-17') readonly reference!: string;
}

/** `no-action` has a justification, `condition` has conditions, `refer` has an addressee. */
export class DecideMeasure {
  @oneOf(MEASURES, 'the measure') readonly measure!: Measure;
  @optional()
  @code('the code of the justification, if no action is taken', 'remedied-before')
  readonly justification?: string;
  @optional() @words('the codes of the conditions', ['recertify-store'], 50) readonly conditions?: readonly string[];
  @optional() @word('the body to which the case is referred', 'court-of-audit') readonly referredTo?: string;
}

export class AgreeRemediationPlan {
  @words('the codes of the steps of the remedy', ['recover-items', 'recertify-store'], 50, 1)
  readonly steps!: readonly string[];
  @day('the last day for the remedy', '2036-11-30') readonly due!: string;
}

export class VerifyMisuseRemediation {
  @day('the day on which the violation ceased', '2026-05-20') readonly ceasedOn!: string;
}

/**
 * The verifier is the sender's organisation, which neither reported the misuse nor is accused of
 * it: the decision adds it.
 */
export class RemediationVerified extends VerifyMisuseRemediation {
  @organisation('the organisation that verified it', 'veritas-monitor') readonly verifier!: string;
}

export class RecordAssurances {
  @organisation('the recipient or the accused, which gives them', 'estmark') readonly from!: string;
  @words('the codes of what it undertakes', ['no-retransfer', 'observation-granted'], 50, 1)
  readonly undertakings!: readonly string[];
}

export class ResumeAssistance {
  @reason('remedied') readonly reason!: string;
}

/** The scopes are those of the suspension in force: the decision adds them. */
export class AssistanceResumed {
  @scopes('in which scopes assistance resumes') readonly scopes!: readonly AssistanceScope[];
  @reason('remedied') readonly reason!: string;
}

export class RecoverFunds {
  @minorUnits('the amount that came back', 750_000_00) readonly amount!: number;
  @isoCurrency() readonly currency!: string;
  @optional()
  @streamId('funding-account', 'the account to which it came back: its reimbursement follows by itself')
  readonly account?: string;
  @optional()
  @period('the fiscal period in the form of the account, by default the calendar year')
  readonly period?: string;
}

export class CorrectRecovery {
  @reason('entered-twice') readonly reason!: string;
  @corrects() readonly corrects!: string;
  @minorUnits('the difference; below zero if too much was recorded', -50_000_00, -MAX_AMOUNT)
  readonly difference!: number;
}

/** Currency, account and day are those of the corrected recovery: the decision adds them. */
export class RecoveryCorrected extends CorrectRecovery {
  @isoCurrency() readonly currency!: string;
  @optional() @minorUnits('what the recovery comes to', 700_000_00, 0) readonly amount?: number;
  @optional() @streamId('funding-account', 'the account to which it came back') readonly account?: string;
  @optional() @day('the day on which what is corrected came back: it counts there', '2026-05-04') readonly on?: string;
  @optional() @flag('whether it came back before the case was reopened') readonly earlier?: boolean;
}

export class TerminateAssistance {
  @scopes('in which scopes assistance ends') readonly scopes!: readonly AssistanceScope[];
  @reason('not-remedied') readonly reason!: string;
}

/** The decision adds the donor, and which scopes were suspended and are not terminated. */
export class AssistanceTerminated extends TerminateAssistance {
  @boundDonor() readonly donor?: string;
  @optional()
  @scopes('the scopes that were suspended, and in which assistance does not end')
  readonly released?: readonly AssistanceScope[];
}

export class CloseMisuseCase {
  @reason('measures-carried-out') readonly reason!: string;
}

export class ReopenMisuseCase {
  @reason('new-evidence') readonly reason!: string;
}

/** The day follows from the day of the reopening: the decision adds it. */
export class MisuseCaseReopened extends ReopenMisuseCase {
  @day('the last day for the new triage', '2026-08-31') readonly triageBy!: string;
}

export class RecordOverdueStep {
  @oneOf(MISUSE_STEPS, 'the step that was not done in its days', 'triage') readonly step!: MisuseStep;
}

/** The day is that of the step: the decision adds it. */
export class MisuseStepBecameOverdue extends RecordOverdueStep {
  @day('the last day on which it could have been done in time', '2026-06-03') readonly due!: string;
}

const evidence = [
  { sha256: '6f1ed002ab5595859014ebf0951522d9c1f4f1fbf2d9f0a3a1c9a5c6f1f0d7e2', reference: 'visit-report-7' },
];

/**
 * A misuse case: any organisation reports, the intake receives, the investigator finds, the donor
 * decides on measures. The operator may act for no other sender here, except at the intake.
 */
export const misuseCaseContract = contract({
  kind: 'misuse-case',
  about: 'one allegation of misuse: report, inquiry, measure, remedy',
  commands: {
    FlagMisuse: command(
      'flag',
      FlagMisuse,
      ['anybody', 'system'],
      'Report an allegation; the sender is recorded by a pseudonym',
    ),
    CorrectMisuseReport: command(
      'correct-report',
      CorrectMisuseReport,
      ['reporter', 'intake'],
      'Replace what was wrong in the report, its parties only before triage; the sender is recorded by a pseudonym',
      { corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1', reason: 'wrong-allegation', allegation: 'unauthorised-use' },
    ),
    AcknowledgeMisuseReport: command(
      'acknowledge',
      AcknowledgeMisuseReport,
      'intake',
      'Confirm to the reporter that the report has arrived',
    ),
    TriageMisuse: command(
      'triage',
      TriageMisuse,
      'intake',
      'Accept the report for investigation, under an incident type whose terms are copied',
    ),
    CorrectTriage: command(
      'correct-triage',
      CorrectTriage,
      'intake',
      'Correct the incident type before the investigation; the terms of the right one apply from the triage on',
    ),
    DeclineMisuse: command('decline', DeclineMisuse, 'intake', 'Decline the report; it stays on record'),
    OpenInvestigation: command('open-investigation', OpenInvestigation, 'intake', 'Open the investigation'),
    AssignInvestigator: command(
      'assign-investigator',
      AssignInvestigator,
      'intake',
      'Name the organisation that investigates; never the accused',
    ),
    AddEvidence: command(
      'add-evidence',
      AddEvidence,
      'anybody',
      'Refer to evidence, beside the fields; the sender is recorded by a pseudonym',
      { kind: 'serial-record', evidence },
    ),
    PutAllegationToRecipient: command(
      'put-allegation',
      PutAllegationToRecipient,
      'inquiry',
      'Put the allegation to recipient and accused: their rights begin',
    ),
    ReplyToAllegation: command(
      'reply',
      ReplyToAllegation,
      'respondent',
      'Reply to the allegation, as the recipient or the accused',
    ),
    OrderPrecautionarySuspension: command(
      'order-precautionary-suspension',
      OrderPrecautionarySuspension,
      'donor',
      'Suspend at once, until a day, before there is a finding: a policy puts each scope on hold',
    ),
    RenewPrecautionarySuspension: command(
      'renew-precautionary-suspension',
      PrecautionUntil,
      'donor',
      'Renew a precautionary suspension before it lapses',
    ),
    LapsePrecautionarySuspension: command(
      'lapse-precautionary-suspension',
      PrecautionUntil,
      'system',
      'Record that a precautionary suspension lapsed after its last day',
    ),
    ExtendInvestigation: command(
      'extend-investigation',
      ExtendInvestigation,
      'inquiry',
      'Give the investigation more time',
    ),
    SubstantiateMisuse: command(
      'substantiate',
      SubstantiateMisuse,
      'investigator',
      'Find that it is so, once the recipient was heard; the investigator is named',
    ),
    DismissMisuse: command(
      'dismiss',
      DismissMisuse,
      'investigator',
      'Find that it is not so; the investigator is named',
    ),
    FindMisuseInconclusive: command(
      'find-inconclusive',
      FindMisuseInconclusive,
      'investigator',
      'Find that it cannot be decided; the investigator is named',
    ),
    NotifyLegislature: command(
      'notify-legislature',
      NotifyLegislatureOfMisuse,
      'donor',
      'Notify the legislature that a violation may have occurred',
    ),
    DecideMeasure: command(
      'decide-measure',
      DecideMeasure,
      'donor',
      'Decide a measure: no action states its justification, conditions are listed, a referral has an addressee',
      { measure: 'suspend' },
    ),
    SuspendAssistance: command(
      'suspend-assistance',
      SuspendAssistance,
      'donor',
      'Suspend assistance in the scopes named: a policy puts each on hold',
    ),
    AgreeRemediationPlan: command(
      'agree-remediation-plan',
      AgreeRemediationPlan,
      'donor',
      'Agree on the steps of a remedy and its last day',
    ),
    VerifyRemediation: command(
      'verify-remediation',
      VerifyMisuseRemediation,
      'verifier',
      'Verify that the violation has ceased; never the reporter or the accused; the verifier is named',
    ),
    RecordAssurances: command(
      'record-assurances',
      RecordAssurances,
      'donor',
      'Record assurances that it will not happen again',
    ),
    ResumeAssistance: command(
      'resume-assistance',
      ResumeAssistance,
      'donor',
      'Resume assistance, once the violation has ceased and assurances were received',
    ),
    RecoverFunds: command('recover-funds', RecoverFunds, 'donor', 'Record money that came back'),
    CorrectRecovery: command('correct-recovery', CorrectRecovery, 'donor', 'Correct a recovery by the difference'),
    TerminateAssistance: command(
      'terminate-assistance',
      TerminateAssistance,
      'donor',
      'Record that assistance ends in the scopes named; programmes in scope have ended first',
    ),
    CloseMisuseCase: command('close', CloseMisuseCase, 'intake', 'Close a case whose measures were carried out'),
    ReopenMisuseCase: command(
      'reopen',
      ReopenMisuseCase,
      'intake',
      'Reopen a declined, dismissed or closed case on new evidence, referred to beside the fields',
      { reason: 'new-evidence', evidence },
    ),
    RecordOverdueStep: command(
      'record-overdue-step',
      RecordOverdueStep,
      'system',
      'Record that a step was not done in its days',
    ),
  },
  events: {
    MisuseFlagged: event(MisuseFlagged, 'An allegation was reported', { opens: 'the case' }),
    MisuseReportCorrected: fact(CorrectMisuseReport, 'The report was corrected'),
    MisuseReportAcknowledged: fact(AcknowledgeMisuseReport, 'The report was acknowledged'),
    MisuseTriaged: event(MisuseTriaged, 'The report was accepted for investigation', {
      opens: 'the wait for the investigation',
    }),
    TriageCorrected: fact(TriageCorrected, 'The incident type was corrected, and its terms with it'),
    MisuseDeclined: event(DeclineMisuse, 'The report was declined', { closes: ['MisuseFlagged'] }),
    InvestigationOpened: event(InvestigationOpened, 'The investigation was opened', {
      opens: 'the investigation',
      closes: ['MisuseTriaged'],
    }),
    InvestigatorAssigned: fact(AssignInvestigator, 'An investigator was assigned'),
    EvidenceAdded: fact(AddEvidence, 'Evidence was added, by reference'),
    AllegationPutToRecipient: event(AllegationPutToRecipient, 'Recipient and accused were notified, and may reply', {
      opens: 'the right of reply',
    }),
    RecipientReplyReceived: event(RecipientReplyReceived, 'Recipient or accused replied', {
      closes: ['AllegationPutToRecipient'],
    }),
    PrecautionarySuspensionOrdered: event(PrecautionarySuspensionOrdered, 'Assistance was suspended as a precaution', {
      opens: 'the precautionary suspension',
    }),
    PrecautionarySuspensionRenewed: fact(PrecautionarySuspensionOrdered, 'The precautionary suspension was renewed'),
    PrecautionarySuspensionLapsed: event(PrecautionarySuspensionLapsed, 'The precautionary suspension is over', {
      closes: ['PrecautionarySuspensionOrdered'],
    }),
    InvestigationExtended: fact(ExtendInvestigation, 'The investigation has more time'),
    MisuseSubstantiated: event(MisuseSubstantiated, 'The allegation was found to be so', {
      opens: 'the wait for a measure',
      closes: ['InvestigationOpened'],
    }),
    MisuseDismissed: event(MisuseDismissed, 'The allegation was found not to be so', {
      closes: ['InvestigationOpened'],
    }),
    MisuseFoundInconclusive: event(MisuseFoundInconclusive, 'It could not be decided', {
      closes: ['InvestigationOpened'],
    }),
    LegislatureNotifiedOfPossibleViolation: fact(
      NotifyLegislatureOfMisuse,
      'The legislature was notified that a violation may have occurred',
    ),
    MeasureDecided: event(DecideMeasure, 'A measure was decided', { closes: ['MisuseSubstantiated'] }),
    AssistanceSuspended: event(AssistanceSuspended, 'Assistance was suspended in these scopes', {
      opens: 'the suspension',
    }),
    RemediationPlanAgreed: event(AgreeRemediationPlan, 'A remedy was agreed', { opens: 'the remedy' }),
    RemediationVerified: event(RemediationVerified, 'It was verified that the violation ceased', {
      closes: ['RemediationPlanAgreed'],
    }),
    AssurancesReceived: fact(RecordAssurances, 'Assurances were received'),
    AssistanceResumed: event(AssistanceResumed, 'Assistance was resumed in these scopes', {
      closes: ['AssistanceSuspended'],
    }),
    FundsRecovered: fact(RecoverFunds, 'Money came back'),
    RecoveryCorrected: fact(RecoveryCorrected, 'A recovery was corrected'),
    AssistanceTerminated: event(AssistanceTerminated, 'Assistance was terminated in these scopes', {
      closes: ['AssistanceSuspended', 'RemediationPlanAgreed'],
    }),
    MisuseCaseClosed: event(CloseMisuseCase, 'The case was closed', {
      closes: ['MisuseFlagged', 'MisuseCaseReopened'],
    }),
    MisuseCaseReopened: event(MisuseCaseReopened, 'The case was reopened on new evidence', { opens: 'the case again' }),
    MisuseStepBecameOverdue: fact(MisuseStepBecameOverdue, 'A step was not done in its days'),
  },
});

export type MisuseCaseCommand = CommandOf<typeof misuseCaseContract>;
export type MisuseCaseEvent = EventOf<typeof misuseCaseContract>;
export type MisuseCaseRelation = RelationOf<typeof misuseCaseContract>;
