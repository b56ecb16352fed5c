import { setTimeout as pause } from 'node:timers/promises';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import protobuf from 'protobufjs/minimal.js';
import {
  accessDenied,
  consumerTooSlow,
  failedAt,
  invalidPosition,
  invalidSubscriptionPosition,
  leaderInfo,
  noLeaderInfo,
  serverNotReady,
  shuttingDown,
  streamDeleted,
} from './errors.js';
import { type Faults, majorOf, meets } from './faults.js';
import { type DoubleLog, type Stored, revisionOnWire } from './log.js';
import type { Membership } from './role.js';

type Call = ServerWritableStream<ReadReq, ReadResp | Buffer>;
const { FORWARDS } = ReadReq.Options.ReadDirection;
/**
 * Records that are looked through between two checkpoints, times the subscriber's factor
 * (DefaultCheckpointInterval, Streams.Read.cs).
 */
const WINDOW = 32;
/** Events that may wait for a live subscription before a server older than 24 cuts it. */
const MAX_WAITING = 32;
/** The first version, as a number, whose servers send "caught up" to a subscriber. */
const SENDS_CAUGHT_UP = 23.1;

/** Reads of streams and of $all, and subscriptions: Streams.Read.cs. */
export class Reads {
  /** How many events readers and subscribers were sent. */
  sent = 0;
  /** How many records reads of the whole log looked through. */
  searched = 0;
  private readonly subscriptions = new Set<(error: Error) => void>();

  constructor(
    private readonly log: DoubleLog,
    private readonly faults: Faults,
    private readonly membership: () => Membership,
  ) {}

  read(call: Call): void {
    call.on('error', () => undefined);
    try {
      this.answer(call);
    } catch (error) {
      call.emit('error', failedAt((error as Error).message));
    }
  }

  /** Ends every subscription, as a server does that shuts down. */
  endSubscriptions(): void {
    for (const end of this.subscriptions) end(shuttingDown());
  }

  private answer(call: Call): void {
    const options = call.request.getOptions() ?? new ReadReq.Options();
    const role = this.membership().role();
    const needsLeader = call.metadata.get('requires-leader').length > 0;
    if (role.type === 'leaderless' && needsLeader) return void call.emit('error', serverNotReady());
    if (role.type === 'follower' && needsLeader) return void call.emit('error', leaderInfo(role.leader));
    // A node that follows gives what it has, and this one has nothing yet.
    if (this.faults.leader !== null) return void call.end();
    if (options.hasSubscription())
      return options.hasStream() ? this.followStream(call, options) : this.followAll(call, options);
    if (meets(this.faults, 'hangReads')) return;
    if (meets(this.faults, 'unavailableReads')) return void call.emit('error', serverNotReady());
    if (meets(this.faults, 'noLeaderInfo')) return void call.emit('error', noLeaderInfo());
    if (Number(options.getCount()) === 0) return void call.emit('error', failedAt('a read of no events'));
    if (options.hasStream()) this.readStream(call, options);
    else this.readAll(call, options);
  }

