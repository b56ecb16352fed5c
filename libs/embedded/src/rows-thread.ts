/**
 * A thread on which rows are read, so that a question that takes long holds no command up. It ends
 * when it is told to.
 */
import 'reflect-metadata';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type CorruptFile, type ReadModelDescription, Fault, type ReadModelStore } from '@entente/engine';
import { readRows } from './projection.module.js';
import type { End, Ready } from './thread.js';

/** What the thread begins with. */
export interface RowsThreadData {
  readonly folder: string;
  readonly storeId: string;
  readonly era: string;
}

/** What can be asked: the reading half of the port, by name and with plain data. */
export type ReadMethod =
  'query' | 'totals' | 'positions' | 'changes' | 'origins' | 'checkpoints' | 'parked' | 'outdated' | 'catalogVersion';
export interface Question {
  readonly id: number;
  readonly method: ReadMethod;
  readonly args: readonly unknown[];
}

/** A failure as it crosses from thread to thread. */
export interface Failed {
  readonly code: string | null;
  readonly message: string;
  readonly retryAfter: number | null;
}

/**
 * What it says: an answer; what rows there are, whenever that has changed; that a file was found
 * damaged.
 */
export type RowsSay =
  | Ready
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly failed: Failed }
  | { readonly names: readonly ReadModelDescription[] }
  | { readonly damaged: string };

const port = parentPort as MessagePort;
const { folder, ...of } = workerData as RowsThreadData;
const say = (says: RowsSay): void => port.postMessage(says);
const rows = await readRows(folder, of, ({ message }: CorruptFile) => say({ damaged: message }));

let turn: number | null = null;
async function sayWhatThereIs(): Promise<void> {
  const now = await rows.catalogVersion();
  if (now !== turn) say({ names: rows.names() });
  turn = now;
}

const failed = (error: unknown): Failed => ({
  code: error instanceof Fault ? error.code : null,
  message: error instanceof Error ? error.message : String(error),
  retryAfter: error instanceof Fault ? error.retryAfter : null,
});

async function answer({ id, method, args }: Question): Promise<void> {
  const work = rows[method] as (this: ReadModelStore, ...all: readonly unknown[]) => Promise<unknown>;
  try {
    const value = await work.apply(rows, [...args]);
    await sayWhatThereIs();
    say({ answer: id, value });
  } catch (error) {
    say({ answer: id, failed: failed(error) });
  }
}

port.on('message', (told: Question | End) => {
  if (told !== 'end') return void answer(told);
  void rows.close().finally(() => port.close());
});
await sayWhatThereIs();
say({ ready: true });
