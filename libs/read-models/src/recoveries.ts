import type { MisuseCaseEvent } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { amount, day, text, textOrNull } from './columns.js';
import { factsBy } from './facts-by.js';
import type { Origin } from './row-by.js';

/** Money that came back after misuse, or the correction of such a record. */
export class RecoveryRow {
  @text('the misuse case') misuse_case!: string;
  @textOrNull('the programme concerned, if the report names one') programme!: string | null;
  @textOrNull('the assistance case concerned, if the report names one') assistance_case!: string | null;
  @textOrNull('the donor, if the report names one') donor!: string | null;
  @text('the recipient') recipient!: string;
  @text('the ISO 4217 code of the currency') currency!: string;
  @amount('what came back, in minor units; of a correction, the difference') amount!: number;
  @textOrNull('the funding account to which it came back, if one was named') account!: string | null;
  @day("the day on which it came back, by the sender's word; of a correction, that of what was wrong")
  occurred_on!: string;
  @day('the day on which it was recorded') recorded_on!: string;
  @textOrNull('the id of the event that it corrects, if it corrects one') corrects!: string | null;
}

const on = ({ day: occurred_on, event }: Origin, corrected?: string) => ({
  occurred_on: corrected ?? occurred_on,
  recorded_on: event.metadata.recordedAt.slice(0, 10),
});

export const recoveries: Projection<MisuseCaseEvent, RecoveryRow> = {
  name: 'recoveries',
  topic: 'Auditors',
  version: 4,
  kinds: ['misuse-case'],
  about: 'money that came back after misuse, and the corrections of such records',
  totals: { counts: 'recoveries and corrections', by: ['currency'], sums: ['amount'] },
  occurredBy: 'occurred_on',
  ...factsBy<RecoveryRow, MisuseCaseEvent>(RecoveryRow)(
    'MisuseFlagged',
    ({ programme, case: assistance_case, donor, recipient }, { id }) => ({
      misuse_case: id,
      programme,
      assistance_case,
      donor,
      recipient,
    }),
    {
      FundsRecovered: ({ amount: back, currency, account }, origin) => ({
        currency,
        amount: back,
        account,
        ...on(origin),
      }),
      RecoveryCorrected: ({ difference, currency, corrects, account, on: corrected }, origin) => ({
        currency,
        amount: difference,
        account,
        corrects,
        ...on(origin, corrected),
      }),
    },
    {
      MisuseReportCorrected: ({ programme, case: assistance_case, donor, recipient }, head) => ({
        programme: programme ?? head.programme,
        assistance_case: assistance_case ?? head.assistance_case,
        donor: donor ?? head.donor,
        recipient: recipient ?? head.recipient,
      }),
    },
  ),
};