  private readStream(call: Call, options: ReadReq.Options): void {
    const of = options.getStream() ?? new ReadReq.Options.StreamOptions();
    const name = nameOf(of);
    const forwards = options.getReadDirection() === FORWARDS;
    if (forwards && of.hasEnd()) return void call.emit('error', failedAt('a read forwards from the end'));
    if (this.faults.denied === name) return void call.emit('error', accessDenied());
    if (this.log.isTombstoned(name)) return void call.emit('error', streamDeleted(name));
    const last = this.log.of(name).length - 1;
    if (last < 0 || this.log.isSoftDeleted(name)) {
      const identifier = new StreamIdentifier().setStreamName(Buffer.from(name));
      call.write(new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifier)));
      return void call.end();
    }
    const from = of.hasRevision() ? Number(of.getRevision()) : of.hasEnd() ? last : 0;
    const there = this.log.visible(name);
    const found = forwards
      ? there.filter(({ revision }) => revision >= from)
      : there.filter(({ revision }) => revision <= from).reverse();
    void this.give(call, found.slice(0, Number(options.getCount())));
  }

  private async give(call: Call, events: readonly Stored[]): Promise<void> {
    this.sent += events.length;
    let taken = (): void => undefined;
    for (const name of ['drain', 'cancelled', 'close', 'error'] as const) call.on(name, () => taken());
    for (const event of events) {
      if (this.faults.slowReads > 0) await pause(this.faults.slowReads);
      if (call.cancelled) return;
      // A whole log at once would keep the server from everything else.
      if (!call.write(eventOf(event)) && !call.cancelled) await new Promise<void>((resolve) => (taken = resolve));
    }
    call.end();
  }

  /** From a position on, the event at it too; backwards, what is before it (AllReader.cs). */
  private readAll(call: Call, options: ReadReq.Options): void {
    const all = options.getAll() ?? new ReadReq.Options.AllOptions();
    const { records } = this.log;
    const forwards = options.getReadDirection() === FORWARDS;
    const from = positionOf(all);
    if (from !== null && !this.isReadable(from, forwards))
      return void call.emit('error', invalidPosition(majorOf(this.faults.version)));
    const at = from === null ? (all.hasEnd() ? records.length : 0) : this.log.indexOf(from.commit);
    const filter = options.getFilter();
    const passes = filter === undefined ? null : passing(filter);
    const count = Number(options.getCount());
    const found: Stored[] = [];
    const step = forwards ? 1 : -1;
    for (let i = forwards ? at : at - 1; i >= 0 && i < records.length && found.length < count; i += step) {
      const record = records[i] as Stored;
      this.searched += 1;
      if (passes === null || passes(record)) found.push(record);
    }
    void this.give(call, found);
  }

  /**
   * Behind all that is there nothing follows, which is no error; before that, an event must begin
   * at the position.
   */
  private isReadable({ commit, prepare }: { commit: bigint; prepare: bigint }, forwards: boolean): boolean {
    return this.log.begins(commit, prepare) || (forwards && commit === prepare && this.log.isBeyond(commit));
  }

  /**
   * The events behind a position that pass the filter, with a checkpoint after each given number of
   * records, then "caught up", then new events (Enumerators.AllSubscriptionFiltered.cs).
   */
  private followAll(call: Call, options: ReadReq.Options): void {
    const all = options.getAll() ?? new ReadReq.Options.AllOptions();
    const from = positionOf(all);
    const filter = options.getFilter();
    const passes = filter === undefined ? () => true : passing(filter);
    const newer = majorOf(this.faults.version) >= 24;
    if (from !== null && !this.isReadable(from, true)) {
      if (newer) call.write(confirmation());
      return void call.emit('error', newer ? invalidSubscriptionPosition() : invalidPosition(0));
    }
    const at = from === null ? (all.hasEnd() ? this.log.records.length : 0) : this.log.indexOf(from.commit);
    const first = from !== null && this.log.records[at]?.position === from.commit ? at + 1 : at;
    const every =
      filter === undefined ? null : (filter.getCheckpointintervalmultiplier() || 1) * (filter.getMax() || WINDOW);
    call.write(confirmation());
    this.follow(call, {
      first,
      passes,
      every,
      sendCaughtUp: 'when all was given',
      lastCheckpoint: newer && every !== null,
    });
  }

  /**
   * The events of one stream from a revision on, and what comes
   * (Enumerators.StreamSubscription.cs).
   */
  private followStream(call: Call, options: ReadReq.Options): void {
    const of = options.getStream() ?? new ReadReq.Options.StreamOptions();
    const name = nameOf(of);
    if (this.log.isTombstoned(name)) return void call.emit('error', streamDeleted(name));
    const last = this.log.of(name).length - 1;
    const from = of.hasRevision() ? Number(of.getRevision()) + 1 : of.hasEnd() ? last + 1 : 0;
    const visible = new Set(this.log.visible(name));
    const known = this.log.records.length;
    const passes = (record: Stored): boolean =>
      record.stream === name &&
      record.revision >= from &&
      (visible.has(record) || this.log.indexOf(record.position) >= known);
    // Versions before 24 send it for a stream that does not exist yet after its first events.
    const later = last < 0 && majorOf(this.faults.version) < 24;
    call.write(confirmation());
    const sendCaughtUp = later ? 'after the first that comes' : 'when all was given';
    this.follow(call, { first: 0, passes, every: null, sendCaughtUp, lastCheckpoint: false });
  }

  private follow(
    call: Call,
    {
      first,
      passes,
      every,
      sendCaughtUp,
      lastCheckpoint,
    }: {
      readonly first: number;
      readonly passes: (record: Stored) => boolean;
      /** The number of records between two checkpoints; null if none are sent. */
      readonly every: number | null;
      readonly sendCaughtUp: 'when all was given' | 'after the first that comes';
      /** Whether a checkpoint is sent between the last event found and "caught up". */
      readonly lastCheckpoint: boolean;
    },
  ): void {
    let at = first;
    let looked = 0;
    let given = 0;
    let live = false;
    let sent = Number.parseFloat(this.faults.version) < SENDS_CAUGHT_UP;
    let full = false;
    let over = false;
    let isGiving = false;
    // What waits for the reader: records from `at` to `counted` that pass.
    let waiting = 0;
    let counted = 0;
    const end = (error: Error): void => {
      if (over) return;
      forget();
      call.emit('error', error);
    };
    const give = (): void => {
      isGiving = false;
      if (over || call.cancelled || this.faults.muteSubscriptions) return;
      let came = 0;
      while (!full && at < this.log.records.length) {
        const record = this.log.records[at] as Stored;
        at += 1;
        looked += 1;
        if (passes(record)) {
          full = !call.write(eventOf(record));
          given += 1;
          came += 1;
          this.sent += 1;
          if (given === this.faults.endSubscriptions) return end(serverNotReady());
        }
        if (every !== null && looked % every === 0) call.write(checkpoint(record));
      }
      waiting = 0;
      counted = at;
      if (full) return;
      live = true;
      if (sent || (sendCaughtUp === 'after the first that comes' && came === 0)) return;
      sent = true;
      const last = this.log.records.at(-1);
      if (lastCheckpoint && came > 0 && last !== undefined) call.write(checkpoint(last));
      call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
    };
    const grown = (): void => {
      if (live && !this.faults.muteSubscriptions && majorOf(this.faults.version) < 24) {
        for (; counted < this.log.records.length; counted += 1)
          if (passes(this.log.records[counted] as Stored)) waiting += 1;
        if (waiting > MAX_WAITING) return end(consumerTooSlow());
      }
      if (isGiving) return;
      isGiving = true;
      setImmediate(give);
    };
    const silence = this.log.onGrowth(grown);
    const forget = (): void => {
      over = true;
      silence();
      this.subscriptions.delete(end);
    };
    this.subscriptions.add(end);
    call.on('drain', () => {
      full = false;
      give();
    });
    for (const name of ['cancelled', 'close', 'error'] as const) call.on(name, forget);
    give();
  }
}

