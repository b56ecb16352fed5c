import { randomUUID } from 'node:crypto';
import { type ReplyTarget, type ReadMessage, cloudReplyOf, readCommand } from '@entente/contracts';
import type { CommandAnswer } from '@entente/kernel';
import { type CommandConsumer, type Decided, FAULT_TITLE, type SentCommand } from '@entente/engine';
import type { KafkaMessage, Message } from 'kafkajs';
import { type TransactionalReplier, type Answers } from './transactional-replier.js';
import { type FailureContext, deadLetterOf } from './dead-letters.js';
import type { AdaptiveBatchSize } from './adaptive-batch-size.js';
import type { PartitionHandler, RecordBatch, StartOffset } from './partitioned-consumer.js';
import { headersOf } from './record.js';

/** The maximum size of a batch in bytes, unless a single record is larger. */
const MAX_TRANSACTION_BYTES = 1024 * 1024;

/** A record and the command in it. */
interface Arrival {
  readonly record: KafkaMessage;
  readonly message: ReadMessage;
  readonly correlationId: string;
}

/** Handles one partition of commands. Each command is decided and answered once. */
export class CommandPartition implements PartitionHandler<null> {
  /**
   * The first offset without an answer. Records below it may be fetched again after a fault, and
   * are skipped.
   */
  private from = 0n;
  /** Whether the last failure was in the consumer, which could not decide. */
  private undecided = false;

  constructor(
    private readonly partition: number,
    private readonly topic: string,
    /** The id of the log, the source of the replies. */
    private readonly storeId: string,
    private readonly consumer: CommandConsumer,
    private readonly replier: TransactionalReplier,
    private readonly batchSize: AdaptiveBatchSize,
  ) {}

  /** Fences the previous owner of the partition, and continues from the committed offset. */
  async start(): Promise<StartOffset> {
    const { offset, atEnd } = await this.replier.begin();
    this.from = offset;
    if (atEnd) this.undecided = false;
    return { offset, recovered: !this.undecided };
  }

  async process(batch: RecordBatch): Promise<void> {
    const { messages, lastOffset } = batch;
    for (const chunk of chunks(messages, () => this.batchSize.size())) {
      if (!batch.mayContinue()) return;
      const last = chunk.at(-1);
      // The topic also has invisible end markers of transactions. The offset moves past them.
      const end = last === undefined || last === messages.at(-1) ? lastOffset : BigInt(last.offset);
      await this.answer(batch, chunk, end + 1n);
      await batch.processed(String(end));
    }
  }

  /** Records of aborted transactions are invisible. The group's offset moves past them. */
  async skip(first: bigint, next: bigint): Promise<void> {
    if (first > this.from || next <= this.from) return;
    await this.replier.answer({ replies: [], deadLetters: [], next });
    this.from = next;
  }

  close(): Promise<void> {
    return this.replier.end();
  }

  /** Answers records, and commits the offset `next` for the group. */
  private async answer(batch: RecordBatch, chunk: readonly KafkaMessage[], next: bigint): Promise<void> {
    const open = chunk.filter(({ offset }) => BigInt(offset) >= this.from);
    if (open.length === 0) return;
    const startedAt = performance.now();
    const answers = await this.decide(open);
    // Another member may have the partition now. It answers these records.
    if (!batch.owned()) return;
    await this.replier.answer({ ...answers, next });
    this.from = next;
    this.batchSize.adapt(open.length, performance.now() - startedAt);
    batch.recovered();
  }

  /** Decides these records. Rejects if the consumer cannot decide now. */
  private async decide(records: readonly KafkaMessage[]): Promise<Omit<Answers, 'next'>> {
    const arrivals = records.map((record): Arrival => {
      const message = readCommand({ headers: headersOf(record), value: record.value });
      const given = message.type === 'unreadable' ? null : message.asked.correlationId;
      return { record, message, correlationId: given ?? randomUUID() };
    });
    const commands = arrivals.flatMap((arrival) => sentOf(arrival));
    this.undecided = true;
    const decided = commands.length === 0 ? [] : await this.consumer.decide(commands);
    if (decided.length !== commands.length) throw new Error('a command has no decision');
    this.undecided = false;
    const replies: Message[] = [];
    const deadLetters: Message[] = [];
    const next = decided.values();
    for (const arrival of arrivals) this.replyTo(arrival, () => next.next().value as Decided, replies, deadLetters);
    return { replies, deadLetters };
  }

  private replyTo(
    { record, message, correlationId }: Arrival,
    next: () => Decided,
    replies: Message[],
    deadLetters: Message[],
  ): void {
    const reply = (asked: ReplyTarget, answer: CommandAnswer): void => {
      const { key, headers, value } = cloudReplyOf({
        // A topic that is deleted and created again repeats offsets, so the id has a random part.
        id: `${this.partition}-${record.offset}-${randomUUID()}`,
        storeId: this.storeId,
        time: new Date().toISOString(),
        asked: { ...asked, correlationId },
        answer,
      });
      replies.push({ key, headers: { ...headers }, value });
    };
    const deadLetter = (stage: FailureContext['stage'], error: FailureContext['error']): void => {
      const { topic, partition } = this;
      deadLetters.push(deadLetterOf(record, { topic, partition, offset: record.offset, stage, error }));
    };
    switch (message.type) {
      case 'unreadable':
        return deadLetter('VALUE_CONVERTER', { name: 'Unreadable', message: message.reason });
      case 'invalid':
        return reply(message.asked, { type: 'refused', ...message.problem });
      case 'command': {
        const answer = next();
        if (answer.type !== 'failed') return reply(message.asked, answer);
        deadLetter('TASK_PUT', answer.error);
        return reply(message.asked, FAILED);
      }
    }
  }
}

const FAILED: CommandAnswer = { type: 'refused', code: 'fault', title: FAULT_TITLE, more: {} };

function sentOf({ record, message, correlationId }: Arrival): readonly SentCommand[] {
  if (message.type !== 'command') return [];
  const key = record.key === null ? null : record.key.toString();
  const { received } = message;
  return [{ ...received, key, metadata: { ...received.metadata, correlationId } }];
}

/** Splits records into batches, in order. `max` returns the current maximum size of a batch. */
function* chunks(records: readonly KafkaMessage[], max: () => number): Iterable<readonly KafkaMessage[]> {
  let chunk: KafkaMessage[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.value?.length ?? 0;
    if (chunk.length > 0 && (chunk.length >= max() || bytes + size > MAX_TRANSACTION_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
