import { eventOf, fieldErrors, parseInstant } from '@entente/contracts';
import { type DamagedLog, type EventLog, LARGEST_POSITION, commandKey, eventId } from '@entente/engine';
import { COMMAND_NOTED, type RecordedEvent, kindOf, parseStream } from '@entente/kernel';
import { EventsDigest } from './events-digest.js';
import { type Output, progress } from './output.js';

/** A violated invariant of the log. */
export interface VerifyFinding {
  readonly check:
    'revisions' | 'positions' | 'time' | 'receipts' | 'ids' | 'payloads' | 'consulted' | 'expected' | 'damage';
  readonly position: string;
  readonly stream: string;
  readonly message: string;
}

/**
 * The result of a verification. `outdated` counts decisions on outdated states of consulted
 * streams: the promise on consulted streams allows them, so they are not findings.
 */
export interface Verified {
  readonly events: number;
  readonly streams: number;
  readonly position: string;
  readonly outdated: number;
  readonly findings: readonly VerifyFinding[];
  /** All findings, also those beyond the first thousand. */
  readonly count: number;
  /** The digest of all events ({@link EventsDigest}): equal in every store with these events. */
  readonly digest: string;
  /** The position of a digest kept elsewhere, and whether the events up to it have it. */
  readonly expected?: { readonly position: string; readonly matches: boolean };
}

/** A position and the digest of the events up to it, kept elsewhere. */
export interface ExpectedDigest {
  readonly position: bigint;
  readonly digest: string;
}

/**
 * `<position>:<digest>`, as `digest` and `verify` print it; an error for any other text.
 */
