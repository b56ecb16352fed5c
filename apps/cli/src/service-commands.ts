import type { Command } from 'commander';
import { deadLetters, onServices, openDistributedLog, openRepartitioned, openRowsBehind } from './cli.module.js';
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
 * Adds the commands that only a distributed deployment has: settings as the apps take them, from
 * the environment.
 */
export function serviceCommands(
  bare: (name: string, about: string, examples: readonly string[]) => Command,
  exit: (status: number) => void,
  outputTo: (json: boolean) => Output,
): void {
  bare(
    'dead-letters',
    'Lists what was put aside on Kafka: commands that could not be read or decided, events that a read model cannot fold; or drives it back (a distributed deployment).',
    ['dead-letters', 'dead-letters redrive'],
  )
    .argument(
      '[what]',
      'redrive: commands go back to their topic, untouched, each once; parked streams are tried again',
    )
    .action(async (what: string | undefined, { json }: { readonly json?: boolean }) => {
      if (what !== undefined && what !== 'redrive')
        throw new Error(`dead-letters takes nothing or "redrive", not "${what}"`);
      const settings = serviceSettings(process.env);
      const output = outputTo(json === true);
      const letters = (await deadLetters(settings, what === 'redrive')).map(({ death, ...letter }) => ({
        ...letter,
        from: death['topic'] ?? '',
        at: `${death['partition']}/${death['offset']}`,
        stage: death['stage'] ?? '',
        error: `${death['exception.class.name']}: ${death['exception.message']}`,
      }));
      if (output.json) output.out(JSON.stringify({ deadLetters: letters }));
      else output.out(letters.length === 0 ? 'nothing was put aside that was not driven back' : table(letters));
      const left = what === 'redrive' ? await retryAll(settings, output) : 0;
      exit(left === 0 ? EXIT.done : EXIT.differences);
    });

  bare(
    'begin-era',
    'After the event store was restored from a backup: begins an era, so that who comes back with what was lost is told so, and folds anew the rows that are ahead of it (a distributed deployment).',
    ['begin-era'],
  ).action(async ({ json }: { readonly json?: boolean }) => {
    const settings = serviceSettings(process.env);
    const log = await openDistributedLog(settings);
    try {
      await log.beginEra();
    } finally {
      await log.close();
    }
    const again = await openDistributedLog(settings);
    const head = await again.head();
    const rows = await openRowsBehind(settings, again, head).finally(() => again.close());
    await rows.close();
    const output = outputTo(json === true);
    if (output.json) output.out(JSON.stringify({ position: String(head), era: again.eras.at(-1)?.id }));
    else
      output.out(
        `an era begins behind position ${head}: start every app again; where the topic has more than the log, fill another by \`entente repartition\``,
      );
    exit(EXIT.done);
  });

  bare(
    'repartition',
    'Fills a new topic and a new database in another number of partitions, beside those that serve (a distributed deployment).',
    ['repartition 24 --topic entente-events-24 --database postgres://entente:secret@db:5432/entente24'],
  )
    .argument('<count>', 'into how many partitions the log is published and folded')
    .requiredOption('--topic <name>', 'the new topic; it is made')
    .requiredOption('--database <url>', 'a new and empty database, with locale C')
    .action(async (count: string, { json, topic, database }: PartitionsOptions) => {
      if (!/^[1-9][0-9]{0,2}$/.test(count)) throw new Error(`${count} is no number of partitions: it takes 1 to 999`);
      const settings = serviceSettings(process.env);
      if (topic === settings.topic.topic)
        throw new Error(`${topic} is the topic that serves: a stream's partition is for ever there; name a new one`);
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
          `end relays, projectors, intakes and apis, and start them again with KAFKA_TOPIC=${topic}, KAFKA_PARTITIONS=${count} and the new database as DATABASE_URL, in that order; then the old topic and database can go`,
        );
      exit(EXIT.done);
    });
}

/**
 * Reads an exported log into the event store that the environment names, which is empty or has a
 * part of it.
 */
export async function importToServices(file: string, positions: string, output: Output): Promise<void> {
  const store = await openDistributedLog(serviceSettings(process.env));
  try {
    const { events, digest } = await importInto(store, file, positions, output);
    // Its positions are its own: who comes back with the old ones begins anew.
    if (store.eras.length === 0) await store.beginEra(0n);
    if (output.json) output.out(JSON.stringify({ events, digest, positions }));
    else
      output.out(
        `the event store holds ${events} events, whose digest is ${digest}; ${positions} says which position each had and has`,
      );
    output.err(
      'give every app the pseudonym key of the old deployment as ENTENTE_PSEUDONYM_KEY, or reporters get new pseudonyms',
    );
  } finally {
    await store.close();
  }
}

/** Tries every parked stream again, and answers how many still are. */
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
