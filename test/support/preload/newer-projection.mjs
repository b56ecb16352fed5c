/**
 * Loaded before an app, it imitates a newer version of Entente, in which the projection `funding`
 * has changed: its rows have a suffix in the name of their fund.
 */
import 'reflect-metadata';
import { funding } from '../../../dist/libs/read-models/src/funding.js';

const { evolve } = funding;
const NEWER = ' (newer)';
const plain = (row) => row && { ...row, fund: row.fund.replace(NEWER, '') };

funding.version += 1;
funding.evolve = (row, event, ...others) => {
  const next = evolve(plain(row), event, ...others);
  return next && { ...next, fund: `${next.fund}${NEWER}` };
};
