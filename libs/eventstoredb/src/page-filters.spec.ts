import { expect, it } from '@jest/globals';
import { PageFilters } from './page-filters.js';

const byTypes = { typePattern: '^Rare$' };
const byStreams = { streamPrefixes: ['ours:'] };

/** The pages of a read through 100,000 places, if pages by each filter lead this far. */
function pages(spans: { types: (at: number) => number; streams: (at: number) => number }, own: number) {
  const filters = new PageFilters([byTypes, byStreams]);
  const read = { types: 0, streams: 0 };
  for (let at = 0; at < 100_000;) {
    const name = filters.filter === byTypes ? 'types' : 'streams';
    const span = spans[name](at);
    read[name] += 1;
    filters.note(BigInt(span), 100, name === 'types' ? own : 100);
    at += span;
  }
  return read;
}

it('a read by types uses the filter whose pages lead further, if most of what it gets is of other logs', () => {
  expect(pages({ types: () => 1000, streams: () => 10 }, 90)).toEqual({ types: 100, streams: 0 });
  const rare = pages({ types: () => 1000, streams: () => 10 }, 10);
  expect(rare.streams).toBeLessThan(10);
  const foreign = pages({ types: () => 10, streams: () => 1000 }, 10);
  expect(foreign.types).toBeLessThan(10);
  // Whatever changes along the log.
  const changing = pages({ types: (at) => (at < 50_000 ? 10 : 1000), streams: (at) => (at < 50_000 ? 1000 : 10) }, 10);
  expect(changing.types + changing.streams).toBeLessThan(200);
});
