import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventFeed, ProjectionStatus, ReadModelStore } from '@entente/engine';
import { MODELS } from '@entente/read-models';
import { SqliteLogReader } from '@entente/sqlite';
import { startStandalone } from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';
import { serveStandalone } from '../support/deployment.js';

const proposal = {
  title: 'Training',
  donor: 'norland',
  recipient: 'estmark',
  sector: '15210',
  basis: 'reported',
  starts: '2026-01-01',
  ends: '2028-12-31',
};
const propose = (url: string, id: string, more: object = {}): Promise<Response> =>
  fetch(`${url}/v1/programme/norland.${id}/propose`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor', 'correlation-id': `k-${id}` },
    body: JSON.stringify({ ...proposal, ...more }),
  });
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-operation-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function withDeployment(work: (url: string, app: NestFastifyApplication) => Promise<void>): Promise<void> {
  const app = await serveStandalone(folder);
  try {
    await work(await app.getUrl(), app);
  } finally {
    await app.close();
  }
}
interface Ready {
  status: string;
  alarms: { source: string; alarm: string }[];
  models: { model: string; lag: string; behindSeconds: number }[];
}
const ready = async (url: string): Promise<[number, Ready]> => {
  const answer = await fetch(`${url}/health/ready`);
  return [answer.status, (await answer.json()) as Ready];
};

describe('a stalled projection raises an alarm within ten seconds,', () => {
  it('if it never completes its batch', () =>
    withDeployment(async (url, app) => {
      await propose(url, 'one');
      const rows = app.get(ReadModelStore);
      const commit = rows.commit.bind(rows);
      let thaw = (): void => undefined;
      const frozen = new Promise<void>((resolve) => (thaw = resolve));
      rows.commit = (batches) => frozen.then(() => commit(batches));
      await propose(url, 'two');
      expect(await alarmWithin(url, 10_000)).toContain('programmes');
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain('entente_alarm{source="programmes"} 1');
      expect(metrics).toMatch(/entente_lag_seconds\{model="programmes"\} [1-9]/);
      thaw();
      while ((await ready(url))[0] !== 200) await pause(50);
    }));

  it('if its feed delivers nothing and reports no end', () =>
    withDeployment(async (url, app) => {
      await propose(url, 'one');
      const feed = app.get<unknown, { store: object }>(EventFeed);
      // The feed's read of the log, frozen: it finds no further event, and its head does not move.
      feed.store = Object.create(feed.store, {
        readLog: { value: async function* () {} },
        head: { value: () => Promise.resolve(1n) },
      }) as object;
      await pause(20);
      await propose(url, 'two');
      expect(await alarmWithin(url, 10_000)).toContain('programmes');
    }));
});

/** The sources of the first alarms; none where there were none in time. */
async function alarmWithin(url: string, ms: number): Promise<string[]> {
  for (const end = Date.now() + ms; Date.now() < end; await pause(100)) {
    const [status, { alarms }] = await ready(url);
    if (status === 503) return alarms.map(({ source }) => source);
  }
  return [];
}

