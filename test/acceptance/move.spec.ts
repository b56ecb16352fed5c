import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import { all } from '../contracts/event-store.js';
import { entente, runEntente } from '../support/run-cli.js';
import { serveStandalone } from '../support/deployment.js';
import { loadExample } from '../support/example-data.js';

const base = mkdtempSync(join(tmpdir(), 'entente-move-'));
const old = join(base, 'old');
const moved = join(base, 'new');
const file = join(base, 'log.ndjson');
beforeAll(async () => {
  const deployment = await serveStandalone(old);
  await loadExample(deployment);
  await deployment.close();
});
afterAll(() => rmSync(base, { recursive: true }));

const eventsOf = async (folder: string) => {
  const log = new SqliteLogReader(folder);
  const events = await all(log.readLog(0n));
  await log.close();
  return events;
};

describe('entente export and import log', () => {
  it('keep streams, revisions, ids, times and receipts, and print old and new positions', async () => {
    const exported = JSON.parse((await entente('export', file, '--data', old, '--json')).out) as {
      events: number;
      digest: string;
    };
    expect((await entente('import', 'log', file, '--data', moved)).err).toContain('pseudonym.key');
    const before = await eventsOf(old);
    const after = await eventsOf(moved);
    expect(after).toHaveLength(exported.events);
    expect(after.map((event) => ({ ...event, position: 0n }))).toEqual(
      before.map((event) => ({ ...event, position: 0n })),
    );
    const noted = readFileSync(`${file}.positions.csv`, 'utf8').trimEnd().split('\n');
    expect(noted).toEqual(['old,new', ...before.map(({ position }, i) => `${position},${after[i]?.position}`)]);
    const verified = await Promise.all([old, moved].map((data) => entente('verify', '--json', '--data', data)));
    expect(verified[1]).toEqual(verified[0]);
    expect(exported.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(verified[0]?.out ?? '')).toMatchObject({ digest: exported.digest });
    expect(verified[0]?.status).toBe(0);
    const plain = await entente('verify', '--data', old);
    expect(plain.out).toMatch(/to keep elsewhere, since only --expect shows an edit: \d+:[0-9a-f]{64}/);
    // A digest kept elsewhere shows what no invariant shows: an event that was changed or removed.
    const at = `${before.at(-1)?.position}`;
    const expecting = (text: string) => entente('verify', '--expect', text, '--data', old);
    const same = await expecting(`${at}:${exported.digest}`);
    expect([same.status, same.out]).toEqual([
      0,
      expect.stringContaining(`the events up to position ${at} have the digest that was expected`),
    ]);
    const json = await entente('verify', '--expect', `${at}:${exported.digest}`, '--data', old, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ count: 0, expected: { position: at, matches: true } });
    const other = await expecting(`${at}:${'0'.repeat(64)}`);
    expect([other.status, other.out]).toEqual([2, expect.stringContaining(`digest ${exported.digest}, not 000`)]);
    const removed = await expecting(`${Number(at) + 1}:${exported.digest}`);
    expect([removed.status, removed.out]).toEqual([2, expect.stringContaining('where the log has no event')]);
    await expect(expecting('59')).rejects.toThrow('--expect takes <position>:<digest>');

    const deployment = await serveStandalone(moved);
    const proposal = before.find(({ type }) => type === 'ProgrammeProposed');
    const receipt = await fetch(
      `${await deployment.getUrl()}/v1/commands/${proposal?.metadata.commandId}?stream=${proposal?.stream}`,
      { headers: { 'entente-actor': 'norland;role=donor' } },
    );
    expect(await receipt.json()).toMatchObject({ revision: 0, events: [{ id: proposal?.id }] });
    await deployment.close();
    expect((await entente('compare', '--rebuilt', '--data', moved)).status).toBe(0);
  });

  it('refuse an incomplete log and a folder that is not empty, and leave nothing behind', async () => {
    const lines = readFileSync(file, 'utf8').split('\n');
    const broken = join(base, 'broken.ndjson');
    const fresh = join(base, 'fresh');
    const refused = async (text: string, message: string) => {
      writeFileSync(broken, text);
      expect(await runEntente('import', 'log', broken, '--data', fresh)).toMatchObject({
        status: 3,
        err: expect.stringContaining(message) as unknown,
      });
      expect(existsSync(fresh)).toBe(false);
    };
    await refused(lines.slice(0, -2).join('\n'), 'is incomplete');
    await refused(
      lines.map((line, i) => (i === 1 ? line.replace('"revision":0', '"revision":9') : line)).join('\n'),
      'digest',
    );
    await refused('{"entente":"rows"}\n', 'not an exported log');
    await refused('not json\n', 'is not JSON');
    await expect(entente('import', 'log', file, '--data', old)).rejects.toThrow('is not empty');
    await expect(entente('export', file, '--data', old)).rejects.toThrow('exists: choose another name');
    await expect(entente('backup', file, '--data', old)).rejects.toThrow(`${file} is a file: choose a new folder`);
    const key = ['--pseudonym-key', join(base, 'none.key')];
    await expect(entente('restore', base, '--data', fresh, ...key)).rejects.toThrow('none.key is not there');
    expect(existsSync(fresh)).toBe(false);
    await expect(entente('import', 'money', file)).rejects.toThrow('import takes commands or log');
    await expect(entente('import', 'commands', file)).rejects.toThrow('--mapping');
    expect(readdirSync(base).filter((name) => name.includes('importing'))).toEqual([]);
  });

  it('keep text whose characters some programs take for the end of a line', async () => {
    const data = join(base, 'separators');
    const deployment = await serveStandalone(data);
    const body = {
      title: 'A\u2028B\u2029C',
      donor: 'norland',
      recipient: 'estmark',
      sector: '15210',
      basis: 'reported',
    };
    const answer = await fetch(`${await deployment.getUrl()}/v1/programme/norland.lines/propose`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
      body: JSON.stringify({
        ...body,
        starts: '2026-01-01',
        ends: '2027-01-01',
      }),
    });
    expect(answer.status).toBe(201);
    await deployment.close();
    const lines = join(base, 'lines.ndjson');
    await entente('export', lines, '--data', data);
    await entente('import', 'log', lines, '--data', join(base, 'lines'));
    expect((await eventsOf(join(base, 'lines')))[0]?.data).toMatchObject({ title: 'A\u2028B\u2029C' });
  });

  it('name the line that is not UTF-8, and what to do about files that cannot be made', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"entente":"log","format":1,"log":"x"}\n"'),
      Buffer.from([0xff]),
      Buffer.from('"\n'),
    ]);
    const bad = join(base, 'bytes.ndjson');
    writeFileSync(bad, bytes);
    await expect(entente('import', 'log', bad, '--data', join(base, 'none'))).rejects.toThrow(
      `line 2 of ${bad} is not UTF-8`,
    );
    await expect(entente('import', 'log', join(base, 'no.ndjson'), '--data', join(base, 'none'))).rejects.toThrow(
      'does not exist',
    );
    await expect(entente('export', join(base, 'no', 'log.ndjson'), '--data', old)).rejects.toThrow(
      'its folder is missing',
    );
    const kept = join(base, 'kept.csv');
    writeFileSync(kept, 'mine');
    const args = ['import', 'log', file, '--data', join(base, 'none'), '--positions'];
    await expect(entente(...args, kept)).rejects.toThrow('exists: choose another name');
    await expect(entente(...args, join(base, 'no', 'p.csv'))).rejects.toThrow('its folder is missing');
    expect([readFileSync(kept, 'utf8'), existsSync(join(base, 'none'))]).toEqual(['mine', false]);
  });
});
