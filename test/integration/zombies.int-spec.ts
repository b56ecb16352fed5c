import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type RunningApp, entente } from '../support/app-process.mjs';
import { until } from '../support/kafka.js';
import { placeOf, verifySystem, wholeTopic } from '../support/system-verification.mjs';
import { distributedUnderLoad } from '../support/distributed-under-load.js';
import { preload } from '../support/preload.js';

const { deployment, load } = await distributedUnderLoad({
  partitions: 2,
  rate: 120,
  apps: { api: 1, relay: 1, projector: 1, intake: 1 },
});

const outcomeOf = (app: RunningApp): string => app.logged().match(/woken: .*/)?.[0] ?? '';

/**
 * A projector and an intake are frozen after they folded and decided, and before they commit, past
 * their session timeout. Others take over and continue; then both are woken. Returns what they log
 * about their commits.
 */
async function frozenAndWoken(how = ''): Promise<readonly string[]> {
  const url = preload('freeze-at-step.mjs');
  const projector = await deployment.start('projector', `${url}?before=keep${how}`);
  const intake = await deployment.start('intake', `${url}?before=answer${how}`);
  const zombies = [projector, intake];
  await Promise.all(zombies.map((app) => app.ready()));
  load.begin();
  await pause(2000);
  for (const app of zombies) app.signal('SIGUSR2');
  // In the middle of what they do.
  await until(() => zombies.every((app) => app.logged().includes('frozen')), 30_000);
  const head = BigInt(String((await deployment.named('api')[0]?.health())?.['position']));
  // Their sessions end, and what they had is folded and answered by the others.
  await pause(12_000);
  await load.end();
  expect(BigInt(await deployment.folded())).toBeGreaterThan(head);
  await answered();
  for (const app of zombies) app.signal('SIGCONT');
  await until(() => zombies.every((app) => outcomeOf(app) !== ''), 30_000);
  return zombies.map(outcomeOf);
}

async function answered(): Promise<void> {
  const { KAFKA_COMMANDS_TOPIC: commands = '', KAFKA_REPLIES_TOPIC: replies = '' } = deployment.settings;
  const asked = await wholeTopic(deployment.kafka, commands);
  await until(async () => (await wholeTopic(deployment.kafka, replies)).length >= asked.length, 30_000);
}

describe('a projector and an intake that are frozen past their sessions and resumed', () => {
  it('commit and answer nothing of it: each event is folded once, each command answered once', async () => {
    const [projector, intake] = await frozenAndWoken();
    expect(projector).toBe('woken: fenced');
    expect(intake).toMatch(/^woken: failed: /);
    // They go on as members of their groups.
    load.begin();
    await pause(1000);
    await load.end();
    const { commands, deadLetters } = await verifySystem(deployment, load);
    expect([commands > 100, deadLetters]).toEqual([true, 0]);
  });

  it('do so twice without the fences: rows differ from a replay, and commands have two replies', async () => {
    // With more members than partitions, some would have nothing to freeze with.
    const more = (['projector', 'intake'] as const).flatMap((name) => deployment.named(name).slice(1));
    await Promise.all(more.map((app) => app.stop()));
    // Apart from the checkpoints, a unique key allows each row version once, and one open version
    // per row key. This drops that key too.
    const ours = `'_v[0-9]+_g[0-9]+(_current)?$'`;
    for (const { name, key } of await deployment.query(
      `SELECT conrelid::regclass::text AS name, conname AS key FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text ~ ${ours}`,
    ))
      await deployment.query(`ALTER TABLE ${String(name)} DROP CONSTRAINT "${String(key)}"`);
    for (const { name } of await deployment.query(
      `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indisunique AND indexrelid::regclass::text ~ ${ours}`,
    ))
      await deployment.query(`DROP INDEX ${String(name)}`);
    expect(await frozenAndWoken('&unfenced')).toEqual(['woken: kept', 'woken: kept']);
    await expect(entente(deployment.settings, 'compare', '--rebuilt')).rejects.toThrow(
      /ended with 2: [^]* differences/,
    );
    const replies = await wholeTopic(deployment.kafka, deployment.settings['KAFKA_REPLIES_TOPIC'] ?? '');
    // The rest of a reply's id is its own, however often its command is answered.
    const places = replies.map(placeOf);
    expect(new Set(places).size).toBeLessThan(places.length);
  });
});
