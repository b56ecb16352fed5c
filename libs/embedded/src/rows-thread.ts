/**
 * A thread that reads rows, so that a long read delays no command. It ends with the message `end`.
 */
import 'reflect-metadata';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '@entente/async';
import { type CorruptFile, type ReadModelDescription, Fault, type ReadModelStore, type RowScan } from '@entente/engine';
import { readRows } from './projection.module.js';
import type { End, Ready } from './supervised-worker.js';

/** The thread's data at its start. */
export interface RowsThreadData {
  readonly folder: string;
  readonly storeId: string;
  readonly era: string;
}

/**
 * The reads of the port, by name and with plain data. A scan stays here: its rows are asked for by
 * the id of the question that began it.
 */
export type ReadMethod =
  | 'scan'
  | 'nextOfScan'
  | 'closeScan'
  | 'query'
  | 'totals'
  | 'positions'
  | 'changes'
  | 'origins'
  | 'checkpoints'
  | 'parked'
  | 'outdated'
  | 'catalogVersion';
export interface Question {
  readonly id: number;
  readonly method: ReadMethod;
  readonly args: readonly unknown[];
}

/** A failure in a form that can pass between threads. */
export interface SerializedFault {
  readonly code: string | null;
  readonly message: string;
  readonly retryAfter: number | null;
}

/**
 * Messages of the thread: an answer; the read models, whenever they have changed; that a file was
 * found damaged.
 */
export type RowsMessage =
  | Ready
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly failed: SerializedFault }
  | { readonly names: readonly ReadModelDescription[] }
  | { readonly damaged: string };

const port = parentPort as MessagePort;
const { folder, ...of } = workerData as RowsThreadData;
const send = (message: RowsMessage): void => port.postMessage(message);
const rows = await readRows(folder, of, ({ message }: CorruptFile) => send({ damaged: message }));

let sentVersion: number | null = null;
async function sendNamesIfChanged(): Promise<void> {
  const current = await rows.catalogVersion();
  if (current !== sentVersion) send({ names: rows.names() });
  sentVersion = current;
}

const failed = (error: unknown): SerializedFault => ({
  code: error instanceof Fault ? error.code : null,
  message: messageOf(error),
  retryAfter: error instanceof Fault ? error.retryAfter : null,
});

/** The open scans, by the id of the question that began each. */
const scans = new Map<number, RowScan>();

async function valueOf({ id, method, args }: Question): Promise<unknown> {
  if (method === 'scan') {
    const scan = await rows.scan(...(args as Parameters<ReadModelStore['scan']>));
    scans.set(id, scan);
    return { scan: id, version: scan.version };
  }
  const [of] = args as readonly [number];
  if (method === 'nextOfScan') return scans.get(of)?.next();
  if (method === 'closeScan') {
    const scan = scans.get(of);
    scans.delete(of);
    return scan?.close();
  }
  const work = rows[method] as (this: ReadModelStore, ...all: readonly unknown[]) => Promise<unknown>;
  return work.apply(rows, [...args]);
}

async function answer(question: Question): Promise<void> {
  const { id } = question;
  try {
    const value = await valueOf(question);
    await sendNamesIfChanged();
    send({ answer: id, value });
  } catch (error) {
    send({ answer: id, failed: failed(error) });
  }
}

port.on('message', (message: Question | End) => {
  if (message !== 'end') return void answer(message);
  const closing = [...scans.values()].map((scan) => scan.close());
  void Promise.allSettled(closing)
    .then(() => rows.close())
    .finally(() => port.close());
});
await sendNamesIfChanged();
send({ ready: true });
