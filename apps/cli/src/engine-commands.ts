import type { Command } from 'commander';
import { openRepartitioned, openEngineLog } from './cli.module.js';
import { engineSettings } from './engine-settings.js';
import { EXIT, type Output } from './output.js';
import { repartition } from './repartition.js';

interface PartitionsOptions {
  readonly json?: boolean;
  readonly topic: string;
  readonly database: string;
}

/** Adds the commands that only a house on engines has: settings as the apps take them, from the environment. */
export function engineCommands(
  common: (name: string, about: string, examples: readonly string[]) => Command,
  exit: (status: number) => void,
  outputTo: (json: boolean) => Output,
): void {
  common(
    'partitions',
    'Fills a new topic and a new database in another number of partitions, beside those that serve (a house on engines).',
    ['partitions 24 --topic entente-events-24 --database postgres://entente:secret@db:5432/entente24'],
  )
    .argument('<count>', 'into how many partitions the log is published and folded')
    .requiredOption('--topic <name>', 'the new topic; it is made')
    .requiredOption('--database <url>', 'a new and empty database, with locale C')
    .action(async (count: string, { json, topic, database }: PartitionsOptions) => {
      if (!/^[1-9][0-9]{0,2}$/.test(count)) throw new Error(`${count} is no number of partitions: it takes 1 to 999`);
      const settings = engineSettings(process.env);
      if (topic === settings.topic.topic)
        throw new Error(`${topic} is the topic that serves: a stream's partition is for ever there; name a new one`);
      const output = outputTo(json === true);
      const log = await openEngineLog(settings);
      try {
        const next = await openRepartitioned(settings, log, { topic, partitions: Number(count), database });
        await repartition(log, next, output).finally(() => next.close());
      } finally {
        await log.close();
      }
      if (output.json) output.out(JSON.stringify({ topic, partitions: Number(count) }));
      else
        output.out(
          `start relays, projectors and apis again with KAFKA_TOPIC=${topic}, KAFKA_PARTITIONS=${count} and the new database as DATABASE_URL, in that order; then the old topic and database can go`,
        );
      exit(EXIT.done);
    });
}
