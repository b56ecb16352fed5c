import { randomUUID } from 'node:crypto';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import protobufTimestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { type StreamCalls, nameOf } from './stream-calls.js';

const { Empty, UUID } = shared;
const { BatchAppendReq } = streams;
const { Timestamp } = protobufTimestamp;
type Request = InstanceType<typeof BatchAppendReq>;
type Response = InstanceType<typeof streams.BatchAppendResp>;
type Status = NonNullable<ReturnType<Response['getError']>>;

/**
 * Milliseconds after which the server gives an append up, by its own clock, which may be a minute
 * off. Our own timeout is much shorter.
 */
const DEADLINE_MS = 125_000;

/** An event to append, in bytes. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/**
 * The last revision of an append. A server that recognised a repeat may leave the position out.
 */
export interface BatchAppended {
  readonly revision: number;
  readonly position: bigint | null;
}

interface Waiting {
  readonly stream: string;
  readonly resolve: (appended: BatchAppended) => void;
  readonly reject: (error: Error) => void;
}

/** A call that carries appends, and those without an answer. */
class Batch {
  readonly waiting = new Map<string, Waiting>();
  /** How many answers it gave. */
  answers = 0;
  open = true;

  constructor(private readonly call: ReturnType<StreamsClient['batchAppend']>) {}

  send(request: Request): void {
    this.call.write(request);
  }

  /** Ends the call: every append without an answer fails with the error. */
  end(error: Error): void {
    if (!this.open) return;
    this.open = false;
    this.call.cancel();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  answered(answer: Response): void {
    this.answers += 1;
    const id = textOf(answer.getCorrelationId());
    const one = this.waiting.get(id);
    if (one === undefined) return;
    this.waiting.delete(id);
    const success = answer.getSuccess();
    if (success === undefined) return one.reject(errorIn(answer.getError(), one.stream));
    const position = success.getPosition();
    const isWhole = position !== undefined && position.getCommitPosition() === position.getPreparePosition();
    one.resolve({
      revision: Number(success.getCurrentRevision()),
      position: isWhole ? BigInt(position.getCommitPosition()) : null,
    });
  }
}

/**
 * Appends over one call for each connection. An append that the server refuses fails alone; if the
 * call breaks, only its own appends fail. The client's own batch append keeps one table for the
 * whole process, so that an error of one connection rejects the appends of all.
 */
export class BatchAppends {
  /** By the stub that opened it: a new connection has a new one. */
  private current: { readonly stub: object; readonly batch: Batch } | null = null;

  constructor(private readonly calls: StreamCalls) {}

  /**
   * Appends after the last revision of a stream (-1: no stream), or after any. `stream` is the
   * server's name.
   */
  async append(
    stream: string,
    last: number | 'any',
    events: readonly ProposedEvent[],
    signal: AbortSignal,
  ): Promise<BatchAppended> {
    const batch = await this.batch();
    signal.throwIfAborted();
    if (!batch.open) throw new Error('the call ended');
    const id = randomUUID();
    const answersBefore = batch.answers;
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        if (!batch.waiting.delete(id)) return;
        // The call itself may be stuck if nothing else was answered either.
        if (batch.answers === answersBefore) batch.end(new Error('the call gives no answers'));
      });
      batch.waiting.set(id, { stream, resolve, reject });
      batch.send(requestOf(id, stream, last, events));
    });
  }

  /** Ends the call. */
  close(): void {
    this.current?.batch.end(new Error('the connection was closed'));
    this.current = null;
  }

  private async batch(): Promise<Batch> {
    return this.calls.open((stub) => {
      const { current } = this;
      if (current?.stub === stub && current.batch.open) return current.batch;
      current?.batch.end(new Error('the connection was replaced'));
      const call = stub.batchAppend(...this.calls.arguments());
      const batch = new Batch(call);
      call.on('data', (answer: Response) => batch.answered(answer));
      call.on('error', (error: Error) => batch.end(this.calls.failed(stub, error)));
      call.on('end', () => batch.end(new Error('the server ended the call')));
      this.current = { stub, batch };
      return batch;
    });
  }
}

function requestOf(id: string, stream: string, last: number | 'any', events: readonly ProposedEvent[]): Request {
  const options = new BatchAppendReq.Options()
    .setStreamIdentifier(nameOf(stream))
    .setDeadline(Timestamp.fromDate(new Date(Date.now() + DEADLINE_MS)));
  if (last === 'any') options.setAny(new Empty());
  else if (last < 0) options.setNoStream(new Empty());
  else options.setStreamPosition(String(last));
  const messages = events.map(({ id: eventId, type, data, metadata }) => {
    const message = new BatchAppendReq.ProposedMessage().setId(new UUID().setString(eventId)).setData(data);
    message.getMetadataMap().set('type', type).set('content-type', 'application/json');
    return message.setCustomMetadata(metadata);
  });
  return new BatchAppendReq()
    .setCorrelationId(new UUID().setString(id))
    .setOptions(options)
    .setProposedMessagesList(messages)
    .setIsFinal(true);
}

/** The text of an id, which servers return as two numbers. */
function textOf(uuid: InstanceType<typeof UUID> | undefined): string {
  const structured = uuid?.getStructured();
  if (structured === undefined) return uuid?.getString() ?? '';
  const half = (number: string): string => BigInt.asUintN(64, BigInt(number)).toString(16).padStart(16, '0');
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The client's error for a refusal; the details name it. */
function errorIn(status: Status | undefined, stream: string): Error {
  const details = status?.getDetails();
  const name = details?.getTypeName() ?? '';
  switch (name) {
    case 'event_store.client.WrongExpectedVersion': {
      const wrong = details?.unpack(shared.WrongExpectedVersion.deserializeBinary, name);
      if (wrong) return WrongExpectedVersionError.fromWrongExpectedVersion(wrong, stream);
      break;
    }
    case 'event_store.client.MaximumAppendSizeExceeded': {
      const exceeded = details?.unpack(shared.MaximumAppendSizeExceeded.deserializeBinary, name);
      if (exceeded) return MaxAppendSizeExceededError.fromMaxAppendSize(exceeded.getMaxappendsize());
      break;
    }
    case 'event_store.client.StreamDeleted':
      return StreamDeletedError.fromStreamName(stream);
    case 'event_store.client.AccessDenied':
      return new AccessDeniedError();
  }
  return new Error(`the server refused the append (${status?.getMessage() ?? 'without a reason'})`);
}
