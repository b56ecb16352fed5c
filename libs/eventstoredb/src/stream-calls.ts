import type { EventStoreDBClient } from '@eventstore/db-client';
import { convertToCommandError } from '@eventstore/db-client/dist/utils/CommandError.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { ShuttingDown } from '@entente/engine';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type ReadPiece, type ServerEvent, type ServerPosition, readPieceIn } from './messages.js';

const { Empty, StreamIdentifier } = shared;
const { ReadReq } = streams;
/** The client's generated calls over one connection. */
export type Stub = InstanceType<typeof StreamsClient>;
/** A call that carries appends, in bytes. */
export type BatchCall = ReturnType<typeof openBatchAppend>;

/** The form of answers that is asked for: the one that servers of 21.10 and newer give. */
const COMPATIBILITY = 21;
/** The number of records after which the server reports how far it has looked, at most. */
const MAX_SEARCH_WINDOW = 5000;
/** A page ends early after this number of bytes: events have up to a megabyte each. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const encoder = new TextEncoder();

/** Metadata and options of a call. */
type CallArguments = Readonly<Required<Parameters<Stub['batchAppend']>>>;

/** Members that the client has and does not export. */
interface ClientCalls {
  getGRPCClient: (of: typeof StreamsClient, name: string) => Promise<Stub>;
  handleError: (stub: Stub, error: unknown) => Promise<void>;
  callArguments: (
    options: { readonly requiresLeader: boolean },
    callOptions: { readonly deadline: number },
  ) => CallArguments;
}

/** Which events the server returns: by the beginnings or a pattern of stream names, or of types. */
export type ServerFilter =
  | { readonly streamPrefixes: readonly string[] }
  | { readonly streamPattern: string }
  | { readonly typePattern: string };

/** Where a read of the whole log begins: at an event, at the start, or at the end. */
export type ReadFrom = ServerPosition | 'start' | 'end';

/** A page of events. It is the last one if the server had no more. */
export interface ServerPage {
  readonly events: readonly ServerEvent[];
  readonly last: boolean;
}

/** A call in progress; `cancel` ends it without an answer. */
export interface Running<T> {
  readonly answer: Promise<T>;
  cancel(): void;
}

/** What a subscription reports. None of the functions may throw. */
export interface SubscriptionHandler {
  onEvent(event: ServerEvent): void;
  /** The server has looked at everything up to here. */
  onCheckpoint(position: ServerPosition): void;
  /** Called once: the subscription ended, with the error if there was one. */
  onEnd(error: unknown): void;
}

/**
 * The calls of the server's protocol that carry the load, over the client's own connection: they
 * have options that the client does not offer, and their messages are read and written as bytes.
 * Errors are those of the client, which leaves a connection that is away or leads to a follower.
 */
export class StreamCalls {
  private readonly client: ClientCalls;
  private closed = false;

  constructor(client: EventStoreDBClient) {
    this.client = client as unknown as ClientCalls;
  }

  /**
   * Events of the whole log that pass a filter, at most `count`: forwards with the event at `from`
   * first, backwards from before it. The server itself searches past all others.
   */
  readAll(
    {
      from,
      count,
      filter,
      backwards = false,
    }: {
      readonly from: ReadFrom;
      readonly count: number;
      readonly filter: ServerFilter;
      readonly backwards?: boolean;
    },
    onPiece: () => void,
  ): Running<ServerPage> {
    const options = readOptions()
      .setAll(allFrom(from))
      .setFilter(filterOf(filter))
      .setReadDirection(backwards ? ReadReq.Options.ReadDirection.BACKWARDS : ReadReq.Options.ReadDirection.FORWARDS)
      .setCount(String(count));
    const { answer, cancel } = this.collect(options, count, onPiece);
    return { answer: answer.then((page) => page ?? { events: [], last: true }), cancel };
  }

  /**
   * Events of a stream from a revision on, at most `count`; without `from` from its beginning, or
   * backwards from its end. Null if there is no such stream.
   */
  readStream(
    {
      stream,
      from,
      count,
      backwards = false,
    }: {
      readonly stream: string;
      readonly from: number | undefined;
      readonly count: number;
      readonly backwards?: boolean;
    },
    onPiece: () => void,
  ): Running<ServerPage | null> {
    const at = new ReadReq.Options.StreamOptions().setStreamIdentifier(nameOf(stream));
    if (from !== undefined) at.setRevision(String(from));
    else if (backwards) at.setEnd(new Empty());
    else at.setStart(new Empty());
    const options = readOptions()
      .setStream(at)
      .setNoFilter(new Empty())
      .setReadDirection(backwards ? ReadReq.Options.ReadDirection.BACKWARDS : ReadReq.Options.ReadDirection.FORWARDS)
      .setCount(String(count));
    return this.collect(options, count, onPiece);
  }

