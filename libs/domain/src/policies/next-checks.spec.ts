import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@entente/kernel';
import { nextChecks } from './next-checks.js';

const follows = (data: object) =>
  nextChecks.reactions['EndUseCheckPerformed']?.(
    data as never,
    {
      stream: 'end-use-check/veritas.c1',
      id: 'e-1',
      type: 'EndUseCheckPerformed',
      data,
    } as unknown as RecordedEvent as never,
    { opaque: (text) => text },
  );

describe('the policy of next checks (R10, R11)', () => {
  it('schedules the check that follows one that is done, once for its visit', () => {
    const next = { type: 'enhanced', due: '2027-05-20' };
    expect(follows({ done: true, next })).toEqual([
      {
        stream: { kind: 'end-use-check', id: 'entente.after-e-1' },
        command: { type: 'ScheduleEndUseCheck', data: next },
      },
    ]);
  });
  it('schedules nothing after a remote check that leaves the visit due', () =>
    expect(follows({ done: false })).toEqual([]));
});
