import type { FundingAccountEvent, Stage } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { OWN_OR_REPORTED, STAGES } from './codes.js';
import { amount, day, flag, oneOf, text, textOrNull } from './columns.js';
import { factsBy } from './facts-by.js';
import { BASIS } from './plausibility.js';
import type { Origin } from './row-by.js';

/** A movement of money at one stage of an account. */
export class MovementRow {
  @text('the account') account!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that it pays for, if any') programme!: string | null;
  @textOrNull('the case that it pays for, if any') assistance_case!: string | null;
  @text("the source's name for the fund") fund!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @text('the stages that the account has, in their order, with commas between them') account_stages!: string;
  @text("the fiscal period, in the account's own words") period!: string;
  @text("the ISO 4217 code of the account's currency") currency!: string;
  @oneOf(STAGES) stage!: string;
  @amount('by how much the stage rises, in minor units; below zero if it falls') amount!: number;
  @day("the day on which it happened, by the sender's word; of a correction, that of what was wrong")
  occurred_on!: string;
  @day('the day on which it was recorded') recorded_on!: string;
  @text(
    'raised; taken-back; corrected, if it was entered wrongly; reallocated-out or reallocated-in, to or from another account; pooled, if it is the money of another contributor',
    ['raised', 'taken-back', 'corrected', 'reallocated-out', 'reallocated-in', 'pooled'],
  )
  movement!: string;
  @flag('whether it is the money of another contributor, which may be recorded at its own account too')
  pooled!: boolean;
  @flag('whether it was disbursed after the completion of its programme, as far as that was known when it was recorded')
  after_completion!: boolean;
  @textOrNull('the tranche, if it was disbursed under one') tranche!: string | null;
  @textOrNull('the other account of a reallocation') other_account!: string | null;
  @textOrNull(
    'of a reallocation, the id of the event with which the money left: both halves and their corrections have it',
  )
  reallocation!: string | null;
  @textOrNull('the other contributor of pooled money') contributor!: string | null;
  @textOrNull('the code of the reason, if money was taken back') reason!: string | null;
  @textOrNull('the id of the event that it corrects, if it corrects one') corrects!: string | null;
}

/** Whether the account of a movement has a stage: a condition on rows under an alias. */
export const hasStage = (alias: string, stage: Stage): string =>
  `',' || ${alias}.account_stages || ',' LIKE '%,${stage},%'`;

interface Moved {
  readonly amount: number;
  readonly period: string;
  readonly corrects?: string;
  readonly reason?: string;
  readonly tranche?: string;
  /** The day of what a correction corrects. */
  readonly on?: string;
}

const moved = (
  stage: Stage,
  amountBy: number,
  { period, corrects, reason, tranche, on }: Moved,
  { day: today, event }: Origin,
  movement: string,
) => ({
  stage,
  amount: amountBy,
  period,
  movement,
  occurred_on: on ?? today,
  recorded_on: event.metadata.recordedAt.slice(0, 10),
  tranche,
  corrects,
  reason,
});

/** Whose money it is, if it is another contributor's. */
const pooledBy = ({ contributor = null }: { readonly contributor?: string | null }) => ({
  pooled: contributor !== null,
  contributor,
});

const raised = (stage: Stage) => (data: Moved, origin: Origin) => moved(stage, data.amount, data, origin, 'raised');
/** What names the movement that was wrong corrects it. */
const takenBack = (stage: Stage) => (data: Moved, origin: Origin) =>
  moved(stage, -data.amount, data, origin, data.corrects === undefined ? 'taken-back' : 'corrected');

export const movements: Projection<FundingAccountEvent, MovementRow> = {
  name: 'movements',
  topic: 'Donors',
  version: 9,
  kinds: ['funding-account'],
  about: 'a movement of money: at which stage, by how much, when it happened and when it was recorded',
  totals: { counts: 'movements', by: ['currency', 'stage'], sums: ['amount'] },
  occurredBy: 'occurred_on',
  ...factsBy<MovementRow, FundingAccountEvent>(MovementRow)(
    'FundingAccountOpened',
    ({ donor, recipient, programme, case: assistance_case, fund, basis, stages, currency }, { id }) => ({
      account: id,
      donor,
      recipient,
      programme,
      assistance_case,
      fund,
      basis,
      account_stages: stages.join(','),
      currency,
    }),
    {
      FundsPledged: raised('pledged'),
      PledgeReduced: (data, origin) => ({ ...takenBack('pledged')(data, origin), ...pooledBy(data) }),
      ContributionPooled: (data, origin) => ({
        ...moved('pledged', data.amount, data, origin, 'pooled'),
        ...pooledBy(data),
      }),
      FundsCommitted: raised('committed'),
      FundsDecommitted: takenBack('committed'),
      FundsObligated: raised('obligated'),
      FundsDeobligated: takenBack('obligated'),
      FundsDisbursed: (data, origin) => ({
        ...raised('disbursed')(data, origin),
        after_completion: data.afterCompletion === true,
      }),
      FundsReimbursed: takenBack('disbursed'),
      ExpenditureReported: raised('spent'),
      ExpenditureCorrected: takenBack('spent'),
      MovementCorrected: (data, origin) => ({
        ...moved(data.stage, data.amountBy, { ...data, amount: data.amountBy }, origin, 'corrected'),
        ...pooledBy(data),
        other_account: data.to ?? data.from,
        reallocation: data.out ?? (data.to === undefined ? null : data.corrects),
      }),
      FundsReallocatedOut: (data, origin) => ({
        ...moved(data.stage, -data.amount, data, origin, 'reallocated-out'),
        other_account: data.to,
        reallocation: origin.event.id,
      }),
      FundsReallocatedIn: (data, origin) => ({
        ...moved(data.stage, data.amount, data, origin, 'reallocated-in'),
        other_account: data.from,
        reallocation: data.out,
      }),
    },
    // The fund is corrected before money moves. The event is behind all sums of the account.
    { AccountCorrected: ({ fund }, head) => ({ fund: fund ?? head.fund }) },
  ),
};
