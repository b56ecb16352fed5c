import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from './catalogue.js';
import { closedBy, openEnds } from './event-lifecycles.js';
import { holdContract } from './hold.js';

describe('what events open', () => {
  it.each(CATALOGUE)('is closed by another event of $kind, or open for a reason', ({ events }) => {
    expect(openEnds(events)).toEqual([]);
    expect(Object.values(events).some(({ opens }) => opens !== undefined)).toBe(true);
  });
  it('is an open end without a closing event, and where the closing one has no opening', () => {
    const opened = { opens: 'a stream' };
    const closing = { closes: ['Opened'] };
    expect(openEnds({ Opened: opened, Closed: closing })).toEqual([]);
    expect(openEnds({ Opened: opened, Closed: {} })).toEqual(['Opened']);
    expect(openEnds({ Opened: { ...opened, openBecause: 'for ever' }, Closed: {} })).toEqual([]);
    expect(openEnds({ Opened: { ...opened, openBecause: 'for ever' }, Closed: closing })).toEqual(['Opened']);
    expect(openEnds({ Opened: {}, Closed: closing })).toEqual(['Opened']);
  });
  it('is closed by the events that name it', () => {
    expect(closedBy(holdContract.events, 'HoldPlaced')).toEqual(['HoldReleased', 'HoldLapsed']);
  });
});
