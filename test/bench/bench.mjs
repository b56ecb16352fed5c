#!/usr/bin/env node
/**
 * What Entente costs, as ratios against a limit or a peer measured in the same run: absolute
 * figures of one machine mean nothing on another, ratios do. `npm run bench` takes some minutes and
 * half a gigabyte of disk. `-- --quick` takes half a minute, tries that the measurements run, and
 * compares nothing with a goal (`met: null`). `-- --json FILE` writes a list of { name, value,
 * unit, goal, met }. `-- --only appends,commands` measures a part. `-- --services` measures the
 * distributed deployment instead, on services that it starts itself: that takes Java, Maven and
 * some minutes more. `-- --volume` measures a generated history of all kinds instead: of `--events
 * N` and `--seed S`, or the one in `--data FOLDER`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appends, appendsAgainstEmmett } from './appends.mjs';
import { SERVICE_PARTS, services } from './services/services.mjs';
import { eventStore } from './event-store.mjs';
import { growth } from './growth.mjs';
import { folder, head, note, quick, ratioOf, results } from './measure.mjs';
import { longStreams } from './long-streams.mjs';
import { besideReaders } from './readers.mjs';
import { projecting } from './rows.mjs';
import { wholeQueries } from './whole.mjs';
import { openAccounts, pledges, serve } from './servers.mjs';
import { volume } from './volume.mjs';

async function commands() {
  const deployment = await serve('deployment', join(folder, 'commands'));
  const peer = await serve('peer');
  const seconds = quick ? 1 : 5;
  await openAccounts(deployment);
  await pledges(peer, 2);
  await pledges(deployment, 2);
  let rate = 0;
  const ratio = await ratioOf(
    quick ? 1 : 5,
    () => pledges(peer, seconds),
    async () => (rate = await pledges(deployment, seconds)),
  );
  note('command over HTTP, 50 connections, against the same stack answering at once', ratio, 'ratio', 0.6);
  note('  commands a second, durable, projected meanwhile', rate, 'a second');
  await Promise.all([deployment.end(), peer.end()]);
}

const PARTS = {
  appends,
  emmett: appendsAgainstEmmett,
  commands,
  projecting,
  growth,
  whole: wholeQueries,
  readers: besideReaders,
  streams: longStreams,
  'event-store': eventStore,
};

const after = (flag) => {
  const at = process.argv.indexOf(flag);
  return at < 0 ? undefined : process.argv[at + 1];
};
const number = (flag) => {
  const text = after(flag);
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(`${flag} takes a whole number, and not ${text}`);
  process.exit(1);
};
const onServices = process.argv.includes('--services');
const names = onServices ? SERVICE_PARTS : Object.keys(PARTS);
const only = after('--only')?.split(',');
const unknown = (only ?? []).filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`--only takes some of ${names.join(', ')}, not ${unknown.join(', ')}`);
  process.exit(1);
}
head();
if (onServices) await services(only);
else if (process.argv.includes('--volume'))
  await volume({ events: number('--events'), seed: number('--seed'), data: after('--data') });
else for (const [name, part] of Object.entries(PARTS)) if (only === undefined || only.includes(name)) await part();
const file = after('--json');
if (file !== undefined) writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
