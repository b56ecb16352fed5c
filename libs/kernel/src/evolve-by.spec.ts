import { describe, expect, it } from '@jest/globals';
import type { Event, StreamEvent } from './event.js';
import { evolveBy } from './evolve-by.js';

type Counted = Event<'Opened', { readonly from: number }> | Event<'Counted', { readonly by: number }>;
const evolve = evolveBy<{ readonly sum: number }, Counted>()('Opened', ({ from }) => ({ sum: from }), {
  Counted: ({ by }, { sum }) => ({ sum: sum + by }),
});
const event = (type: string, data: object): StreamEvent<Counted> => ({ type, data }) as never;

describe('evolveBy', () => {
  it('begins the state with the opening event, and changes it by each later event', () => {
    const opened = evolve(null, event('Opened', { from: 2 }));
    expect(evolve(opened, event('Counted', { by: 3 }))).toEqual({ sum: 5 });
    expect(evolve(null, event('Counted', { by: 3 }))).toBeNull();
  });

  it('fails at an event type without a handler, and names it', () => {
    for (const type of ['Renamed', 'constructor'])
      expect(() => evolve({ sum: 1 }, event(type, {}))).toThrow(`no handler for ${type}`);
  });
});
