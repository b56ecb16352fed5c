import {
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import {
  AllStreamPosition,
  BadRequest,
  Empty,
  MaximumAppendSizeExceeded,
  StreamDeleted,
  type StreamIdentifier,
  Timeout,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb.js';
import { Status } from '@eventstore/db-client/generated/status_pb.js';
import {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  type DeleteReq,
  DeleteResp,
  type TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import { Any } from 'google-protobuf/google/protobuf/any_pb.js';
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb.js';
import {
  failedAt,
  leaderInfo,
  maximumAppendSizeExceeded,
  noLeaderInfo,
  serverNotReady,
  streamDeleted,
  wrongExpectedVersion,
} from './errors.js';
import { type Faults, majorOf, meets } from './faults.js';
import type { DoubleLog, ExpectedVersion, Proposed, Stored } from './log.js';
import type { Membership } from './role.js';
import { textOfId } from './uuids.js';

/** The server's numbers for the expected revision of a write, as in its error. */
const ON_WIRE = { 'no-stream': -1, any: -2, 'stream-exists': -4 } as const;

/** What became of a write. */
type Written =
  | { readonly type: 'written'; readonly revision: number; readonly position: bigint; readonly prepare: bigint }
  | { readonly type: 'wrong-version'; readonly current: number; readonly expected: ExpectedVersion }
  | { readonly type: 'deleted' }
  | { readonly type: 'too-large'; readonly most: number }
  | { readonly type: 'invalid'; readonly why: string };

type Answer = (outcome: Error | Written) => void;

/** An append that may come in several requests. */
interface PendingAppend {
  readonly stream: string;
  readonly expected: ExpectedVersion;
  readonly events: Proposed[];
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const nameOf = (stream: StreamIdentifier | undefined): string =>
  textOf(stream?.getStreamName_asU8() ?? new Uint8Array());

/** The two ways to append, deletion, and what the server's writer makes of them. */
export class Appends {
  /** The number of appends that were asked for, by either way. */
  asked = 0;

  constructor(
    private readonly log: DoubleLog,
    private readonly faults: Faults,
    private readonly clock: () => number,
    private readonly membership: () => Membership,
  ) {}

  /** One call an append: Streams.Append.cs. */
  append(call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void {
    this.asked += 1;
    let stream = '';
    let expected: ExpectedVersion = 'any';
    let broken: Error | null = null;
    const events: Proposed[] = [];
    call.on('data', (request: AppendReq) => {
      try {
        const options = request.getOptions();
        if (options !== undefined) {
          stream = nameOf(options.getStreamIdentifier());
          if (options.hasNoStream()) expected = 'no-stream';
          else if (options.hasStreamExists()) expected = 'stream-exists';
          else if (options.hasRevision()) expected = Number(options.getRevision());
        }
        const message = request.getProposedMessage();
        if (message !== undefined) events.push(proposed(message));
      } catch (error) {
        broken = error as Error;
      }
    });
    call.on('error', () => undefined);
    call.on('end', () =>
      // A request whose connection broke off ends too, and is known for cancelled a moment later:
      // of it nothing is written, since the server's reader of it throws.
      setImmediate(() => {
        if (call.cancelled) return;
        if (broken !== null) return answer(failedAt(broken.message));
        this.write(stream, expected, events, (outcome) => {
          if (outcome instanceof Error) return answer(outcome);
          const error = errorOf(outcome, stream);
          if (error !== null) answer(error);
          else answer(null, answerOf(outcome));
        });
      }),
    );
  }

  /**
   * Many appends over one call: Streams.BatchAppend.cs. A node that does not lead ends the whole
   * call.
   */
  batchAppend(call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
    const pending = new Map<string, PendingAppend>();
    const take = (request: BatchAppendReq): void => {
      const options = request.getOptions();
      const answer = new BatchAppendResp().setCorrelationId(request.getCorrelationId());
      let begun: PendingAppend | undefined;
      if (options !== undefined) {
        answer.setStreamIdentifier(options.getStreamIdentifier());
        // The deadline is an instant of the sender's clock, compared with this one
        // (GetRequestedTimeout).
        const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
        if (deadline <= this.clock()) return void call.write(answer.setError(timedOut()));
        begun = { stream: nameOf(options.getStreamIdentifier()), expected: batchExpected(options), events: [] };
      }
      const isWhole = begun !== undefined && request.getIsFinal();
      const id = isWhole ? '' : textOfId(request.getCorrelationId());
      const write = begun ?? pending.get(id);
      if (write === undefined) return;
      write.events.push(...request.getProposedMessagesList().map(proposed));
      if (!request.getIsFinal()) return void pending.set(id, write);
      if (!isWhole) pending.delete(id);
      this.asked += 1;
      this.write(write.stream, write.expected, write.events, (outcome) => {
        if (outcome instanceof Error) return void call.emit('error', outcome);
        if (outcome.type === 'written') call.write(answer.setSuccess(batchSuccess(outcome)));
        else call.write(answer.setError(batchError(outcome, write.stream)));
      });
    };
    call.on('data', (request: BatchAppendReq) => {
      try {
        take(request);
      } catch (error) {
        call.emit('error', failedAt((error as Error).message));
      }
    });
    call.on('error', () => undefined);
    call.on('end', () => call.end());
  }

  /** Streams.Delete.cs: the stream's metadata hides all its events from readers. */
  delete(call: ServerUnaryCall<DeleteReq, DeleteResp>, answer: sendUnaryData<DeleteResp>): void {
    const refusal = this.removalRefused(call.request.getOptions());
    if (refusal !== null) return answer(refusal);
    const position = String(this.log.delete(nameOf(call.request.getOptions()?.getStreamIdentifier())));
    const at = new DeleteResp.Position().setCommitPosition(position).setPreparePosition(position);
    answer(null, new DeleteResp().setPosition(at));
  }

  /** Streams.Delete.cs: the stream takes no event ever again. */
  tombstone(call: ServerUnaryCall<TombstoneReq, TombstoneResp>, answer: sendUnaryData<TombstoneResp>): void {
    const refusal = this.removalRefused(call.request.getOptions());
    if (refusal !== null) return answer(refusal);
    const position = String(this.log.tombstone(nameOf(call.request.getOptions()?.getStreamIdentifier())));
    const at = new TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position);
    answer(null, new TombstoneResp().setPosition(at));
  }

  private removalRefused(options: DeleteReq.Options | TombstoneReq.Options | undefined): Error | null {
    const refusal = this.refusal();
    if (refusal !== null) return refusal;
    const stream = nameOf(options?.getStreamIdentifier());
    if (stream === '') return failedAt('a stream needs a name');
    if (this.log.isTombstoned(stream)) return streamDeleted(stream);
    const current = this.log.of(stream).length - 1;
    const asked = options?.hasRevision() ? Number(options.getRevision()) : options?.hasNoStream() ? -1 : null;
    if (current < 0 || (asked !== null && asked !== current))
      return wrongExpectedVersion(stream, asked ?? ON_WIRE.any, current);
    return null;
  }

  /** Why this node takes no write now; null if it does. */
  private refusal(): Error | null {
    const role = this.membership().role();
    if (role.type === 'follower') return leaderInfo(role.leader);
    if (role.type === 'leaderless' || this.faults.stopping) return serverNotReady();
    return null;
  }

  private write(stream: string, expected: ExpectedVersion, events: readonly Proposed[], answer: Answer): void {
    const { faults } = this;
    if (meets(faults, 'hang')) return;
    const refusal = this.refusal();
    if (refusal !== null) return answer(refusal);
    if (meets(faults, 'unavailable')) return answer(serverNotReady());
    if (meets(faults, 'noLeaderInfo')) return answer(noLeaderInfo());
    const why = whyInvalid(stream, expected, events);
    if (why !== null) return answer({ type: 'invalid', why });
    if (bytesOf(events, faults.version) > faults.maxAppendBytes)
      return answer({ type: 'too-large', most: faults.maxAppendBytes });
    const decide = (): void => {
      try {
        this.decide(stream, expected, events, answer);
      } catch (error) {
        answer(failedAt((error as Error).message));
      }
    };
    if (faults.slow === 0) decide();
    else setTimeout(decide, faults.slow);
  }

  /**
   * What the writer does with the check's decision follows ActOnCommitCheckFailure in
   * StorageWriterService.cs.
   */
  private decide(stream: string, expected: ExpectedVersion, events: readonly Proposed[], answer: Answer): void {
    const { faults, log } = this;
    const membership = this.membership();
    const role = membership.role();
    const ids = events.map(({ id }) => id);
    const check = log.check(stream, expected, ids);
    switch (check.decision) {
      case 'Ok': {
        if (role.type !== 'leader') return answer(this.refusal() ?? serverNotReady());
        // Behind a write that is not replicated yet, every other write fails with a version that is
        // not readable yet.
        if (membership.holds(stream)) return answer({ type: 'wrong-version', current: check.current, expected });
        if (!role.replicates) {
          // No caller waits for the result.
          const commit = (at: number): void => {
            try {
              log.write(stream, events, { at });
            } catch {
              // A write that fails is one that was lost.
            }
          };
          return membership.hold(stream, commit);
        }
        const last = log.write(stream, events, { apart: faults.apart });
        if (check.softDeleted) log.undelete(stream, check.current + 1);
        if (meets(faults, 'dropAnswer')) return;
        if (meets(faults, 'breakOff')) return answer(serverNotReady());
        if (last !== null) return answer(written(last));
        const position = log.emptyPosition();
        return answer({ type: 'written', revision: Math.max(check.current, 0), position, prepare: position });
      }
      case 'Idempotent':
        // IdempotentNotReady: the first write is not replicated yet, and the repeat is dropped
        // without a word.
        if (meets(faults, 'notReady')) return;
        return answer(written(check.last));
      case 'CorruptedIdempotency':
      case 'WrongExpectedVersion':
        return answer({ type: 'wrong-version', current: check.current, expected });
      case 'Deleted':
        return answer({ type: 'deleted' });
    }
  }
}

const written = ({ revision, position, prepare }: Stored): Written => ({
  type: 'written',
  revision,
  position,
  prepare,
});

function whyInvalid(stream: string, expected: ExpectedVersion, events: readonly Proposed[]): string | null {
  if (stream === '') return 'a stream needs a name';
  if (typeof expected === 'number' && (!Number.isSafeInteger(expected) || expected < 0)) return 'no such revision';
  if (events.some(({ type }) => type === '')) return 'an event needs a type';
  if (events.some(({ id }) => !/^[0-9a-f-]{36}$/i.test(id))) return 'an event needs an id';
  return null;
}

/** The bytes that the limit of an append counts: from 24.10 on, metadata too. */
function bytesOf(events: readonly Proposed[], version: string): number {
  const [, minor = 0] = version.split('.').map(Number);
  const withMetadata = majorOf(version) > 24 || (majorOf(version) === 24 && minor >= 10);
  return events.reduce((sum, { data, metadata }) => sum + data.length + (withMetadata ? metadata.length : 0), 0);
}

type Message = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;
const proposed = (message: Message): Proposed => ({
  id: textOfId(message.getId()),
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

/** The error with which a call for one append ends; null if it is answered. */
function errorOf(outcome: Written, stream: string): Error | null {
  switch (outcome.type) {
    case 'deleted':
      return streamDeleted(stream);
    case 'too-large':
      return maximumAppendSizeExceeded(outcome.most);
    case 'invalid':
      return failedAt(outcome.why);
    default:
      return null;
  }
}

function answerOf(outcome: Written): AppendResp {
  if (outcome.type === 'wrong-version') return new AppendResp().setWrongExpectedVersion(refused(outcome));
  const { revision, position, prepare } = outcome as Written & { type: 'written' };
  const at = new AppendResp.Position().setCommitPosition(String(position)).setPreparePosition(String(prepare));
  return new AppendResp().setSuccess(new AppendResp.Success().setCurrentRevision(String(revision)).setPosition(at));
}

function refused({ current, expected }: Written & { type: 'wrong-version' }): AppendResp.WrongExpectedVersion {
  const wrong = new AppendResp.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new Empty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new Empty());
  else wrong.setExpectedRevision(String(expected));
  return wrong;
}

function batchExpected(options: BatchAppendReq.Options): ExpectedVersion {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  return options.hasStreamPosition() ? Number(options.getStreamPosition()) : 'any';
}

const batchSuccess = ({ revision, position, prepare }: Written & { type: 'written' }): BatchAppendResp.Success =>
  new BatchAppendResp.Success()
    .setCurrentRevision(String(revision))
    .setPosition(new AllStreamPosition().setCommitPosition(String(position)).setPreparePosition(String(prepare)));

function packed(name: string, message: { serializeBinary(): Uint8Array }): Status {
  const details = new Any();
  details.pack(message.serializeBinary(), `event_store.client.${name}`);
  return new Status().setMessage(name).setDetails(details);
}

const timedOut = (): Status => packed('Timeout', new Timeout());

function batchError(outcome: Exclude<Written, { type: 'written' }>, stream: string): Status {
  switch (outcome.type) {
    case 'deleted': {
      const deleted = new StreamDeleted();
      deleted.getStreamIdentifier()?.setStreamName(Buffer.from(stream));
      return packed('StreamDeleted', deleted);
    }
    case 'too-large':
      return packed('MaximumAppendSizeExceeded', new MaximumAppendSizeExceeded().setMaxappendsize(outcome.most));
    case 'invalid':
      return packed('BadRequest', new BadRequest().setMessage(outcome.why));
    case 'wrong-version':
      return batchRefused(outcome);
  }
}

/** Follows WrongExpectedVersion.cs of the server's gRPC services. */
function batchRefused({ current, expected }: Written & { type: 'wrong-version' }): Status {
  const wrong = new WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new GoogleEmpty());
  else wrong.setCurrentStreamRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new GoogleEmpty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new GoogleEmpty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new GoogleEmpty());
  else wrong.setExpectedStreamPosition(String(expected));
  return packed('WrongExpectedVersion', wrong);
}
