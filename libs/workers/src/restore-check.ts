import { Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Backoff, endsWithin, messageOf, supervise } from '@entente/async';
import { type Confirmation, type EventLog, type KnownEvent, compareWithLog } from '@entente/engine';
import { LogOnChange } from '@entente/process';

/** How long a start waits for the comparison with what is asked first, in milliseconds. */
const START_TIMEOUT_MS = 5000;
const FIRST_PAUSE_MS = 500;

/** Reads from one place the last events that it has of the log. */
export type KnownEvents = () => Promise<readonly KnownEvent[]>;

/** The places that keep what was read of the log. */
export interface RestoreCheckPlaces {
  /** The process does not serve before it has compared the log with these, while they answer. */
  readonly first?: readonly KnownEvents[];
  /** Compared while the process serves. */
  readonly then?: readonly KnownEvents[];
  readonly confirmation?: Confirmation;
}

/**
 * Compares the log with what was read of it before this process started, once. A log that was
 * restored from an older copy, of which no era shows it, is then taken back: the process serves
 * nothing and names the remedy.
 */
export class RestoreCheck implements OnModuleInit, OnModuleDestroy {
  private readonly faults = new LogOnChange(new Logger('log'), 'the comparison with the log');
  private readonly stopping = new AbortController();
  private comparing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly log: EventLog,
    private readonly places: RestoreCheckPlaces,
  ) {}

  async onModuleInit(): Promise<void> {
    const { first = [], then = [] } = this.places;
    this.log.onTakenBack(({ message }) => new Logger('log').error(message));
    const begun = first.map((known) => this.compare(known));
    this.comparing = Promise.all([...begun, ...then.map((known) => this.compare(known))]);
    await endsWithin(Promise.all(begun), START_TIMEOUT_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await endsWithin(this.comparing, START_TIMEOUT_MS);
  }

  private async compare(known: KnownEvents): Promise<void> {
    const { signal } = this.stopping;
    const onFailure = (error: unknown): void => {
      if (!signal.aborted) this.faults.now(messageOf(error));
    };
    const compareOnce = async (): Promise<void> => {
      await compareWithLog(this.log, await known(), this.places.confirmation);
      this.faults.now(null);
    };
    await supervise(compareOnce, { signal, backoff: new Backoff({ firstMs: FIRST_PAUSE_MS }), onFailure });
  }
}

/** The highest position of some rows; they keep no ids. */
export const rowsAsKnown =
  (rows: { checkpoints(): Promise<ReadonlyMap<string, readonly bigint[]>> }): KnownEvents =>
  async () => {
    const positions = [...(await rows.checkpoints()).values()].flat();
    return [{ where: 'a row in the database', position: positions.reduce((high, at) => (at > high ? at : high), 0n) }];
  };
