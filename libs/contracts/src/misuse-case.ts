import type { DataOf } from '@entente/kernel';
import type { MisuseCaseCommand, MisuseCaseEvent, MisuseScope } from '@entente/domain';
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
  streamId,
  word,
  words,
} from './old-fields.js';
import type { KindWire } from './wire.js';

type Body<Type extends MisuseCaseCommand['type']> = DataOf<MisuseCaseCommand, Type>;
type Fact<Type extends MisuseCaseEvent['type']> = DataOf<MisuseCaseEvent, Type>;
type Step = Body<'RecordOverdueStep'>['step'];
type Measure = Body<'DecideMeasure'>['measure'];
type Position = Body<'ReplyToAllegation'>['position'];
type Escalation = Fact<'MisuseTriaged'>['escalation'];

const SCOPES = ['unit', 'item-type', 'case', 'programme', 'country'] as const satisfies readonly MisuseScope['kind'][];
const MEASURES = [
  'suspend',
  'condition',
  'recover',
  'refer',
  'terminate',
  'no-action',
] as const satisfies readonly Measure[];
const POSITIONS = ['accepts', 'accepts-in-part', 'contests'] as const satisfies readonly Position[];
const ESCALATIONS = ['programme-office', 'ministry', 'minister'] as const satisfies readonly Escalation[];
const STEPS = [
  'acknowledge',
  'triage',
  'notify',
  'open',
  'reply',
  'conclude',
  'measure',
  'remediate',
] as const satisfies readonly Step[];

export class ScopeBody implements MisuseScope {
  @oneOf(...SCOPES) kind!: MisuseScope['kind'];
  @word() id!: string;
}

export class DayRange {
  @day() from!: string;
  @day() to!: string;
}

export class FlagMisuse implements Body<'FlagMisuse'> {
  @code() allegation!: string;
  @optional() @streamId('programme') programme?: string;
  @optional() @streamId('assistance-case') case?: string;
  @optional() @streamId('consignment') consignment?: string;
  @optional() @organisation() donor?: string;
  @organisation() recipient!: string;
  @organisation() accused!: string;
  @nested(() => DayRange) happened!: DayRange;
  @nestedList(() => ScopeBody, 20) scopes!: ScopeBody[];
}
export class MisuseFlagged extends FlagMisuse implements Fact<'MisuseFlagged'> {
  @day() acknowledgeBy!: string;
  @day() triageBy!: string;
}

export class CorrectMisuseReport implements Body<'CorrectMisuseReport'> {
  @eventId() corrects!: string;
  @code() reason!: string;
  @optional() @code() allegation?: string;
  @optional() @nested(() => DayRange) happened?: DayRange;
  @optional() @nestedList(() => ScopeBody, 20) scopes?: ScopeBody[];
}

export class AcknowledgeMisuseReport implements Body<'AcknowledgeMisuseReport'> {
  @code() channel!: string;
}

export class TriageMisuse implements Body<'TriageMisuse'> {
  @code() incidentType!: string;
}
export class IncidentLimitsBody {
  @optional() @integer(0, 3650) notify?: number;
  @integer(0, 3650) open!: number;
  @integer(0, 3650) reply!: number;
  @integer(0, 3650) conclude!: number;
  @integer(0, 3650) measure!: number;
}
export class MisuseTriaged extends TriageMisuse implements Fact<'MisuseTriaged'> {
  @flag() noticeRequired!: boolean;
  @oneOf(...ESCALATIONS) escalation!: Escalation;
  @nested(() => IncidentLimitsBody) limits!: IncidentLimitsBody;
  @day() openBy!: string;
  @optional() @day() notifyBy?: string;
}

/** Commands and events that say why, by a code, and no more. */
export class MisuseReason implements Body<'DeclineMisuse'> {
  @code() reason!: string;
}

export class InvestigationOpened extends MisuseReason implements Fact<'InvestigationOpened'> {
  @day() concludeBy!: string;
}

