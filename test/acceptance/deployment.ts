import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createStandaloneApp } from '@entente/embedded';
import type { EventLog, EventStore } from '@entente/engine';
import { SqliteEventStore, SqliteLogReader } from '@entente/sqlite';

/**
 * A deployment as a story knows it: opened on data of its own, told over HTTP, closed and opened
 * again on the same data.
 */
export interface Deployment {
  /** What serves HTTP, as long as it is open; it listens. */
  readonly app: NestFastifyApplication;
  readonly url: string;
  /**
   * A row is seen within so many milliseconds of the receipt that moved it, where nothing else is
   * under way.
   */
  readonly soon: number;
  close(): Promise<void>;
  /** Resolves when it is ready. */
  open(): Promise<void>;
  /** Its log, for reading; the caller closes it. */
  log(): Promise<EventLog>;
  /** Its log, to be written while the deployment is closed; the caller closes it. */
  store(): Promise<EventStore>;
  /** Closes it and lets go of its data. */
  end(): Promise<void>;
}

/** How a deployment may be opened otherwise than as it comes. */
export interface DeploymentOptions {
  /** What seals the names of those who report misuse. */
  readonly pseudonymKey?: Buffer;
}

/**
 * Opens a deployment on an empty log. A story that takes this is told to every kind of deployment
 * alike.
 */
export type OpensDeployment = (options?: DeploymentOptions) => Promise<Deployment>;

/** The deployment in one process, on a folder. */
export class StandaloneDeployment implements Deployment {
  readonly soon = 100;
  readonly folder = mkdtempSync(join(tmpdir(), 'entente-story-'));
  private serving: { readonly app: NestFastifyApplication; readonly url: string } | null = null;

  constructor({ pseudonymKey }: DeploymentOptions = {}) {
    if (pseudonymKey !== undefined) writeFileSync(join(this.folder, 'pseudonym.key'), pseudonymKey.toString('hex'));
  }

  get app(): NestFastifyApplication {
    return this.stands().app;
  }
  get url(): string {
    return this.stands().url;
  }

  async open(): Promise<void> {
    const app = await createStandaloneApp(this.folder, 'fatal');
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
    if (this.serving === null) throw new Error('the deployment is closed');
    return this.serving;
  }
}

/** Opens the deployment that `npm start` opens. */
export const embedded = async (options?: DeploymentOptions): Promise<StandaloneDeployment> => {
  const deployment = new StandaloneDeployment(options);
  await deployment.open();
  return deployment;
};