const nameOf = (of: ReadReq.Options.StreamOptions): string =>
  new TextDecoder().decode(of.getStreamIdentifier()?.getStreamName_asU8());

function positionOf(all: ReadReq.Options.AllOptions): { commit: bigint; prepare: bigint } | null {
  if (!all.hasPosition()) return null;
  const position = all.getPosition();
  return { commit: BigInt(position?.getCommitPosition() ?? 0), prepare: BigInt(position?.getPreparePosition() ?? 0) };
}

/** Whether a record passes a filter. Fails for an expression that is none. */
function passing(filter: ReadReq.Options.FilterOptions): (record: Stored) => boolean {
  const expression = filter.getStreamIdentifier() ?? filter.getEventType();
  const textOf = ({ stream, type }: Stored) => (filter.hasStreamIdentifier() ? stream : type);
  const regex = expression?.getRegex() ?? '';
  const pattern = new RegExp(regex);
  const prefixes = expression?.getPrefixList() ?? [];
  return (record) =>
    regex === '' ? prefixes.some((prefix) => textOf(record).startsWith(prefix)) : pattern.test(textOf(record));
}

const confirmation = (): ReadResp =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId('stand-in'));

const checkpoint = ({ position, prepare }: Stored): ReadResp =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(prepare)),
  );

const sized = (field: number): number => (field << 3) | 2;
const number = (field: number): number => field << 3;

/** The bytes of an event's answer: one for each event that anybody reads, so without a message. */
function eventOf(stored: Stored): Buffer {
  const writer = protobuf.Writer.create();
  writer.uint32(sized(1)).fork().uint32(sized(1)).fork();
  writer.uint32(sized(1)).fork().uint32(sized(2)).string(stored.id).ldelim();
  writer.uint32(sized(2)).fork().uint32(sized(3)).string(stored.stream).ldelim();
  writer.uint32(number(3)).uint64(revisionOnWire(stored));
  writer.uint32(number(4)).uint64(String(stored.prepare)).uint32(number(5)).uint64(String(stored.position));
  const entries = { type: stored.type, created: String(stored.created), 'content-type': stored.contentType };
  for (const [key, value] of Object.entries(entries))
    writer.uint32(sized(6)).fork().uint32(sized(1)).string(key).uint32(sized(2)).string(value).ldelim();
  writer.uint32(sized(7)).bytes(stored.metadata).uint32(sized(8)).bytes(stored.data).ldelim();
  writer.uint32(number(3)).uint64(String(stored.position)).ldelim();
  return writer.finish() as Buffer;
}

/** How an answer is sent: a message, or the bytes of one. */
export const sentAs = (answer: ReadResp | Buffer): Buffer =>
  Buffer.isBuffer(answer) ? answer : Buffer.from(answer.serializeBinary());
