import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { batchedAnswerIn, bytesOfAppend, readPieceIn } from './messages.js';

const { AllStreamPosition, StreamIdentifier, UUID } = shared;
const { BatchAppendReq, BatchAppendResp, ReadResp } = streams;

/** The largest position, and the revision of the event that ends a tombstoned stream. */
const LARGEST = 2n ** 63n - 1n;
const STREAM = 'funding-account/künftig-2026';
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const EVENT = {
  id: randomUUID(),
  type: 'FundsPledged',
  data: bytesOf('{"amount":9007199254740991}'),
  metadata: bytesOf('{"by":"Ñ"}'),
};

const appended = (last: number | 'any', events = [EVENT]) =>
  BatchAppendReq.deserializeBinary(
    bytesOfAppend({ number: 300, stream: STREAM, last, events, deadline: 1_900_000_000 }),
  );

describe('an append, as the generated class reads it', () => {
  it('has its number, stream, deadline and events', () => {
    const read = appended(-1, [EVENT, { ...EVENT, type: 'PledgeReduced' }]);
    const options = read.getOptions();
    expect(read.getCorrelationId()?.getStructured()?.toObject()).toEqual({
      mostSignificantBits: '0',
      leastSignificantBits: '300',
    });
    expect(Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()).toBe(STREAM);
    expect(options?.getDeadline()?.getSeconds()).toBe(1_900_000_000);
    expect(read.getIsFinal()).toBe(true);
    const events = read.getProposedMessagesList().map((message) => ({
      id: message.getId()?.getString(),
      type: message.getMetadataMap().get('type'),
      contentType: message.getMetadataMap().get('content-type'),
      data: Buffer.from(message.getData_asU8()),
      metadata: Buffer.from(message.getCustomMetadata_asU8()),
    }));
    const first = {
      ...EVENT,
      contentType: 'application/json',
      data: Buffer.from(EVENT.data),
      metadata: Buffer.from(EVENT.metadata),
    };
    expect(events).toEqual([first, { ...first, type: 'PledgeReduced' }]);
  });

  it('names the last revision, that there is no stream, or any', () => {
    const [at, none, any] = ([2 ** 40, -1, 'any'] as const).map((last) => appended(last).getOptions());
    expect([at?.getStreamPosition(), at?.hasNoStream(), at?.hasAny()]).toEqual([String(2 ** 40), false, false]);
    expect([none?.hasStreamPosition(), none?.hasNoStream(), none?.hasAny()]).toEqual([false, true, false]);
    expect([any?.hasStreamPosition(), any?.hasNoStream(), any?.hasAny()]).toEqual([false, false, true]);
  });
});

describe('an answer to an append, as the generated class writes it', () => {
  const asNumbers = new UUID().setStructured(new UUID.Structured().setLeastSignificantBits('70000'));
  const answer = (id = asNumbers) =>
    new BatchAppendResp()
      .setCorrelationId(id)
      .setStreamIdentifier(new StreamIdentifier().setStreamName(bytesOf(STREAM)));
  const read = (message: ReturnType<typeof answer>) => batchedAnswerIn(Buffer.from(message.serializeBinary()));

  it('has the number, the revision and the position', () => {
    const position = new AllStreamPosition().setCommitPosition(String(LARGEST)).setPreparePosition('7');
    const success = new BatchAppendResp.Success().setCurrentRevision(String(2 ** 40)).setPosition(position);
    expect(read(answer().setSuccess(success))).toEqual({
      number: 70_000,
      success: { revision: 2 ** 40, position: { commit: LARGEST, prepare: 7n } },
    });
  });

  it('may lack the position; its number may come as text', () => {
    const success = new BatchAppendResp.Success().setCurrentRevision('0').setNoPosition(new shared.Empty());
    const asText = new UUID().setString('00000000-0000-0000-0000-000000011170');
    expect(read(answer(asText).setSuccess(success))).toEqual({
      number: 70_000,
      success: { revision: 0, position: null },
    });
  });

  it('of a refusal has no success', () => {
    expect(read(answer().setNoStream(new shared.Empty()))).toEqual({ number: 70_000, success: null });
  });
});

describe('a part of a read, as the generated class writes it', () => {
  const read = (piece: InstanceType<typeof ReadResp>) => readPieceIn(Buffer.from(piece.serializeBinary()));
  const recorded = () => {
    const event = new ReadResp.ReadEvent.RecordedEvent()
      .setId(new UUID().setString(EVENT.id))
      .setStreamIdentifier(new StreamIdentifier().setStreamName(bytesOf(STREAM)))
      .setStreamRevision(String(LARGEST))
      .setCommitPosition(String(2n ** 62n + 1n))
      .setPreparePosition('4294967296')
      .setData(EVENT.data)
      .setCustomMetadata(EVENT.metadata);
    event.getMetadataMap().set('type', EVENT.type).set('created', '17961264001234567').set('content-type', 'x');
    return event;
  };

  it('has the event, and leaves out the one that a link names', () => {
    const linked = new ReadResp.ReadEvent().setEvent(recorded()).setLink(recorded()).setCommitPosition('1');
    const { event } = read(new ReadResp().setEvent(linked));
    expect({ ...event, data: Buffer.from(event?.data ?? []), metadata: Buffer.from(event?.metadata ?? []) }).toEqual({
      id: EVENT.id,
      stream: STREAM,
      revision: LARGEST,
      type: EVENT.type,
      created: '2026-12-01T12:00:00.123Z',
      data: Buffer.from(EVENT.data),
      metadata: Buffer.from(EVENT.metadata),
      commit: 2n ** 62n + 1n,
      prepare: 4294967296n,
    });
  });

  it('has a checkpoint, or that there is no such stream', () => {
    const checkpoint = new ReadResp.Checkpoint().setCommitPosition(String(LARGEST)).setPreparePosition('0');
    expect(read(new ReadResp().setCheckpoint(checkpoint))).toEqual({ checkpoint: { commit: LARGEST, prepare: 0n } });
    const name = new StreamIdentifier().setStreamName(bytesOf(STREAM));
    const missing = new ReadResp.StreamNotFound().setStreamIdentifier(name);
    expect(read(new ReadResp().setStreamNotFound(missing))).toEqual({ isNotFound: true });
  });

  it('of another content has none of these', () => {
    const confirmation = new ReadResp.SubscriptionConfirmation().setSubscriptionId('of a reader');
    expect(read(new ReadResp().setConfirmation(confirmation))).toEqual({});
    expect(read(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()))).toEqual({});
    expect(read(new ReadResp().setFirstStreamPosition('7'))).toEqual({});
  });
});
