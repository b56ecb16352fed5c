import { Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Backoff, endsWithin, messageOf, supervise } from '@entente/async';
import { type Confirmation, type EventLog, type KnownEvent, compareWithLog } from '@entente/engine';
import { LogOnChange } from '@entente/process';

/** The maximum time that a start waits for the first comparisons, in milliseconds. */
const START_TIMEOUT_MS = 5000;
const FIRST_PAUSE_MS = 500;

/** Reads the last events of the log that one place has stored, such as the topic. */
export type KnownEvents = () => Promise<readonly KnownEvent[]>;

/** The places that store events, or positions, of the log. */
export interface RestoreCheckPlaces {
  /** The log is compared with these places before the process serves, if they answer in time. */
  readonly first?: readonly KnownEvents[];
  /** The log is compared with these places while the process serves. */
  readonly then?: readonly KnownEvents[];
  readonly confirmation?: Confirmation;
}

/**
 * Compares the log once with what other places stored of it before this process started. If the log
 * was restored from an older copy without a new era, the process serves nothing and names the
 * remedy.
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

/** The highest checkpoint of the rows. Rows store no event ids for it. */
export const rowsAsKnown =
  (rows: { checkpoints(): Promise<ReadonlyMap<string, readonly bigint[]>> }): KnownEvents =>
  async () => {
    const positions = [...(await rows.checkpoints()).values()].flat();
    return [{ where: 'a row in the database', position: positions.reduce((high, at) => (at > high ? at : high), 0n) }];
  };