describe('the running server', () => {
  it('lists refused commands with sender, command and reason, apart from the log', () =>
    withDeployment(async (url) => {
      await propose(url, 'one', { donor: 'sudria' });
      await propose(url, 'two');
      await propose(url, 'two');
      await propose(url, 'bad', { ends: 7 });
      const list = async (query: string) =>
        (await (await fetch(`${url}/v1/refusals?${query}`)).json()) as {
          refusals: Record<string, unknown>[];
          next: string;
        };
      const { refusals } = await list('');
      expect(refusals.map(({ command, code, stream }) => [command, code, stream])).toEqual([
        ['ProposeProgramme', 'already-exists', 'programme/norland.two'],
        ['ProposeProgramme', 'not-the-donor', 'programme/norland.one'],
      ]);
      expect(refusals[1]).toMatchObject({ organisation: 'norland', role: 'donor', correlationId: 'k-one', rule: null });
      expect((await list('limit=1')).next).toBe('2');
      expect((await list('before=2')).refusals).toHaveLength(1);
      expect((await list('code=already-exists')).refusals).toHaveLength(1);
      expect((await fetch(`${url}/v1/refusals?limit=0&wat=1&before=x`)).status).toBe(400);
    }));

  it('counts and times its work for Prometheus', () =>
    withDeployment(async (url) => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => propose(url, `p${i}`)));
      await propose(url, 'p1');
      const stop = new AbortController();
      await fetch(`${url}/v1/read-models/programmes/live`, { signal: stop.signal });
      while ((await ready(url))[1].models.some(({ lag }) => lag !== '0')) await pause(5);
      const answer = await fetch(`${url}/metrics`);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      const figures = new Map(
        (await answer.text())
          .split('\n')
          .filter((line) => line.startsWith('entente_'))
          .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
      );
      expect(figures.get('entente_commands_total{outcome="accepted",code=""}')).toBe(20);
      expect(figures.get('entente_commands_total{outcome="refused",code="already-exists"}')).toBe(1);
      expect(figures.get('entente_appended_events_total')).toBe(20);
      expect(figures.get('entente_projected_events_total')).toBe(20);
      expect(figures.get('entente_commit_appends_sum')).toBe(20);
      expect(figures.get('entente_commit_appends_count')).toBeLessThanOrEqual(20);
      expect(figures.get('entente_live_readers')).toBe(1);
      expect(figures.get('entente_lag_events{model="journal"}')).toBe(0);
      expect(figures.get('entente_pending_appends')).toBe(0);
      expect(figures.get('entente_command_duration_seconds_count')).toBe(21);
      expect(figures.get('entente_decision_seconds_count')).toBe(21);
      stop.abort();
    }));
});

describe('the starting server', () => {
  it('is ready only when it knows how far each read model has come', () =>
    withDeployment(async (url, app) => {
      const projecting = app.get(ProjectionStatus);
      const status = projecting.status.bind(projecting);
      projecting.status = () => [];
      expect(await ready(url)).toMatchObject([503, { fault: expect.stringContaining('the projection is starting') }]);
      projecting.status = status;
      while ((await ready(url))[0] !== 200) await pause(5);
      expect((await ready(url))[1].models).toHaveLength(MODELS.length);
    }));
});

describe('the stopping server', () => {
  it('answers running requests, sends live readers the reason, exits with 0, and keeps what it acknowledged', async () => {
    const { process: deployment, url, ended } = await startStandalone(folder, 'off');
    let code: number | null = null;
    deployment.once('exit', (status) => (code = status));
    const live = await fetch(`${url}/v1/read-models/programmes/live`);
    const received = live.text();
    const answered: (readonly [string, number])[] = [];
    let refusedConnections = 0;
    const broken: unknown[] = [];
    let stopping = false;
    const clients = Array.from({ length: 16 }, async (_, c) => {
      for (let i = 0; !stopping || i < 5; i += 1)
        try {
          const id = `c${c}-${i}`;
          answered.push([id, (await propose(url, id)).status]);
        } catch (error) {
          const { code } = (error as { cause?: { code?: string } }).cause ?? {};
          if (code === 'ECONNREFUSED') refusedConnections += 1;
          else broken.push(code);
          return;
        }
    });
    await pause(300);
    deployment.kill('SIGTERM');
    stopping = true;
    await Promise.all([...clients, ended]);
    expect(code).toBe(0);
    expect(await received).toContain('event: closed\ndata: {"reason":"the service is stopping');
    expect(answered.every(([, status]) => status === 201 || status === 503)).toBe(true);
    const log = new SqliteLogReader(folder);
    const streams = new Set((await all(log.readLog(0n))).map(({ stream }) => stream));
    await log.close();
    const acknowledged = answered.filter(([, status]) => status === 201);
    expect(acknowledged.length).toBeGreaterThan(16);
    expect(acknowledged.filter(([id]) => !streams.has(`programme/norland.${id}`))).toEqual([]);
    // No client is cut off: a request on a kept-alive connection is answered, and a later
    // connection is refused.
    expect([broken, refusedConnections <= 16]).toEqual([[], true]);
  });
});
