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
 * Seconds after which the server gives an append up, by its own clock, which may be a minute off.
 * Our own timeout is much shorter.
 */
const DEADLINE_SECONDS = 125;

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
  private readonly waiting = new Map<number, Waiting>();
  private sent = 0;
  private answers = 0;
  open = true;

  constructor(private readonly call: BatchCall) {}

  /** Sends an append; the answer is cancelled if no caller waits for it any more. */
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
      // The call itself may be stuck if nothing else was answered either.
      if (this.answers === answersBefore) this.end(new Error('the call gives no answers'));
    };
    return { answer, cancel };
  }

  /** Ends the call: every append without an answer fails with the error. */
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
 * Appends over one call for each connection. An append that the server refuses fails alone; if the
 * call breaks, only its own appends fail. The client's own batch append keeps one table for the
 * whole process, so that an error of one connection rejects the appends of all.
 */
export class BatchAppends {
  /** By the stub that opened it: a new connection has a new one. */
  private current: { readonly stub: Stub; readonly batch: Batch } | null = null;

  constructor(private readonly calls: StreamCalls) {}

  /**
   * Appends after the last revision of a stream (-1: no stream), or after any. `stream` is the
   * server's name.
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
