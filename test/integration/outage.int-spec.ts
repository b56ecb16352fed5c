import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AppName, RunningApp } from '../support/app-process.mjs';
import { until } from '../support/kafka.js';
import { type Load, loadOn } from '../support/load.mjs';
import { type ServiceName, type OwnServices, ownServices, type StopMode } from '../support/own-services.js';
import { type DistributedProcesses, distributedProcesses } from '../support/distributed-processes.mjs';
import { type SystemCounts, verifySystem } from '../support/system-verification.mjs';

/**
 * How long a backing service is away, in milliseconds, and within which time all apps recover by
 * themselves afterwards.
 */
const AWAY = 10_000;
const READY_TIMEOUT_MS = 45_000;

let services: OwnServices;
let deployment: DistributedProcesses;
let load: Load;
beforeAll(async () => {
  services = await ownServices();
  deployment = distributedProcesses(services.on, 3);
  load = loadOn(deployment, { rate: 40 });
  await deployment.open({ api: 1, relay: 1, projector: 2, intake: 1 });
  await load.open();
});
afterAll(async () => {
  await load.close();
  await deployment.end();
  await services.stop();
});

interface AppHealth {
  readonly fault: string | null;
  readonly position: string;
  readonly alarms: readonly { readonly source: string; readonly alarm: string }[];
}

/** The health of an app, as it reports it. */
const healthOf = async (name: 'api' | 'relay' | 'projector' | 'intake'): Promise<AppHealth> => {
  const health = await deployment.named(name)[0]?.health();
  return health as unknown as AppHealth;
};
const alarmed = async (): Promise<readonly string[]> =>
  (await healthOf('api')).alarms.map(({ source }) => source).sort();

