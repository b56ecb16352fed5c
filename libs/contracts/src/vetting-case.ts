import { type CommandOf, type EventOf, command, contract, event, fact } from './contract.js';
import {
  code,
  day,
  eventId,
  flag,
  integer,
  nested,
  nestedList,
  oneOf,
  optional,
  organisation,
  streamId,
  word,
  words,
} from './fields.js';

/** What is vetted. */
export const SUBJECT_KINDS = ['security-unit', 'vetted-person'] as const;

const information = () => word("the information's name in this case", 'info-1');
const step = () => word("the step's name in the remediation", 'step-1');
const reason = (example: string) => code('the code of the reason', example);
const clearedUntil = (description: string) => day(description, '2027-04-30');
const authority = () => code('the code of the authority that decided it', 'foreign-ministry');

export class VettingSubject {
  @oneOf(SUBJECT_KINDS, 'what is vetted') readonly kind!: (typeof SUBJECT_KINDS)[number];
  @word('the id of its stream', 'estmark.brigade-1') readonly id!: string;
}
const subject = () => nested(() => VettingSubject, 'the unit or person that is vetted');

export class RequestVetting {
  @subject() readonly subject!: VettingSubject;
  @organisation('the donor for whose assistance it is vetted') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @optional() @streamId('programme', 'the programme, if it is for one') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case, if it is for one') readonly case?: string;
  @optional()
  @day('the day by which the answer is needed; 30 days after the request if it is left out', '2036-06-03')
  readonly neededBy?: string;
}

export class VettingRequested extends RequestVetting {
  @day('the last day for the answer', '2036-06-03') readonly due!: string;
}

export class CheckSource {
  @code('the code of the source', 'un-mission-reports') readonly source!: string;
  @day('the day of the check', '2026-05-04') readonly on!: string;
  @flag('whether the source has information on the subject') readonly found!: boolean;
}

export class RecordDerogatoryInformation {
  @information() readonly information!: string;
  @code('the code of the source', 'un-mission-reports') readonly source!: string;
  @code('the code of the alleged violation', 'arbitrary-detention') readonly allegation!: string;
}

/** What the system does about it names the subject: the decision adds it. */
export class DerogatoryInformationRecorded extends RecordDerogatoryInformation {
  @subject() readonly subject!: VettingSubject;
}

export class AssessInformation {
  @information() readonly information!: string;
  @flag('whether it is credible', false) readonly credible!: boolean;
  @reason('contradicted-by-two-sources') readonly reason!: string;
}

export class InformationAssessed extends AssessInformation {
  @subject() readonly subject!: VettingSubject;
  @integer('pieces of information that are credible or not assessed yet', 0, 0, 1000) readonly standing!: number;
}

export class ConcludeVetting {
  @oneOf(['cleared', 'refused'], 'the outcome') readonly outcome!: 'cleared' | 'refused';
  @optional() @clearedUntil('the last day of the clearance, if it is cleared') readonly until?: string;
}

export class VettingConcluded extends ConcludeVetting {
  @subject() readonly subject!: VettingSubject;
}

export class WithdrawVetting {
  @reason('nomination-withdrawn') readonly reason!: string;
}

export class InformRecipient {
  @day('the day on which the recipient was informed', '2026-05-06') readonly on!: string;
  @word("the note's reference", 'note-2026-11') readonly note!: string;
}

export class PlannedRemediationStep {
  @step() readonly step!: string;
  @code('what is done', 'prosecution') readonly measure!: string;
  @day('the last day for the step', '2036-08-31') readonly due!: string;
}

export class OpenRemediation {
  @nestedList(() => PlannedRemediationStep, 'the steps that were agreed', 20, 1)
  readonly steps!: readonly PlannedRemediationStep[];
}

export class TakeRemediationStep {
  @step() readonly step!: string;
  @day('the day on which it was taken', '2026-05-08') readonly on!: string;
}

export class CorrectRemediationStep {
  @eventId('the event that was wrong') readonly corrects!: string;
  @step() readonly step!: string;
  @day('the right day', '2026-05-07') readonly on!: string;
  @reason('wrong-day') readonly reason!: string;
}

/** The facts of which the day can be corrected, besides that of a step. */
const VETTING_FACTS = ['source', 'word', 'publication'] as const;

export class CorrectVettingDay {
  @eventId('the event that was wrong') readonly corrects!: string;
  @day('the right day', '2026-05-05') readonly on!: string;
  @reason('wrong-day') readonly reason!: string;
}

/** The decision adds which fact it is. */
export class VettingDayCorrected extends CorrectVettingDay {
  @oneOf(VETTING_FACTS, 'the fact of which the day is corrected', 'word')
  readonly fact!: (typeof VETTING_FACTS)[number];
}

export class CompleteRemediation {
  @day('the day on which the steps were found effective', '2026-05-09') readonly on!: string;
  @clearedUntil('the last day of the clearance that follows') readonly until!: string;
}

export class RemediationCompleted extends CompleteRemediation {
  @subject() readonly subject!: VettingSubject;
}

export class DiscontinueRemediation {
  @day('the day on which it was given up', '2026-05-09') readonly on!: string;
  @reason('no-prosecution') readonly reason!: string;
}

/** The decision adds the steps that are not waited for any more. */
export class RemediationDiscontinued extends DiscontinueRemediation {
  @words('the steps that were not taken', ['step-1'], 20) readonly open!: readonly string[];
}

