import type { Kafka } from 'kafkajs';
import type { Load } from './load.mjs';
import type { Processes } from './distributed-processes.mjs';

/** A record that is committed. */
export interface CommittedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}
/** What a reckoning has counted. */
export interface SystemCounts {
  readonly events: number;
  readonly records: number;
  readonly commands: number;
  readonly receipts: number;
  readonly deadLetters: number;
  readonly output: string;
}
/** The partition and offset of the command that a reply answers, with which its id begins. */
export function placeOf(reply: Pick<CommittedRecord, 'headers'>): string;
export function wholeTopic(kafka: Kafka, topic: string, ms?: number): Promise<readonly CommittedRecord[]>;
export function verifySystem(deployment: Processes, load: Pick<Load, 'receipts' | 'sent'>): Promise<SystemCounts>;