export class AssignInvestigator implements Body<'AssignInvestigator'> {
  @organisation() investigator!: string;
}

export class AddEvidence implements Body<'AddEvidence'> {
  @code() kind!: string;
}

export class PutAllegationToRecipient implements Body<'PutAllegationToRecipient'> {
  @code() channel!: string;
}
export class AllegationPutToRecipient extends PutAllegationToRecipient implements Fact<'AllegationPutToRecipient'> {
  @words(2, 1) to!: string[];
  @day() replyBy!: string;
}

export class ReplyToAllegation implements Body<'ReplyToAllegation'> {
  @oneOf(...POSITIONS) position!: Position;
}
export class RecipientReplyReceived extends ReplyToAllegation implements Fact<'RecipientReplyReceived'> {
  @organisation() from!: string;
}

export class SuspendAssistance implements Body<'SuspendAssistance'> {
  @nestedList(() => ScopeBody, 20, 1) scopes!: ScopeBody[];
}
export class OrderPrecautionarySuspension extends SuspendAssistance implements Body<'OrderPrecautionarySuspension'> {
  @day() until!: string;
}
export class PrecautionarySuspensionLapsed
  extends OrderPrecautionarySuspension
  implements Fact<'PrecautionarySuspensionLapsed'>
{
  @code() reason!: string;
}
/** Renewed until, or lapsed after, this day. */
export class PrecautionUntil implements Body<'RenewPrecautionarySuspension'> {
  @day() until!: string;
}

export class ExtendInvestigation extends MisuseReason implements Body<'ExtendInvestigation'> {
  @day() until!: string;
}

export class MakeFinding implements Body<'SubstantiateMisuse'> {
  @code() ground!: string;
}
export class FindingMade extends MakeFinding implements Fact<'MisuseDismissed'> {
  @organisation() investigator!: string;
}
export class MisuseSubstantiated extends FindingMade implements Fact<'MisuseSubstantiated'> {
  @day() measureBy!: string;
}

export class NotifyLegislatureOfMisuse implements Body<'NotifyLegislature'> {
  @code() to!: string;
  @word() reference!: string;
}

export class DecideMeasure implements Body<'DecideMeasure'> {
  @oneOf(...MEASURES) measure!: Measure;
  @optional() @code() justification?: string;
  @optional() @words(50) conditions?: string[];
  @optional() @word() referredTo?: string;
}

export class AgreeRemediationPlan implements Body<'AgreeRemediationPlan'> {
  @words(50, 1) steps!: string[];
  @day() due!: string;
}

export class VerifyMisuseRemediation implements Body<'VerifyRemediation'> {
  @day() ceasedOn!: string;
}
export class RemediationVerified extends VerifyMisuseRemediation implements Fact<'RemediationVerified'> {
  @organisation() verifier!: string;
}

export class RecordAssurances implements Body<'RecordAssurances'> {
  @organisation() from!: string;
  @words(50, 1) undertakings!: string[];
}

/** What was resumed or terminated, and why. */
export class ScopesAndReason extends SuspendAssistance implements Body<'TerminateAssistance'> {
  @code() reason!: string;
}

export class RecoverFunds implements Body<'RecoverFunds'> {
  @minorUnits() amount!: number;
  @currency() currency!: string;
  @optional() @streamId('funding-account') account?: string;
}

export class CorrectRecovery extends MisuseReason implements Body<'CorrectRecovery'> {
  @eventId() corrects!: string;
  @integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, {
    description: 'minor units; below zero where too much was recorded',
  })
  difference!: number;
}
export class RecoveryCorrected extends CorrectRecovery implements Fact<'RecoveryCorrected'> {
  @currency() currency!: string;
}

export class MisuseCaseReopened extends MisuseReason implements Fact<'MisuseCaseReopened'> {
  @day() triageBy!: string;
}

