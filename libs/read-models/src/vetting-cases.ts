import type { VettingCaseEvent } from '@entente/contracts';
import { type Projection, type RecordedEvent, actsFor } from '@entente/kernel';
import { SUBJECT_KINDS } from './codes.js';
import { count, day, dayOrNull, daysLate, oneOf, overdue, text, textOrNull } from './columns.js';
import { originOf, rowBy, unchanged } from './row-by.js';

const STAGES = ['requested', 'under-inquiry', 'withdrawn', 'cleared', 'refused', 'in-remediation', 'remedied'];

/** The vetting of a unit or person. */
export class VettingCaseRow {
  @text('the vetting case') vetting_case!: string;
  @oneOf(SUBJECT_KINDS) subject_kind!: string;
  @text('the unit or person that is vetted') subject!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that it is for, if any') programme!: string | null;
  @textOrNull('the case that it is for, if any') assistance_case!: string | null;
  @text('requested, under-inquiry, withdrawn, cleared, refused, in-remediation, or remedied', STAGES) stage!: string;
  @day('the day of the request') requested_on!: string;
  @day('the last day for the answer') due!: string;
  @count('sources that were checked') sources!: number;
  @count('sources that had information') sources_with_information!: number;
  @count('pieces of derogatory information') information!: number;
  @count('pieces of information that are credible or not assessed yet') information_standing!: number;
  @count('pieces of information that are not assessed yet') information_open!: number;
  @count('pieces of information that were found credible since the newest remediation was agreed, or ever without one')
  information_since!: number;
  @dayOrNull('the day on which it was concluded') concluded_on!: string | null;
  @day('the day on which the request was recorded: the days of the answer run from then on') known_on!: string;
  @dayOrNull('the day of the conclusion, no earlier than the request was recorded') answered_on!: string | null;
  @dayOrNull('the last day of the clearance that was concluded or followed a remediation, as corrected')
  cleared_until!: string | null;
  @dayOrNull('the day on which the request was given up') withdrawn_on!: string | null;
  @textOrNull('the organisation that gave it up') withdrawn_by!: string | null;
  @textOrNull('the code of the reason for which it was given up') withdrawn_reason!: string | null;
  @dayOrNull('the day on which the recipient was informed of the refusal') informed_on!: string | null;
  @textOrNull('published or withheld, once that was decided', ['published', 'withheld']) publication!: string | null;
  @dayOrNull('the day on which the ineligibility was published') published_on!: string | null;
  @textOrNull('the code of the authority that withheld the publication') withheld_by!: string | null;
  @textOrNull('the code of the reason for which it was withheld') withheld_reason!: string | null;
  @count('the remediations that were agreed, one after another') remediations!: number;
  @count('the steps of the present remediation') steps!: number;
  @count('the steps of it that were taken') steps_taken!: number;
  @dayOrNull('the day on which the steps were found effective') remedied_on!: string | null;
  @dayOrNull('the day on which a remediation was given up last') discontinued_on!: string | null;
  @textOrNull('the code of the reason for which it was given up') discontinued_reason!: string | null;
}

const DONE = { done: 'concluded_on', closed: { stage: ['withdrawn'] } };
const ANSWERED = { ...DONE, done: 'answered_on' };

