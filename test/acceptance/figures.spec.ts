import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '@entente/sqlite';
import { anEvent } from '../contracts/event-store.js';
import { standalone } from '../support/deployment.js';
import { entente } from '../support/run-cli.js';
import { controls } from './controls.js';
import { figures } from './figures.js';
import { plantedBreaches } from './planted.js';

// All are of one random history, which takes long to decide.
figures(standalone);
controls(standalone);
plantedBreaches();

/** A last day that has not passed. */
const LATER = '2999-12-31';

describe('entente check', () => {
  it('prints each finding with its event, and ends with status 2', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entente-check-'));
    const store = new SqliteEventStore({ folder });
    await store.append(`misuse-case/sealed.${'e'.repeat(32)}`, 'none', [
      anEvent('MisuseFlagged', { accused: 'ostra', scopes: [], acknowledgeBy: LATER, triageBy: LATER }),
      anEvent('MisuseSubstantiated', { ground: 'x', measureBy: LATER }),
    ]);
    await store.close();
    const all = await entente('check', '--data', folder);
    expect([all.status, all.out]).toEqual([2, expect.stringContaining('2 events up to position 2: 1 findings')]);
    expect(all.out).toContain('the allegation has been put to the recipient before the finding');
    expect((await entente('check', '--rules', '--data', folder)).out).toBe(all.out);
    expect((await entente('check', '--data', folder, '--as-of', '1')).status).toBe(0);
    expect((await entente('check', '--data', folder, '--rule', 'R15')).status).toBe(0);
    await expect(entente('check', '--data', folder, '--rule', 'R99')).rejects.toThrow('--rule takes one of R1, R5, ');
    rmSync(folder, { recursive: true });
  });
});
