import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReadModelStore, rebuild } from '@entente/engine';
import { MODELS } from '@entente/read-models';
import { SqliteLogReader } from '@entente/sqlite';
import { entente } from '../support/run-cli.js';
import { open, pledge } from '../support/funding-account.js';
import { OLD_FUND, olderFunding, versionOf } from '../support/older-rows.js';
import { createStandalone, serveStandalone } from '../support/deployment.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-upgrade-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  rows: { fund: string }[];
  version: string;
}

describe('an upgrade', () => {
  it.each(['positions', 'totals', 'query'] as const)(
    'that cuts over within an answer, after its %s, mixes no versions in it',
    async (method) => {
      const first = await serveStandalone(folder);
      const after = await open(await first.getUrl(), 'norland.a0');
      await pledge(await first.getUrl(), 'norland.a0');
      await fetch(`${await first.getUrl()}/v1/read-models/funding?after=${after}`);
      await first.close();
      olderFunding(folder);
      const deployment = await createStandalone(folder);
      const rows = deployment.get(ReadModelStore);
      // The old rows serve until an answer is under way.
      rows.outdated = () => Promise.resolve([]);
      await deployment.listen(0, '127.0.0.1');
      const store = rows as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
      const real = store[method]?.bind(rows) as (...args: unknown[]) => Promise<unknown>;
      store[method] = async (...args) => {
        const answer = await real(...args);
        store[method] = real;
        const log = new SqliteLogReader(folder);
        await rebuild(
          log,
          MODELS.filter(({ name }) => name === 'funding'),
          rows,
          { now: () => '2026-06-01T12:00:00.000Z' },
        );
        await log.close();
        return answer;
      };
      const url = `${await deployment.getUrl()}/v1/read-models/funding`;
      const { version, rows: shown } = (await (await fetch(url)).json()) as Answer;
      expect([version, ...shown.map(({ fund }) => fund)]).toEqual(
        method === 'query' ? ['0.1.1', OLD_FUND] : [`${versionOf('funding')}.2.2`, 'Now'],
      );
      await deployment.close();
    },
  );

  it.each(['before it is read', 'while it is read'])(
    'that cuts over within an export, %s, mixes no versions in it',
    async (moment) => {
      const deployment = await serveStandalone(folder);
      const url = await deployment.getUrl();
      await open(url, 'norland.a0');
      const after = await pledge(url, 'norland.a0');
      const rows = deployment.get(ReadModelStore);
      const scan = rows.scan.bind(rows);
      const asked = () => fetch(`${url}/v1/read-models/funding?after=${after}`, { headers: { accept: 'text/csv' } });
      const cutOver = async (): Promise<void> => {
        expect(await entente('rebuild', 'funding', '--data', folder)).toMatchObject({ status: 0 });
      };
      rows.scan = async (...args) => {
        rows.scan = scan;
        if (moment === 'before it is read') await cutOver();
        const opened = await scan(...args);
        if (moment !== 'before it is read') await cutOver();
        return opened;
      };
      const interrupted = await asked();
      const text = await interrupted.text();
      if (moment === 'before it is read')
        // Its position and version were read before, and are stated in its head.
        expect([interrupted.status, (JSON.parse(text) as { code: string }).code]).toEqual([503, 'rows-moved']);
      else
        expect([interrupted.status, interrupted.headers.get('entente-version'), text.split('\r\n').length]).toEqual([
          200,
          `${versionOf('funding')}.1.1`,
          3,
        ]);
      expect((await asked()).status).toBe(200);
      await deployment.close();
    },
  );
});
