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
/** A batch append call, whose messages are bytes. */
export type BatchCall = ReturnType<typeof openBatchAppend>;

/** The requested format of answers: that of servers from 21.10 on. */
const COMPATIBILITY = 21;
/** The maximum number of records after which the server reports a checkpoint. */
const MAX_SEARCH_WINDOW = 5000;
/** The size in bytes after which a page ends early. An event may have up to a megabyte. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const encoder = new TextEncoder();

/** The gRPC metadata and options of a call. */
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

/**
 * The events that the server returns: by prefixes or a pattern of stream names, or by a pattern of
 * types.
 */
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

/** A running call. `cancel` ends it without an answer. */
export interface Running<T> {
  readonly answer: Promise<T>;
  cancel(): void;
}

/** What a subscription reports. None of the functions may throw. */
export interface SubscriptionHandler {
  onEvent(event: ServerEvent): void;
  /** The server has delivered all matching events up to this position. */
  onCheckpoint(position: ServerPosition): void;
  /** Called once when the subscription has ended, with the error or null. */
  onEnd(error: unknown): void;
}

/**
 * The frequent calls of the server's protocol, over the client's own connection. They use options
 * that the client does not offer, and encode their messages directly. Errors are the client's own.
 * On an error, the client drops a connection that is lost or leads to a follower.
 */
export class StreamCalls {
  private readonly client: ClientCalls;
  private closed = false;

  constructor(client: EventStoreDBClient) {
    this.client = client as unknown as ClientCalls;
  }

  /**
   * Reads at most `count` events of `$all` that match a filter. Forwards, the page starts with the
   * event at `from`; backwards, before it. The server skips all other events.
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
   * Reads at most `count` events of a stream from a revision. Without `from`, it starts at the
   * beginning, or backwards at the end. Null if the stream does not exist.
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

  /**
   * Subscribes to the events after a position that match a filter. Returns a function that ends the
   * subscription.
   */
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

  /** Makes later calls reject: they would open another connection. */
  close(): void {
    this.closed = true;
  }

  /** Opens a call. Rejects if there is no connection. */
  async open<T>(begin: (stub: Stub) => T | Promise<T>): Promise<T> {
    if (this.closed) throw new ShuttingDown();
    return begin(await this.client.getGRPCClient(StreamsClient, 'streams'));
  }

  /** The metadata, with credentials, and the options of a call that the leader must answer. */
  arguments(): CallArguments {
    return this.client.callArguments({ requiresLeader: true }, { deadline: Infinity });
  }

  /**
   * Converts an error of a stub to the client's error. The client drops a connection that is lost.
   */
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

/** The name of a stream in the form of a request. */
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

/** Passes bytes on unchanged. */
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
