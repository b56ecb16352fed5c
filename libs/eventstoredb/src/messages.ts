/**
 * Encodes and decodes the protocol messages that exist once per event, field by field. The client's
 * generated classes take four times as long. The field numbers are those of the server's
 * `streams.proto` and `shared.proto`. A spec compares each message with the generated class.
 */
import protobuf from 'protobufjs/minimal.js';

/** The server's form of a position. */
export interface ServerPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** An event as the server has it; data and metadata are the bytes that were written. */
export interface ServerEvent extends ServerPosition {
  readonly id: string;
  /** The stream's name on the server. */
  readonly stream: string;
  /** 2^63-1 for the event that ends a tombstoned stream. */
  readonly revision: bigint;
  readonly type: string;
  /** When the server wrote it, by the server's clock: an ISO instant. */
  readonly created: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event to append, in bytes. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An append, as the server's batch append takes it. */
export interface BatchedAppend {
  /** A number from 1 on, unique within a call. The server returns it with the answer. */
  readonly number: number;
  /** The stream's name on the server. */
  readonly stream: string;
  /** The expected last revision of the stream; -1: the stream must not exist. */
  readonly last: number | 'any';
  readonly events: readonly ProposedEvent[];
  /** When the server abandons it, by its own clock, in seconds since 1970. */
  readonly deadline: number;
}

/** A message of the answer to a read. A message of another type has none of these members. */
export interface ReadPiece {
  readonly event?: ServerEvent;
  readonly checkpoint?: ServerPosition;
  readonly isNotFound?: true;
}

/** An answer to a batched append, without the reason of a refusal. */
export interface BatchedAnswer {
  readonly number: number;
  /** Null: the append was refused. */
  readonly success: { readonly revision: number; readonly position: ServerPosition | null } | null;
}

/** The tag of a field: as a number, or with its length before it. */
const number = (field: number): number => field << 3;
const sized = (field: number): number => (field << 3) | 2;

/** The server counts time in units of 100 nanoseconds, with four digits more than milliseconds. */
const DIGITS_BELOW_MS = 4;

/** Encodes a complete `BatchAppendReq`. */
export function bytesOfAppend({ number: own, stream, last, events, deadline }: BatchedAppend): Buffer {
  const writer = protobuf.Writer.create();
  // The correlation id, as two numbers.
  writer.uint32(sized(1)).fork().uint32(sized(1)).fork().uint32(number(2)).int64(own).ldelim().ldelim();
  writer.uint32(sized(2)).fork();
  writer.uint32(sized(1)).fork().uint32(sized(3)).string(stream).ldelim();
  if (last === 'any') writer.uint32(sized(4)).fork().ldelim();
  else if (last < 0) writer.uint32(sized(3)).fork().ldelim();
  else writer.uint32(number(2)).uint64(last);
  writer.uint32(sized(6)).fork().uint32(number(1)).int64(deadline).ldelim();
  writer.ldelim();
  for (const event of events) {
    writer.uint32(sized(3)).fork();
    writer.uint32(sized(1)).fork().uint32(sized(2)).string(event.id).ldelim();
    writeEntry(writer, 'type', event.type);
    writeEntry(writer, 'content-type', 'application/json');
    writer.uint32(sized(3)).bytes(event.metadata).uint32(sized(4)).bytes(event.data).ldelim();
  }
  return writer.uint32(number(4)).bool(true).finish() as Buffer;
}

/** Writes an entry of the event's metadata map of the protocol. */
function writeEntry(writer: protobuf.Writer, key: string, value: string): void {
  writer.uint32(sized(2)).fork().uint32(sized(1)).string(key).uint32(sized(2)).string(value).ldelim();
}

/** Reads a `BatchAppendResp`. */
export function batchedAnswerIn(bytes: Buffer): BatchedAnswer {
  let of = 0;
  let success: BatchedAnswer['success'] = null;
  const reader = protobuf.Reader.create(bytes);
  each(reader, reader.len, (field) => {
    if (field === 1) of = correlationIn(reader);
    else if (field === 3) success = successIn(reader);
    else return false;
    return true;
  });
  return { number: of, success };
}

/** The number in a correlation id. A server returns the id as two numbers, or as text. */
function correlationIn(reader: protobuf.Reader): number {
  let of = 0;
  within(reader, (field) => {
    if (field === 1)
      within(reader, (part) => {
        if (part !== 2) return false;
        of = Number(bigOf(reader.int64()));
        return true;
      });
    else if (field === 2) of = Number.parseInt(reader.string().slice(-12), 16);
    else return false;
    return true;
  });
  return of;
}

function successIn(reader: protobuf.Reader): BatchedAnswer['success'] {
  let revision = 0;
  let position: ServerPosition | null = null;
  within(reader, (field) => {
    if (field === 1) revision = Number(bigOf(reader.uint64()));
    else if (field === 3) position = positionIn(reader);
    else return false;
    return true;
  });
  return { revision, position };
}

function positionIn(reader: protobuf.Reader): ServerPosition {
  let commit = 0n;
  let prepare = 0n;
  within(reader, (field) => {
    if (field === 1) commit = bigOf(reader.uint64());
    else if (field === 2) prepare = bigOf(reader.uint64());
    else return false;
    return true;
  });
  return { commit, prepare };
}

/** Reads a `ReadResp`. */
export function readPieceIn(bytes: Buffer): ReadPiece {
  let piece: ReadPiece = {};
  const reader = protobuf.Reader.create(bytes);
  each(reader, reader.len, (field) => {
    if (field === 1) piece = readEventIn(reader);
    else if (field === 3) piece = { checkpoint: positionIn(reader) };
    else if (field === 4) {
      piece = { isNotFound: true };
      return false;
    } else return false;
    return true;
  });
  return piece;
}

function readEventIn(reader: protobuf.Reader): ReadPiece {
  let piece: ReadPiece = {};
  within(reader, (field) => {
    if (field !== 1) return false;
    piece = { event: eventIn(reader) };
    return true;
  });
  return piece;
}

const NOTHING: Uint8Array = new Uint8Array();

function eventIn(reader: protobuf.Reader): ServerEvent {
  let id = '';
  let stream = '';
  let type = '';
  let ticks = '';
  let revision = 0n;
  let prepare = 0n;
  let commit = 0n;
  let metadata = NOTHING;
  let data = NOTHING;
  within(reader, (field) => {
    if (field === 1) id = textWithin(reader, 2);
    else if (field === 2) stream = textWithin(reader, 3);
    else if (field === 3) revision = bigOf(reader.uint64());
    else if (field === 4) prepare = bigOf(reader.uint64());
    else if (field === 5) commit = bigOf(reader.uint64());
    else if (field === 6) {
      const [key, value] = entryIn(reader);
      if (key === 'type') type = value;
      else if (key === 'created') ticks = value;
    } else if (field === 7) metadata = reader.bytes();
    else if (field === 8) data = reader.bytes();
    else return false;
    return true;
  });
  const created = new Date(Number(ticks.slice(0, -DIGITS_BELOW_MS))).toISOString();
  return { id, stream, revision, type, created, data, metadata, commit, prepare };
}

/** The text in a field of a message. */
function textWithin(reader: protobuf.Reader, of: number): string {
  let text = '';
  within(reader, (field) => {
    if (field !== of) return false;
    text = reader.string();
    return true;
  });
  return text;
}

function entryIn(reader: protobuf.Reader): readonly [string, string] {
  let key = '';
  let value = '';
  within(reader, (field) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else return false;
    return true;
  });
  return [key, value];
}

/** Reads the fields of a length-delimited message. */
function within(reader: protobuf.Reader, read: (field: number) => boolean): void {
  const length = reader.uint32();
  each(reader, reader.pos + length, read);
}

/** Reads fields up to a byte position. Skips a field if `read` returns false. */
function each(reader: protobuf.Reader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3)) reader.skipType(tag & 7);
  }
}

/** Converts a number of 64 bits, which the library returns in two halves. */
function bigOf(value: number | { readonly high: number; readonly low: number }): bigint {
  if (typeof value === 'number') return BigInt(value);
  return (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
}
