import { randomUUID } from 'node:crypto';
import { SerialQueue } from '@entente/async';
import { type ReplyTarget, type ReadMessage, cloudReplyOf, readCommand } from '@entente/contracts';
import type { CommandAnswer } from '@entente/kernel';
import type { CommandConsumer, Decided, SentCommand } from '@entente/engine';
import type { KafkaMessage, Message } from 'kafkajs';
import { type TransactionalReplier, type Answers } from './transactional-replier.js';
import { type Death, deadLetterOf } from './dead-letters.js';
import type { AdaptiveBatchSize } from './adaptive-batch-size.js';
import { headersOf } from './settings.js';

/** So many bytes are answered at once, unless a single record has more. */
const MOST_BYTES = 1024 * 1024;

/** A record, and what it says. */
interface Arrival {
  readonly record: KafkaMessage;
  readonly said: ReadMessage;
  readonly correlationId: string;
}

/** One partition of commands on its way through the consumer. */
export class CommandPartition {
  readonly queue = new SerialQueue();
  /** Whether it stands where the group stands: before, nothing is taken. */
  ready = false;
  /**
   * From which offset on nothing is answered yet, by the group's word and what was answered since.
   * What is below it may be fetched again, as after a fault; it is passed over.
   */
  from = 0n;
  fault: string | null = null;
  /** Whether it is the consumer that could not decide. */
  undecided = false;
  /** The pause before the next try, in milliseconds; 0 while all is well. */
  wait = 0;

  constructor(
    readonly partition: number,
    private readonly topic: string,
    private readonly to: CommandConsumer,
    readonly answering: TransactionalReplier,
    readonly pace: AdaptiveBatchSize,
  ) {}

  /** Nothing holds it up any more. */
  well(): void {
    this.fault = null;
    this.undecided = false;
    this.wait = 0;
  }

  /** What these records are answered. Rejects where the consumer cannot decide now. */
  async decide(records: readonly KafkaMessage[]): Promise<Omit<Answers, 'next'>> {
    const arrivals = records.map((record): Arrival => {
      const said = readCommand({ headers: headersOf(record), value: record.value });
      const given = said.is === 'unreadable' ? null : said.asked.correlationId;
      return { record, said, correlationId: given ?? randomUUID() };
    });
    const commands = arrivals.flatMap((arrival) => sentOf(arrival));
    this.undecided = true;
    const decided = commands.length === 0 ? [] : await this.to.decide(commands);
    if (decided.length !== commands.length) throw new Error('a command was left without an answer');
    this.undecided = false;
    const replies: Message[] = [];
    const deadLetters: Message[] = [];
    const next = decided.values();
    for (const arrival of arrivals) this.settle(arrival, () => next.next().value as Decided, replies, deadLetters);
    return { replies, deadLetters };
  }

  private settle(
    { record, said, correlationId }: Arrival,
    next: () => Decided,
    replies: Message[],
    deadLetters: Message[],
  ): void {
    const reply = (asked: ReplyTarget, answer: CommandAnswer): void => {
      const source = `urn:entente:topic:${this.topic}`;
      const { key, headers, value } = cloudReplyOf({
        id: `${this.partition}-${record.offset}`,
        source,
        asked: { ...asked, correlationId },
        answer,
      });
      replies.push({ key, headers: { ...headers }, value });
    };
    const bury = (stage: Death['stage'], error: Death['error']): void => {
      const { topic, partition } = this;
      deadLetters.push(deadLetterOf(record, { topic, partition, offset: record.offset, stage, error }));
    };
    switch (said.is) {
      case 'unreadable':
        return bury('VALUE_CONVERTER', { name: 'Unreadable', message: said.why });
      case 'wrong':
        return reply(said.asked, { as: 'refused', ...said.problem });
      case 'command': {
        const answer = next();
        if (answer.as !== 'failed') return reply(said.asked, answer);
        bury('TASK_PUT', answer.error);
        return reply(said.asked, FAILED);
      }
    }
  }
}

const FAILED: CommandAnswer = {
  as: 'refused',
  code: 'fault',
  title: 'something failed here; it has been logged',
  more: {},
};

function sentOf({ record, said, correlationId }: Arrival): readonly SentCommand[] {
  if (said.is !== 'command') return [];
  const key = record.key === null ? null : record.key.toString();
  const { received } = said;
  return [{ ...received, key, metadata: { ...received.metadata, correlationId } }];
}

/**
 * Records in the order in which they lie, in pieces that are answered at once: none of more than
 * `most` says by then.
 */
export function* inPieces(records: readonly KafkaMessage[], most: () => number): Iterable<readonly KafkaMessage[]> {
  let piece: KafkaMessage[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.value?.length ?? 0;
    if (piece.length > 0 && (piece.length >= most() || bytes + size > MOST_BYTES)) {
      yield piece;
      piece = [];
      bytes = 0;
    }
    piece.push(record);
    bytes += size;
  }
  if (piece.length > 0) yield piece;
}
