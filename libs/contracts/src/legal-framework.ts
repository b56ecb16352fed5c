import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';
import {
  code,
  day,
  eventId,
  flag,
  integer,
  listOf,
  nested,
  nestedList,
  oneOf,
  optional,
  organisation,
  sha256,
  text,
  word,
} from './fields.js';
import { ESCALATIONS, type Escalation, IncidentLimits } from './misuse-case.js';
import { AssistanceScope } from './scope.js';

/** The assurances of 22 USC 2314(a), by what the recipient assures (R1). */
const END_USE_ASSURANCES = ['use', 'no-transfer', 'security', 'observation'] as const;
export type EndUseAssurance = (typeof END_USE_ASSURANCES)[number];

/** The rules that an authority can set aside for a time. */
const WAIVABLE_RULES = ['R1', 'R2', 'R3', 'R5', 'R6', 'R8', 'R9', 'R16', 'R17'] as const;
export type WaivableRule = (typeof WAIVABLE_RULES)[number];

/** The reports that a law asks for: two recur, the others follow a waiver or an exception. */
const STATUTORY_REPORTS = ['semi-annual', 'annual', 'waiver', 'exception'] as const;
export type StatutoryReport = (typeof STATUTORY_REPORTS)[number];

/** What a legal framework sets: time limits, intervals and thresholds. */
const PARAMETERS = [
  'noticeDays',
  'offerNoticeValue',
  'offerNoticeDays',
  'clearanceValidityDays',
  'vettingAnswerDays',
  'enhancedFirstCheckDays',
  'enhancedCheckEveryDays',
  'routineCheckEveryDays',
  'lossReportDays',
  'waiverReportDays',
  'warningAcknowledgeDays',
  'expiryWarningDays',
  'periodicReportDays',
  'designationReviewDays',
  'misuseAcknowledgeDays',
  'misuseTriageDays',
  'precautionDays',
  'deviationPercent',
] as const;
export type ParameterName = (typeof PARAMETERS)[number];

/** The facts under a framework whose day can be corrected; of the last two, of a waiver. */
const FRAMEWORK_FACTS = ['report', 'last-day', 'end'] as const;
type FrameworkFact = (typeof FRAMEWORK_FACTS)[number];

const reason = (example: string) => code('the code of the reason', example);
const until = (example: string) => day('the last day of the agreement', example);
const name = () => word('its name, unique among the waivers and exceptions of the framework', 'relief-2026');
const condition = () => word("the condition's name in the framework", 'border-posts-only');
const restriction = () => word("the restriction's name in the framework", 'no-night-vision');
const assurance = () => oneOf(END_USE_ASSURANCES, 'what the recipient assures', 'use');
const unit = () => text('its unit', 'days', 60);
/** R23, which would read two of them, needs streams that do not exist yet. */
const parameter = () =>
  oneOf(PARAMETERS, 'the parameter; no rule reads warningAcknowledgeDays and deviationPercent yet', 'lossReportDays');
const value = () => integer('its value, in its unit', 45, 0, Number.MAX_SAFE_INTEGER);
const warnOn = () => day('the last day before its expiry is near', '2036-10-01');

export class DraftAgreement {
  @text('the title', 'Agreement on security assistance') readonly title!: string;
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @code('the code of the instrument', 'exchange-of-notes') readonly instrument!: string;
  @optional()
  @oneOf(['reported'], 'given if it repeats what another system recorded: its parties need not be registered')
  readonly basis?: 'reported';
}

export class ParameterValue {
  @parameter() readonly parameter!: ParameterName;
  @value() readonly value!: number;
  @unit() readonly unit!: string;
}

/** The defaults of that day are copied: a later change of them has no effect on the framework. */
export class AgreementDrafted extends DraftAgreement {
  @nestedList(() => ParameterValue, 'what applies until another value is set', PARAMETERS.length)
  readonly parameters!: readonly ParameterValue[];
}

export class SignAgreement {
  @organisation('the party that signed', 'estmark') readonly party!: string;
  @day('the day on which it signed', '2026-01-12') readonly on!: string;
}

export class BringAgreementIntoForce {
  @day('the first day of the agreement in force', '2026-01-15') readonly on!: string;
  @until('2036-12-31') readonly until!: string;
}

/** A report that is due for a period. */
export class PeriodicReport {
  @oneOf(STATUTORY_REPORTS, 'the kind of report', 'semi-annual') readonly report!: StatutoryReport;
  @word('the period of the report', '2026-h1') readonly of!: string;
  @day('the last day for the report', '2026-07-30') readonly due!: string;
}

/** The days follow from the parameters of that day: the decision adds them. */
export class AgreementEnteredIntoForce extends BringAgreementIntoForce {
  @warnOn() readonly warnOn!: string;
  @nestedList(() => PeriodicReport, 'the first reports that are due', 2) readonly reports!: readonly PeriodicReport[];
}

