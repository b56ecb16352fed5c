import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { type ModelStatus, type Observer, Projecting } from '@entente/engine';
import type { Says, ThreadData, Told } from './projection-thread.js';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;
/** Under load it is told of commits so often, in milliseconds. */
const TOLD_EVERY = 10;

/** The projection on a thread of its own: it is told of each commit, and begins again when its thread has ended by itself. */
export class ProjectionBeside extends Projecting implements OnModuleDestroy {
  private readonly log = new Logger('projection');
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private thread: Worker | null = null;
  private last: readonly ModelStatus[] = [];
  private why: string | null = null;
  private wait = FIRST_PAUSE;
  /** The last position that is on the disk. */
  private durable: bigint;
  private telling: NodeJS.Timeout | null = null;
  private readonly stopping = new AbortController();

  private constructor(
    private readonly data: Omit<ThreadData, 'durable'>,
    private readonly observer: Observer,
    durable: bigint,
  ) {
    super();
    this.durable = durable;
  }

  /** Begins it, on a log that is on the disk up to a position; resolves when the rows can be read, and fails where they cannot be opened. */
  static async begin(
    data: Omit<ThreadData, 'durable'>,
    observer: Observer,
    durable: bigint,
  ): Promise<ProjectionBeside> {
    const beside = new ProjectionBeside(data, observer, durable);
    await beside.begin();
    return beside;
  }

  status(): readonly ModelStatus[] {
    return this.last;
  }

  fault(): string | null {
    return this.why;
  }

  /** Tells it that the log has grown: it is on the disk up to here. At once after a rest; under load many commits are told together, since each telling wakes a thread. */
  committed(durable: bigint): void {
    this.durable = durable;
    if (this.telling !== null) return;
    this.tell({ durable });
    this.telling = setTimeout(() => {
      this.telling = null;
      if (this.durable > durable) this.committed(this.durable);
    }, TOLD_EVERY);
  }

  /** Calls back when models moved: a hint, which may be late or missing. */
  onMoved(listener: (models: ReadonlySet<string>) => void): void {
    this.listeners.add(listener);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    if (this.telling !== null) clearTimeout(this.telling);
    const { thread } = this;
    if (thread === null) return;
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    this.tell('end');
    await ended;
  }

  private tell(told: Told): void {
    this.thread?.postMessage(told);
  }

  private begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      const thread = new Worker(new URL('./projection-thread.js', import.meta.url), {
        workerData: { ...this.data, durable: this.durable } satisfies ThreadData,
        name: 'projection',
      });
      let ready = false;
      let error = new Error('it ended');
      thread.on('message', (says: Says) => {
        if ('ready' in says) {
          ready = true;
          this.thread = thread;
          // What was committed before it could be told.
          this.tell({ durable: this.durable });
          resolve();
        } else this.heard(says);
      });
      thread.on('error', (thrown) => (error = thrown instanceof Error ? thrown : new Error(String(thrown))));
      thread.on('exit', () => {
        this.thread = null;
        if (!ready) reject(error);
        else if (!this.stopping.signal.aborted) void this.beginAgain(error);
      });
    });
  }

  private heard({ moved, projected, status, fault }: Exclude<Says, { ready: true }>): void {
    this.last = status;
    this.why = fault;
    if (projected.length > 0) this.wait = FIRST_PAUSE;
    for (const [events, ms] of projected) this.observer.projected(events, ms);
    if (moved.length === 0) return;
    const models = new Set(moved);
    for (const listener of this.listeners) listener(models);
  }

  private async beginAgain(error: Error): Promise<void> {
    for (let cause = error; !this.stopping.signal.aborted;) {
      this.why = `its thread ended: ${cause instanceof Error ? cause.message : String(cause)}`;
      this.log.error(`the projection stands still and begins again in ${this.wait} ms: ${this.why}`);
      await pause(this.wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      this.wait = Math.min(this.wait * 2, LONGEST_PAUSE);
      if (this.stopping.signal.aborted) return;
      try {
        return await this.begin();
      } catch (failed) {
        cause = failed as Error;
      }
    }
  }
}