export const vettingCases: Projection<VettingCaseEvent, VettingCaseRow> = {
  name: 'vetting-cases',
  topic: 'Vetting and training',
  version: 6,
  kinds: ['vetting-case'],
  about: 'the vetting of a unit or person: its stage, how long it has been open, and whether the answer is in time',
  totals: { counts: 'vetting cases', by: ['stage', 'overdue'], sums: [] },
  daily: {
    overdue: overdue('whether the last day for the answer is over, and it was neither concluded nor given up', {
      due: 'due',
      ...ANSWERED,
    }),
    days_late: daysLate(
      'days from the last day for the answer to the conclusion, which counts no earlier than the request was recorded, negative if it was in time; while it is overdue, to the day of the answer; null if it was given up',
      { due: 'due', ...ANSWERED },
    ),
    days_open: daysLate(
      'days from the request to the conclusion; while it is open, from the day after the request on, to the day of the answer; null if it was given up',
      { due: 'requested_on', ...DONE },
    ),
  },
  ...rowBy<VettingCaseRow, VettingCaseEvent>(VettingCaseRow)(
    'VettingRequested',
    ({ subject, donor, recipient, programme, case: assistance_case, due }, { id, day: requested_on, event }) => ({
      vetting_case: id,
      subject_kind: subject.kind,
      subject: subject.id,
      donor,
      recipient,
      programme,
      assistance_case,
      stage: 'requested',
      requested_on,
      known_on: event.metadata.recordedAt.slice(0, 10),
      due,
    }),
    {
      SourceChecked: ({ found }, { sources, sources_with_information }) => ({
        stage: 'under-inquiry',
        sources: sources + 1,
        sources_with_information: sources_with_information + (found ? 1 : 0),
      }),
      DerogatoryInformationRecorded: (_, { stage, information, information_standing, information_open }) => ({
        stage: stage === 'requested' ? 'under-inquiry' : stage === 'remedied' ? 'refused' : stage,
        information: information + 1,
        information_standing: information_standing + 1,
        information_open: information_open + 1,
        ...(stage === 'remedied' ? { steps: 0, steps_taken: 0, remedied_on: null } : {}),
      }),
      InformationAssessed: ({ standing, credible }, { stage, information_open, information_since }) => ({
        information_standing: standing,
        information_open: information_open - 1,
        information_since: information_since + (credible ? 1 : 0),
        stage: stage === 'cleared' && credible ? 'refused' : stage,
      }),
      VettingConcluded: ({ outcome: stage, until: cleared_until }, { known_on }, { day: concluded_on }) => ({
        stage,
        concluded_on,
        answered_on: concluded_on < known_on ? known_on : concluded_on,
        cleared_until,
      }),
      VettingWithdrawn: ({ reason: withdrawn_reason }, _, { day: withdrawn_on, event: { metadata } }) => ({
        stage: 'withdrawn',
        withdrawn_on,
        withdrawn_by: actsFor(metadata.actor),
        withdrawn_reason,
      }),
      RecipientInformed: ({ on }) => ({ informed_on: on }),
      RemediationOpened: ({ steps }, { remediations }) => ({
        stage: 'in-remediation',
        remediations: remediations + 1,
        information_since: 0,
        steps: steps.length,
        steps_taken: 0,
        remedied_on: null,
      }),
      RemediationStepTaken: (_, { steps_taken }) => ({ steps_taken: steps_taken + 1 }),
      RemediationStepCorrected: unchanged,
      VettingDayCorrected: ({ on, fact }) =>
        fact === 'word' ? { informed_on: on } : fact === 'publication' ? { published_on: on } : {},
      RemediationCompleted: ({ on, until }) => ({ stage: 'remedied', remedied_on: on, cleared_until: until }),
      RemediationDiscontinued: ({ on: discontinued_on, reason: discontinued_reason }) => ({
        stage: 'refused',
        steps: 0,
        steps_taken: 0,
        discontinued_on,
        discontinued_reason,
      }),
      IneligibilityPublished: ({ on }) => ({ publication: 'published', published_on: on }),
      PublicationWithheld: ({ authority, reason }) => ({
        publication: 'withheld',
        withheld_by: authority,
        withheld_reason: reason,
      }),
      VettedClearanceCorrected: ({ until: cleared_until }) => ({ cleared_until }),
      VettingBecameOverdue: unchanged,
    },
  ),
};

/** A step of a remediation, plan against actual: the way back of a unit or person. */
export class RemediationStepRow {
  @text('the vetting case') vetting_case!: string;
  @oneOf(SUBJECT_KINDS) subject_kind!: string;
  @text('the unit or person on its way back') subject!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient, which takes the step') recipient!: string;
  @count('the number of its remediation in the case, from 1') remediation!: number;
  @text("the step's name in its remediation") step!: string;
  @text('the code of what is done') measure!: string;
  @text('open, taken, or given-up with its remediation', ['open', 'taken', 'given-up']) status!: string;
  @day('its last day') due!: string;
  @dayOrNull('the day on which it was taken') taken_on!: string | null;
}

const TAKEN = { due: 'due', done: 'taken_on', closed: { status: ['given-up'] } };

export const remediationSteps: Projection<VettingCaseEvent, RemediationStepRow> = {
  name: 'remediation-steps',
  topic: 'Vetting and training',
  version: 2,
  kinds: ['vetting-case'],
  about: 'a step by which a refused unit or person comes back: what is done, until when, and whether it was taken',
  entity: RemediationStepRow,
  totals: { counts: 'steps', by: ['status', 'overdue'], sums: [] },
  daily: {
    overdue: overdue('whether it is past its last day, and was neither taken nor given up', TAKEN),
    days_late: daysLate(
      'days from its last day to the day on which it was taken, negative if early; while it is overdue, to the day of the answer',
      TAKEN,
    ),
  },
  head: true,
  touches: ({ type, data }: RecordedEvent<VettingCaseEvent>) => {
    if (type === 'VettingRequested') return [''];
    if (type === 'RemediationOpened') return ['', ...data.steps.map(({ step }) => step)];
    if (type === 'RemediationDiscontinued') return data.open;
    return type === 'RemediationStepTaken' || type === 'RemediationStepCorrected' ? [data.step] : [];
  },
  evolve(row, event, key, head) {
    if (event.type === 'VettingRequested') {
      const { subject, donor, recipient } = event.data;
      const of = { vetting_case: originOf(event).id, subject_kind: subject.kind, subject: subject.id };
      const none = { remediation: 0, step: '', measure: '', status: 'open', due: '', taken_on: null };
      return { ...of, donor, recipient, ...none };
    }
    if (event.type === 'RemediationOpened') {
      const next = head === null ? null : { ...head, remediation: head.remediation + 1 };
      return next === null ? row : { ...next, ...event.data.steps.find(({ step }) => step === key) };
    }
    if (event.type === 'RemediationDiscontinued') return row === null ? row : { ...row, status: 'given-up' };
    if (row === null || (event.type !== 'RemediationStepTaken' && event.type !== 'RemediationStepCorrected'))
      return row;
    return { ...row, status: 'taken', taken_on: event.data.on };
  },
};