export function readExpected(text: string): ExpectedDigest {
  const [, position, digest] = /^([1-9][0-9]{0,18}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (position === undefined || digest === undefined)
    throw new Error(`--expect takes <position>:<digest>, as verify prints it, and not "${text}"`);
  return { position: BigInt(position), digest };
}

/** A position of an event; an error for any other text. */
export function readPosition(text: string): bigint {
  if (!/^[1-9][0-9]{0,18}$/.test(text)) throw new Error(`--at takes the position of an event, and not "${text}"`);
  return BigInt(text);
}

const MAX_FINDINGS = 1000;

/**
 * Reads the whole log once and checks its invariants: revisions without gaps from 0,
 * positions rising, `recordedAt` never going back, each command once on its stream, event ids
 * derived from their commands, every payload readable as its catalogued type, and no decision
 * resting on a revision that was not there yet. Parts that cannot be read are findings, and the
 * rest is read. Keeps one number for each stream, and a short digest for each command.
 *
 * A log can be consistent and yet not what it was: an event changed by a user with write access, or
 * a removed last event, breaks no invariant. Only a digest kept elsewhere shows it: `expected`.
 */
export async function verify(log: EventLog, output: Output, expected: ExpectedDigest | null = null): Promise<Verified> {
  const head = await log.head();
  const check = new Check(expected);
  const report = progress(output, 'position');
  const onDamage = (fault: DamagedLog): void => check.damaged(fault);
  for await (const batch of log.readLog(0n, { upTo: head, onDamage })) {
    for (const event of batch) check.add(event);
    report(batch.at(-1)?.position ?? 0n, head);
  }
  for (const fault of log.damages()) check.damaged(fault);
  return check.result(head);
}

class Check {
  private outdated = 0;
  private count = 0;
  private readonly findings: VerifyFinding[] = [];
  private readonly revisions = new Map<string, number>();
  private readonly commands = new Set<string>();
  private readonly last = new Map<string, { readonly key: string; readonly index: number }>();
  private before: RecordedEvent | null = null;
  private readonly digest = new EventsDigest();
  private compared = false;
  private matches = false;

  constructor(private readonly expected: ExpectedDigest | null) {}

  add(event: RecordedEvent): void {
    this.compare(event.position);
    this.digest.add(event);
    this.order(event);
    this.command(event);
    this.payload(event);
    this.consulted(event);
    this.revisions.set(event.stream, event.revision);
    this.before = event;
  }

  /**
   * Compares the events before a position with the digest kept elsewhere, once they are all read.
   */
  private compare(next: bigint): void {
    const { expected, before } = this;
    if (expected === null || this.compared || next <= expected.position) return;
    this.compared = true;
    const at = { position: expected.position, stream: before?.stream ?? '' };
    const found = before?.position ?? 0n;
    if (found !== expected.position)
      this.find('expected', at, `the digest is of position ${expected.position}, where the log has no event`);
    else if (this.digest.soFar() === expected.digest) this.matches = true;
    else this.find('expected', at, `the events up to here have digest ${this.digest.soFar()}, not ${expected.digest}`);
  }

  result(head: bigint): Verified {
    this.compare(LARGEST_POSITION);
    const { outdated, findings, count } = this;
    const { events, digest } = this.digest.end();
    const found = { events, streams: this.revisions.size, position: String(head), outdated, findings, count, digest };
    if (this.expected === null) return found;
    return { ...found, expected: { position: String(this.expected.position), matches: this.matches } };
  }

  /** A part that cannot be read; the rest is checked all the same. */
  damaged({ stream, message }: DamagedLog): void {
    this.find('damage', { position: this.before?.position ?? 0n, stream }, message);
  }

  private find(
    check: VerifyFinding['check'],
    { position, stream }: Pick<RecordedEvent, 'position' | 'stream'>,
    message: string,
  ): void {
    this.count += 1;
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ check, position: String(position), stream, message });
  }

  private order(event: RecordedEvent): void {
    const expected = (this.revisions.get(event.stream) ?? -1) + 1;
    if (event.revision !== expected)
      this.find('revisions', event, `revision ${event.revision} where ${expected} follows`);
    const { before } = this;
    for (const name of ['occurredAt', 'recordedAt'] as const)
      if (parseInstant(event.metadata[name]) === null)
        this.find('time', event, `${name} is ${event.metadata[name]}, which is no instant`);
    if (before === null) return;
    if (event.position <= before.position) this.find('positions', event, `comes after position ${before.position}`);
    if (event.metadata.recordedAt < before.metadata.recordedAt)
      this.find('time', event, `recorded ${event.metadata.recordedAt}, before the event in front of it`);
  }

  /** A command's events follow each other in its stream, once, with the ids that it gives them. */
  private command(event: RecordedEvent): void {
    const { actor, commandId, commandHash } = event.metadata;
    const ref = parseStream(event.stream);
    if (ref === null) return this.find('ids', event, 'is no name of a stream');
    const key = commandKey(actor.organisation, ref, commandId);
    const last = this.last.get(event.stream);
    const index = last?.key === key ? last.index + 1 : 0;
    this.last.set(event.stream, { key, index });
    if (index === 0) {
      const short = eventId(key, '', 0);
      if (this.commands.has(short))
        this.find('receipts', event, `the command ${commandId} of ${actor.organisation} took effect twice`);
      this.commands.add(short);
    }
    if (event.id !== eventId(key, commandHash, index))
      this.find('ids', event, `the id ${event.id} is not what its command gives`);
  }

  private payload(event: RecordedEvent): void {
    if (event.type === COMMAND_NOTED) return;
    const kind = kindOf(event);
    const catalogued = eventOf(kind, event.type);
    if (catalogued === undefined)
      return this.find('payloads', event, `${kind} has no event ${event.type} in the catalogue`);
    if (event.version > catalogued.version)
      return this.find('payloads', event, `version ${event.version} is newer than ${catalogued.version}`);
    for (const { path, message } of fieldErrors(catalogued.data, event.data))
      this.find('payloads', event, `${event.type}.${path}: ${message}`);
  }

  private consulted(event: RecordedEvent): void {
    for (const { stream, revision } of event.metadata.consulted) {
      const actual = this.revisions.get(stream) ?? -1;
      if (revision > actual)
        this.find('consulted', event, `rests on revision ${revision} of ${stream}, which had ${actual}`);
      else if (revision < actual) this.outdated += 1;
    }
  }
}