export class RecordOverdueStep implements Body<'RecordOverdueStep'> {
  @oneOf(...STEPS) step!: Step;
}
export class MisuseStepBecameOverdue extends RecordOverdueStep implements Fact<'MisuseStepBecameOverdue'> {
  @day() due!: string;
}

const scopes: ScopeBody[] = [{ kind: 'programme', id: 'norland.programme-1' }];
const evidence = [
  { sha256: '6f1ed002ab5595859014ebf0951522d9c1f4f1fbf2d9f0a3a1c9a5c6f1f0d7e2', reference: 'visit-report-7' },
];
const anEvent = '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1';

/** Misuse cases on the wire. */
export const misuseCaseWire: KindWire<MisuseCaseCommand, MisuseCaseEvent> = {
  kind: 'misuse-case',
  about: 'one allegation of misuse: report, inquiry, measure, remedy',
  commands: {
    FlagMisuse: {
      path: 'flag',
      body: FlagMisuse,
      summary: 'Report an allegation; the sender is recorded by a pseudonym',
      example: {
        allegation: 'unauthorised-transfer',
        programme: 'norland.programme-1',
        case: 'norland.case-1',
        consignment: 'norland.consignment-1',
        donor: 'norland',
        recipient: 'estmark',
        accused: 'estmark',
        happened: { from: '2026-04-01', to: '2026-04-20' },
        scopes,
      },
    },
    CorrectMisuseReport: {
      path: 'correct-report',
      body: CorrectMisuseReport,
      summary: 'Replace what was wrong in the report; the sender is recorded by a pseudonym',
      example: { corrects: anEvent, reason: 'wrong-date', happened: { from: '2026-04-02', to: '2026-04-21' } },
    },
    AcknowledgeMisuseReport: {
      path: 'acknowledge',
      body: AcknowledgeMisuseReport,
      summary: 'Tell the reporter that the report has come in',
      example: { channel: 'sealed-intake' },
    },
    TriageMisuse: {
      path: 'triage',
      body: TriageMisuse,
      summary: 'Accept the report for investigation, under an incident type whose terms are copied',
      example: { incidentType: 'unauthorised-transfer' },
    },
    DeclineMisuse: {
      path: 'decline',
      body: MisuseReason,
      summary: 'Decline the report; it stays on record',
      example: { reason: 'outside-assistance' },
    },
    OpenInvestigation: {
      path: 'open-investigation',
      body: MisuseReason,
      summary: 'Open the investigation',
      example: { reason: 'credible-report' },
    },
    AssignInvestigator: {
      path: 'assign-investigator',
      body: AssignInvestigator,
      summary: 'Name the organisation that investigates; never the accused',
      example: { investigator: 'lumen-inquiry' },
    },
    AddEvidence: {
      path: 'add-evidence',
      body: AddEvidence,
      summary: 'Refer to evidence, beside the fields; the sender is recorded by a pseudonym',
      example: { kind: 'serial-record', evidence },
    },
    PutAllegationToRecipient: {
      path: 'put-allegation',
      body: PutAllegationToRecipient,
      summary: 'Put the allegation to recipient and accused: their rights begin',
      example: { channel: 'note-verbale' },
    },
    ReplyToAllegation: {
      path: 'reply',
      body: ReplyToAllegation,
      summary: 'Reply to the allegation, as the recipient or the accused',
      example: { position: 'accepts-in-part' },
    },
    OrderPrecautionarySuspension: {
      path: 'order-precautionary-suspension',
      body: OrderPrecautionarySuspension,
      summary: 'Suspend at once, until a day, before there is a finding',
      example: { scopes, until: '2036-07-31' },
    },
    RenewPrecautionarySuspension: {
      path: 'renew-precautionary-suspension',
      body: PrecautionUntil,
      summary: 'Renew a precautionary suspension before it lapses',
      example: { until: '2036-08-31' },
    },
    LapsePrecautionarySuspension: {
      path: 'lapse-precautionary-suspension',
      body: PrecautionUntil,
      summary: 'Record that a precautionary suspension lapsed after its last day (role system)',
      example: { until: '2026-08-31' },
    },
    ExtendInvestigation: {
      path: 'extend-investigation',
      body: ExtendInvestigation,
      summary: 'Give the investigation more time',
      example: { until: '2036-10-31', reason: 'site-inaccessible' },
    },
    SubstantiateMisuse: {
      path: 'substantiate',
      body: MakeFinding,
      summary: 'Find that it is so, once the recipient was heard; sent by the investigator assigned, who is named',
      example: { ground: 'serials-found-elsewhere' },
    },
    DismissMisuse: {
      path: 'dismiss',
      body: MakeFinding,
      summary: 'Find that it is not so; sent by the investigator assigned, who is named',
      example: { ground: 'serials-accounted-for' },
    },
    FindMisuseInconclusive: {
      path: 'find-inconclusive',
      body: MakeFinding,
      summary: 'Find that it cannot be told; sent by the investigator assigned, who is named',
      example: { ground: 'access-denied' },
    },
    NotifyLegislature: {
      path: 'notify-legislature',
      body: NotifyLegislatureOfMisuse,
      summary: 'Tell the legislature that a violation may have occurred',
      example: { to: 'foreign-affairs-committee', reference: 'notice-2026-17' },
    },
    DecideMeasure: {
      path: 'decide-measure',
      body: DecideMeasure,
      summary: 'Decide a measure: no action says its justification, conditions are listed, a referral has an addressee',
      example: { measure: 'suspend' },
    },
    SuspendAssistance: {
      path: 'suspend-assistance',
      body: SuspendAssistance,
      summary: 'Suspend assistance in the scopes named',
      example: { scopes },
    },
    AgreeRemediationPlan: {
      path: 'agree-remediation-plan',
      body: AgreeRemediationPlan,
      summary: 'Agree on the steps of a remedy and its last day',
      example: { steps: ['recover-items', 'recertify-store'], due: '2036-11-30' },
    },
    VerifyRemediation: {
      path: 'verify-remediation',
      body: VerifyMisuseRemediation,
      summary: 'Verify that the violation has ceased; never the reporter or the accused; the verifier is named',
      example: { ceasedOn: '2026-05-20' },
    },
    RecordAssurances: {
      path: 'record-assurances',
      body: RecordAssurances,
      summary: 'Record assurances that it will not happen again',
      example: { from: 'estmark', undertakings: ['no-retransfer', 'observation-granted'] },
    },
    ResumeAssistance: {
      path: 'resume-assistance',
      body: MisuseReason,
      summary: 'Resume assistance, once the violation has ceased and assurances were received',
      example: { reason: 'remedied' },
    },
    RecoverFunds: {
      path: 'recover-funds',
      body: RecoverFunds,
      summary: 'Record money that came back',
      example: { amount: 750_000_00, currency: 'USD', account: 'norland.account-1' },
    },
    CorrectRecovery: {
      path: 'correct-recovery',
      body: CorrectRecovery,
      summary: 'Correct a recovery by the difference',
      example: { corrects: anEvent, difference: -50_000_00, reason: 'entered-twice' },
    },
    TerminateAssistance: {
      path: 'terminate-assistance',
      body: ScopesAndReason,
      summary: 'Terminate assistance in the scopes named',
      example: { scopes, reason: 'not-remedied' },
    },
    CloseMisuseCase: {
      path: 'close',
      body: MisuseReason,
      summary: 'Close a case whose measures were carried out',
      example: { reason: 'measures-carried-out' },
    },
    ReopenMisuseCase: {
      path: 'reopen',
      body: MisuseReason,
      summary: 'Reopen a declined, dismissed or closed case on new evidence, referred to beside the fields',
      example: { reason: 'new-evidence', evidence },
    },
    RecordOverdueStep: {
      path: 'record-overdue-step',
      body: RecordOverdueStep,
      summary: 'Record that a step was not done in its days (role system)',
      example: { step: 'triage' },
    },
  },
  events: {
    MisuseFlagged: { version: 1, data: MisuseFlagged, summary: 'An allegation was reported' },
    MisuseReportCorrected: { version: 1, data: CorrectMisuseReport, summary: 'The report was corrected' },
    MisuseReportAcknowledged: { version: 1, data: AcknowledgeMisuseReport, summary: 'The report was acknowledged' },
    MisuseTriaged: { version: 1, data: MisuseTriaged, summary: 'The report was accepted for investigation' },
    MisuseDeclined: { version: 1, data: MisuseReason, summary: 'The report was declined' },
    InvestigationOpened: { version: 1, data: InvestigationOpened, summary: 'The investigation was opened' },
    InvestigatorAssigned: { version: 1, data: AssignInvestigator, summary: 'An investigator was assigned' },
    EvidenceAdded: { version: 1, data: AddEvidence, summary: 'Evidence was added, by reference' },
    AllegationPutToRecipient: {
      version: 1,
      data: AllegationPutToRecipient,
      summary: 'Recipient and accused were told, and may reply',
    },
    RecipientReplyReceived: { version: 1, data: RecipientReplyReceived, summary: 'Recipient or accused replied' },
    PrecautionarySuspensionOrdered: {
      version: 1,
      data: OrderPrecautionarySuspension,
      summary: 'Assistance was suspended as a precaution',
    },
    PrecautionarySuspensionRenewed: {
      version: 1,
      data: OrderPrecautionarySuspension,
      summary: 'The precautionary suspension was renewed',
    },
    PrecautionarySuspensionLapsed: {
      version: 1,
      data: PrecautionarySuspensionLapsed,
      summary: 'The precautionary suspension is over',
    },
    InvestigationExtended: { version: 1, data: ExtendInvestigation, summary: 'The investigation has more time' },
    MisuseSubstantiated: { version: 1, data: MisuseSubstantiated, summary: 'The allegation was found to be so' },
    MisuseDismissed: { version: 1, data: FindingMade, summary: 'The allegation was found not to be so' },
    MisuseFoundInconclusive: { version: 1, data: FindingMade, summary: 'It could not be told' },
    LegislatureNotifiedOfPossibleViolation: {
      version: 1,
      data: NotifyLegislatureOfMisuse,
      summary: 'The legislature was told that a violation may have occurred',
    },
    MeasureDecided: { version: 1, data: DecideMeasure, summary: 'A measure was decided' },
    AssistanceSuspended: { version: 1, data: SuspendAssistance, summary: 'Assistance was suspended in these scopes' },
    RemediationPlanAgreed: { version: 1, data: AgreeRemediationPlan, summary: 'A remedy was agreed' },
    RemediationVerified: {
      version: 1,
      data: RemediationVerified,
      summary: 'It was verified that the violation ceased',
    },
    AssurancesReceived: { version: 1, data: RecordAssurances, summary: 'Assurances were received' },
    AssistanceResumed: { version: 1, data: ScopesAndReason, summary: 'Assistance was resumed in these scopes' },
    FundsRecovered: { version: 1, data: RecoverFunds, summary: 'Money came back' },
    RecoveryCorrected: { version: 1, data: RecoveryCorrected, summary: 'A recovery was corrected' },
    AssistanceTerminated: { version: 1, data: ScopesAndReason, summary: 'Assistance was terminated in these scopes' },
    MisuseCaseClosed: { version: 1, data: MisuseReason, summary: 'The case was closed' },
    MisuseCaseReopened: { version: 1, data: MisuseCaseReopened, summary: 'The case was reopened on new evidence' },
    MisuseStepBecameOverdue: { version: 1, data: MisuseStepBecameOverdue, summary: 'A step was not done in its days' },
  },
};
