import { describe, expect, it } from '@jest/globals';
import { isDay, parseInstant, readAsOf } from './instants.js';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');

describe('an instant', () => {
  it.each([
    ['2026-05-04T09:30:05Z', '2026-05-04T09:30:05.000Z'],
    ['2026-05-04T09:30:05.7Z', '2026-05-04T09:30:05.700Z'],
    ['2026-05-04T09:30:05.250+02:00', '2026-05-04T07:30:05.250Z'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00.000Z'],
  ])('has one written form in UTC: %s', (text, written) => expect(parseInstant(text)).toBe(written));
  it.each([
    '2026-11-31T00:00:00Z',
    '2026-02-30T09:00:00Z',
    '2026-05-04T24:00:00Z',
    '2026-05-04T09:60:00Z',
    '2026-05-04T09:30:61Z',
    '2026-05-04T09:30:05',
    '2026-05-04 09:30:05Z',
    '2026-05-04',
    'yesterday',
  ])('that does not exist, or is written otherwise, is none: %s', (text) => expect(parseInstant(text)).toBeNull());
  it('has a day that exists', () => {
    expect(['2028-02-29', '2026-02-29', '2026-13-01', '2026-5-4'].map(isDay)).toEqual([true, false, false, false]);
  });
});

describe('a question as of the past', () => {
  it('looks up to the end of a day, in UTC, or an instant', () => {
    expect(readAsOf('2026-05-31', NOW)).toEqual({ instant: '2026-05-31T23:59:59.999Z' });
    expect(readAsOf('2026-06-01', NOW)).toEqual({ instant: '2026-06-01T23:59:59.999Z' });
    expect(readAsOf('2026-06-01T14:00:00+02:00', NOW)).toEqual({ instant: '2026-06-01T12:00:00.000Z' });
  });
  it.each(['2026-06-02', '2027-01-01', '2026-06-01T12:06:00Z'])('is refused if that has not come: %s', (text) =>
    expect(readAsOf(text, NOW)).toEqual({ wrong: 'must not lie in the future' }),
  );
  it.each(['2026-02-30', '2026-06-31', '2026-05-04T24:00:00Z', '', '12 May'])(
    'is refused if there is no such day or instant: %s',
    (text) => expect(JSON.stringify(readAsOf(text, NOW))).toContain('a day that exists'),
  );
});
