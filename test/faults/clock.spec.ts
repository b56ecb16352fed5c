import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { exampleScenario } from '@entente/contracts';
import { EventStore } from '@entente/engine';
import { caughtUp, propose } from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';
import { serveStandalone } from '../support/deployment.js';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const TODAY = new Date().toISOString().slice(0, 10);
let folder: string;
let app: NestFastifyApplication;
let url: string;

/**
 * Sets the clock of the deployment, which runs from there. Timeouts and delays still follow the
 * true time.
 */
const setClock = (at: number): void => void jest.setSystemTime(at);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-clock-'));
  jest.useFakeTimers({
    now: Date.now(),
    doNotFake: [
      ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
      ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
    ],
  });
  app = await serveStandalone(folder);
  url = await app.getUrl();
});
afterEach(async () => {
  await app.close();
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
});

const log = () => all(app.get(EventStore).readLog(0n));

describe('a clock that is set back an hour and forward a year', () => {
  it('never sets the time of recording back under load; receipts stay, and rows equal a replay', async () => {
    const start = Date.now();
    const receipts = new Map<string, string>();
    let over = false;
    const clients = Array.from({ length: 8 }, async (_, c) => {
      for (let n = 0; !over; n += 1) {
        const answer = await propose(url, `c${c}-${n}`);
        expect(answer.status).toBe(201);
        receipts.set(`c${c}-${n}`, await answer.text());
      }
    });
    for (const at of [-HOUR, YEAR, 0, YEAR - HOUR, -HOUR, 0]) {
      await new Promise((done) => setTimeout(done, 60));
      setClock(start + at);
    }
    over = true;
    await Promise.all(clients);
    const recorded = (await log()).map(({ metadata }) => metadata.recordedAt);
    expect(recorded).toEqual([...recorded].sort());
    expect(recorded.at(-1)?.slice(0, 4)).toBe(new Date(start + YEAR).toISOString().slice(0, 4));
    for (const [id, receipt] of receipts) expect(await (await propose(url, id)).text()).toBe(receipt);
    expect(await log()).toHaveLength(receipts.size);
    await caughtUp(url);
    const ready: unknown = await (await fetch(`${url}/health/ready`)).json();
    expect(ready).toMatchObject({ fault: null, parked: 0, alarms: [{ source: 'clock' }] });
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it('makes nothing due twice: neither overdue nor lapsed nor expired', async () => {
    const start = Date.parse(`${TODAY}T12:00:00.000Z`);
    const book = exampleScenario(TODAY);
    const lastOf = new Map<number, string>();
    const send = async ({ step, kind, id, path, actor, ...variant }: (typeof book)[number], key: string) => {
      const body = structuredClone(variant.body) as Record<string, unknown>;
      for (const [field, of] of Object.entries(variant.events)) {
        const names = field.split('.');
        const last = names.pop() as string;
        const holder = names.reduce((at, name) => at[name] as Record<string, unknown>, body);
        holder[last] = lastOf.get(of);
      }
      const answer = await fetch(`${url}/v1/${kind}/${id}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'entente-actor': actor, 'idempotency-key': key },
        body: JSON.stringify(body),
      });
      const { events = [] } = (await answer.json()) as { events?: { id: string }[] };
      lastOf.set(step, events.at(-1)?.id ?? '');
      return answer.status;
    };
    const query = async () =>
      (await log())
        .filter(({ metadata }) => metadata.actor.role === 'system')
        .map(({ type }) => type)
        .filter((type) => /Overdue|Lapsed|Expired/.test(type))
        .sort();
    setClock(start);
    const waits = book.findIndex(({ daysLater }) => daysLater > 0);
    const timers = book.filter(({ actor }, n) => n >= waits && actor.includes('role=system'));
    expect(timers.length).toBeGreaterThan(6);
    // A verification that came late would end what is to become overdue.
    const early = book.filter(
      (one) => !timers.includes(one) && `${one.kind}/${one.path}` !== 'consignment/verify-loss',
    );
    for (const one of early) expect([one.path, await send(one, `k-${one.step}`)]).toEqual([one.path, 201]);
    for (const one of timers) expect(await send(one, `early-${one.step}`)).toBe(422);
    const before = await query();
    setClock(start + YEAR);
    for (const one of timers) expect(await send(one, `due-${one.step}`)).toBe(201);
    const once = await query();
    expect(once).toHaveLength(before.length + timers.length);
    for (const at of [-HOUR, YEAR - HOUR, YEAR, 2 * YEAR])
      for (const one of timers) {
        setClock(start + at);
        expect(await send(one, `due-${one.step}`)).toBe(201);
        expect([201, 422]).toContain(await send(one, `again-${one.step}-${at}`));
      }
    expect(await query()).toEqual(once);
  });

  it('raises an alarm while the newest event was recorded far ahead of the clock', async () => {
    const start = Date.now();
    const alarms = async () => {
      const answer = await fetch(`${url}/health/ready`);
      return [answer.status, ((await answer.json()) as { alarms: { source: string }[] }).alarms];
    };
    await propose(url, 'before');
    await caughtUp(url);
    expect(await alarms()).toEqual([200, []]);
    setClock(start + YEAR);
    await propose(url, 'ahead');
    await caughtUp(url);
    expect(await alarms()).toEqual([200, []]);
    setClock(start);
    const alarm = `the newest event was recorded at ${new Date(start + YEAR).toISOString().slice(0, 16)}`;
    expect(await alarms()).toEqual([503, [{ source: 'clock', alarm: expect.stringContaining(alarm) }]]);
    // At the same position in time, as far as it can be: events still have their own positions.
    await propose(url, 'after');
    expect((await log()).map(({ revision }) => revision)).toEqual([0, 0, 0]);
    setClock(start + YEAR + HOUR);
    expect(await alarms()).toEqual([200, []]);
  });
});
