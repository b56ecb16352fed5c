/**
 * The distributed deployment as processes of its own, on services that are named to it: its apps
 * are begun, killed and begun again while it is used.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { startApp } from './app-process.mjs';

/**
 * A deployment with new topics, a new log and a new database. `on`: the addresses of the services.
 */
export function distributedProcesses({ esdb, kafka, database }, partitions = 6) {
  const own = `trial-${randomUUID()}`;
  const settings = {
    ESDB_URL: esdb,
    ESDB_LOG: own,
    KAFKA_BROKERS: kafka,
    DATABASE_URL: database,
    KAFKA_TOPIC: own,
    KAFKA_PARTITIONS: String(partitions),
    KAFKA_GROUP: own,
    KAFKA_COMMANDS_TOPIC: `${own}-commands`,
    KAFKA_REPLIES_TOPIC: `${own}-replies`,
    KAFKA_DEAD_LETTERS_TOPIC: `${own}-dead-letters`,
    ENTENTE_PSEUDONYM_KEY: randomBytes(32).toString('hex'),
  };
  const client = new kafkajs.Kafka({ brokers: [kafka], clientId: 'by-hand', logLevel: kafkajs.logLevel.NOTHING });
  const apps = new Set();
  let ended = false;
  const start = async (name, loading) => {
    ended = false;
    const app = await startApp(name, settings, loading);
    apps.add(app);
    void app.ended.then(() => apps.delete(app));
    return app;
  };
  const named = (name) => [...apps].filter((app) => app.name === name);

  return {
    settings,
    kafka: client,
    start,
    named,
    /** Starts a number of each app, and waits until all are ready. */
    async open(counts) {
      const names = Object.entries(counts).flatMap(([name, count]) => Array(count).fill(name));
      await Promise.all(names.map((name) => start(name)));
      await this.ready();
    },
    /** Every app that runs. */
    all: () => [...apps],
    /**
     * The address of one of the apis that run now; waits for one, unless the deployment was ended.
     */
    async url() {
      for (;;) {
        const apis = named('api');
        if (apis.length > 0) return apis[randomInt(apis.length)].url;
        if (ended) throw new Error('the deployment was ended');
        await pause(20);
      }
    },
    /** Waits until every app is healthy. */
    async ready(ms = 60_000) {
      await Promise.all([...apps].map((app) => app.ready(ms)));
    },
    /** Waits until the rows are folded as far as the log, by an api's word; gives the log's end. */
    async folded(ms = 60_000) {
      for (const end = Date.now() + ms; ; await pause(100)) {
        const { models = [], position } = await named('api')[0].health();
        if (models.length > 0 && models.every(({ lag }) => lag === '0')) return position;
        if (Date.now() > end) throw new Error(`rows are not at ${position} within ${ms} ms: ${JSON.stringify(models)}`);
      }
    },
    /** Waits until every app is well and the rows are folded as far as the log. */
    async caughtUp(ms = 60_000) {
      await this.ready(ms);
      return this.folded(ms);
    },
    /** Queries the deployment's database. */
    async query(sql) {
      const db = new pg.Client({ connectionString: database });
      await db.connect();
      try {
        return (await db.query(sql)).rows;
      } finally {
        await db.end();
      }
    },
    /** Kills all that runs. */
    async end() {
      ended = true;
      await Promise.all([...apps].map((app) => app.kill()));
    },
  };
}
