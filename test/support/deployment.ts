import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createStandaloneApp } from '@entente/embedded';
import type { EventLog, EventStore } from '@entente/engine';
import { SqliteEventStore, SqliteLogReader } from '@entente/sqlite';
import type { StewardSettings } from '@entente/workers';

/**
 * A deployment as an acceptance test sees it: opened on its own data, used over HTTP, closed, and
 * opened again on the same data.
 */
export interface Deployment {
  /** The application that serves HTTP while it is open. */
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** A row is visible within this number of milliseconds of its receipt, if nothing else runs. */
  readonly visibleWithinMs: number;
  close(): Promise<void>;
  /** Resolves when it is ready. */
  open(): Promise<void>;
  /** Its log, for reading. The caller closes it. */
  log(): Promise<EventLog>;
  /** Its log, for writing while the deployment is closed. The caller closes it. */
  store(): Promise<EventStore>;
  /** Closes it and removes its data. */
  end(): Promise<void>;
}

/** What a test may set of a deployment. */
export interface DeploymentOptions {
  /** The key of the pseudonyms of those who report misuse. */
  readonly pseudonymKey?: Buffer;
  /** The steward's options, such as its clock; without them, policies and due dates are not run. */
  readonly steward?: StewardSettings;
}

/** Opens a deployment on an empty log. Acceptance tests take one, and run on both deployments. */
export type DeploymentFactory = (options?: DeploymentOptions) => Promise<Deployment>;

/** The standalone server in this process, on a data folder; not listening yet. */
export const createStandalone = (
  folder: string,
  steward: StewardSettings | null = null,
): Promise<NestFastifyApplication> => createStandaloneApp({ folder, logLevel: 'fatal', steward });

/** Starts the standalone server in this process, on a data folder and a free port. */
export async function serveStandalone(
  folder: string,
  steward: StewardSettings | null = null,
): Promise<NestFastifyApplication> {
  const app = await createStandalone(folder, steward);
  try {
    await app.listen(0, '127.0.0.1');
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The standalone deployment, in this process, on a temporary folder. */
export class StandaloneDeployment implements Deployment {
  readonly visibleWithinMs = 100;
  readonly folder = mkdtempSync(join(tmpdir(), 'entente-acceptance-'));
  private serving: { readonly app: NestFastifyApplication; readonly url: string } | null = null;

  private readonly steward: StewardSettings | null;

  constructor({ pseudonymKey, steward }: DeploymentOptions = {}) {
    this.steward = steward ?? null;
    if (pseudonymKey !== undefined) writeFileSync(join(this.folder, 'pseudonym.key'), pseudonymKey.toString('hex'));
  }

  get app(): NestFastifyApplication {
    return this.opened().app;
  }
  get url(): string {
    return this.opened().url;
  }

  async open(): Promise<void> {
    const app = await serveStandalone(this.folder, this.steward);
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
    // No client waits for an answer any more: nothing has to linger for one.
    this.serving?.app.getHttpServer().closeAllConnections();
    await this.close();
    rmSync(this.folder, { recursive: true });
  }

  private opened(): NonNullable<typeof this.serving> {
    if (this.serving === null) throw new Error('the deployment is closed');
    return this.serving;
  }
}

/** Opens the standalone deployment. */
export const standalone = async (options?: DeploymentOptions): Promise<StandaloneDeployment> => {
  const deployment = new StandaloneDeployment(options);
  await deployment.open();
  return deployment;
};
