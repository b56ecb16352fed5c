import { describe, expect, it } from '@jest/globals';
import { addDays, daysBetween, isNewest, never } from './fold.js';

describe('daysBetween', () => {
  it('counts whole days from day to day, whatever the hours', () => {
    expect(daysBetween('2026-02-27', '2026-03-02')).toBe(3);
    expect(daysBetween('2026-03-02T23:59:59.999Z', '2026-03-03T00:00:00.000Z')).toBe(1);
    expect(daysBetween('2026-03-02T00:00:00.000Z', '2026-03-02T23:59:59.999Z')).toBe(0);
  });

  it('is negative if the second day is earlier', () => {
    expect(daysBetween('2026-03-02T12:00:00.000Z', '2026-02-27T18:00:00.000Z')).toBe(-3);
  });
});

describe('addDays', () => {
  it('gives the day after a number of days, from a day or an instant', () => {
    expect(addDays('2026-02-27', 3)).toBe('2026-03-02');
    expect(addDays('2026-02-27T23:59:59.999Z', 1)).toBe('2026-02-28');
    expect(addDays('2026-02-27T23:59:59-05:00', 0)).toBe('2026-02-27');
  });
});

describe('isNewest', () => {
  it('is whether no fact of a later day is known: of the same day, the one recorded later is it', () => {
    expect(isNewest('2026-03-02', null)).toBe(true);
    expect(isNewest('2026-03-02', '2026-03-01')).toBe(true);
    expect(isNewest('2026-03-02', '2026-03-02')).toBe(true);
    expect(isNewest('2026-03-02', '2026-03-03')).toBe(false);
  });
});

describe('never', () => {
  it('throws an error that names the value outside of the union', () => {
    expect(() => never({ type: 'Unknown' } as never)).toThrow('not a member of the union: {"type":"Unknown"}');
  });
});
