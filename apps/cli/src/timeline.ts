import type { EventLog } from '@entente/engine';
import { type RecordedEvent, streamName } from '@entente/kernel';
import { LATE_AFTER_HOURS } from '@entente/read-models';
import { type Output, progress, table } from './output.js';

/** Which events a timeline has. */
export interface TimelineFilter {
  /** A stream, `<kind>/<id>`. */
  readonly stream?: string;
  /** An organisation: what it sent, or what was sent on its behalf. */
  readonly actor?: string;
  readonly correlation?: string;
  /** Days or instants of what happened, both included. */
  readonly from?: string;
  readonly to?: string;
}

const matches = ({ metadata, stream }: RecordedEvent, wanted: TimelineFilter): boolean => {
  const { actor, correlationId, occurredAt } = metadata;
  if (wanted.stream !== undefined && stream !== wanted.stream) return false;
  if (wanted.actor !== undefined && actor.organisation !== wanted.actor && actor.for !== wanted.actor) return false;
  if (wanted.correlation !== undefined && correlationId !== wanted.correlation) return false;
  if (wanted.from !== undefined && occurredAt < wanted.from) return false;
  return wanted.to === undefined || occurredAt.slice(0, wanted.to.length) <= wanted.to;
};

/**
 * Prints events with sender, time of occurrence and time of recording; late ones are marked.
 * Returns the number of events printed.
 */
export async function timeline(log: EventLog, wanted: TimelineFilter, output: Output): Promise<number> {
  const [kind = '', ...id] = (wanted.stream ?? '').split('/');
  const batches =
    wanted.stream === undefined
      ? log.readLog(0n, { upTo: await log.head() })
      : log.readStream(streamName({ kind, id: id.join('/') }));
  const report = progress(output, 'events read');
  let read = 0;
  let shown = 0;
  for await (const batch of batches) {
    const rows = batch.filter((event) => matches(event, wanted)).map(lineOf);
    read += batch.length;
    report(read);
    if (rows.length === 0) continue;
    shown += rows.length;
    if (output.json) for (const row of rows) output.out(JSON.stringify(row));
    else output.out(table(rows));
  }
  if (shown === 0) output.err('no event matches');
  return shown;
}

function lineOf(event: RecordedEvent) {
  const { actor, occurredAt, recordedAt, correlationId } = event.metadata;
  const late = Date.parse(recordedAt) - Date.parse(occurredAt) >= LATE_AFTER_HOURS * 3_600_000;
  return {
    position: String(event.position),
    stream: event.stream,
    revision: event.revision,
    type: event.type,
    happened: occurredAt,
    recorded: recordedAt,
    late: late ? 'late' : '',
    by: `${actor.organisation} (${actor.role})${actor.for === undefined ? '' : ` for ${actor.for}`}`,
    correlation: correlationId,
  };
}
