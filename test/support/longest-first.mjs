import TestSequencer from '@jest/test-sequencer';

/** Specs that take ten seconds and more on two cores, the longest first. */
const LONGEST = [
  'acceptance/figures',
  'acceptance/standalone',
  'acceptance/import-errors',
  'clients/clients',
  'read-models/src/row-size',
  'acceptance/over-http',
  'acceptance/readme',
  'acceptance/import-editions',
  'faults/projection',
  'faults/concurrent-writers',
  'acceptance/questions',
];
const rankOf = ({ path }) => {
  const at = LONGEST.findIndex((name) => path.endsWith(`/${name}.spec.ts`));
  return at < 0 ? LONGEST.length : at;
};

/**
 * The order of the specs: those that take longest begin first, so that none of them is left to run
 * alone at the end. Jest knows their times only after a first run, and goes by the size of a file.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