  /** Follows the events after a position that pass a filter. Returns how to end it. */
  follow(from: ReadFrom, filter: ServerFilter, handler: SubscriptionHandler): () => void {
    const options = readOptions()
      .setAll(allFrom(from))
      .setFilter(filterOf(filter))
      .setSubscription(new ReadReq.Options.SubscriptionOptions());
    let ended = false;
    let cancel = (): void => undefined;
    const end = (error: unknown): void => {
      if (ended) return;
      ended = true;
      handler.onEnd(error);
    };
    void this.open((stub) => {
      const call = openRead(stub, options, this.arguments());
      cancel = () => call.cancel();
      call.on('data', ({ event, checkpoint }: ReadPiece) => {
        if (ended) return;
        if (event !== undefined) handler.onEvent(event);
        else if (checkpoint !== undefined) handler.onCheckpoint(checkpoint);
      });
      call.on('error', (error: Error) => end(this.failed(stub, error)));
      call.on('end', () => end(null));
      if (ended) call.cancel();
    }).catch(end);
    return () => {
      end(null);
      cancel();
    };
  }

  /** Later calls fail: they would open another connection. */
  close(): void {
    this.closed = true;
  }

  /** Opens a call; fails if there is no connection. */
  async open<T>(begin: (stub: Stub) => T | Promise<T>): Promise<T> {
    if (this.closed) throw new ShuttingDown();
    return begin(await this.client.getGRPCClient(StreamsClient, 'streams'));
  }

  /** Metadata with credentials, and options, of a call that the leader must answer. */
  arguments(): CallArguments {
    return this.client.callArguments({ requiresLeader: true }, { deadline: Infinity });
  }

  /** The client's error for one of a stub; the client leaves a connection that is away. */
  failed(stub: Stub, error: Error): Error {
    void this.client.handleError(stub, error);
    return convertToCommandError(error);
  }

  /** Null if the stream that is read does not exist. */
  private collect(
    options: InstanceType<typeof ReadReq.Options>,
    count: number,
    onPiece: () => void,
  ): Running<ServerPage | null> {
    let cancel = (): void => undefined;
    let cancelled = false;
    const read = (stub: Stub): Promise<ServerPage | null> =>
      new Promise((resolve, reject) => {
        const events: ServerEvent[] = [];
        let bytes = 0;
        let isThere = true;
        const call = openRead(stub, options, this.arguments());
        cancel = () => call.cancel();
        if (cancelled) cancel();
        call.on('data', ({ event, isNotFound }: ReadPiece) => {
          onPiece();
          if (isNotFound) isThere = false;
          if (event === undefined || bytes > MAX_PAGE_BYTES) return;
          events.push(event);
          bytes += event.data.length + event.metadata.length;
          if (bytes <= MAX_PAGE_BYTES) return;
          resolve({ events, last: false });
          call.cancel();
        });
        call.on('end', () => resolve(isThere ? { events, last: events.length < count } : null));
        call.on('error', (error: Error) => reject(this.failed(stub, error)));
      });
    return {
      answer: this.open(read),
      cancel: () => {
        cancelled = true;
        cancel();
      },
    };
  }
}

/** A stream's name in a request. */
export const nameOf = (stream: string): InstanceType<typeof StreamIdentifier> =>
  new StreamIdentifier().setStreamName(encoder.encode(stream));

const readOptions = (): InstanceType<typeof ReadReq.Options> =>
  new ReadReq.Options()
    .setUuidOption(new ReadReq.Options.UUIDOption().setString(new Empty()))
    .setControlOption(new ReadReq.Options.ControlOption().setCompatibility(COMPATIBILITY));

function allFrom(from: ReadFrom): InstanceType<typeof ReadReq.Options.AllOptions> {
  const all = new ReadReq.Options.AllOptions();
  if (from === 'start') return all.setStart(new Empty());
  if (from === 'end') return all.setEnd(new Empty());
  const position = new ReadReq.Options.Position()
    .setCommitPosition(String(from.commit))
    .setPreparePosition(String(from.prepare));
  return all.setPosition(position);
}

function filterOf(filter: ServerFilter): InstanceType<typeof ReadReq.Options.FilterOptions> {
  const options = new ReadReq.Options.FilterOptions().setMax(MAX_SEARCH_WINDOW).setCheckpointintervalmultiplier(1);
  const expression = new ReadReq.Options.FilterOptions.Expression();
  if ('typePattern' in filter) return options.setEventType(expression.setRegex(filter.typePattern));
  if ('streamPattern' in filter) expression.setRegex(filter.streamPattern);
  else expression.setPrefixList([...filter.streamPrefixes]);
  return options.setStreamIdentifier(expression);
}

/** Bytes are passed on as they are. */
const asBytes = (bytes: Buffer): Buffer => bytes;

/** Opens a call that carries appends. */
export const openBatchAppend = (stub: Stub, [metadata, options]: CallArguments) =>
  stub.makeBidiStreamRequest('/event_store.client.streams.Streams/BatchAppend', asBytes, asBytes, metadata, options);

/** Opens a read, or a subscription. */
const openRead = (stub: Stub, options: InstanceType<typeof ReadReq.Options>, [metadata, callOptions]: CallArguments) =>
  stub.makeServerStreamRequest(
    '/event_store.client.streams.Streams/Read',
    asBytes,
    readPieceIn,
    Buffer.from(new ReadReq().setOptions(options).serializeBinary()),
    metadata,
    callOptions,
  );
