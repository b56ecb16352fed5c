import { describe, expect, it } from '@jest/globals';
import type { Command, Event, StreamEvent } from '@entente/kernel';
import { inOrder } from './fact-order.js';

/** A stream of requests that are answered, reported steps that are corrected, and a completion. */
const decider = inOrder<'test', Command, Event, { readonly open: true }, string>(
  {
    Answer: ['Requested/name'],
    Complete: ['Requested', 'StepTaken'],
  },
  {
    kind: 'test',
    ids: 'opaque',
    initial: null,
    opens: 'Request',
    evolve: (state) => ({ ...state, open: true }),
    authorise: () => null,
    decide: ({ type, data }) => (type === 'Complete' && data === 'no' ? [] : [{ type: `${type}d`, data }]),
    reportsHistory: ({ data }) => (data as { readonly basis?: string }).basis === 'reported',
  },
);

const event = (id: string, type: string, data: object, occurredAt = '2026-03-10T12:00:00.000Z') =>
  ({ id, type, data, metadata: { occurredAt } }) as unknown as StreamEvent<Event>;
const PAST = [
  event('1', 'Requested', { name: 'a' }, '2026-03-01T12:00:00.000Z'),
  event('2', 'Requested', { name: 'b' }, '2026-03-05T12:00:00.000Z'),
  event('3', 'StepTaken', { on: '2026-03-07' }),
];

/** The code of the refusal, or the number of events, of a command on a day. */
function decide(type: string, data: object, day: string, past = PAST, role = 'donor') {
  const state = past.reduce(decider.evolve, decider.initial);
  const context = { occurredAt: `${day}T09:00:00.000Z`, actor: { organisation: 'o', role }, known: {} };
  const decided = decider.decide({ type, data }, state, context as never);
  return 'code' in decided ? [decided.code, decided.rule, decided.facts] : decided.length;
}

describe('a fact comes no earlier than those on which it rests (R30)', () => {
  it('is refused the day before the last of them, and decided on that day', () => {
    expect(decide('Complete', {}, '2026-03-06')).toEqual(['before-the-fact', 'R30', { on: '2026-03-07' }]);
    expect(decide('Complete', {}, '2026-03-07')).toBe(1);
  });

  it('has the day that it states, or else that on which it happened', () => {
    expect(decide('Complete', { on: '2026-03-06' }, '2026-03-20')).toContain('before-the-fact');
    expect(decide('Complete', { on: '2026-03-07' }, '2026-03-01')).toBe(1);
  });

  it('rests only on those with its value in a field, where the order names one', () => {
    expect(decide('Answer', { name: 'a' }, '2026-03-01')).toBe(1);
    expect(decide('Answer', { name: 'b' }, '2026-03-04')).toContain('before-the-fact');
  });

  it('rests on a day as it was corrected', () => {
    const corrected = [...PAST, event('4', 'StepCorrected', { corrects: '3', on: '2026-03-02' })];
    expect(decide('Complete', {}, '2026-03-05', corrected)).toBe(1);
    expect(decide('Complete', {}, '2026-03-04', corrected)).toContain('before-the-fact');
  });

  it('is not held to it if the system records it, or if another system reported the history', () => {
    expect(decide('Complete', {}, '2026-01-01', PAST, 'system')).toBe(1);
    expect(decide('Complete', { basis: 'reported' }, '2026-01-01')).toBe(1);
  });

  it('waits for nothing that has not happened, and leaves other commands alone', () => {
    expect(decide('Complete', {}, '2026-01-01', [])).toBe(1);
    expect(decide('Other', {}, '2026-01-01')).toBe(1);
  });
});