export class AmendAgreement {
  @word("the amendment's name", 'amendment-1') readonly amendment!: string;
  @day('the day on which both parties had signed it', '2026-02-10') readonly on!: string;
  @sha256('the text that both parties signed') readonly signedText!: string;
  @reason('extension') readonly reason!: string;
  @optional() @day('the last day of the agreement from here on', '2038-12-31') readonly until?: string;
}

export class AgreementAmended extends AmendAgreement {
  @optional() @warnOn() readonly warnOn?: string;
}

/** A day was entered wrongly: each field here replaces it. */
export class CorrectAgreement {
  @eventId('the entry into force that was wrong') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
  @optional() @day('the right first day in force', '2026-01-16') readonly on?: string;
  @optional() @until('2037-12-31') readonly until?: string;
}

export class AgreementCorrected extends CorrectAgreement {
  @optional() @warnOn() readonly warnOn?: string;
  @optional()
  @nestedList(
    () => PeriodicReport,
    'of one that had expired, the reports that are due again; of an earlier first day, those of the periods since then',
    200,
    1,
  )
  readonly reports?: readonly PeriodicReport[];
}

export class AgreementLastDay {
  @until('2036-12-31') readonly until!: string;
}

export class TerminateAgreement {
  @day('the day from which it is not in force', '2026-06-01') readonly on!: string;
  @reason('breach') readonly reason!: string;
}

export class AttachUseCondition {
  @condition() readonly condition!: string;
  @text('what the recipient may and must do, in plain words', 'The radios are used at border posts') statement!: string;
  @optional()
  @nested(() => AssistanceScope, 'what it concerns; the whole agreement if it is left out')
  readonly scope?: AssistanceScope;
}

export class LiftUseCondition {
  @condition() readonly condition!: string;
  @reason('no-longer-needed') readonly reason!: string;
}

export class ImposeRestriction {
  @restriction() readonly restriction!: string;
  @text('what is not allowed, in plain words', 'No night vision devices are transferred') statement!: string;
  @code('the code of the law or decision behind it', 'export-control-act') readonly basis!: string;
  @optional()
  @nested(() => AssistanceScope, 'what it concerns; the whole agreement if it is left out')
  readonly scope?: AssistanceScope;
}

export class LiftRestriction {
  @restriction() readonly restriction!: string;
  @reason('law-repealed') readonly reason!: string;
}

export class GiveEndUseAssurance {
  @assurance() readonly assurance!: EndUseAssurance;
  @day('the day from which it is given', '2026-01-12') readonly on!: string;
}

export class WithdrawEndUseAssurance extends GiveEndUseAssurance {
  @reason('change-of-government') readonly reason!: string;
}

export class BarListedUnits {
  @day('the day from which the recipient bars them', '2026-01-12') readonly on!: string;
}

export class WithdrawListedUnitsBar {
  @day('the day from which the recipient does not bar them', '2026-02-02') readonly on!: string;
  @reason('change-of-government') readonly reason!: string;
}

/** A waiver or an exception: the rules that it sets aside, by whose authority and for how long. */
export class SetRulesAside {
  @name() readonly name!: string;
  @listOf(WAIVABLE_RULES, 'the rules that it sets aside', 1, ['R8']) readonly rules!: readonly WaivableRule[];
  @code('the code of the authority', 'foreign-minister') readonly authority!: string;
  @code('the code of its legal basis', 'usc-10-362-c') readonly basis!: string;
  @reason('disaster-relief') readonly reason!: string;
  @day('the first day of the waiver or exception', '2026-02-01') readonly from!: string;
  @day('the last day of the waiver or exception', '2026-12-31') readonly until!: string;
  @optional()
  @nested(() => AssistanceScope, 'what it concerns; all under the framework if it is left out')
  readonly scope?: AssistanceScope;
}

/** The report's last day follows from the parameters of that day: the decision adds it. */
export class RulesSetAside extends SetRulesAside {
  @day('the last day for its report', '2026-02-16') readonly reportBy!: string;
}

export class EndWaiver {
  @name() readonly name!: string;
  @day('the day from which the rules apply again', '2026-06-01') readonly on!: string;
  @reason('relief-ended') readonly reason!: string;
}

class ReportNamed {
  @oneOf(STATUTORY_REPORTS, 'the kind of report', 'waiver') readonly report!: StatutoryReport;
  @word('the period of the report, or the name of the waiver or exception', 'relief-2026') readonly of!: string;
}

export class SubmitStatutoryReport extends ReportNamed {
  @day('the day on which it was submitted', '2026-02-10') readonly on!: string;
  @code('the code of the body that received it', 'foreign-affairs-committee') readonly to!: string;
}

