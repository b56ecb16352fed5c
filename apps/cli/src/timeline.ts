import { isDay, parseInstant } from '@entente/contracts';
import type { EventLog } from '@entente/engine';
import { type RecordedEvent, parseStream } from '@entente/kernel';
import { LATE_AFTER_HOURS } from '@entente/read-models';
import { currencyIn, eventText } from './event-text.js';
import { type Output, progress, table } from './output.js';

/** Which events a timeline has. */
export interface TimelineFilter {
  /** A stream, `<kind>/<id>`. */
  readonly stream?: string;
  /** An organisation: what it sent, or what was sent on its behalf. */
  readonly actor?: string;
  readonly correlation?: string;
  /** Days (UTC) or instants of what happened, both included. */
  readonly from?: string;
  readonly to?: string;
}

/** A hint names at most this many streams or organisations. */
const MAX_NAMED = 10;

/** A bound of what happened: an instant, or the given time of a day. Fails for any other text. */
function instantOf(option: string, given: string, timeOfDay: string): string {
  const instant = isDay(given) ? `${given}T${timeOfDay}Z` : parseInstant(given);
  if (instant === null)
    throw new Error(`${option} takes a day that exists (YYYY-MM-DD) or an instant, and not "${given}"`);
  return instant;
}

/** Bounds as instants, that text compares. */
const withBounds = ({ from, to, ...wanted }: TimelineFilter): TimelineFilter => ({
  ...wanted,
  ...(from === undefined ? {} : { from: instantOf('--from', from, '00:00:00.000') }),
  ...(to === undefined ? {} : { to: instantOf('--to', to, '23:59:59.999') }),
});

const matches = ({ metadata, stream }: RecordedEvent, wanted: TimelineFilter): boolean => {
  const { actor, correlationId, occurredAt } = metadata;
  if (wanted.stream !== undefined && stream !== wanted.stream) return false;
  if (wanted.actor !== undefined && actor.organisation !== wanted.actor && actor.for !== wanted.actor) return false;
  if (wanted.correlation !== undefined && correlationId !== wanted.correlation) return false;
  if (wanted.from !== undefined && occurredAt < wanted.from) return false;
  return wanted.to === undefined || occurredAt <= wanted.to;
};

/**
 * Prints events with their data, sender, time of occurrence and time of recording; late ones are
 * marked. Returns the number of events printed. Fails if the stream does not exist; the message
 * names streams with such a name or kind.
 */
export async function timeline(log: EventLog, filter: TimelineFilter, output: Output): Promise<number> {
  const wanted = withBounds(filter);
  if (wanted.from !== undefined && wanted.to !== undefined && wanted.from > wanted.to)
    throw new Error(`--from ${filter.from} is after --to ${filter.to}: nothing can lie between them`);
  if (wanted.stream !== undefined) await streamNamed(log, wanted.stream);
  const batches =
    wanted.stream === undefined ? log.readLog(0n, { upTo: await log.head() }) : log.readStream(wanted.stream);
  const report = progress(output, 'events read');
  const currencies = new Map<string, string>();
  let read = 0;
  let shown = 0;
  for await (const batch of batches) {
    const found: Described[] = [];
    for (const event of batch) {
      const named = currencyIn(event.data);
      if (named !== null) currencies.set(event.stream, named);
      if (matches(event, wanted)) found.push({ event, currency: currencies.get(event.stream) ?? null });
    }
    read += batch.length;
    report(read);
    if (found.length === 0) continue;
    shown += found.length;
    if (output.json) for (const one of found) output.out(JSON.stringify(jsonOf(one)));
    else output.out(linesOf(found));
  }
  if (shown === 0) output.err(await noEvent(log, wanted));
  return shown;
}

/** An event, and the currency of its stream so far. */
interface Described {
  readonly event: RecordedEvent;
  readonly currency: string | null;
}

const isLate = ({ metadata: { occurredAt, recordedAt } }: RecordedEvent): boolean =>
  Date.parse(recordedAt) - Date.parse(occurredAt) >= LATE_AFTER_HOURS * 3_600_000;