/** A figure of the first of these apps. */
async function figureOf(name: AppName, figure: string): Promise<number> {
  const metrics = await fetch(`${deployment.named(name)[0]?.url}/metrics`).then((answer) => answer.text());
  const line = metrics.split('\n').find((one) => one.startsWith(`entente_${figure} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** All apps work, and each command acknowledged before and meanwhile is there, once. */
async function recovered(): Promise<SystemCounts> {
  const since = performance.now();
  await deployment.ready(READY_TIMEOUT_MS);
  const took = performance.now() - since;
  await load.end();
  const counts = await verifySystem(deployment, load);
  process.stdout.write(`ready ${Math.round(took)} ms after; ${JSON.stringify({ ...counts, output: undefined })}\n`);
  expect(counts.deadLetters).toBe(0);
  expect((await healthOf('api')).alarms).toEqual([]);
  return counts;
}

describe('a backing service that is away for ten seconds under load', () => {
  const gone = async (name: ServiceName, how: StopMode, meanwhile: () => Promise<void>): Promise<void> => {
    load.begin();
    await pause(1000);
    await services.end(name, how);
    const back = pause(AWAY);
    await meanwhile();
    await back;
    await services.begin(name);
    await recovered();
    // Each app that depends on the service has counted the recovery in its metrics.
    const [to, apps] = COUNTED[name];
    for (const app of apps) expect([app, await figureOf(app, `reconnections_total{to="${to}"}`)]).not.toEqual([app, 0]);
    expect(await figureOf('api', 'appended_events_total')).toBeGreaterThan(0);
  };
  const COUNTED = {
    broker: ['kafka', ['relay', 'projector', 'intake', 'api']],
    database: ['database', ['projector', 'api']],
    eventStore: ['event-store', ['relay', 'projector', 'intake', 'api']],
  } as const;

  it.each(['stop', 'kill'] as const)(
    'the broker, by %s: HTTP commands are recorded, the apps that need it say so, and recover',
    (how) =>
      gone('broker', how, async () => {
        const before = load.receipts.size;
        await until(async () => {
          const healths = await Promise.all((['relay', 'projector', 'intake'] as const).map(healthOf));
          return healths.every(({ fault }) => fault !== null);
        }, AWAY);
        await until(async () => (await alarmed()).includes('relay'), AWAY);
        expect(load.receipts.size).toBeGreaterThan(before);
      }),
  );

  it.each(['stop', 'kill'] as const)(
    'the database, by %s: commands are recorded, the apps that need it say so, and recover',
    (how) =>
      gone('database', how, async () => {
        await pause(500);
        const before = load.receipts.size;
        const away = 'the database does not answer just now';
        await until(async () => {
          const healths = await Promise.all((['api', 'projector'] as const).map(healthOf));
          return healths.every(({ fault }) => fault?.includes(away) === true);
        }, AWAY);
        await until(async () => (await alarmed()).includes('funding'), AWAY);
        expect(load.receipts.size).toBeGreaterThan(before);
      }),
  );

  it('the event store, killed: clients get Retry-After, commands on the topic wait, and all recover', () =>
    gone('eventStore', 'kill', async () => {
      await until(async () => {
        const healths = await Promise.all((['api', 'relay', 'intake'] as const).map(healthOf));
        return healths.every(({ fault }) => fault?.includes('event store') === true);
      }, AWAY);
      await until(() => (load.refused['event-store-unanswered'] ?? 0) > 0);
    }));
});

describe('a backing service that hangs', () => {
  it.each([
    ['broker', 'relay'],
    ['database', 'api'],
    ['eventStore', 'api'],
  ] as const)(
    'the %s: every app reports its health within five seconds, is not ready if affected, and recovers',
    async (name, rests) => {
      load.begin();
      await pause(1000);
      const thaw = services.freeze(name);
      const late: unknown[] = [];
      let reason = '';
      const look = async (app: RunningApp): Promise<void> => {
        const since = performance.now();
        const { status, ...health } = await app.health();
        const took = performance.now() - since;
        if (took > 5000) late.push([app.name, took, health]);
        if (app.name === rests && status === 503) reason = JSON.stringify(health);
      };
      for (const end = performance.now() + AWAY; performance.now() < end || reason === ''; await pause(250)) {
        if (performance.now() > end + AWAY) break;
        await Promise.all(deployment.all().map(look));
      }
      thaw();
      expect(reason).not.toBe('');
      expect(late).toEqual([]);
      await recovered();
    },
  );
});

describe('an event store that misbehaves under load', () => {
  /** Waits until each was done to as many calls as it was to be done to. */
  const met = (...faults: readonly string[]): Promise<void> =>
    until(async () => {
      const left: Readonly<Record<string, unknown>> = await services.faults({});
      return faults.every((fault) => left[fault] === 0);
    }, 60_000);

  it('by refusing, hanging, losing answers or not leading leaves one receipt and effect for a command', async () => {
    load.begin();
    const refusals = (): number => load.refused['event-store-unanswered'] ?? 0;
    const before = refusals();
    await services.faults({ listens: false });
    await until(() => refusals() > before);
    await services.faults({ listens: true });
    await services.faults({ unavailable: 20, unavailableReads: 20 });
    await met('unavailable', 'unavailableReads');
    for (const fault of ['dropAnswer', 'breakOff', 'hang', 'hangReads']) {
      await services.faults({ [fault]: 6 });
      await met(fault);
    }
    // It is passed over in silence only where it was written before.
    await services.faults({ dropAnswer: 6, notReady: 3 });
    await met('dropAnswer', 'notReady');
    const away = refusals();
    await services.faults({ leader: { host: '127.0.0.1', port: 9 } });
    await until(() => refusals() > away, 30_000);
    await services.faults({ leader: null });
    await recovered();
  });

  it('by a clock that is a minute off never sets times of recording back', async () => {
    for (const skew of [60_000, -60_000, 0]) {
      // What is under way in the very moment in which a clock is set back may be out of order.
      await services.faults({ skew });
      load.begin();
      await pause(1500);
      await load.end();
    }
    await recovered();
  });
});

describe('a stalled app', () => {
  const frozen = async (
    name: 'relay' | 'projector' | 'intake',
    stalls: () => Promise<boolean>,
  ): Promise<readonly string[]> => {
    load.begin();
    await pause(1000);
    for (const app of deployment.named(name)) app.signal('SIGSTOP');
    await until(stalls, 10_000);
    const stalled = await alarmed();
    for (const app of deployment.named(name)) app.signal('SIGCONT');
    await recovered();
    return stalled;
  };
  const models = async (): Promise<readonly string[]> =>
    ((await deployment.named('api')[0]?.health())?.['models'] as readonly { readonly model: string }[])
      .map(({ model }) => model)
      .sort();

  it('is named by an api within ten seconds, until it recovers: the relay', async () => {
    expect(await frozen('relay', async () => (await alarmed()).includes('relay'))).toContain('relay');
  });

  it('is named by its read models alone, until it recovers: the projectors', async () => {
    const all = await models();
    expect(await frozen('projector', async () => (await alarmed()).length === all.length)).toEqual(all);
  });

  it('is named for what only it folds, until the other takes over: one projector of two', async () => {
    const [one] = deployment.named('projector');
    load.begin();
    await pause(1000);
    one?.signal('SIGSTOP');
    await until(async () => (await alarmed()).includes('funding'), 10_000);
    // The other has its partitions once its session is over, and nothing has stalled any more.
    await until(async () => (await alarmed()).length === 0, 30_000);
    await load.end();
    await deployment.folded();
    one?.signal('SIGCONT');
    await recovered();
  });

  it('is named with the number of waiting commands, until it recovers: the intake', async () => {
    const waiting = (): Promise<number> => figureOf('api', 'pending_commands');
    const stalled = await frozen('intake', async () => (await alarmed()).includes('intake') && (await waiting()) > 0);
    expect(stalled).toEqual(['intake']);
    expect(await waiting()).toBe(0);
  });
});

describe('invalid records among the commands of a topic', () => {
  it('become dead letters if no sender can be answered, and the commands between them have receipts', async () => {
    const rubbish = [
      { key: null, value: null },
      { key: 'k', value: Buffer.from([0xff, 0, 0x80]) },
      { key: 'k', value: '{"hello":"world"}', headers: { 'content-type': 'application/json' } },
      { key: 'k', value: 'x', headers: { ce_specversion: '1.0', ce_id: '1' } },
      { key: 'k', value: Buffer.alloc(900_000, 7) },
    ];
    for (const one of rubbish) {
      await load.publish([load.aPledge('t0'), one, load.aPledge('t1')]);
    }
    const counts = await verifySystem(deployment, load);
    expect(counts.deadLetters).toBe(rubbish.length);
    // All is published by then, and the relay reports its position.
    const end = Number((await healthOf('api')).position);
    await until(async () => (await figureOf('relay', 'published_position')) === end);
    expect([end > 0, await figureOf('relay', 'publishing_lag_events')]).toEqual([true, 0]);
  });
});
