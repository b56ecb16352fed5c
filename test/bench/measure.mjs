/** What every measurement shares: the table, the folder, and how a ratio is taken. */
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dist = new URL('../../dist/', import.meta.url);
/** A room of the built product. */
export const load = (path) => import(new URL(path, dist));

/**
 * A few seconds in all, to try that everything runs. The figures are not precise, and are not
 * compared with a goal.
 */
export const quick = process.argv.includes('--quick');
/** Gone with the process, each of which has one. */
export const folder = mkdtempSync(join(tmpdir(), 'entente-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
export const results = [];

const HEAD = ['what', 'value', 'unit', 'goal', ''];
const line = ([what, value, unit, goal, verdict]) =>
  `${what.padEnd(78)} ${value.padStart(10)} ${unit.padEnd(9)} ${goal.padEnd(12)} ${verdict}`;
const short = ([what, value, unit]) => `${what.padEnd(78)} ${value.padStart(10)} ${unit}`;
export const head = () => {
  if (quick) console.log('Tried at a size that is too small to judge: values, held against no goal.');
  console.log(quick ? short(HEAD) : line(HEAD));
};

/**
 * A row of the table. A goal is a minimum, or with `atMost` a maximum; null if the figure has none.
 */
export function note(name, value, unit, goal = null, { atMost = false } = {}) {
  const met = goal === null || quick ? null : atMost ? value <= goal : value >= goal;
  results.push({ name, value: Number(value.toFixed(3)), unit, goal, met });
  const goalText = goal === null ? '' : `${atMost ? 'at most' : 'at least'} ${goal}`;
  const cells = [name, value.toFixed(2), unit, goalText, met === null ? '' : met ? 'met' : 'NOT MET'];
  console.log(quick ? short(cells) : line(cells));
}

/** A row that could not be measured here, and why. */
export function notMeasured(name, unit, goal, why) {
  results.push({ name, value: null, unit, goal, met: null, why });
  console.log(`${name.padEnd(78)} not measured: ${why}`);
}

export const quantile = (values, q) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
export const median = (values) => quantile(values, 0.5);

/**
 * The median of `times` pairs of measurements taken alternately: what disturbs the machine disturbs
 * both.
 */
export async function ratioOf(times, limit, mine) {
  const ratios = [];
  for (let i = 0; i < times; i += 1) {
    const most = await limit(i);
    ratios.push((await mine(i)) / most);
  }
  return median(ratios);
}

const metadata = (n) => ({
  actor: { organisation: 'norland', role: 'donor', person: 'n-1' },
  occurredAt: '2026-05-01T09:00:00.000Z',
  commandId: `command-${n}`,
  commandHash: 'a'.repeat(64),
  correlationId: 'bench',
  causationId: null,
  consulted: [],
  evidence: [],
  legalBasis: null,
  marking: null,
});
export const idOf = (n) => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
export const PLEDGE = { amount: 250_000_000, period: '2026' };
export const eventOf = (n, type = 'FundsPledged', data = PLEDGE) => ({
  id: idOf(n),
  type,
  version: 1,
  data,
  metadata: metadata(n),
});

export const ACCOUNT = {
  donor: 'norland',
  recipient: 'estmark',
  fund: 'Bench',
  currency: 'USD',
  stages: ['pledged'],
  basis: 'own',
  onBudget: false,
};
