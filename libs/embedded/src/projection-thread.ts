/**
 * The thread that folds the log of a deployment into rows, so that folding and rebuilding delay no
 * command. It ends with the message `end`.
 */
import 'reflect-metadata';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import { type ModelStatus, Projector, ReadModelStore, UNOBSERVED } from '@entente/engine';
import type { LogLevel } from '@entente/process';
import { Logger } from 'nestjs-pino';
import { ProjectionModule, advanceLog } from './projection.module.js';
import type { End, Ready } from './supervised-worker.js';

/** The thread's data at its start. */
export interface ThreadData {
  readonly folder: string;
  readonly logLevel: LogLevel;
  /**
   * The last position of the log on the disk. The thread reads no further before it gets a message.
   */
  readonly durable: bigint;
}

/** A message to the thread: the log is on the disk up to here. */
export interface LogAdvanced {
  readonly durable: bigint;
}

/**
 * Messages of the thread: it is ready; then, after each batch and once a second, its status and the
 * models that have changed.
 */
export type ProjectionMessage =
  | Ready
  | {
      readonly moved: readonly string[];
      readonly projected: readonly (readonly [events: number, ms: number])[];
      readonly status: readonly ModelStatus[];
      readonly fault: string | null;
    };

const port = parentPort as MessagePort;
const { folder, logLevel, durable } = workerData as ThreadData;
const send = (message: ProjectionMessage): void => port.postMessage(message);

const moved = new Set<string>();
let projected: [number, number][] = [];
let scheduled = false;
const app = await NestFactory.createApplicationContext(
  ProjectionModule.on(folder, logLevel, durable, {
    ...UNOBSERVED,
    projected: (events, ms) => {
      projected.push([events, ms]);
      schedule();
    },
  }),
  { bufferLogs: true, autoFlushLogs: false, abortOnError: false },
);
app.useLogger(app.get(Logger));
app.flushLogs();
const projector = app.get(Projector);

function sendStatus(): void {
  scheduled = false;
  send({ moved: [...moved], projected, status: projector.status(), fault: projector.fault() });
  moved.clear();
  projected = [];
}
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(sendStatus);
}

app.get(ReadModelStore).onCommit((models) => {
  for (const model of models) moved.add(model);
  schedule();
});
const everySecond = setInterval(sendStatus, 1000);
// Its position is known shortly after it is ready.
const untilFirstStatus = setInterval(() => {
  if (projector.status().length === 0) return;
  clearInterval(untilFirstStatus);
  sendStatus();
}, 20);
port.on('message', (message: LogAdvanced | End) => {
  if (message !== 'end') return advanceLog(app, message.durable);
  clearInterval(everySecond);
  clearInterval(untilFirstStatus);
  void app.close().finally(() => port.close());
});
send({ ready: true });
