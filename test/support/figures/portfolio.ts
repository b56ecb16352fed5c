import type { Stage } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type QueryParameters, type FigureRow, type Figures, type Value, exactSum, happened, sum } from './log.js';
import { consignedBy, consignmentRows } from './consignments.js';
import { holdOn } from './holds.js';
import { misuseRows, recoveryRows } from './misuse.js';
import { MONEY } from './money.js';
import { PLANNING } from './planning.js';
import { caseLineRows } from './cases.js';
import { VIEWS } from './views.js';

/** What a row of the portfolio is about. */
interface Key {
  readonly donor: string | null;
  readonly recipient: string;
  readonly programme: string | null;
  readonly currency: string | null;
}
type Money = FigureRow;

const asKey = (row: FigureRow, currency: Value): Key => ({
  donor: row['donor'] as string | null,
  recipient: row['recipient'] as string,
  programme: row['programme'] as string | null,
  currency: currency as string | null,
});

const has = (row: Money, ...stages: readonly Stage[]): boolean => {
  const own = (row['account_stages'] as string).split(',');
  return stages.every((stage) => own.includes(stage));
};

/** The sum of a stage over these movements. */
const amountOf = (rows: readonly Money[], stage: Stage): bigint =>
  exactSum(rows.flatMap((row) => (row['stage'] === stage ? [row['amount']] : [])));

/** A stage over the accounts that have it; null if none has. */
const stageOf = (rows: readonly Money[], stage: Stage): bigint | null =>
  rows.some((row) => has(row, stage)) ? amountOf(rows, stage) : null;

/** One stage minus another, over the accounts that have both, and not the stage without. */
function difference(rows: readonly Money[], from: Stage, less: Stage, without?: Stage): bigint | null {
  const both = rows.filter((row) => has(row, from, less) && (without === undefined || !has(row, without)));
  return both.length === 0 ? null : amountOf(both, from) - amountOf(both, less);
}

/** A mean with one decimal, halves away from zero; null of nothing. */
function mean(numbers: readonly number[]): number | null {
  const exact = (sum(numbers) * 10) / numbers.length;
  return numbers.length === 0 ? null : (Math.sign(exact) * Math.round(Math.abs(exact))) / 10;
}

type Consignment = ReturnType<typeof consignmentRows>[number];
function consignmentFigures(consignments: readonly Consignment[], day: string) {
  const received = consignments.filter(({ status }) => status === 'received');
  const inTime = received.filter(({ received_on: on, first_due: due }) => (on as string) <= due);
  const past = consignments.filter(
    ({ status, first_due: due }) => !['received', 'cancelled'].includes(status) && day > due,
  );
  const promised = received.length + past.length;
  return {
    consignments_received: received.length,
    consignments_overdue: consignments.filter(({ overdue }) => overdue).length,
    on_time_percent: promised === 0 ? null : Math.round((inTime.length * 1000) / promised) / 10,
    mean_days_late_first: mean(consignments.flatMap(({ days_late_first: late }) => late ?? [])),
    mean_days_late_plan: mean(consignments.flatMap(({ days_late_plan: late }) => late ?? [])),
  };
}

type Misuse = ReturnType<typeof misuseRows>[number];
const misuseFigures = (cases: readonly Misuse[]) => ({
  open_misuse: cases.filter(({ status }) => !['closed', 'declined', 'dismissed'].includes(status)).length,
  overdue_misuse: cases.filter(({ overdue }) => overdue).length,
  suspended_by_misuse: cases.filter(
    ({ assistance, suspended_scopes: scopes }) => assistance === 'suspended' && scopes.length > 0,
  ).length,
  precaution_until:
    cases
      .flatMap(({ precaution_until: until }) => until ?? [])
      .toSorted()
      .at(-1) ?? null,
});

/** A sum is decimal digits as text, of any size. */
const inDigits = (sums: Readonly<Record<string, bigint | null>>): FigureRow =>
  Object.fromEntries(Object.entries(sums).map(([name, of]) => [name, of === null ? null : String(of)]));

function moneyFigures(money: readonly Money[], recovered: readonly FigureRow[]): FigureRow {
  const pledged = stageOf(money, 'pledged');
  const pooled = money.filter((row) => row['pooled'] === true);
  return inDigits({
    pledged,
    committed: stageOf(money, 'committed'),
    obligated: stageOf(money, 'obligated'),
    disbursed: stageOf(money, 'disbursed'),
    spent: stageOf(money, 'spent'),
    pooled: pledged === null ? null : amountOf(pooled, 'pledged'),
    uncommitted: difference(money, 'pledged', 'committed'),
    unobligated: difference(money, 'committed', 'obligated'),
    pledged_unobligated: difference(money, 'pledged', 'obligated', 'committed'),
    undisbursed: difference(money, 'obligated', 'disbursed'),
    recovered: recovered.length === 0 ? null : exactSum(recovered.map((row) => row['amount'])),
  });
}

