import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { verifySystem } from '../support/system-verification.mjs';
import { distributedUnderLoad } from '../support/distributed-under-load.js';
import { rebuildFunding } from '../support/rebuild-process.js';

const { deployment, load } = await distributedUnderLoad({
  partitions: 3,
  rate: 10,
  apps: { api: 1, relay: 1, projector: 2, intake: 1 },
});

type Step = { readonly kind: string; readonly when: 'before' | 'after' };

const rebuilding = (dies?: Step) =>
  rebuildFunding('kill-at-postgres-step.mjs', {
    settings: deployment.settings,
    ...(dies === undefined ? {} : { dies }),
  });

/** The steps to die at: before each of a kind, and after what is kept for good. */
const dyingSteps = (steps: readonly string[]): readonly Step[] =>
  [...new Set(steps)].flatMap((kind) => [
    { kind, when: 'before' } as const,
    ...(kind.startsWith('COMMIT') ? [{ kind, when: 'after' } as const] : []),
  ]);

interface Answer {
  readonly rows: readonly { readonly pledged: number }[];
  readonly totals: readonly { readonly pledged: string | number; readonly count: number }[];
  readonly version: string;
}

it('a rebuild killed at each step while projectors run leaves every answer complete, and completes', async () => {
  load.begin();
  let over = false;
  const answers: Answer[] = [];
  const wrong: unknown[] = [];
  const url = await deployment.url();
  const reading = (async () => {
    for (; !over; await pause(100)) {
      const answer = await fetch(`${url}/v1/read-models/funding?limit=200`);
      const body = (await answer.json()) as Answer;
      if (answer.status !== 200) wrong.push([answer.status, body]);
      else answers.push(body);
    }
  })();
  const { code, steps } = await rebuilding();
  expect(code).toBe(0);
  expect(steps.join('\n')).toMatch(/CREATE TABLE[\s\S]*UPDATE models[\s\S]*UPDATE store_info[\s\S]*COMMIT/);
  const points = dyingSteps(steps);
  const ended: (readonly [string, string, number | null])[] = [];
  for (const point of points) ended.push([point.kind, point.when, (await rebuilding(point)).code]);
  expect((await rebuilding()).code).toBe(0);
  over = true;
  await Promise.all([reading, load.end()]);
  expect(ended.filter(([, , code]) => code !== null)).toEqual([]);
  expect(wrong).toEqual([]);
  const sums = answers.map(({ rows, totals }) => [
    rows.reduce((sum, { pledged }) => sum + Number(pledged), 0),
    totals.reduce((sum, { pledged }) => sum + Number(pledged), 0),
  ]);
  expect(sums.filter(([rows, totals]) => rows !== totals)).toEqual([]);
  expect(new Set(answers.map(({ version }) => version)).size).toBeGreaterThan(2);
  const { events } = await verifySystem(deployment, load);
  process.stdout.write(`killed at ${points.length} steps; ${answers.length} answers; ${events} events\n`);
}, 900_000);
