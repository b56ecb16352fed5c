import { POLICIES } from '@entente/domain';
import { type NamedConsequence, dueConsequence, handles } from '@entente/engine';
import type { AnyProjection, DueItem, RecordedEvent } from '@entente/kernel';
import { MODELS } from '@entente/read-models';
import { DueQueue } from './due-queue.js';

interface OpenDuty extends DueItem {
  /** The event that made this version of the duty. */
  readonly event: string;
  readonly status: string;
  readonly set_on: string;
}
type DutiesOfStream = Map<string, OpenDuty | null>;

/** Rows by stream. A bounded implementation may evict some. */
export type DutiesByStream = Pick<Map<string, DutiesOfStream>, 'get'> & {
  set(stream: string, rows: DutiesOfStream): unknown;
  delete(stream: string): unknown;
};

/** A day that has passed: the command that records it, and the day. */
export interface PassedDay extends NamedConsequence {
  readonly stream: string;
  /** The event that made this version of the duty. */
  readonly causationId: string;
  readonly setOn: string;
  readonly due: string;
}

/**
 * The due dates in a history that is being generated. It folds the same read model from which the
 * steward finds passed days.
 */
export class DueDays {
  private readonly model = MODELS.find(({ name }) => name === 'due-dates') as AnyProjection;
  private readonly open = new Map<string, DutiesOfStream>();
  private readonly passing = new DueQueue<{ readonly stream: string; readonly key: string; readonly due: string }>();

  /** `quiet` keeps the rows of streams without an open duty, because a duty may open again. */
  constructor(private readonly quiet: DutiesByStream = new Map()) {}

  see(event: RecordedEvent): void {
    const { stream } = event;
    const keys = handles(this.model, event) ? this.model.touches(event) : [];
    if (keys.length === 0) return;
    const rows = this.open.get(stream) ?? this.quiet.get(stream) ?? new Map<string, OpenDuty | null>();
    const head = rows.get('') ?? null;
    for (const key of keys) {
      const was = rows.get(key) ?? null;
      const after = this.model.evolve(was, event, key, head) as OpenDuty | null;
      // The steward names the event that made the version of the row.
      const row = after === null || after === was ? after : { ...after, event: event.id };
      rows.set(key, row);
      if (key === '' || row?.status !== 'open') continue;
      if (was?.due !== row.due || was.status !== 'open')
        this.passing.add(Date.parse(row.due), { stream, key, due: row.due });
    }
    this.keep(stream, rows);
  }

  private keep(stream: string, rows: DutiesOfStream): void {
    const isOpen = [...rows].some(([key, row]) => key !== '' && row?.status === 'open');
    (isOpen ? this.quiet : this.open).delete(stream);
    (isOpen ? this.open : this.quiet).set(stream, rows);
  }

  /** The duties that passed before a day and are still open, ordered by their last day. */
  *before(today: string): Generator<PassedDay, void> {
    const later: { readonly stream: string; readonly key: string; readonly due: string }[] = [];
    while (this.passing.next < Date.parse(today)) {
      const one = this.passing.take();
      if (one === undefined) break;
      const { stream, key, due } = one;
      const row = this.open.get(stream)?.get(key);
      if (row?.status !== 'open' || row.due !== due) continue;
      // A duty that was planned after its due day becomes overdue on a later day.
      if (row.set_on >= today) later.push(one);
      else yield* passed(stream, row);
    }
    for (const one of later) this.passing.add(Date.parse(today), one);
  }
}

function* passed(stream: string, { duty, item, due, event, set_on: setOn }: OpenDuty): Generator<PassedDay, void> {
  const found = dueConsequence(POLICIES.dueDates, { stream, duty, item, due });
  if (found !== undefined) yield { ...found, stream, causationId: event, setOn, due };
}