export class StatutoryReportSubmitted extends SubmitStatutoryReport {
  @optional()
  @nested(() => PeriodicReport, 'the next report of its kind, if it recurs')
  readonly next?: PeriodicReport;
}

export class RecordOverdueReport extends ReportNamed {
  @day('the last day for the report, which is over', '2026-02-16') readonly due!: string;
}

export class StatutoryReportOverdue extends RecordOverdueReport {
  @optional()
  @nested(() => PeriodicReport, 'the next report of its kind, if it recurs')
  readonly next?: PeriodicReport;
}

export class CorrectFrameworkDay {
  @eventId('the submission of a report, the waiver or exception, or its end, that was wrong')
  readonly corrects!: string;
  @day('the right day; of a waiver or an exception, its right last day', '2026-02-11') readonly on!: string;
  @reason('mistyped') readonly reason!: string;
}

/** The fact of the corrected event, and its names: the decision adds them. */
export class FrameworkDayCorrected extends CorrectFrameworkDay {
  @oneOf(FRAMEWORK_FACTS, 'the fact of which the day is corrected; of a waiver or an exception the last two')
  readonly fact!: FrameworkFact;
  @optional() @oneOf(STATUTORY_REPORTS, 'of a report: its kind', 'waiver') readonly report?: StatutoryReport;
  @word('the period of the report, or the name of the waiver or exception', 'relief-2026') readonly of!: string;
}

export class SetParameter {
  @parameter() readonly parameter!: ParameterName;
  @value() readonly value!: number;
  @reason('new-directive') readonly reason!: string;
}

export class ParameterSet extends SetParameter {
  @unit() readonly unit!: string;
}

export class DefineIncidentType {
  @code('the code of the incident type', 'unauthorised-transfer') readonly incidentType!: string;
  @flag('whether the legislature is notified as soon as a violation may have occurred')
  readonly noticeRequired!: boolean;
  @oneOf(ESCALATIONS, 'to whom a case is brought', 'minister') readonly escalation!: Escalation;
  @nested(() => IncidentLimits, 'the days for each step of a case') readonly limits!: IncidentLimits;
  @reason('new-directive') readonly reason!: string;
}

/**
 * The agreement between a donor and a recipient, with its framework: assurances, conditions,
 * parameters, incident types, waivers, exceptions and statutory reports.
 */
