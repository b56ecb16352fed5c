import type { Command } from 'commander';
import {
  deadLetters,
  onServices,
  openDistributedLog,
  openRepartitioned,
  openRowsBehind,
  sharedWithTopicOf,
} from './cli.module.js';
import { type ServiceSettings, serviceSettings } from './service-settings.js';
import { importInto } from './move.js';
import { EXIT, type Output, table } from './output.js';
import { retry } from './rebuilding.js';
import { repartition } from './repartition.js';

interface PartitionsOptions {
  readonly json?: boolean;
  readonly topic: string;
  readonly database: string;
}

/**
 * Adds the commands that only a distributed deployment has. They take the settings of the apps,
 * from the environment.
 */
export function serviceCommands(
  bare: (name: string, about: string, examples: readonly string[]) => Command,
  exit: (status: number) => void,
  outputTo: (json: boolean) => Output,
): void {
  bare(
    'dead-letters',
    'Distributed: lists dead letters, which are commands that could not be read or decided and events that a read model cannot fold; or redrives them.',
    ['dead-letters', 'dead-letters redrive'],
  )
    .argument('[what]', 'redrive: send commands back to their topic, unchanged and once each, and retry parked streams')
    .action(async (what: string | undefined, { json }: { readonly json?: boolean }) => {
      if (what !== undefined && what !== 'redrive')
        throw new Error(`dead-letters takes nothing or "redrive", not "${what}"`);
      const settings = serviceSettings(process.env);
      const output = outputTo(json === true);
      const found = (await deadLetters(settings, what === 'redrive')).map(({ failure, ...rest }) => ({
        ...rest,
        from: failure['topic'] ?? '',
        at: `${failure['partition']}/${failure['offset']}`,
        stage: failure['stage'] ?? '',
        error: `${failure['exception.class.name']}: ${failure['exception.message']}`,
      }));
      if (output.json) output.out(JSON.stringify({ deadLetters: found }));
      else output.out(found.length === 0 ? 'no dead letters are left' : table(found));
      const left = what === 'redrive' ? await retryAll(settings, output) : 0;
      exit(left === 0 ? EXIT.done : EXIT.differences);
    });

  bare(
    'begin-era',
    'Distributed: after the event store was restored from a backup, begins an era. Tokens and cursors of lost events get 410, and rows ahead of the log are folded from scratch.',
    ['begin-era', 'begin-era --since 184467'],
  )
    .option(
      '--since <position>',
      'the last position of the copy that was restored; by default the last event of the topic that the log still has, or the end of the log if it has all of them',
    )
    .action(async ({ json, since: given }: { readonly json?: boolean; readonly since?: string }) => {
      const settings = serviceSettings(process.env);
      const log = await openDistributedLog(settings);
      let since: bigint;
      try {
        since = await endOfCopy(settings, log, given);
        await log.beginEra(since);
      } finally {
        await log.close();
      }
      const again = await openDistributedLog(settings);
      const rows = await openRowsBehind(settings, again, since).finally(() => again.close());
      await rows.close();
      const output = outputTo(json === true);
      if (output.json) output.out(JSON.stringify({ position: String(since), era: again.eras.at(-1)?.id }));
      else
        output.out(
          `a new era begins after position ${since}: restart every app; if the topic has more events than the log, fill another one with \`entente repartition\``,
        );
      exit(EXIT.done);
    });

  bare(
    'repartition',
    'Distributed: fills a new topic and a new database with another number of partitions, while the deployment keeps running.',
    ['repartition 24 --topic entente-events-24 --database postgres://entente:secret@db:5432/entente24'],
  )
    .argument('<count>', 'the number of partitions')
    .requiredOption('--topic <name>', 'the name of the topic to create')
    .requiredOption('--database <url>', 'an empty database with locale C')
    .action(async (count: string, { json, topic, database }: PartitionsOptions) => {
      if (!/^[1-9][0-9]{0,2}$/.test(count)) throw new Error(`"${count}" is not a number of partitions: give 1 to 999`);
      const settings = serviceSettings(process.env);
      if (topic === settings.topic.topic)
        throw new Error(
          `${topic} is the active topic, where a stream's partition never changes: give the name of a new topic`,
        );
      const output = outputTo(json === true);
      const log = await openDistributedLog(settings);
      try {
        const next = await openRepartitioned(settings, log, { topic, partitions: Number(count), database });
        await repartition(log, next, output).finally(() => next.close());
      } finally {
        await log.close();
      }
      if (output.json) output.out(JSON.stringify({ topic, partitions: Number(count) }));
      else
        output.out(
          `stop relays, projectors, intakes and APIs, and start them in that order with KAFKA_TOPIC=${topic}, KAFKA_PARTITIONS=${count} and the new database as DATABASE_URL; then delete the old topic and database`,
        );
      exit(EXIT.done);
    });
}

/**
 * The last position that the log shares with the one before it was restored. Processes that were
 * not stopped may have appended to the copy since: then its present end is too far.
 */
async function endOfCopy(
  settings: ServiceSettings,
  log: Awaited<ReturnType<typeof openDistributedLog>>,
  given: string | undefined,
): Promise<bigint> {
  const head = await log.head();
  if (given === undefined) return (await sharedWithTopicOf(settings, log)) ?? head;
  if (!/^[0-9]{1,19}$/.test(given)) throw new Error(`--since takes a position, not "${given}"`);
  if (BigInt(given) > head) throw new Error(`--since ${given} is after the end of the log, which is ${head}`);
  return BigInt(given);
}

/**
 * Reads an exported log into the event store that the environment names, which is empty or has a
 * part of it.
 */
export async function importToServices(file: string, positions: string, output: Output): Promise<void> {
  const store = await openDistributedLog(serviceSettings(process.env));
  try {
    const { events, digest } = await importInto(store, file, positions, output);
    // Positions are new: clients with old ones must begin again.
    if (store.eras.length === 0) await store.beginEra(0n);
    if (output.json) output.out(JSON.stringify({ events, digest, positions }));
    else
      output.out(
        `the event store holds ${events} events with digest ${digest}; ${positions} lists old and new positions`,
      );
    output.err(
      'set ENTENTE_PSEUDONYM_KEY of every app to the key of the old deployment; otherwise reporters get new pseudonyms',
    );
  } finally {
    await store.close();
  }
}

/** Retries every parked stream. Returns the number that are still parked. */
async function retryAll(settings: ServiceSettings, output: Output): Promise<number> {
  const deployment = onServices(settings);
  const log = await deployment.log();
  try {
    const rows = await deployment.rowsToWrite(log);
    return await retry(log, rows, {}, output).finally(() => rows.close());
  } finally {
    await log.close();
  }
}
