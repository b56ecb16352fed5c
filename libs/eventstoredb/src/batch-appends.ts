import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type ProposedEvent, batchedAnswerIn, bytesOfAppend } from './messages.js';
import { type BatchCall, type Running, type StreamCalls, type Stub, openBatchAppend } from './stream-calls.js';

const { BatchAppendResp } = streams;
type Status = NonNullable<ReturnType<InstanceType<typeof BatchAppendResp>['getError']>>;

/**
 * Seconds after which the server abandons an append, by its own clock. That clock may be a minute
 * off. The call timeout here is much shorter.
 */
const DEADLINE_SECONDS = 125;

/**
 * The result of an append. The position is null if the server recognised a repeat and left it out.
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

/** One batch append call, and its appends that have no answer yet. */
class Batch {
  private readonly waiting = new Map<number, Waiting>();
  private sent = 0;
  private answers = 0;
  open = true;

  constructor(private readonly call: BatchCall) {}

  /** Sends an append. `cancel` stops waiting for its answer. */
  append(stream: string, last: number | 'any', events: readonly ProposedEvent[]): Running<BatchAppended> {
    const number = (this.sent += 1);
    const answersBefore = this.answers;
    const answer = new Promise<BatchAppended>((resolve, reject) => {
      this.waiting.set(number, { stream, resolve, reject });
    });
    const deadline = Math.floor(Date.now() / 1000) + DEADLINE_SECONDS;
    this.call.write(bytesOfAppend({ number, stream, last, events, deadline }));
    const cancel = (): void => {
      if (!this.waiting.delete(number)) return;
      // If nothing else was answered either, the call itself may be stuck.
      if (this.answers === answersBefore) this.end(new Error('the call gives no answers'));
    };
    return { answer, cancel };
  }

  /** Ends the call. Every append without an answer rejects with the error. */
  end(error: Error): void {
    if (!this.open) return;
    this.open = false;
    this.call.cancel();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  answered(bytes: Buffer): void {
    this.answers += 1;
    const { number, success } = batchedAnswerIn(bytes);
    const one = this.waiting.get(number);
    if (one === undefined) return;
    this.waiting.delete(number);
    if (success === null) return one.reject(errorIn(BatchAppendResp.deserializeBinary(bytes).getError(), one.stream));
    const { revision, position } = success;
    one.resolve({ revision, position: position?.commit === position?.prepare ? (position?.commit ?? null) : null });
  }
}

/**
 * Sends appends over one batch append call per connection. If the server refuses an append, only
 * that append rejects. If the call breaks, the appends on that call reject. The client's own batch
 * append keeps one table for the whole process, so an error of one connection rejects the appends
 * of all connections.
 */
export class BatchAppends {
  /** With the stub that opened it. A new connection has a new stub. */
  private current: { readonly stub: Stub; readonly batch: Batch } | null = null;

  constructor(private readonly calls: StreamCalls) {}

  /**
   * Appends at the expected revision `last` (-1: no stream), or at any revision. `stream` is the
   * name on the server.
   */
  append(stream: string, last: number | 'any', events: readonly ProposedEvent[]): Running<BatchAppended> {
    let running: Running<BatchAppended> | null = null;
    let cancelled = false;
    const answer = this.calls.open((stub) => {
      if (cancelled) throw new Error('no caller waits for the answer any more');
      running = this.batchOf(stub).append(stream, last, events);
      return running.answer;
    });
    const cancel = (): void => {
      cancelled = true;
      running?.cancel();
    };
    return { answer, cancel };
  }

  /** Ends the call. */
  close(): void {
    this.current?.batch.end(new Error('the connection was closed'));
    this.current = null;
  }

  private batchOf(stub: Stub): Batch {
    const { current } = this;
    if (current?.stub === stub && current.batch.open) return current.batch;
    current?.batch.end(new Error('the connection was replaced'));
    const call = openBatchAppend(stub, this.calls.arguments());
    const batch = new Batch(call);
    call.on('data', (answer: Buffer) => batch.answered(answer));
    call.on('error', (error: Error) => batch.end(this.calls.failed(stub, error)));
    call.on('end', () => batch.end(new Error('the server ended the call')));
    this.current = { stub, batch };
    return batch;
  }
}

/** The client's error class for a refused append, chosen by the type of the details. */
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
