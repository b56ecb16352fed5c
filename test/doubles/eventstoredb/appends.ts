import { type ServerDuplexStream, type ServerReadableStream, type sendUnaryData } from '@grpc/grpc-js';
import { Empty, WrongExpectedVersion, AllStreamPosition, Timeout } from '@eventstore/db-client/generated/shared_pb.js';
import { Status } from '@eventstore/db-client/generated/status_pb.js';
import { AppendReq, AppendResp, BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { Any } from 'google-protobuf/google/protobuf/any_pb.js';
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { leaderInfo, serverNotReady } from './errors.js';
import { type Faults, meets } from './faults.js';
import type { DoubleLog, ExpectedVersion, Proposed, Stored } from './log.js';

type Written =
  | { readonly ok: true; readonly last: Stored }
  | { readonly ok: false; readonly current: number; readonly expected: ExpectedVersion };

type Answer = (outcome: Error | Written) => void;

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The two ways to append, and what the server's writer makes of them. */
export class Appends {
  constructor(
    private readonly log: DoubleLog,
    private readonly faults: Faults,
    private readonly clock: () => number,
  ) {}

  /** One call an append: src/EventStore.Core/Services/Transport/Grpc/Streams.Append.cs. */
  append(call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void {
    let [stream, expected] = ['', 'any' as ExpectedVersion];
    const events: Proposed[] = [];
    call.on('data', (request: AppendReq) => {
      const options = request.getOptions();
      if (options !== undefined) {
        stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
        if (options.hasNoStream()) expected = 'no-stream';
        else if (options.hasStreamExists()) expected = 'stream-exists';
        else if (options.hasRevision()) expected = Number(options.getRevision());
      }
      const message = request.getProposedMessage();
      if (message !== undefined) events.push(proposed(message));
    });
    call.on('error', () => undefined);
    call.on('end', () =>
      // A request whose connection broke off ends too, and is known for cancelled a moment later: of it nothing is written, since the server's reader of it throws.
      setImmediate(() => {
        if (call.cancelled) return;
        this.write(stream, expected, events, (outcome) => {
          if (outcome instanceof Error) answer(outcome);
          else answer(null, outcome.ok ? appended(outcome.last) : refused(outcome));
        });
      }),
    );
  }

  /** Many appends over one call: src/EventStore.Core/Services/Transport/Grpc/Streams.BatchAppend.cs. A node that does not lead ends the whole call. */
  batchAppend(call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
    const pending = new Map<string, { stream: string; expected: ExpectedVersion; events: Proposed[] }>();
    call.on('data', (request: BatchAppendReq) => {
      const id = request.getCorrelationId()?.getString() ?? '';
      const options = request.getOptions();
      const answer = new BatchAppendResp().setCorrelationId(request.getCorrelationId());
      if (options !== undefined) {
        answer.setStreamIdentifier(options.getStreamIdentifier());
        // The deadline is an instant of the sender's clock, held against this one (GetRequestedTimeout).
        const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
        if (deadline <= this.clock()) return void call.write(answer.setError(timedOut()));
        const stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
        pending.set(id, { stream, expected: batchExpected(options), events: [] });
      }
      const write = pending.get(id);
      if (write === undefined) return;
      write.events.push(...request.getProposedMessagesList().map(proposed));
      if (!request.getIsFinal()) return;
      pending.delete(id);
      this.write(write.stream, write.expected, write.events, (outcome) => {
        if (outcome instanceof Error) call.emit('error', outcome);
        else
          call.write(
            outcome.ok ? answer.setSuccess(batchSuccess(outcome.last)) : answer.setError(batchRefused(outcome)),
          );
      });
    });
    call.on('end', () => call.end());
  }

  private write(stream: string, expected: ExpectedVersion, events: readonly Proposed[], answer: Answer): void {
    const { faults } = this;
    if (meets(faults, 'hang')) return;
    if (faults.leader !== null) return answer(leaderInfo(faults.leader));
    if (meets(faults, 'unavailable')) return answer(serverNotReady());
    if (faults.slow === 0) this.decide(stream, expected, events, answer);
    else setTimeout(() => this.decide(stream, expected, events, answer), faults.slow);
  }

  /** What the writer does with the check's decision follows ActOnCommitCheckFailure in src/EventStore.Core/Services/Storage/StorageWriterService.cs. */
  private decide(stream: string, expected: ExpectedVersion, events: readonly Proposed[], answer: Answer): void {
    const { faults, log } = this;
    const check = log.check(
      stream,
      expected,
      events.map(({ id }) => id),
    );
    switch (check.decision) {
      case 'Ok': {
        const last = log.write(stream, events, faults.apart);
        if (meets(faults, 'dropAnswer')) return;
        return answer(meets(faults, 'breakOff') ? serverNotReady() : { ok: true, last });
      }
      case 'Idempotent':
        // IdempotentNotReady: the first write is not replicated yet, and the repeat is dropped without a word.
        if (meets(faults, 'notReady')) return;
        return answer({ ok: true, last: check.last });
      case 'CorruptedIdempotency':
      case 'WrongExpectedVersion':
        return answer({ ok: false, current: check.current, expected });
    }
  }
}

type Message = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;
const proposed = (message: Message): Proposed => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

function appended({ revision, position, prepare }: Stored): AppendResp {
  const at = new AppendResp.Position().setCommitPosition(String(position)).setPreparePosition(String(prepare));
  return new AppendResp().setSuccess(new AppendResp.Success().setCurrentRevision(String(revision)).setPosition(at));
}

function refused({ current, expected }: Written & { ok: false }): AppendResp {
  const wrong = new AppendResp.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new Empty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new Empty());
  else wrong.setExpectedRevision(String(expected));
  return new AppendResp().setWrongExpectedVersion(wrong);
}

function batchExpected(options: BatchAppendReq.Options): ExpectedVersion {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  return options.hasStreamPosition() ? Number(options.getStreamPosition()) : 'any';
}

const batchSuccess = ({ revision, position, prepare }: Stored): BatchAppendResp.Success =>
  new BatchAppendResp.Success()
    .setCurrentRevision(String(revision))
    .setPosition(new AllStreamPosition().setCommitPosition(String(position)).setPreparePosition(String(prepare)));

function packed(name: string, bytes: Uint8Array, message: string): Status {
  const details = new Any();
  details.pack(bytes, `event_store.client.${name}`);
  return new Status().setMessage(message).setDetails(details);
}

const timedOut = (): Status => packed('Timeout', new Timeout().serializeBinary(), 'Timeout');

/** Follows src/EventStore.Core/Services/Transport/Grpc/WrongExpectedVersion.cs. */
function batchRefused({ current, expected }: Written & { ok: false }): Status {
  const wrong = new WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new GoogleEmpty());
  else wrong.setCurrentStreamRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new GoogleEmpty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new GoogleEmpty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new GoogleEmpty());
  else wrong.setExpectedStreamPosition(String(expected));
  return packed('WrongExpectedVersion', wrong.serializeBinary(), 'WrongExpectedVersion');
}
