import type { RecordedEvent } from '@entente/kernel';
import { caseLineRows } from './cases.js';
import { EQUIPMENT } from './equipment.js';
import type { FigureRow, Figures } from './log.js';
import { recordedFactRows } from './recorded-facts.js';
import { TRAINING } from './training.js';

type Day = string | null;

/** What these items of the pipeline have in common. */
const about = (row: FigureRow, item_kind: string, stream: string, recipient: string) => ({
  item_kind,
  stream,
  part: null,
  recipient,
  donor: row['donor'] as string | null,
  programme: row['programme'] as string | null,
  assistance_case: row['assistance_case'] as string | null,
  item: null,
  quantity: null,
  unit: null,
  amount: null,
  currency: null,
  status: row['status'] as string,
  first_due: null as Day,
  due: null as Day,
  line_first_due: null,
  line_due: null,
});
const byDonor = (row: FigureRow) => ({ waits_for: 'donor', organisation: row['donor'] as string });

const rowsOf = (
  of: Readonly<Record<string, Figures>>,
  name: string,
  log: readonly RecordedEvent[],
  day: string,
  ...statuses: readonly string[]
): readonly FigureRow[] =>
  (of[name] as Figures)(log, { day, occurredBy: null }).filter(({ status }) => statuses.includes(status as string));

const transfers = (log: readonly RecordedEvent[], day: string) =>
  rowsOf(EQUIPMENT, 'third-party-transfers', log, day, 'requested').map((row) => ({
    ...about(
      row,
      row['transfer_kind'] as string,
      `third-party-transfer/${row['transfer'] as string}`,
      row['holder'] as string,
    ),
    ...byDonor(row),
    item: (row['goods'] as readonly string[]).join(),
    quantity: row['quantity'] as number | null,
    awaits: 'consent',
    asked_on: row['requested_on'] as Day,
  }));

const releases = (log: readonly RecordedEvent[], day: string) =>
  rowsOf(EQUIPMENT, 'technology-releases', log, day, 'requested').map((row) => ({
    ...about(
      row,
      'technology-release',
      `technology-release/${row['technology_release'] as string}`,
      row['recipient'] as string,
    ),
    ...byDonor(row),
    item: row['technology'] as string,
    awaits: 'approval',
    asked_on: row['requested_on'] as Day,
  }));

/** Disputes without an answer, or accepted ones whose correction did not follow yet. */
function disputes(log: readonly RecordedEvent[]) {
  const lines = caseLineRows(log);
  return recordedFactRows(log)
    .filter(({ status }) => status === 'disputed')
    .filter(({ outcome, correctable }) => outcome === null || (outcome === 'accepted' && correctable === true))
    .map((row) => {
      const line = lines.find((one) => one.line === row['line'] && one.assistance_case === row['assistance_case']);
      return {
        ...about(row, 'dispute', row['stream'] as string, row['concerned'] as string),
        part: row['fact_event'] as string,
        item: (line?.item ?? row['item']) as string | null,
        quantity: row['quantity'] as number | null,
        unit: line?.unit ?? null,
        amount: row['amount'] as number | null,
        currency: row['currency'] as string | null,
        awaits: row['outcome'] === null ? 'answer' : 'correction',
        waits_for: row['recorded_by'] === row['donor'] ? 'donor' : 'recorder',
        organisation: row['recorded_by'] as string,
        asked_on: row['answered_on'] as Day,
      };
    });
}

const trainings = (log: readonly RecordedEvent[], day: string) =>
  rowsOf(TRAINING, 'training', log, day, 'planned', 'started').map((row) => {
    const isPlanned = row['status'] === 'planned';
    return {
      ...about(row, 'training', `training-activity/${row['training'] as string}`, row['recipient'] as string),
      ...byDonor(row),
      item: row['course'] as string,
      quantity: row['planned'] as number,
      unit: 'person',
      awaits: isPlanned ? 'start' : 'end',
      first_due: (isPlanned ? row['first_starts'] : null) as Day,
      due: row[isPlanned ? 'starts' : 'ends'] as Day,
      asked_on: null as Day,
    };
  });

/** What the pipeline has of requests, disputed facts and training. */
export const requested = (log: readonly RecordedEvent[], day: string) => [
  ...transfers(log, day),
  ...releases(log, day),
  ...disputes(log),
  ...trainings(log, day),
];
