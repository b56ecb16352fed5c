import type { FundingAccountEvent, Stage } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { type Breach, type Control, type ControlRun, breach, handlersBy } from './control.js';

/** The stages of an account that bound each other: each within the one before it. */
interface AccountStages {
  readonly stages: readonly Stage[];
  readonly sums: Map<Stage, number>;
}

type MovementEvent = RecordedEvent & { readonly data: { readonly amount: number } };

function start(): ControlRun {
  const accounts = new Map<string, AccountStages>();

  function move(event: RecordedEvent, stage: Stage, by: number): readonly Breach[] {
    const account = accounts.get(idOf(event));
    if (account === undefined) return [];
    const { sums, stages } = account;
    sums.set(stage, (sums.get(stage) ?? 0) + by);
    for (let i = 1; i < stages.length; i += 1) {
      const before = stages[i - 1] as Stage;
      const later = stages[i] as Stage;
      const bound = sums.get(before) ?? 0;
      const sum = sums.get(later) ?? 0;
      // Only where this movement is one of the two, so that one breach is reported once.
      if (sum > bound && (stage === before || stage === later))
        return breach(event, `what is ${later} stays within what is ${before}`, { [before]: bound, [later]: sum });
    }
    return [];
  }
  const forward = (stage: Stage) => (event: MovementEvent) => move(event, stage, event.data.amount);
  const back = (stage: Stage) => (event: MovementEvent) => move(event, stage, -event.data.amount);

  const read = handlersBy<FundingAccountEvent>({
    FundingAccountOpened: (event) => {
      const { basis, stages } = event.data;
      // A pledge bounds nothing; history of another system is repeated as it is.
      if (basis === 'own')
        accounts.set(idOf(event), { stages: stages.filter((stage) => stage !== 'pledged'), sums: new Map() });
    },
    FundsCommitted: forward('committed'),
    FundsDecommitted: back('committed'),
    FundsObligated: forward('obligated'),
    FundsDeobligated: back('obligated'),
    FundsDisbursed: forward('disbursed'),
    FundsReimbursed: back('disbursed'),
    ExpenditureReported: forward('spent'),
    ExpenditureCorrected: back('spent'),
    MovementCorrected: (event) => move(event, event.data.stage, event.data.amountBy),
    FundsReallocatedOut: (event) => move(event, event.data.stage, -event.data.amount),
    FundsReallocatedIn: (event) => move(event, event.data.stage, event.data.amount),
  });
  // A correction of the period takes an amount back and adds it again.
  return (event, isLastOfCommand) => {
    const found = read(event);
    return isLastOfCommand ? found : [];
  };
}

/** R15: each stage of money stays within the one before it that the account has. */
export const stagesOvertaken: Control = {
  name: 'stages-overtaken',
  rule: 'R15',
  about: 'a movement after which more has reached a stage of an account than the stage before it',
  kinds: ['funding-account'],
  start,
};