export const legalFrameworkContract = contract({
  kind: 'legal-framework',
  about: 'the agreement of a donor and a recipient: assurances, conditions, parameters, waivers and statutory reports',
  commands: {
    DraftAgreement: command('draft', DraftAgreement, 'donor', 'Draft an agreement with a recipient', {
      title: 'Agreement on security assistance',
      donor: 'norland',
      recipient: 'estmark',
      instrument: 'exchange-of-notes',
    }),
    SignAgreement: command('sign', SignAgreement, 'party', 'Sign the agreement, as one of its parties'),
    BringAgreementIntoForce: command(
      'bring-into-force',
      BringAgreementIntoForce,
      'donor',
      'Record that the agreement is in force',
    ),
    AmendAgreement: command('amend', AmendAgreement, 'donor', 'Record an amendment that both parties signed'),
    CorrectAgreement: command('correct', CorrectAgreement, 'donor', 'Correct the days of the agreement'),
    RecordApproachingExpiry: command(
      'record-approaching-expiry',
      AgreementLastDay,
      'system',
      "Record that the agreement's last day is near",
    ),
    RecordExpiredAgreement: command(
      'record-expired',
      AgreementLastDay,
      'system',
      "Record that the agreement's last day is over",
    ),
    TerminateAgreement: command('terminate', TerminateAgreement, 'party', 'End the agreement before its last day'),
    AttachUseCondition: command('attach-condition', AttachUseCondition, 'donor', 'Attach a condition of use'),
    LiftUseCondition: command('lift-condition', LiftUseCondition, 'donor', 'Lift a condition of use'),
    ImposeRestriction: command('impose-restriction', ImposeRestriction, 'donor', 'Impose a restriction'),
    LiftRestriction: command('lift-restriction', LiftRestriction, 'donor', 'Lift a restriction'),
    GiveEndUseAssurance: command('give-assurance', GiveEndUseAssurance, 'recipient', 'Give an assurance on end use'),
    WithdrawEndUseAssurance: command(
      'withdraw-assurance',
      WithdrawEndUseAssurance,
      'recipient',
      'Withdraw an assurance on end use',
    ),
    BarListedUnits: command(
      'bar-listed-units',
      BarListedUnits,
      'recipient',
      'Agree in writing that units which are not cleared receive no assistance',
    ),
    WithdrawListedUnitsBar: command(
      'withdraw-unit-bar',
      WithdrawListedUnitsBar,
      'recipient',
      'Withdraw the agreement to bar units which are not cleared',
    ),
    GrantWaiver: command('grant-waiver', SetRulesAside, 'donor', 'Record a waiver of rules'),
    InvokeException: command('invoke-exception', SetRulesAside, 'donor', 'Record an exception from rules'),
    EndWaiver: command('end-waiver', EndWaiver, 'donor', 'End a waiver or an exception before its last day'),
    SubmitStatutoryReport: command(
      'submit-report',
      SubmitStatutoryReport,
      'donor',
      'Record a report that a law asks for',
    ),
    CorrectFrameworkDay: command(
      'correct-day',
      CorrectFrameworkDay,
      'donor',
      'Correct the day of a report, or the last day or the end of a waiver or an exception',
    ),
    RecordOverdueReport: command(
      'record-overdue-report',
      RecordOverdueReport,
      'system',
      'Record that the last day of a report is over',
    ),
    SetParameter: command('set-parameter', SetParameter, 'donor', 'Set a time limit, interval or threshold'),
    DefineIncidentType: command('define-incident-type', DefineIncidentType, 'donor', 'Define a type of incident'),
  },
  events: {
    AgreementDrafted: event(AgreementDrafted, 'The agreement was drafted', { opens: 'the draft' }),
    AgreementSigned: fact(SignAgreement, 'A party signed the agreement'),
    AgreementEnteredIntoForce: event(AgreementEnteredIntoForce, 'The agreement is in force', {
      opens: 'the agreement',
      closes: ['AgreementDrafted'],
    }),
    AgreementAmended: fact(AgreementAmended, 'The agreement was amended'),
    AgreementCorrected: fact(AgreementCorrected, 'The days of the agreement were corrected'),
    AgreementExpiryApproached: fact(AgreementLastDay, "The agreement's last day is near"),
    AgreementExpired: event(AgreementLastDay, "The agreement's last day is over", {
      closes: ['AgreementEnteredIntoForce'],
    }),
    AgreementTerminated: event(TerminateAgreement, 'The agreement was ended before its last day', {
      closes: ['AgreementDrafted', 'AgreementEnteredIntoForce'],
    }),
    UseConditionAttached: event(AttachUseCondition, 'A condition of use was attached', { opens: 'the condition' }),
    UseConditionLifted: event(LiftUseCondition, 'A condition of use was lifted', { closes: ['UseConditionAttached'] }),
    RestrictionImposed: event(ImposeRestriction, 'A restriction was imposed', { opens: 'the restriction' }),
    RestrictionLifted: event(LiftRestriction, 'A restriction was lifted', { closes: ['RestrictionImposed'] }),
    EndUseAssuranceGiven: event(GiveEndUseAssurance, 'The recipient gave an assurance on end use', {
      opens: 'the assurance',
    }),
    EndUseAssuranceWithdrawn: event(WithdrawEndUseAssurance, 'The recipient withdrew an assurance', {
      closes: ['EndUseAssuranceGiven'],
    }),
    ListedUnitsBarred: event(BarListedUnits, 'The recipient agreed to bar units that are not cleared', {
      opens: 'the bar of listed units',
    }),
    ListedUnitsBarWithdrawn: event(WithdrawListedUnitsBar, 'The recipient does not bar units any more', {
      closes: ['ListedUnitsBarred'],
    }),
    WaiverGranted: event(RulesSetAside, 'A waiver sets rules aside', { opens: 'the waiver and its report' }),
    ExceptionInvoked: event(RulesSetAside, 'An exception sets rules aside', { opens: 'the exception and its report' }),
    WaiverEnded: event(EndWaiver, 'A waiver or an exception ended before its last day', {
      closes: ['WaiverGranted', 'ExceptionInvoked'],
    }),
    StatutoryReportSubmitted: event(StatutoryReportSubmitted, 'A report that a law asks for was submitted', {
      closes: ['WaiverGranted', 'ExceptionInvoked'],
    }),
    FrameworkDayCorrected: fact(FrameworkDayCorrected, 'The day of a report, a waiver or an exception was corrected'),
    StatutoryReportBecameOverdue: fact(StatutoryReportOverdue, 'The last day of a report is over'),
    ParameterSet: fact(ParameterSet, 'A time limit, interval or threshold was set'),
    IncidentTypeDefined: fact(DefineIncidentType, 'A type of incident was defined'),
  },
});

export type LegalFrameworkCommand = CommandOf<typeof legalFrameworkContract>;
export type LegalFrameworkEvent = EventOf<typeof legalFrameworkContract>;
export type LegalFrameworkRelation = RelationOf<typeof legalFrameworkContract>;
