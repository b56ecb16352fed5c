import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EventLog, EventStore } from '@entente/engine';
import { SqliteEventStore, SqliteLogReader } from '@entente/sqlite';
import { buildHouse } from '../../apps/standalone/src/house.js';

/** A house as a story knows it: opened on data of its own, told over HTTP, closed and opened again on the same data. */
export interface House {
  /** What serves HTTP, as long as it is open; it listens. */
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** A row is seen within so many milliseconds of the receipt that moved it, where nothing else is under way. */
  readonly soon: number;
  close(): Promise<void>;
  /** Resolves when it is ready. */
  open(): Promise<void>;
  /** Its log, for reading; the caller closes it. */
  log(): Promise<EventLog>;
  /** Its log, to be written while the house is closed; the caller closes it. */
  store(): Promise<EventStore>;
  /** Closes it and lets go of its data. */
  end(): Promise<void>;
}

/** How a house may be opened otherwise than as it comes. */
export interface HouseOptions {
  /** What seals the names of those who report misuse. */
  readonly sealKey?: Buffer;
}

/** Opens a house on an empty log. A story that takes this is told to every kind of house alike. */
export type OpensHouse = (options?: HouseOptions) => Promise<House>;

/** The house in one process, on a folder. */
export class EmbeddedHouse implements House {
  readonly soon = 100;
  readonly folder = mkdtempSync(join(tmpdir(), 'entente-story-'));
  private serving: { readonly app: NestFastifyApplication; readonly url: string } | null = null;

  constructor({ sealKey }: HouseOptions = {}) {
    if (sealKey !== undefined) writeFileSync(join(this.folder, 'seal.key'), sealKey.toString('hex'));
  }

  get app(): NestFastifyApplication {
    return this.stands().app;
  }
  get url(): string {
    return this.stands().url;
  }

  async open(): Promise<void> {
    const app = await buildHouse(this.folder, 'fatal');
    await app.listen(0, '127.0.0.1');
    this.serving = { app, url: await app.getUrl() };
  }

  async close(): Promise<void> {
    const { serving } = this;
    this.serving = null;
    await serving?.app.close();
  }

  log(): Promise<EventLog> {
    return Promise.resolve(new SqliteLogReader(this.folder));
  }
  store(): Promise<EventStore> {
    return Promise.resolve(new SqliteEventStore({ folder: this.folder }));
  }

  async end(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true });
  }

  private stands(): NonNullable<typeof this.serving> {
    if (this.serving === null) throw new Error('the house is closed');
    return this.serving;
  }
}

/** Opens the house that `npm start` opens. */
export const embedded = async (options?: HouseOptions): Promise<EmbeddedHouse> => {
  const house = new EmbeddedHouse(options);
  await house.open();
  return house;
};
