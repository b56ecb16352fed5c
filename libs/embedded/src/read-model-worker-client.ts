import type { OnApplicationShutdown } from '@nestjs/common';
import {
  type RowChangeSet,
  type ReadModelDescription,
  Fault,
  type RowOrigins,
  type Parked,
  type Positions,
  ReadModelStore,
  type Rebuild,
  type ResultPage,
  type RowScan,
  type TotalsRow,
} from '@entente/engine';
import type { ReadMethod, SerializedFault, Question, RowsMessage, RowsThreadData } from './rows-thread.js';
import { SupervisedWorker } from './supervised-worker.js';

interface PendingRead {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** The maximum number of reads that wait; further ones are `overloaded`. */
const MAX_WAITING = 1000;

const faultOf = ({ code, message, retryAfter }: SerializedFault): Error =>
  code === null ? new Error(message) : new Fault(code, message, retryAfter);

/**
 * Rows read on a worker thread. While the thread starts again, a read fails with a fault to try
 * again.
 */
export class ReadModelWorkerClient extends ReadModelStore implements OnApplicationShutdown {
  readonly partitions = 1;
  private readonly thread: SupervisedWorker<Question, RowsMessage>;
  private readonly waiting = new Map<number, PendingRead>();
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private described: readonly ReadModelDescription[] = [];
  private lastId = 0;
  /** How often the thread has ended and begun again. */
  private starts = 0;
  /** The first start, if it was asked for. */
  private begun: Promise<void> | null = null;
  private closed = false;

  private constructor(name: string, data: RowsThreadData, onDamaged: (damaged: { readonly message: string }) => void) {
    super();
    this.thread = new SupervisedWorker({
      name,
      code: new URL('./rows-thread.js', import.meta.url),
      data: () => data,
      onMessage: (message) => {
        if ('names' in message) this.described = message.names;
        else if ('damaged' in message) onDamaged({ message: message.damaged });
        else this.onAnswer(message);
      },
      onEnded: () => {
        this.starts += 1;
        this.rejectAll();
      },
    });
  }

  /** Reads on a thread that starts with the first read, on rows that are open already. */
  static onDemand(
    name: string,
    data: RowsThreadData,
    onDamaged: (damaged: { readonly message: string }) => void,
  ): ReadModelWorkerClient {
    return new ReadModelWorkerClient(name, data, onDamaged);
  }

  /** Starts the thread, on rows that are open already; fails if they cannot be read. */
  static async begin(
    name: string,
    data: RowsThreadData,
    onDamaged: (damaged: { readonly message: string }) => void,
  ): Promise<ReadModelWorkerClient> {
    const rows = new ReadModelWorkerClient(name, data, onDamaged);
    await rows.started();
    return rows;
  }

  /** Notifies listeners that models changed: they are folded elsewhere. */
  notify(moved: ReadonlySet<string>): void {
    for (const listener of this.listeners) listener(moved);
  }

  onCommit(listener: (models: ReadonlySet<string>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  names(): readonly ReadModelDescription[] {
    return this.described;
  }
  // Every read passes on all its arguments, also those that are added to the port later.
  query(...args: Parameters<ReadModelStore['query']>): Promise<ResultPage> {
    return this.read('query', ...args);
  }
  async scan(...args: Parameters<ReadModelStore['scan']>): Promise<RowScan> {
    const { scan, version } = await this.read<{ readonly scan: number; readonly version: string }>('scan', ...args);
    const { starts } = this;
    return {
      version,
      // A thread that has started again knows nothing of it.
      next: () => (starts === this.starts ? this.read('nextOfScan', scan) : Promise.reject(unavailable())),
      close: async () => (starts === this.starts ? this.read('closeScan', scan) : undefined),
    };
  }
  totals(...args: Parameters<ReadModelStore['totals']>): Promise<readonly TotalsRow[]> {
    return this.read('totals', ...args);
  }
  positions(
    ...args: Parameters<ReadModelStore['positions']>
  ): Promise<{ readonly positions: Positions; readonly version: string }> {
    return this.read('positions', ...args);
  }
  changes(...args: Parameters<ReadModelStore['changes']>): Promise<RowChangeSet> {
    return this.read('changes', ...args);
  }
  origins(...args: Parameters<ReadModelStore['origins']>): Promise<RowOrigins | null> {
    return this.read('origins', ...args);
  }
  checkpoints(): Promise<ReadonlyMap<string, Positions>> {
    return this.read('checkpoints');
  }
  parked(): Promise<readonly Parked[]> {
    return this.read('parked');
  }
  outdated(): Promise<readonly string[]> {
    return this.read('outdated');
  }
  catalogVersion(): Promise<number> {
    return this.read('catalogVersion');
  }

  open(): Promise<void> {
    return Promise.resolve();
  }
  async close(): Promise<void> {
    this.closed = true;
    // A thread that is only starting has to be there before it can end.
    await this.begun?.catch(() => undefined);
    await this.thread.end();
    this.rejectAll();
  }
  /** Ends its thread with the deployment, also if it was closed before. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
  refuses(): string | null {
    return readOnly();
  }
  current(): Promise<ReadonlyMap<string, object>> {
    return readOnly();
  }
  commit(): Promise<boolean> {
    return readOnly();
  }
  rebuild(): Promise<Rebuild> {
    return readOnly();
  }

  /** Starts the thread once. A start that failed is tried again by who asks next. */
  private started(): Promise<void> {
    if (this.closed) return Promise.reject(unavailable());
    this.begun ??= this.thread.start().catch((error: unknown) => {
      this.begun = null;
      throw error;
    });
    return this.begun;
  }

  private async read<T>(method: ReadMethod, ...args: readonly unknown[]): Promise<T> {
    await this.started();
    if (!this.thread.isReady) throw unavailable();
    if (this.waiting.size >= MAX_WAITING)
      throw new Fault('overloaded', `${this.waiting.size} reads are waiting already; try again shortly`, 1);
    return new Promise<T>((resolve, reject) => {
      const id = (this.lastId += 1);
      this.waiting.set(id, { resolve, reject });
      this.thread.send({ id, method, args });
    });
  }

  private onAnswer(message: Extract<RowsMessage, { answer: number }>): void {
    const waiting = this.waiting.get(message.answer);
    this.waiting.delete(message.answer);
    if ('failed' in message) waiting?.reject(faultOf(message.failed));
    else waiting?.resolve(message.value as never);
  }

  private rejectAll(): void {
    for (const { reject } of this.waiting.values()) reject(unavailable());
    this.waiting.clear();
  }
}

const unavailable = (): Fault => new Fault('rows-away', 'the rows are being opened again; try again', 1);

function readOnly(): never {
  throw new Error('these rows are read only: another thread folds them');
}
