import { setTimeout as pause } from 'node:timers/promises';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { invalidPosition, leaderInfo, serverNotReady } from './errors.js';
import { type Faults, meets } from './faults.js';
import type { DoubleLog, Stored } from './log.js';

type Call = ServerWritableStream<ReadReq, ReadResp>;
const { FORWARDS } = ReadReq.Options.ReadDirection;
/** Records that are looked through between two checkpoints, times the subscriber's factor (DefaultCheckpointInterval, src/EventStore.Core/Services/Transport/Grpc/Streams.Read.cs). */
const WINDOW = 32;

/** Reads of streams and of $all, and subscriptions: src/EventStore.Core/Services/Transport/Grpc/Streams.Read.cs. */
export class Reads {
  /** How many events readers and subscribers were sent. */
  sent = 0;

  constructor(
    private readonly log: DoubleLog,
    private readonly faults: Faults,
  ) {}

  read(call: Call): void {
    const options = call.request.getOptions() ?? new ReadReq.Options();
    const { leader } = this.faults;
    if (leader !== null && call.metadata.get('requires-leader').length > 0)
      return void call.emit('error', leaderInfo(leader));
    // A node that follows gives what it has, and this one has nothing yet.
    if (leader !== null) return void call.end();
    if (options.hasSubscription()) return this.subscribe(call, options);
    if (meets(this.faults, 'hangReads')) return;
    if (meets(this.faults, 'unavailableReads')) return void call.emit('error', serverNotReady());
    if (options.hasStream()) this.readStream(call, options);
    else this.readAll(call, options);
  }

  private readStream(call: Call, options: ReadReq.Options): void {
    const of = options.getStream() ?? new ReadReq.Options.StreamOptions();
    const name = new TextDecoder().decode(of.getStreamIdentifier()?.getStreamName_asU8());
    const there = this.log.of(name);
    if (there.length === 0) {
      const identifier = new StreamIdentifier().setStreamName(Buffer.from(name));
      call.write(new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifier)));
    }
    const from = of.hasRevision() ? Number(of.getRevision()) : of.hasEnd() ? there.length - 1 : 0;
    const count = Number(options.getCount());
    // Backwards, a page is the numbers from there down, of which none may exist (ReadStreamEventsBackward, src/EventStore.Core/Services/Storage/ReaderIndex/IndexReader.cs).
    const events =
      options.getReadDirection() === FORWARDS
        ? there.slice(from, from + count)
        : there.slice(Math.max(0, from - count + 1), from + 1).reverse();
    void this.give(call, events);
  }

  private async give(call: Call, events: readonly Stored[]): Promise<void> {
    this.sent += events.length;
    for (const event of events) {
      if (this.faults.slowReads > 0) await pause(this.faults.slowReads);
      call.write(eventOf(event));
    }
    call.end();
  }

  /** From a position on, the event at it too; backwards, what stands before it (src/EventStore.Core/Services/Storage/ReaderIndex/AllReader.cs). */
  private readAll(call: Call, options: ReadReq.Options): void {
    const all = options.getAll() ?? new ReadReq.Options.AllOptions();
    const { records } = this.log;
    const position = BigInt(all.getPosition()?.getCommitPosition() ?? 0);
    if (all.hasPosition() && !this.log.begins(position)) return void call.emit('error', invalidPosition());
    const count = Number(options.getCount());
    const at = all.hasEnd() ? records.length : this.log.indexOf(position);
    const events =
      options.getReadDirection() === FORWARDS
        ? records.slice(at, at + count)
        : records.slice(Math.max(0, at - count), at).reverse();
    void this.give(call, events);
  }

  /**
   * What is behind a position and passes the filter, with a checkpoint whenever so many were looked through, then a word that all was given, then what comes
   * (src/EventStore.Core/Services/Transport/Grpc/Enumerators.AllSubscriptionFiltered.cs). The word came with 23.10.
   */
  private subscribe(call: Call, options: ReadReq.Options): void {
    const all = options.getAll() ?? new ReadReq.Options.AllOptions();
    const position = BigInt(all.getPosition()?.getCommitPosition() ?? 0);
    if (all.hasPosition() && !this.log.begins(position)) return void call.emit('error', invalidPosition());
    const filter = options.getFilter();
    const passes = filter === undefined ? () => true : passing(filter);
    const interval = (filter?.getCheckpointintervalmultiplier() ?? 1) * (filter?.getMax() || WINDOW);
    let at = all.hasEnd() ? this.log.records.length : this.log.indexOf(position);
    if (all.hasPosition() && this.log.records[at]?.position === position) at += 1;
    let [looked, given, live, full] = [0, 0, false, false];
    call.write(new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId('double')));

    const give = (): void => {
      if (this.faults.muteSubscriptions) return;
      while (!full && !call.cancelled && at < this.log.records.length) {
        const record = this.log.records[at] as Stored;
        at += 1;
        if (passes(record)) {
          full = !call.write(eventOf(record));
          given += 1;
          this.sent += 1;
          if (given === this.faults.endSubscriptions) return void call.emit('error', serverNotReady());
        }
        looked += 1;
        if (filter !== undefined && looked % interval === 0) call.write(checkpoint(record));
      }
      if (!full && !live && Number.parseFloat(this.faults.version) >= 23.1) {
        call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
        live = true;
      }
    };
    call.on('drain', () => {
      full = false;
      give();
    });
    const silence = this.log.onGrowth(() => setImmediate(give));
    call.on('cancelled', silence);
    call.on('close', silence);
    call.on('error', silence);
    give();
  }
}

function passing(filter: ReadReq.Options.FilterOptions): (record: Stored) => boolean {
  const expression = filter.getStreamIdentifier() ?? filter.getEventType();
  const textOf = ({ stream, type }: Stored) => (filter.hasStreamIdentifier() ? stream : type);
  const regex = expression?.getRegex() ?? '';
  const pattern = new RegExp(regex, 'u');
  const prefixes = expression?.getPrefixList() ?? [];
  return (record) =>
    regex === '' ? prefixes.some((prefix) => textOf(record).startsWith(prefix)) : pattern.test(textOf(record));
}

const checkpoint = ({ position, prepare }: Stored): ReadResp =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(prepare)),
  );

function eventOf(stored: Stored): ReadResp {
  const event = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(stored.id))
    .setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from(stored.stream)))
    .setStreamRevision(String(stored.revision))
    .setCommitPosition(String(stored.position))
    .setPreparePosition(String(stored.prepare))
    .setData(stored.data)
    .setCustomMetadata(stored.metadata);
  event.getMetadataMap().set('type', stored.type);
  event.getMetadataMap().set('created', String(stored.created));
  event.getMetadataMap().set('content-type', stored.contentType);
  return new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(event).setCommitPosition(String(stored.position)));
}
