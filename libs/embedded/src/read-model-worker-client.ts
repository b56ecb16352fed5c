import type { OnApplicationShutdown } from '@nestjs/common';
import {
  type RowChangeSet,
  type ReadModelDescription,
  Fault,
  type Filter,
  type RowOrigin,
  type Parked,
  type Positions,
  ReadModelStore,
  type Rebuild,
  type RowQuery,
  type ResultPage,
  type TotalsRow,
} from '@entente/engine';
import type { ReadMethod, Failed, Question, RowsSay, RowsThreadData } from './rows-thread.js';
import { Thread } from './thread.js';

interface PendingRead {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** More questions than this wait for no answer: they are told to come again. */
const MOST_WAITING = 1000;

const faultOf = ({ code, message, retryAfter }: Failed): Error =>
  code === null ? new Error(message) : new Fault(code, message, retryAfter);

/**
 * Rows read on a thread of their own. What is asked while the thread begins again is answered so:
 * try again.
 */
export class ReadModelWorkerClient extends ReadModelStore implements OnApplicationShutdown {
  readonly partitions = 1;
  private readonly thread: Thread<Question, RowsSay>;
  private readonly waiting = new Map<number, PendingRead>();
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private described: readonly ReadModelDescription[] = [];
  private asked = 0;

  private constructor(name: string, data: RowsThreadData, onDamaged: (damaged: { readonly message: string }) => void) {
    super();
    this.thread = new Thread({
      name,
      code: new URL('./rows-thread.js', import.meta.url),
      data: () => data,
      heard: (says) => {
        if ('names' in says) this.described = says.names;
        else if ('damaged' in says) onDamaged({ message: says.damaged });
        else this.answered(says);
      },
      ended: () => this.letGo(),
    });
  }

  /** Begins it, on rows that are open already; fails where they cannot be read. */
  static async begin(
    name: string,
    data: RowsThreadData,
    onDamaged: (damaged: { readonly message: string }) => void,
  ): Promise<ReadModelWorkerClient> {
    const rows = new ReadModelWorkerClient(name, data, onDamaged);
    await rows.thread.begin();
    return rows;
  }

  /** Tells that models moved: who folds them is elsewhere. */
  tell(moved: ReadonlySet<string>): void {
    for (const listener of this.listeners) listener(moved);
  }

  onCommit(listener: (models: ReadonlySet<string>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  names(): readonly ReadModelDescription[] {
    return this.described;
  }
  query(name: string, query: RowQuery): Promise<ResultPage> {
    return this.ask('query', name, query);
  }
  totals(name: string, where: readonly Filter[], pin: Positions): Promise<readonly TotalsRow[]> {
    return this.ask('totals', name, where, pin);
  }
  positions(name: string): Promise<{ readonly pin: Positions; readonly version: string }> {
    return this.ask('positions', name);
  }
  changes(name: string, since: Positions, upTo?: Positions): Promise<RowChangeSet> {
    return this.ask('changes', name, since, upTo);
  }
  origins(name: string, key: string, pin?: Positions): Promise<readonly RowOrigin[] | null> {
    return this.ask('origins', name, key, pin);
  }
  checkpoints(): Promise<ReadonlyMap<string, Positions>> {
    return this.ask('checkpoints');
  }
  parked(): Promise<readonly Parked[]> {
    return this.ask('parked');
  }
  outdated(): Promise<readonly string[]> {
    return this.ask('outdated');
  }
  catalogVersion(): Promise<number> {
    return this.ask('catalogVersion');
  }

  open(): Promise<void> {
    return Promise.resolve();
  }
  async close(): Promise<void> {
    await this.thread.end();
    this.letGo();
  }
  /** Ends its thread with the deployment, whoever else closes it. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
  refuses(): string | null {
    return onlyRead();
  }
  current(): Promise<ReadonlyMap<string, object>> {
    return onlyRead();
  }
  commit(): Promise<boolean> {
    return onlyRead();
  }
  rebuild(): Promise<Rebuild> {
    return onlyRead();
  }

  private ask<T>(method: ReadMethod, ...args: readonly unknown[]): Promise<T> {
    if (!this.thread.standing) return Promise.reject(away());
    if (this.waiting.size >= MOST_WAITING)
      return Promise.reject(
        new Fault('overloaded', `${this.waiting.size} questions wait already; try again shortly`, 1),
      );
    return new Promise<T>((resolve, reject) => {
      const id = (this.asked += 1);
      this.waiting.set(id, { resolve, reject });
      this.thread.tell({ id, method, args });
    });
  }

  private answered(says: Extract<RowsSay, { answer: number }>): void {
    const waiting = this.waiting.get(says.answer);
    this.waiting.delete(says.answer);
    if ('failed' in says) waiting?.reject(faultOf(says.failed));
    else waiting?.resolve(says.value as never);
  }

  private letGo(): void {
    for (const { reject } of this.waiting.values()) reject(away());
    this.waiting.clear();
  }
}

const away = (): Fault => new Fault('rows-away', 'the rows are being opened again; try again', 1);

function onlyRead(): never {
  throw new Error('these rows are read only: they are folded on a thread of their own');
}
