import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MODELS } from '@entente/read-models';
import { SqliteLogReader } from '@entente/sqlite';
import type { Manifest } from '../../apps/cli/src/backup.js';
import { program } from '../support/app-process.mjs';
import { propose, startStandalone } from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';
import { versionOf } from '../support/older-rows.js';
import { entente } from '../support/run-cli.js';
import { createStandalone, serveStandalone } from '../support/deployment.js';

let base: string;
let data: string;
let copy: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'entente-backup-'));
  data = join(base, 'data');
  copy = join(base, 'copy');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface LiveAnswer {
  readonly version: string;
}
/** What a live stream sends to a client that resumes at an id, up to the first frame. */
async function liveUntil(url: string, id: string, expected: string): Promise<string> {
  const stop = new AbortController();
  const { body } = await fetch(url, { headers: { 'last-event-id': id }, signal: stop.signal });
  const text = new TextDecoder();
  let received = '';
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    received += text.decode(chunk, { stream: true });
    if (received.includes(expected)) break;
  }
  stop.abort();
  return received;
}
const streamsOf = async (folder: string): Promise<string[]> => {
  const log = new SqliteLogReader(folder);
  const streams = (await all(log.readLog(0n))).map(({ stream }) => stream);
  await log.close();
  return streams;
};

describe('a backup', () => {
  it('made under load and restored is complete, and repeated commands are recorded once', async () => {
    const { process: deployment, url, ended } = await startStandalone(data, 'off');
    let over = false;
    const sent: string[] = [];
    const writing = (async () => {
      for (let n = 0; !over; n += 1) if ((await propose(url, `p${n}`)).status === 201) sent.push(`p${n}`);
    })();
    while (sent.length < 30) await new Promise((done) => setTimeout(done, 5));
    const before = sent.length;
    const made = await entente('backup', copy, '--data', data, '--rows', '--pseudonym-key', '--json');
    const manifest = JSON.parse(made.out) as Manifest;
    over = true;
    await writing;
    deployment.kill('SIGKILL');
    await ended;
    expect(manifest.events).toBeGreaterThanOrEqual(before);
    expect(manifest.files.map(({ name }) => name)).toEqual([
      'rows.sqlite',
      'log.sqlite',
      'refusals.sqlite',
      'pseudonym.key',
    ]);
    expect(manifest.entente).toMatch(/^[0-9]+\.[0-9]+\.[0-9]+/);
    expect(manifest.projections).toEqual(Object.fromEntries(MODELS.map(({ name, version }) => [name, version])));
    expect(manifest.served).toEqual(Object.fromEntries(MODELS.map(({ name, version }) => [name, `${version}.1.1`])));
    const key = readFileSync(join(data, 'pseudonym.key'), 'utf8');
    rmSync(data, { recursive: true });

    expect((await entente('restore', copy, '--data', data)).status).toBe(0);
    expect(readFileSync(join(data, 'pseudonym.key'), 'utf8')).toBe(key);
    expect(await streamsOf(data)).toHaveLength(manifest.events);
    const verified = JSON.parse((await entente('verify', '--json', '--data', data)).out) as Manifest;
    expect([verified.events, verified.digest]).toEqual([manifest.events, manifest.digest]);
    const again = await serveStandalone(data);
    for (const id of sent) expect((await propose(await again.getUrl(), id)).status).toBe(201);
    await again.close();
    const streams = await streamsOf(data);
    expect(streams.sort()).toEqual([...new Set(streams)].sort());
    expect(streams).toHaveLength(sent.length);
    expect((await entente('verify', '--data', data)).status).toBe(0);
    expect((await entente('compare', '--rebuilt', '--data', data)).status).toBe(0);
  });

  it('of the log alone names what it omits; rows are folded again, also rows ahead of the log', async () => {
    const deployment = await serveStandalone(data);
    const url = await deployment.getUrl();
    await propose(url, 'one');
    const made = await entente('backup', copy, '--data', data);
    expect(made.err).toContain('--pseudonym-key');
    await propose(url, 'two');
    const version = async (at: string) =>
      (await (await fetch(`${at}/v1/read-models/programmes?limit=9`)).json()) as { version: string; rows: unknown[] };
    while ((await version(url)).rows.length < 2) await new Promise((done) => setTimeout(done, 5));
    await deployment.close();
    // The log of the backup under later rows, as after files were copied by hand.
    const restored = join(base, 'restored');
    const output = await entente('restore', copy, '--data', restored, '--pseudonym-key', join(data, 'pseudonym.key'));
    expect([output.status, output.err]).toEqual([0, '']);
    cpSync(join(data, 'rows.sqlite'), join(restored, 'rows.sqlite'));
    const again = await serveStandalone(restored);
    const at = await again.getUrl();
    while ((await version(at)).rows.length < 1) await new Promise((done) => setTimeout(done, 5));
    expect(await version(at)).toMatchObject({
      version: expect.stringMatching(new RegExp(`^${versionOf('programmes')}\\.2\\.2~[0-9a-f]{8}$`)),
      rows: [{ programme: 'norland.one' }],
    });
    await propose(at, 'three');
    while ((await version(at)).rows.length < 2) await new Promise((done) => setTimeout(done, 5));
    await again.close();
    expect((await entente('compare', '--rebuilt', '--data', restored)).status).toBe(0);
  });

  it('that was restored reports lost events to readers of rows and log, and to holders of receipts', async () => {
    const deployment = await serveStandalone(data);
    const url = await deployment.getUrl();
    await propose(url, 'kept');
    await entente('backup', copy, '--data', data, '--pseudonym-key');
    const lost = (await (await propose(url, 'lost')).json()) as { after: string; position: string };
    const answer = (await (await fetch(`${url}/v1/read-models/programmes?after=${lost.after}`)).json()) as LiveAnswer;
    await deployment.close();
    const restored = join(base, 'restored');
    await entente('restore', copy, '--data', restored);
    const again = await serveStandalone(restored);
    const at = await again.getUrl();
    // It has grown past what was lost.
    let newest = { after: '', position: '' };
    for (const id of ['x', 'y', 'z']) newest = (await (await propose(at, id)).json()) as typeof newest;
    const now = (await (await fetch(`${at}/v1/read-models/programmes?after=${newest.after}`)).json()) as LiveAnswer;
    expect(now.version).not.toBe(answer.version);
    const rows = await liveUntil(
      `${at}/v1/read-models/programmes/live`,
      `programmes/${answer.version}/${lost.position}`,
      'caught-up',
    );
    expect(rows).toContain('event: reset');
    expect(rows).toContain('norland.kept');
    const log = await liveUntil(`${at}/v1/history/live`, lost.position, `-${newest.position}\n`);
    expect(log).toContain(
      'event: reset\ndata: {"reason":"the log was restored without what followed this position","position":"1"}',
    );
    expect([...log.matchAll(/"stream":"programme\/norland\.([a-z]+)"/g)].map(([, id]) => id)).toEqual(['x', 'y', 'z']);
    // A client that resumes at a restored event, or at one recorded since, continues.
    expect(await liveUntil(`${at}/v1/history/live`, '1', `-${newest.position}\n`)).not.toContain('reset');
    const own = /id: (\S+)\nevent: event/.exec(log)?.[1] ?? '';
    expect(await liveUntil(`${at}/v1/history/live`, own, `-${newest.position}\n`)).not.toContain('reset');
    const read = await fetch(`${at}/v1/read-models/programmes?after=${lost.after}`);
    expect([read.status, await read.json()]).toMatchObject([410, { code: 'lost-since' }]);
    // The receipt of a restored command is unchanged.
    const kept = (await (await propose(at, 'kept')).json()) as typeof lost;
    expect((await fetch(`${at}/v1/read-models/programmes?after=${kept.after}`)).status).toBe(200);
    await again.close();
  });

  it('has the refused commands, and is not restored if its log is not that of the manifest', async () => {
    const deployment = await serveStandalone(data);
    await propose(await deployment.getUrl(), 'one');
    await fetch(`${await deployment.getUrl()}/v1/programme/norland.one/approve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'sudria;role=donor' },
      body: JSON.stringify({ authority: 'minister' }),
    });
    const refused = async (url: string) =>
      ((await (await fetch(`${url}/v1/refusals`)).json()) as { refusals: unknown[] }).refusals;
    const before = await refused(await deployment.getUrl());
    expect(before).toHaveLength(1);
    await entente('backup', copy, '--data', data, '--pseudonym-key');
    await deployment.close();
    await entente('restore', copy, '--data', join(base, 'restored'));
    const again = await serveStandalone(join(base, 'restored'));
    expect(await refused(await again.getUrl())).toEqual(before);
    await again.close();

    const file = join(copy, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    writeFileSync(file, JSON.stringify({ ...manifest, digest: '0'.repeat(64) }));
    await expect(entente('restore', copy, '--data', join(base, 'other'))).rejects.toThrow(manifest.digest);
    expect(existsSync(join(base, 'other'))).toBe(false);
  });

  it('is restored into the folder in which the command runs', async () => {
    await (await createStandalone(data)).close();
    await entente('backup', copy, '--data', data);
    const here = join(base, 'here');
    mkdirSync(here);
    const args = [program('cli'), 'restore', copy, '--data', '.'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: here, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
    expect([readdirSync(here).includes('log.sqlite'), readdirSync(base).toSorted()]).toEqual([
      true,
      ['copy', 'data', 'here'],
    ]);
  });

  it('is refused into a folder that is not empty, and restored only into an empty one', async () => {
    await (await createStandalone(data)).close();
    await entente('backup', copy, '--data', data);
    await expect(entente('backup', copy, '--data', data)).rejects.toThrow('is not empty');
    await expect(entente('restore', copy, '--data', data)).rejects.toThrow('is not empty');
    await expect(entente('restore', base, '--data', join(base, 'new'))).rejects.toThrow('is not a backup');
    await expect(entente('backup', join(base, 'more'), '--data', join(base, 'nowhere'))).rejects.toThrow(
      'has no log.sqlite to back up',
    );
  });

  it('that differs from its manifest is refused with every difference, and leaves nothing behind', async () => {
    await (await createStandalone(data)).close();
    await entente('backup', copy, '--data', data, '--rows', '--pseudonym-key');
    const log = join(copy, 'log.sqlite');
    const bytes = readFileSync(log);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(log, bytes);
    rmSync(join(copy, 'rows.sqlite'));
    writeFileSync(join(copy, 'pseudonym.key'), 'short');
    const fresh = join(base, 'fresh');
    const refused = entente('restore', copy, '--data', fresh);
    await expect(refused).rejects.toThrow(
      'rows.sqlite is missing; log.sqlite has another digest; pseudonym.key has 5 bytes, not 64',
    );
    expect([existsSync(fresh), readdirSync(base).sort()]).toEqual([false, ['copy', 'data']]);
  });

  it('whose log does not end where its manifest states is refused, and leaves nothing behind', async () => {
    await (await createStandalone(data)).close();
    await entente('backup', copy, '--data', data);
    const manifest = join(copy, 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"position": "0"', '"position": "7"'));
    const refused = entente('restore', copy, '--data', join(base, 'fresh'));
    await expect(refused).rejects.toThrow(/ends at position 0 with digest [0-9a-f]{64}, but its manifest has 7 and/);
    expect(readdirSync(base).sort()).toEqual(['copy', 'data']);
  });

  it('that names a file outside, or has an invalid key, is refused, and writes nothing', async () => {
    await (await createStandalone(data)).close();
    await entente('backup', copy, '--data', data);
    const nonsense = join(base, 'nonsense.key');
    writeFileSync(nonsense, 'no key');
    await expect(entente('restore', copy, '--data', join(base, 'fresh'), '--pseudonym-key', nonsense)).rejects.toThrow(
      'is not a pseudonym key',
    );
    const manifest = join(copy, 'manifest.json');
    const written = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
    const outside = written.files.map((file) => ({ ...file, name: '../outside' }));
    writeFileSync(manifest, JSON.stringify({ ...written, files: [...written.files, ...outside] }));
    await expect(entente('restore', copy, '--data', join(base, 'fresh'))).rejects.toThrow('not a file of a backup');
    expect(readdirSync(base).sort()).toEqual(['copy', 'data', 'nonsense.key']);
  });
});
