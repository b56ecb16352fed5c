import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { ApiClient } from './api-client.js';
import type { RunningApp } from './app-process.mjs';
import { inDays } from './days.js';
import { until } from './kafka.js';
import { registerParties } from './parties.mjs';

const DONOR = 'norland;role=donor;person=n-1';
const OPERATOR = 'operator;role=operator';
const PARTIES = { donor: 'norland', recipient: 'estmark' };
const PROGRAMMES = 25;
const MILESTONES = 8;
/** Of these programmes, a misuse case suspends the assistance at once. */
const SUSPENDED = 5;
const ROUNDS = 3;

/** Processes of a deployment of which the stewards are killed. */
export interface StewardHost {
  /** Where commands and queries are answered now. */
  url(): string;
  /** Begins a steward's process; resolves when it is ready. */
  steward(): Promise<RunningApp>;
}

/**
 * Tests of a deployment whose stewards are killed (SIGKILL) while they record what fell due and
 * place holds: each consequence is there once. `stewards` is how many run at once.
 */
export function stewardsKilled(host: StewardHost, stewards: 1 | 2): void {
  const client = new ApiClient(() => host.url());
  const programme = (n: number): string => `norland.p${n}`;
  const count = async (query: string): Promise<number> => {
    const { totals } = await client.model(`${query}&limit=1&after=${await client.head()}`);
    return totals.reduce((sum, row) => sum + Number(row['rows'] ?? row['count'] ?? 0), 0);
  };

  it('record what fell due, and place holds, once each, however often they are killed', async () => {
    await registerParties(host.url(), { norland: 'donor', estmark: 'recipient' });
    const about = { ...PARTIES, title: 'P', sector: '15210', starts: '2026-01-01', ends: '2036-12-31' };
    for (let n = 0; n < PROGRAMMES; n += 1) {
      await client.send(`programme/${programme(n)}/propose`, { ...about, kind: 'bilateral' }, DONOR);
      for (let m = 0; m < MILESTONES; m += 1) {
        const planned = { milestone: `m${m}`, due: inDays(-m - 2), occurredAt: `${inDays(-30)}T12:00:00.000Z` };
        await client.send(`programme/${programme(n)}/plan-milestone`, planned, DONOR);
      }
    }
    for (let n = 0; n < SUSPENDED; n += 1) {
      const misuse = `misuse-case/sealed.${String(n).padStart(32, 'a')}`;
      const scopes = [{ kind: 'programme', id: programme(n) }];
      const flag = {
        allegation: 'loss-or-theft',
        ...PARTIES,
        accused: 'estmark',
        programme: programme(n),
        happened: { from: '2026-04-01', to: '2026-04-20' },
        scopes,
      };
      await client.send(`${misuse}/flag`, flag, OPERATOR);
      await client.send(`${misuse}/triage`, { incidentType: 'minor-violation' }, DONOR);
      await client.send(`${misuse}/order-precautionary-suspension`, { scopes, until: inDays(30) }, DONOR);
    }
    const open = () => count('due-dates?duty=milestone&status=open');
    expect(await open()).toBe(PROGRAMMES * MILESTONES);
    const running = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      while (running.length < stewards) running.push(await host.steward());
      const before = await open();
      // Some are recorded, and some are not: in the midst of it.
      await until(async () => before === 0 || (await open()) < before, 60_000);
      await running.shift()?.kill();
    }
    while (running.length < stewards) running.push(await host.steward());
    await until(async () => (await open()) === 0, 60_000);
    await until(async () => (await count('holds?status=in force')) === SUSPENDED, 60_000);
    // What is sent again would come within the next moments.
    await pause(1500);
    expect({
      overdue: await count('due-dates?duty=milestone&status=overdue'),
      recorded: await count('journal?type=MilestoneBecameOverdue'),
      holds: await count('journal?type=HoldPlaced'),
    }).toEqual({ overdue: PROGRAMMES * MILESTONES, recorded: PROGRAMMES * MILESTONES, holds: SUSPENDED });
  });

  it('leave a hold that refuses, and room for a fact that was recorded late and corrected', async () => {
    const shows = (item: string, status: string) =>
      until(async () => {
        const { rows } = await client.model(`due-dates?duty=milestone&item=${item}&programme=${programme(0)}`);
        return rows[0]?.['status'] === status;
      });
    const met = { milestone: 'm1', on: inDays(-5) };
    const corrects = await client.recorded(`programme/${programme(0)}/meet-milestone`, met, DONOR);
    await shows('m1', 'done');
    await client.send(
      `programme/${programme(0)}/correct-milestone`,
      { corrects, milestone: 'm1', reason: 'mistyped' },
      DONOR,
    );
    await shows('m1', 'overdue');
    const account = 'funding-account/norland.stopped';
    const opened = { ...PARTIES, programme: programme(0), fund: 'F', currency: 'USD', stages: ['disbursed'] };
    await client.send(`${account}/open`, { ...opened, basis: 'own', onBudget: true }, DONOR);
    expect(await client.refused(`${account}/disburse`, { amount: 1, period: '2026' }, DONOR)).toMatchObject({
      code: 'on-hold',
      rule: 'R19',
    });
    expect(await count('journal?type=MilestoneBecameOverdue')).toBe(PROGRAMMES * MILESTONES);
  });
}
