import { describe, expect, it } from '@jest/globals';
import { type RecordedEvent, happenedAt } from '@entente/kernel';
import { POLICIES } from './policies.js';

describe('the day of what follows from an event', () => {
  it('is that of its cause for what happened with it, and else that of its sending, by every policy', () => {
    const named = (day: string) => POLICIES.events.filter((one) => one.day === day).map(({ name }) => name);
    expect(named('cause')).toEqual([
      'misuse-holds',
      'recovered-funds',
      'instability',
      'vetting-clearance',
      'excepted-units',
      'corrected-units',
      'corrected-persons',
      'counted-deliveries',
      'early-arrivals',
      'items-of-consignments',
      'items-of-transfers',
      'unauthorised-transfers',
      'ended-tranches',
    ]);
    // Notes, halts and plans: the steward makes them then.
    expect(named('sending')).toEqual([
      'noted-schedules',
      'noted-accounts',
      'noted-enrolments',
      'halted-by-unit',
      'halted-by-person',
      'noted-shipments',
      'held-shipments',
      'first-checks',
      'first-samples',
      'next-checks',
      'noted-checks',
      'transferred-checks',
      'ended-items',
    ]);
  });
  it.each([
    ['the day that it names', { on: '2026-05-18' }, '2026-05-18T00:00:00.000Z'],
    ['the moment that its sender states, on that day', { on: '2026-05-20' }, '2026-05-20T09:00:00.000Z'],
    ['the moment that its sender states, if it names no day', {}, '2026-05-20T09:00:00.000Z'],
    ['the moment of a correction', { on: '2026-05-18', corrects: 'e-1' }, '2026-05-20T09:00:00.000Z'],
  ])('of a cause is %s', (_, data, expected) => {
    const event = { data, metadata: { occurredAt: '2026-05-20T09:00:00.000Z' } } as unknown as RecordedEvent;
    expect(happenedAt(event)).toBe(expected);
  });
});