export class PublishIneligibility {
  @word('the reference of the published list', 'list-2026-2') readonly list!: string;
  @day('the day of publication', '2026-05-07') readonly on!: string;
}

export class WithholdPublication {
  @authority() readonly authority!: string;
  @reason('protects-a-source') readonly reason!: string;
}

export class NoteCorrectedClearance {
  @clearedUntil('the right last day of the clearance that followed from the case') readonly until!: string;
}

/** A step if it is named, else the answer. */
export class RecordOverdueVetting {
  @day('the last day, which is over', '2036-06-03') readonly due!: string;
  @optional() @step() readonly step?: string;
}

/** The inquiry that a clearance rests on: sources, information, assessment, and the way back. */
export const vettingCaseContract = contract({
  kind: 'vetting-case',
  about: 'the vetting of a unit or person: sources, derogatory information and its assessment, outcome, remediation',
  commands: {
    RequestVetting: command('request', RequestVetting, 'party', 'Ask that a unit or person is vetted'),
    CheckSource: command('check-source', CheckSource, 'vetter', 'Record that a source was checked'),
    RecordDerogatoryInformation: command(
      'record-information',
      RecordDerogatoryInformation,
      'vetter',
      'Record derogatory information: it suspends the clearance until it is assessed',
    ),
    AssessInformation: command('assess-information', AssessInformation, 'vetter', 'Assess it as credible or not'),
    ConcludeVetting: command('conclude', ConcludeVetting, 'vetter', 'Conclude: cleared up to a day, or refused', {
      outcome: 'cleared',
      until: '2027-04-30',
    }),
    WithdrawVetting: command('withdraw', WithdrawVetting, 'party', 'Give the request up before it is concluded'),
    InformRecipient: command(
      'inform-recipient',
      InformRecipient,
      ['vetter', 'donor'],
      'Record that the recipient knows',
    ),
    OpenRemediation: command('open-remediation', OpenRemediation, 'vetter', 'Agree the steps that lead back'),
    TakeRemediationStep: command('take-step', TakeRemediationStep, 'recipient', 'Record that a step was taken'),
    CorrectRemediationStep: command('correct-step', CorrectRemediationStep, 'recipient', 'Correct the day of a step'),
    CompleteRemediation: command(
      'complete-remediation',
      CompleteRemediation,
      'vetter',
      'Find the steps effective: the clearance is restored',
    ),
    DiscontinueRemediation: command(
      'discontinue-remediation',
      DiscontinueRemediation,
      ['vetter', 'recipient'],
      'End the remediation without success: another one can be agreed',
    ),
    PublishIneligibility: command('publish', PublishIneligibility, ['vetter', 'donor'], 'Publish the ineligibility'),
    CorrectVettingDay: command(
      'correct-day',
      CorrectVettingDay,
      ['vetter', 'donor'],
      'Correct the day of a check of a source, of the word to the recipient, or of the publication',
    ),
    WithholdPublication: command('withhold', WithholdPublication, 'donor', 'Withhold the publication, with its reason'),
    NoteCorrectedClearance: command(
      'note-corrected-clearance',
      NoteCorrectedClearance,
      'system',
      'Note that the last day of the clearance was corrected',
    ),
    RecordOverdueVetting: command(
      'record-overdue',
      RecordOverdueVetting,
      'system',
      'Record that the last day for the answer or a step passed',
      { due: '2036-06-03' },
    ),
  },
  events: {
    VettingRequested: event(VettingRequested, 'A vetting was asked for', { opens: 'the wait for the answer' }),
    SourceChecked: fact(CheckSource, 'A source was checked'),
    DerogatoryInformationRecorded: event(DerogatoryInformationRecorded, 'Derogatory information was recorded', {
      opens: 'the wait for the assessment',
    }),
    InformationAssessed: event(InformationAssessed, 'The information was assessed', {
      closes: ['DerogatoryInformationRecorded'],
    }),
    VettingConcluded: event(VettingConcluded, 'The vetting was concluded', { closes: ['VettingRequested'] }),
    VettingWithdrawn: event(WithdrawVetting, 'The request was given up before it was concluded', {
      closes: ['VettingRequested'],
    }),
    RecipientInformed: fact(InformRecipient, 'The recipient was informed'),
    RemediationOpened: event(OpenRemediation, 'The steps of a remediation were agreed', { opens: 'the remediation' }),
    RemediationStepTaken: fact(TakeRemediationStep, 'A step of the remediation was taken'),
    RemediationStepCorrected: fact(CorrectRemediationStep, 'The day of a step was corrected'),
    RemediationCompleted: event(RemediationCompleted, 'The steps were found effective', {
      closes: ['RemediationOpened'],
    }),
    RemediationDiscontinued: event(RemediationDiscontinued, 'The remediation ended without success', {
      closes: ['RemediationOpened'],
    }),
    IneligibilityPublished: fact(PublishIneligibility, 'The ineligibility was published'),
    PublicationWithheld: fact(WithholdPublication, 'The publication was withheld'),
    VettingDayCorrected: fact(VettingDayCorrected, 'The day of a fact was corrected'),
    VettedClearanceCorrected: fact(NoteCorrectedClearance, 'The last day of the clearance was corrected'),
    VettingBecameOverdue: fact(RecordOverdueVetting, 'The last day for the answer or a step passed'),
  },
});

export type VettingCaseCommand = CommandOf<typeof vettingCaseContract>;
export type VettingCaseEvent = EventOf<typeof vettingCaseContract>;
