import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type EventLog, type EventStore, ReadModelStore } from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { buildApp, serveDocs } from '@entente/http';
import { AnswerSettings, ServerLimitSettings, StartupDependencies } from '@entente/process';
import { ApiModule } from '../../apps/api/src/api.module.js';
import { ProjectorModule } from '../../apps/projector/src/projector.module.js';
import { RelayModule } from '../../apps/relay/src/relay.module.js';
import { StewardModule } from '../../apps/steward/src/steward.module.js';
import type { StewardSettings } from '@entente/workers';
import { EventStoreDouble } from '../doubles/eventstoredb/double.js';
import type { Deployment, DeploymentOptions } from './deployment.js';
import { topicForTests } from './kafka.js';
import { postgresForTests } from './postgres.js';

const { ESDB_URL: server } = process.env;
const postgres = postgresForTests();

/** What the distributed deployment is made of. */
export interface ProcessCounts {
  readonly partitions: number;
  readonly apis: number;
  readonly projectors: number;
}

/** One of its processes. */
export interface InProcessApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
}

/**
 * The deployment as several apps, all within this process: apis, a relay and projectors, with a new
 * topic and a new database. Its event store is a double, or the server that ESDB_URL names, with a
 * new log there.
 */
export class DistributedDeployment implements Deployment {
  readonly visibleWithinMs = 1500;
  apis: readonly InProcessApp[] = [];
  relays: readonly InProcessApp[] = [];
  projectors: readonly InProcessApp[] = [];
  stewards: readonly InProcessApp[] = [];
  private readonly topic;
  private readonly pseudonymKey: Buffer;
  private readonly steward: StewardSettings | null;

  private constructor(
    private readonly parts: ProcessCounts,
    readonly database: string,
    private readonly eventStore: { readonly url: string; readonly log: string },
    private readonly double: EventStoreDouble | null,
    { pseudonymKey = Buffer.alloc(32, 7), steward }: DeploymentOptions,
  ) {
    this.topic = topicForTests(parts.partitions);
    this.pseudonymKey = pseudonymKey;
    this.steward = steward ?? null;
  }

  /** One that is closed yet. */
  static async on(parts: ProcessCounts, options: DeploymentOptions = {}): Promise<DistributedDeployment> {
    const double = server === undefined ? await EventStoreDouble.start() : null;
    // The day that a test sets is the server's too.
    if (double !== null) double.clock = () => Date.now();
    const eventStore = { url: double?.url ?? server ?? '', log: `trial-${randomUUID()}` };
    return new DistributedDeployment(parts, await postgres.database(), eventStore, double, options);
  }

  get app(): NestFastifyApplication {
    return this.first().app;
  }
  get url(): string {
    return this.first().url;
  }

  async open(): Promise<void> {
    const several = (count: number, module: (waits: StartupDependencies) => DynamicModule): Promise<InProcessApp[]> =>
      Promise.all(Array.from({ length: count }, () => serve(module(new StartupDependencies(() => undefined)))));
    const { apis, projectors } = this.parts;
    const on = this.config();
    const { steward } = this;
    [this.relays, this.projectors, this.apis, this.stewards] = await Promise.all([
      several(1, (waits) => RelayModule.on(on, waits)),
      several(projectors, (waits) => ProjectorModule.on(on, waits)),
      several(apis, (waits) => ApiModule.on(on, waits)),
      steward === null ? [] : several(2, (waits) => StewardModule.on(on, waits, steward)),
    ]);
    await this.ready();
  }

  /** Resolves when every app is ready, and the rows are as far as the log. */
  async ready(within = 30_000): Promise<void> {
    for (const end = performance.now() + within; ; await pause(20)) {
      const healths = await Promise.all(this.processes().map(healthOf));
      if (healths.every(({ ready, level }) => ready && level)) return;
      if (performance.now() > end) throw new Error(`not ready within ${within} ms: ${JSON.stringify(healths)}`);
    }
  }

  async close(): Promise<void> {
    const open = this.processes();
    this.apis = [];
    this.projectors = [];
    this.relays = [];
    this.stewards = [];
    await Promise.all(open.map(({ app }) => app.close()));
  }

  log(): Promise<EventLog> {
    return this.store();
  }
  store(): Promise<EventStore> {
    return EventStoreDbStore.connect(this.eventStore);
  }

  /** Queries the deployment's database. */
  query(sql: string): Promise<Record<string, unknown>[]> {
    return postgres.query(this.database, sql);
  }

  async end(): Promise<void> {
    await this.close();
    this.double?.stop();
  }

  private config() {
    const { brokers, topic, partitions } = this.topic;
    return {
      process: { host: '127.0.0.1', port: 0, logLevel: 'fatal', shutdownTimeoutSeconds: 30 },
      limits: new ServerLimitSettings(),
      answers: new AnswerSettings(),
      commands: { maxWaitMs: 30_000 },
      eventStore: this.eventStore,
      kafka: { brokers },
      topic: { topic, partitions },
      schemas: {},
      others: { commands: `${topic}-commands`, replies: `${topic}-replies`, deadLetters: `${topic}-dead` },
      group: topic,
      database: { url: this.database, analystSchema: 'analyst', analystRole: 'entente_analyst' },
      pseudonymKey: this.pseudonymKey,
    } as const;
  }

  private processes(): readonly InProcessApp[] {
    return [...this.relays, ...this.projectors, ...this.stewards, ...this.apis];
  }

  private first(): InProcessApp {
    const [api] = this.apis;
    if (api === undefined) throw new Error('the deployment is closed');
    return api;
  }
}

async function serve(module: DynamicModule): Promise<InProcessApp> {
  const app = await buildApp(module, new ServerLimitSettings());
  if (module.module === ApiModule) serveDocs(app, app.get(ReadModelStore));
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}

/** The health that an app reports. */
async function healthOf({ url }: InProcessApp) {
  const answer = await fetch(`${url}/health/ready`);
  const health = (await answer.json()) as {
    position: string;
    published?: string | null;
    models: readonly { lag: string }[];
  };
  const level =
    health.models.every(({ lag }) => lag === '0') &&
    (health.published === undefined || health.published === health.position);
  return { ready: answer.ok, level, health };
}

/** Opens the distributed deployment, for the acceptance tests that run on both. */
export const distributed =
  (parts: Partial<ProcessCounts> = {}) =>
  async (options?: DeploymentOptions): Promise<DistributedDeployment> => {
    const deployment = await DistributedDeployment.on({ partitions: 3, apis: 1, projectors: 1, ...parts }, options);
    await deployment.open();
    return deployment;
  };