const isAbout = (row: FigureRow, key: Key): boolean =>
  row['donor'] === key.donor && row['recipient'] === key.recipient && row['programme'] === key.programme;
/** A row is of a programme that it names; without one, of its donor and recipient. */
const isOf = (row: FigureRow, key: Key): boolean =>
  key.programme === null ? isAbout(row, key) : row['programme'] === key.programme;

/** The parties of a programme; none without one. */
const partiesOf = (programme: FigureRow | undefined): FigureRow =>
  programme === undefined ? {} : { donor: programme['donor'] as string, recipient: programme['recipient'] as string };

/** What came back where no money moved in its currency. */
const recoveredAlone = (money: readonly Money[], recovered: readonly FigureRow[]): readonly FigureRow[] =>
  recovered.filter((row) => !money.some((one) => one['currency'] === row['currency'] && isOf(one, asKey(row, null))));

/** What has no day, and so is not known by the day on which it occurred. */
const WITHOUT_DAY: FigureRow = {
  status: null,
  overdue_misuse: null,
  suspended_by_misuse: null,
  precaution_until: null,
  on_hold: null,
};

/** The misuse cases reported by a day that had not ended by then. */
const openThen = (log: readonly RecordedEvent[], { day, occurredBy }: QueryParameters, key: Key): FigureRow => {
  const by = occurredBy as string;
  const open = misuseRows(log, day).filter(
    (row) => isOf(row, key) && row.flagged_on <= by && (row.ended_on === null || row.ended_on > by),
  );
  return { open_misuse: open.length };
};

function portfolio(log: readonly RecordedEvent[], asked: QueryParameters): readonly FigureRow[] {
  const { day, occurredBy } = asked;
  const programmes = (PLANNING['programmes'] as Figures)(log, asked);
  const money = (MONEY['movements'] as Figures)(log, asked);
  const consignments = consignmentRows(occurredBy === null ? log : consignedBy(log, occurredBy), day);
  const recovered = happened(recoveryRows(log), 'occurred_on', occurredBy);
  const programmeOf = (row: FigureRow) => programmes.find(({ programme }) => programme === row['programme']);
  const withMoney = [
    ...money.map((row) => asKey(row, row['currency'] as string)),
    ...recoveredAlone(money, recovered).map((row) =>
      asKey({ ...row, ...partiesOf(programmeOf(row)) }, row['currency'] as string),
    ),
  ].filter(({ donor }) => donor !== null);
  const without = happened(programmes, 'proposed_on', occurredBy)
    .map((row) => asKey(row, null))
    .filter((key) => !withMoney.some((one) => one.programme === key.programme));
  const misuse = happened(misuseRows(log, day), 'flagged_on', occurredBy);
  const caseLines = happened(caseLineRows(log), 'added_on', occurredBy);
  const lines = (VIEWS['deliverables'] as Figures)(log, asked);
  const alone = [...consignments, ...misuse, ...caseLines]
    .filter((row) => row.programme === null && row.donor !== null)
    .map((row) => asKey(row, null))
    .filter((key) => !withMoney.some((one) => isAbout({ ...one }, key)));
  const keys = [...new Set([...withMoney, ...without, ...alone].map((key) => JSON.stringify(key)))].map(
    (text) => JSON.parse(text) as Key,
  );
  return keys.map((key) => {
    const programme = programmes.find((row) => row['programme'] === key.programme);
    const inCurrency = (rows: readonly FigureRow[]) => rows.filter((row) => row['currency'] === key.currency);
    return {
      donor: key.donor,
      programme: key.programme,
      title: programme?.['title'] ?? null,
      status: programme?.['status'] ?? null,
      recipient: key.recipient,
      currency: key.currency,
      ...moneyFigures(
        inCurrency(money).filter((row) => isAbout(row, key)),
        inCurrency(recovered).filter((row) => isOf(row, key)),
      ),
      ...consignmentFigures(
        consignments.filter((row) => isOf(row, key)),
        day,
      ),
      lines_overdue: lines.filter((row) => row['overdue'] === true && isOf(row, key)).length,
      on_hold: holdOn(log, day, key),
      ...misuseFigures(misuse.filter((row) => isOf(row, key))),
      ...(occurredBy === null ? {} : { ...WITHOUT_DAY, ...openThen(log, asked, key) }),
    };
  });
}

export const PORTFOLIO: Readonly<Record<string, Figures>> = { 'donor-portfolio': portfolio };