const senderOf = ({ metadata: { actor } }: RecordedEvent): string =>
  [
    `${actor.organisation} (${actor.role})`,
    ...(actor.person === undefined ? [] : [`person ${actor.person}`]),
    ...(actor.for === undefined ? [] : [`for ${actor.for}`]),
  ].join(', ');

/** The whole event, for programs. */
function jsonOf({ event, currency }: Described) {
  const { actor, occurredAt, recordedAt, correlationId, evidence, legalBasis } = event.metadata;
  return {
    position: String(event.position),
    stream: event.stream,
    revision: event.revision,
    type: event.type,
    happened: occurredAt,
    recorded: recordedAt,
    late: isLate(event) ? 'late' : '',
    by: senderOf(event),
    actor,
    data: event.data,
    currency,
    evidence,
    legalBasis,
    correlation: correlationId,
  };
}

/** For people: a line for each event, and an indented one with its data. */
function linesOf(found: readonly Described[]): string {
  const second = (instant: string): string => instant.replace(/\.[0-9]+Z$/, 'Z');
  const heads = found.map(({ event }) => ({
    position: event.position,
    happened: second(event.metadata.occurredAt),
    recorded: second(event.metadata.recordedAt),
    late: isLate(event) ? 'late' : '',
    stream: event.stream,
    revision: event.revision,
    type: event.type,
    by: senderOf(event),
  }));
  const [names = '', ...lines] = table(heads).split('\n');
  const texts = found.map(({ event, currency }) => eventText(event, currency));
  return [names, ...lines.flatMap((line, i) => [line, ...(texts[i] ? [`    ${texts[i]}`] : [])])].join('\n');
}

const isStream = async (log: EventLog, name: string): Promise<boolean> =>
  parseStream(name) !== null && (await log.revisionOf(name)) >= 0;

/** The names that contain a word, those that end with it first, and how many more there are. */
function similar(names: Iterable<string>, word: string): string {
  const found = [...names].filter((name) => name.includes(word)).sort();
  const exact = found.filter((name) => name.endsWith(word));
  const others = found.filter((name) => !name.endsWith(word));
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  return [...exact, ...others].slice(0, MAX_NAMED).join(', ') + more;
}

/** Every stream and every sender of the log. */
async function namesIn(log: EventLog): Promise<{ streams: Set<string>; senders: Set<string> }> {
  const streams = new Set<string>();
  const senders = new Set<string>();
  for await (const batch of log.readLog(0n, { upTo: await log.head() }))
    for (const { stream, metadata } of batch) {
      streams.add(stream);
      senders.add(metadata.actor.organisation);
      if (metadata.actor.for !== undefined) senders.add(metadata.actor.for);
    }
  return { streams, senders };
}

/** What to ask instead of a name that is no stream. */
async function noStream(log: EventLog, name: string): Promise<string> {
  const { streams, senders } = await namesIn(log);
  const { kind, id } = parseStream(name) ?? { kind: name, id: name };
  const named = similar(streams, name) || similar(streams, id) || similar(streams, `${kind}/`);
  return [
    `there is no stream "${name}"; a stream is <kind>/<id>`,
    named === '' ? 'no stream has such a name or kind' : `streams with such a name or kind: ${named}`,
    ...(senders.has(name) ? [`what ${name} sent: timeline --actor ${name}`] : []),
  ].join('; ');
}

/** Fails if the log has no such stream; the message names streams with such a name or kind. */
export async function streamNamed(log: EventLog, name: string): Promise<void> {
  if (!(await isStream(log, name))) throw new Error(await noStream(log, name));
}

/** Why nothing was found. */
async function noEvent(log: EventLog, { actor }: TimelineFilter): Promise<string> {
  if (actor === undefined) return 'no event matches';
  const { senders } = await namesIn(log);
  if (senders.has(actor)) return 'no event matches';
  return `no event matches: "${actor}" has sent nothing; senders: ${similar(senders, actor) || similar(senders, '')}`;
}
