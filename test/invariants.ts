import { expect } from '@jest/globals';
import type { FundingAccount, MisuseCase } from '@entente/domain';
import { COMMAND_NOTED, type Kinds } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    for (const inner of Object.values(Object.freeze(value))) frozen(inner);
  return value;
}

/** What holds of an account after whatever was accepted: money is whole, never below zero, and no stage but the pledge is overtaken by the next one it keeps. */
function moneyHolds({ basis, stages, standing }: FundingAccount): void {
  for (const amount of Object.values(standing)) expect(Number.isSafeInteger(amount)).toBe(true);
  if (basis === 'reported') return;
  const bounded = stages.filter((stage) => stage !== 'pledged').map((stage) => standing[stage]);
  expect([...bounded].sort((a, b) => b - a)).toEqual(bounded);
  for (const amount of Object.values(standing)) expect(amount).toBeGreaterThanOrEqual(0);
}

const CLOSED = 'FundingAccountClosed';

/** Folds every stream of a log event by event, each state frozen, so that no fold changes what it was given; and holds each state against what must be so. */
export function stands(kinds: Kinds, log: readonly RecordedEvent[]): void {
  const states = new Map<string, unknown>();
  const closed = new Set<string>();
  for (const event of log) {
    const { stream, type } = event;
    if (type === COMMAND_NOTED) continue;
    const kind = stream.slice(0, stream.indexOf('/'));
    const decider = kinds.decider(kind);
    if (decider === undefined) throw new Error(`no rules for ${kind}`);
    const before = states.has(stream) ? states.get(stream) : decider.initial;
    const state = frozen(decider.evolve(frozen(before), frozen(event) as never));
    states.set(stream, state);
    if (kind === 'funding-account' && state !== null) moneyHolds(state as FundingAccount);
    if (kind === 'funding-account') expect([stream, closed.has(stream)]).toEqual([stream, false]);
    if (kind === 'funding-account' && type === CLOSED) closed.add(stream);
    if (kind !== 'misuse-case') continue;
    const [was, is] = [before, state] as [MisuseCase | null, MisuseCase];
    if (type === 'PrecautionarySuspensionLapsed')
      expect([was?.precaution, is.precaution]).toEqual([expect.anything(), null]);
    if (is.assistance === 'suspended') expect(is.suspended.length).toBeGreaterThan(0);
  }
}
