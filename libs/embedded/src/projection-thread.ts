/**
 * The thread on which a deployment folds its log into rows, so that folding and rebuilding hold no
 * command up. It ends when it is told to.
 */
import 'reflect-metadata';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import { type ModelStatus, Projector, ReadModelStore, UNOBSERVED } from '@entente/engine';
import type { LogLevel } from '@entente/process';
import { Logger } from 'nestjs-pino';
import { ProjectedLog, ProjectionModule } from './projection.module.js';
import type { End, Ready } from './thread.js';

/** What the thread begins with. */
export interface ThreadData {
  readonly folder: string;
  readonly logLevel: LogLevel;
  /** The last position of the log that is on the disk: it reads no further until it is told. */
  readonly durable: bigint;
}

/** What it is told: the log has grown, and is on the disk up to here. */
export interface LogAdvanced {
  readonly durable: bigint;
}

/**
 * What it says: that it stands; then, after each batch and once a second, how it stands and what
 * has moved since.
 */
export type Says =
  | Ready
  | {
      readonly moved: readonly string[];
      readonly projected: readonly (readonly [events: number, ms: number])[];
      readonly status: readonly ModelStatus[];
      readonly fault: string | null;
    };

const port = parentPort as MessagePort;
const { folder, logLevel, durable } = workerData as ThreadData;
const say = (says: Says): void => port.postMessage(says);

const moved = new Set<string>();
let projected: [number, number][] = [];
let saying = false;
const app = await NestFactory.createApplicationContext(
  ProjectionModule.on(folder, logLevel, durable, {
    ...UNOBSERVED,
    projected: (events, ms) => {
      projected.push([events, ms]);
      soon();
    },
  }),
  { bufferLogs: true, autoFlushLogs: false, abortOnError: false },
);
app.useLogger(app.get(Logger));
app.flushLogs();
const projector = app.get(Projector);

function tell(): void {
  saying = false;
  say({ moved: [...moved], projected, status: projector.status(), fault: projector.fault() });
  moved.clear();
  projected = [];
}
function soon(): void {
  if (saying) return;
  saying = true;
  setImmediate(tell);
}

app.get(ReadModelStore).onCommit((models) => {
  for (const model of models) moved.add(model);
  soon();
});
const everySecond = setInterval(tell, 1000);
// How far it has come is known shortly after it stands.
const untilItIsKnown = setInterval(() => {
  if (projector.status().length === 0) return;
  clearInterval(untilItIsKnown);
  tell();
}, 20);
const log = app.get(ProjectedLog);
port.on('message', (message: LogAdvanced | End) => {
  if (message !== 'end') return log.committed(message.durable);
  clearInterval(everySecond);
  clearInterval(untilItIsKnown);
  void app.close().finally(() => port.close());
});
say({ ready: true });
