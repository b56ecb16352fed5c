import { type CommandOf, type EventOf, command, event } from './contract.js';
import { code, eventId, oneOf } from './fields.js';

/**
 * The facts, by kind of stream, that one organisation records about another: each waits until the
 * other confirms or disputes it. Domain and read models have a table with an entry for each.
 */
export interface RecordedFacts {
  readonly 'funding-account': 'FundsDisbursed' | 'ExpenditureReported';
  readonly 'assistance-case': 'AssistanceDelivered';
  readonly 'training-activity': 'TrainingCompleted' | 'TrainingTerminated';
  readonly 'end-use-check': 'EndUseCheckPerformed' | 'DiscrepancyFound' | 'AccessDenied';
  readonly 'third-party-transfer': 'ThirdPartyTransferCarriedOut';
}

const reason = (example: string) => code('the code of the reason', example);

export class ConfirmFact {
  @eventId('the event that recorded the fact') readonly fact!: string;
}

export class DisputeFact extends ConfirmFact {
  @reason('other-quantity') readonly reason!: string;
}

export class WithdrawDispute extends ConfirmFact {
  @reason('found-since') readonly reason!: string;
}

export class AnswerDispute extends ConfirmFact {
  @oneOf(
    ['accepted', 'rejected'],
    'accepted: a correction of the fact follows or, where nothing corrects it, the dispute remains as a note on it; rejected: it stays as recorded',
  )
  readonly outcome!: 'accepted' | 'rejected';
  @reason('document-on-file') readonly reason!: string;
}

/** The commands of every kind that holds such facts. */
export const FACT_COMMANDS = {
  ConfirmFact: command('confirm-fact', ConfirmFact, 'concerned', 'Confirm what another recorded about the sender'),
  DisputeFact: command('dispute-fact', DisputeFact, 'concerned', 'Dispute what another recorded about the sender'),
  WithdrawDispute: command(
    'withdraw-dispute',
    WithdrawDispute,
    'concerned',
    'Take a dispute back: the fact waits again',
  ),
  AnswerDispute: command('answer-dispute', AnswerDispute, 'fact-recorder', 'Answer a dispute of a recorded fact'),
};

/** The events of every kind that holds such facts. */
export const FACT_EVENTS = {
  FactConfirmed: event(ConfirmFact, 'The organisation concerned confirmed a recorded fact', {
    closes: ['FactDisputed'],
  }),
  FactDisputed: event(DisputeFact, 'The organisation concerned disputed a recorded fact', { opens: 'the dispute' }),
  DisputeWithdrawn: event(WithdrawDispute, 'A dispute was taken back', { closes: ['FactDisputed'] }),
  DisputeAnswered: event(AnswerDispute, 'A dispute was answered', { closes: ['FactDisputed'] }),
};

interface FactContract {
  readonly kind: string;
  readonly about: string;
  readonly commands: typeof FACT_COMMANDS;
  readonly events: typeof FACT_EVENTS;
}
export type FactCommand = CommandOf<FactContract>;
export type FactEvent = EventOf<FactContract>;
export type FactRelation = (typeof FACT_COMMANDS)[keyof typeof FACT_COMMANDS]['by'][number];
