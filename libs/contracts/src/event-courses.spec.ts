import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from './catalogue.js';
import { EVENT_COURSES, closedBy, openEnds } from './event-courses.js';

describe('what events open', () => {
  it('is closed by another event of the kind, or open for a reason', () => {
    expect(openEnds(EVENT_COURSES)).toEqual([]);
  });
  it('is stated of each event of the catalogue', () => {
    const typesOf = (events: object): readonly string[] => Object.keys(events).toSorted();
    expect(
      Object.entries(EVENT_COURSES)
        .map(([kind, events]) => [kind, typesOf(events)])
        .toSorted(),
    ).toEqual(CATALOGUE.map(({ kind, events }) => [kind, typesOf(events)]).toSorted());
  });
  it('is an open end without a closing event, and where the closing one has no opening', () => {
    const ends = (events: Parameters<typeof openEnds>[0][string]) => openEnds({ kind: events });
    const opened = { opens: 'a stream' };
    const closing = { closes: ['Opened'] };
    expect(ends({ Opened: opened, Closed: closing })).toEqual([]);
    expect(ends({ Opened: opened, Closed: {} })).toEqual(['kind/Opened']);
    expect(ends({ Opened: { ...opened, openBecause: 'for ever' }, Closed: {} })).toEqual([]);
    expect(ends({ Opened: { ...opened, openBecause: 'for ever' }, Closed: closing })).toEqual(['kind/Opened']);
    expect(ends({ Opened: {}, Closed: closing })).toEqual(['kind/Opened']);
  });
  it('is closed by the events that name it', () => {
    expect(closedBy('hold', 'HoldPlaced')).toEqual(['HoldReleased', 'HoldLapsed']);
  });
});
