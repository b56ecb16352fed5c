import { existsSync } from 'node:fs';
import { messageOf } from '@entente/async';
import { type EventLog, VERSION } from '@entente/engine';
import { Command } from 'commander';
import { backUp, restore } from './backup.js';
import {
  loadExampleInFolder,
  loadExampleInServices,
  makeLog,
  openApi,
  openLog,
  openRows,
  openScratch,
} from './cli.module.js';
import { withBaseLog } from './importing/base-log.js';
import {
  type ImportCommandsOptions,
  type ImportCounts,
  type ImportFiles,
  importCommands,
} from './importing/import-commands.js';
import { generateInFolder } from './generating/generate.js';
import { UnusableInput } from './importing/unusable-input.js';
import { exportLog, importLog } from './move.js';
import { EXIT, type Output, processOutput, table } from './output.js';
import { foldFromScratch, pointAt, printColumns, printRows, readSelection, takesOccurredBy } from './rows.js';
import { knownName, parkedIn, sides, reportDifferences } from './comparing.js';
import { servicePseudonymKey, serviceSettings } from './service-settings.js';
import { serviceCommands, importToServices } from './service-commands.js';
import { type Common, folderOf, onOwnFolder, ownFolder, withLog } from './deployments.js';
import { listParked, rebuildModels, retry } from './rebuilding.js';
import type { Edition } from './importing/recorded.js';
import { timeline } from './timeline.js';
import { CONTROLLED_RULES, checkRules, findingLine } from './check.js';
import { checkServices } from './check-services.js';
import { digestOfLog } from './events-digest.js';
import { readExpected, readPosition, verify } from './verify.js';

const CODES = `
Exit status: 0 success, 1 failure, 2 refused rows, differences or findings, 3 an unusable file: nothing was sent.`;

interface ImportOptions {
  readonly mapping?: string;
  readonly url?: string;
  readonly refused?: string;
  readonly missing?: string;
  readonly edition?: string;
  readonly published?: string;
  readonly encoding?: string;
  readonly part?: boolean;
  readonly dryRun?: boolean;
  readonly positions?: string;
}

interface ReplayOptions {
  readonly columns?: boolean;
  readonly where: readonly string[];
  readonly sort?: string;
  readonly asOf?: string;
  readonly occurredBy?: string;
}

/** What an import did, for people. */
function importSentences(
  { refusedFile, missingFile, newer, unrecorded, ...counts }: ImportCounts & ImportFiles,
  dryRun: boolean,
): string[] {
  const { read, accepted, alreadyThere, refused, leftOut, corrected, overtaken, emptied, missing } = counts;
  const at = missingFile === null ? '' : `: ${missingFile}`;
  const would = dryRun ? 'dry run, nothing was sent: ' : '';
  const named = ({ edition, published }: Edition): string =>
    published === undefined ? edition : `${edition}, published on ${published}`;
  return [
    `${would}${read} rows read: ${accepted} accepted, ${alreadyThere} there already, ${refused} refused, ${leftOut} left out`,
    ...(corrected > 0 ? [`${corrected} of the accepted rows correct what an earlier edition had recorded`] : []),
    ...(overtaken > 0
      ? [
          `${overtaken} rows are otherwise in a newer edition, and stay as it has them: ${newer === null ? '' : named(newer)}`,
        ]
      : []),
    ...(emptied > 0 ? [`${emptied} rows have an empty cell where something is recorded${at}`] : []),
    ...(missing > 0 ? [`${missing} rows of earlier editions are missing${at}`] : []),
    ...(refusedFile === null ? [] : [`the refused rows and why, to be mended and imported again: ${refusedFile}`]),
    ...(unrecorded === null
      ? []
      : [`no event is of this edition, which brought nothing; keep this report: ${named(unrecorded)}`]),
  ];
}

/** A whole number that an option takes. */
function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`${option} takes a whole number from ${least} on, and not "${text}"`);
}

/** The command line. Calls `exit` with the exit status of a command when it has ended. */
export function commandLine(
  exit: (status: number) => void,
  outputTo: (json: boolean) => Output = processOutput,
): Command {
  const program = new Command('entente')
    .version(VERSION)
    .showHelpAfterError('(entente --help lists the commands, and entente <command> --help what each takes)')
    .description('Imports into an Entente deployment, and replays, compares and checks its log.')
    .addHelpText('after', CODES);
  /** Adds a command that needs no data folder. */
  const bare = (name: string, about: string, examples: readonly string[]): Command =>
    program
      .command(name)
      .description(about)
      .option('--json', 'print results as JSON')
      .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ entente ${line}`).join('\n')}\n${CODES}`);
  const common = (name: string, about: string, examples: readonly string[]): Command =>
    bare(name, about, examples).option(
      '--data <folder>',
      'the data folder (default: the deployment in ESDB_URL, else ENTENTE_DATA, else ./data)',
    );

  common('import', 'Sends the rows of a CSV file as commands (run again, nothing doubles), or reads an exported log.', [
    'import commands report.csv --mapping docs/how-to/imports/us-greenbook.mapping.json --dry-run',
    'import commands report.csv --mapping mapping.json --edition 2027 --url http://127.0.0.1:3000 --json',
    'import log entente.ndjson --data ./new-data',
  ])
    .argument('<what>', 'what the file holds: commands (CSV), or a log that was exported (NDJSON)')
    .argument('<file>', 'the file')
    .option('--mapping <file>', 'commands: how rows become commands; see docs/how-to/import-spreadsheets.md')
    .option('--edition <name>', "commands: the edition of the source, by any name; else the mapping's")
    .option('--published <day>', 'commands: the day of that edition, YYYY-MM-DD')
    .option('--encoding <name>', "commands: the file's encoding, such as windows-1252; else the mapping's, else utf-8")
    .option('--part', 'commands: the file is a part of the edition, and rows that it lacks are not missing')
    .option(
      '--dry-run',
      'commands: records nothing; shows the first commands, and counts what the rules would accept and refuse',
    )
    .option('--url <url>', 'the running deployment to ask; else the one of the data folder, else it is opened here')
    .option(
      '--refused <file>',
      'where refused rows go, with their reasons (default: <file>.refused.csv in the working directory, not beside the file; in a dry run nowhere); the report has the full path',
    )
    .option(
      '--missing <file>',
      'where rows and cells go that only earlier editions have (default: <file>.missing.csv in the working directory; in a dry run nowhere); the report has the full path',
    )
    .option('--positions <file>', 'log: where old and new positions go (default: <file>.positions.csv)')
    .action(async (what: string, file: string, options: Common & ImportOptions) => {
      const output = outputTo(options.json === true);
      if (what === 'log') {
        const positions = options.positions ?? `${file}.positions.csv`;
        if (onOwnFolder(options)) await importLog(file, folderOf(options), positions, makeLog, output);
        else await importToServices(file, positions, output);
        return exit(EXIT.done);
      }
      if (what !== 'commands') throw new Error(`cannot import "${what}": import takes commands or log`);
      const { mapping, dryRun = false } = options;
      if (mapping === undefined) throw new Error('import commands needs --mapping <file>');
      if (options.url !== undefined && options.data !== undefined)
        throw new Error('--url names a running deployment and --data a folder: give one of them');
      if (options.url === undefined) ownFolder(options, 'give the address of one of its APIs with --url');
      const run = async (into: Pick<ImportCommandsOptions, 'url' | 'log'>): Promise<void> => {
        const done = await importCommands(file, { ...options, mapping, ...into }, output);
        if (output.json) output.out(JSON.stringify(done));
        else for (const line of importSentences(done, dryRun)) output.out(line);
        exit(done.refused + done.missing + done.emptied > 0 ? EXIT.differences : EXIT.done);
      };
      // A server that is opened here would record what has become due.
      if (dryRun && options.url === undefined) return withBaseLog(folderOf(options), (log) => run({ url: null, log }));
      if (options.url === undefined && !existsSync(folderOf(options)))
        output.err(`${folderOf(options)} holds no log: a new one is made there`);
      const api = await openApi(folderOf(options), options.url);
      try {
        await run({ url: api.url });
      } finally {
        await api.close();
      }
    });

  common('example', 'Loads the example data into an empty log: a programme with a year of events, as of today.', [
    'example',
    'example --data ./trial',
  ]).action(async (options: Common) => {
    const output = outputTo(options.json === true);
    const loaded = onOwnFolder(options)
      ? await loadExampleInFolder(folderOf(options))
      : await loadExampleInServices(serviceSettings(process.env), servicePseudonymKey(process.env));
    if (loaded === null || loaded === 0)
      throw new Error('the log has events already: the example data is loaded into an empty log only');
    output.out(output.json ? JSON.stringify({ events: loaded }) : `${loaded} events of the example data were loaded`);
    exit(EXIT.done);
  });

  bare('generate', 'Fills a new data folder with a plausible history of some years, to try a volume of events.', [
    'generate --events 100000 --seed 1',
    'generate --events 1000000 --seed 7 --data ./volume --json',
  ])
    .requiredOption('--events <number>', 'how many events it has')
    .requiredOption('--seed <number>', 'the same number of events and seed give the same events')
    .option('--data <folder>', 'the data folder, empty or new (default: ENTENTE_DATA, else ./data)')
    .action(async (options: Common & { events: string; seed: string }) => {
      const output = outputTo(options.json === true);
      const events = wholeNumber('--events', options.events, 1);
      const seed = wholeNumber('--seed', options.seed, 0);
      const data = folderOf(options);
      const { refused, ...generated } = await generateInFolder(data, events, seed, makeLog, output);
      if (output.json) output.out(JSON.stringify({ data, ...generated, refused: Object.fromEntries(refused) }));
      else
        output.out(
          `${data} has ${generated.events} events of ${generated.streams} streams up to ${generated.lastDay}, with digest ${generated.digest}`,
        );
      exit(EXIT.done);
    });

  common(
    'replay',
    'Prints a read model at a position or date, folded from the events only: for people amounts with their currency, and totals; as JSON as the API has the rows, amounts in minor units.',
    [
      'replay donor-portfolio',
      'replay donor-portfolio --columns',
      'replay funding --as-of 2026-01-31 --json',
      'replay movements --where stage=pledged --where amount.min=100000 --sort -amount',
      'replay donor-portfolio --occurred-by 2026-01-31',
    ],
  )
    .argument('<read-model>')
    .option('--columns', 'print the meaning and unit of each column instead, and what totals count')
    .option(
      '--where <column=value>',
      'only these rows, as the API filters: also column.min, column.max, column.before and column.contains; amounts in minor units; may be repeated',
      (filter: string, filters: readonly string[]) => [...filters, filter],
      [],
    )
    .option('--sort <columns>', 'in this order, as the API: columns with commas between them, a minus sign reverses')
    .option(
      '--as-of <when>',
      'a position, a day (its end, UTC) or an instant (default: now); lateness is by that day, at a position by today',
    )
    .option('--occurred-by <day>', 'only what had occurred by this day, and lateness by it, of names that take it')
    .action((name: string, options: Common & ReplayOptions) =>
      withLog(options, async (log) => {
        const output = outputTo(options.json === true);
        const { occurredBy } = options;
        const at = await pointAt(log, options.asOf);
        const point = occurredBy === undefined ? at : { ...at, day: occurredBy, occurredBy };
        const scratch = await openScratch(log);
        try {
          const described = knownName(scratch.rows, name);
          const selection = readSelection(described, options.where, options.sort);
          if (occurredBy !== undefined) takesOccurredBy(scratch.rows, name, occurredBy);
          if (options.columns === true) printColumns(described, output);
          else {
            await foldFromScratch(log, scratch.rows, point.position, output);
            await printRows(scratch.rows, described, point, selection, output);
          }
          exit(EXIT.done);
        } finally {
          await scratch.end();
        }
      }),
    );

  common(
    'compare',
    'Lists each row and column that differs between two dates, or between the active rows and a replay.',
    ['compare --rebuilt', 'compare donor-portfolio --as-of 2026-01-31 --with 2026-03-31'],
  )
    .argument('[read-model]', 'the read model (default: all)')
    .option('--rebuilt', 'compare the active rows with a replay')
    .option('--as-of <when>', 'the first date: a position, a day or an instant')
    .option('--with <when>', 'the second date (default: now)')
    .action((name: string | undefined, options: Common & { rebuilt?: boolean; asOf?: string; with?: string }) =>
      withLog(options, async (log, deployment) => {
        const output = outputTo(options.json === true);
        if ((options.rebuilt === true) === (options.asOf !== undefined))
          throw new Error('compare takes --rebuilt, or --as-of with --with');
        const served = await deployment.rows(log);
        const scratch = await openScratch(log);
        try {
          const names = name === undefined ? served.names().map((one) => one.name) : [knownName(served, name).name];
          const [left, right] = await sides(log, served, scratch.rows, options, output);
          const lacking = options.rebuilt === true ? await parkedIn(served, names) : [];
          const found = await reportDifferences(names, left, right, lacking, output);
          exit(found === 0 && lacking.length === 0 ? EXIT.done : EXIT.differences);
        } finally {
          await scratch.end();
          await served.close();
        }
      }),
    );

  common(
    'rebuild',
    'Folds read models from scratch into pending tables and promotes them, while the deployment keeps running.',
    ['rebuild funding', 'rebuild funding programmes --from-scratch'],
  )
    .argument('[read-model...]', 'the read models (default: those whose version has changed)')
    .option('--from-scratch', 'do not continue an interrupted rebuild')
    .action((names: readonly string[], options: Common & { fromScratch?: boolean }) =>
      withLog(options, async (log, deployment) => {
        const rows = await deployment.rowsToWrite(log);
        try {
          await rebuildModels(log, rows, names, options.fromScratch === true, outputTo(options.json === true));
          exit(EXIT.done);
        } finally {
          await rows.close();
        }
      }),
    );

  common('parked', 'Lists streams that a read model cannot fold, with event, error and time; or retries them.', [
    'parked',
    'parked retry',
    'parked retry --model funding --stream funding-account/norland.border-fund',
  ])
    .argument('[what]', 'retry: fold them again from the event that failed, after a fix')
    .option('--model <read-model>', 'only streams of this read model')
    .option('--stream <stream>', 'only this stream')
    .action((what: string | undefined, options: Common & { model?: string; stream?: string }) =>
      withLog(options, async (log, deployment) => {
        if (what !== undefined && what !== 'retry') throw new Error(`parked takes nothing or "retry", not "${what}"`);
        const output = outputTo(options.json === true);
        const rows = await (what === undefined ? deployment.rows : deployment.rowsToWrite)(log);
        try {
          const left =
            what === undefined ? await listParked(log, rows, options, output) : await retry(log, rows, options, output);
          exit(left === 0 ? EXIT.done : EXIT.differences);
        } finally {
          await rows.close();
        }
      }),
    );

  common('export', 'Writes the log and its digest as NDJSON, for `entente import log`.', [
    'export entente.ndjson',
    'export entente.ndjson --data ./data --json',
  ])
    .argument('<file>', 'the file to create')
    .action((file: string, options: Common) =>
      withLog(options, async (log) => {
        await exportLog(log, file, outputTo(options.json === true));
        exit(EXIT.done);
      }),
    );

  common('backup', 'Copies the data folder with a manifest, while the deployment keeps running.', [
    'backup /var/backups/entente-2026-11-24',
    'backup ./copy --rows --pseudonym-key --json',
  ])
    .argument('<folder>', 'the folder to create')
    .option('--rows', 'include the rows; a restore without them folds them from the log')
    .option('--pseudonym-key', 'include the pseudonym key, which links reporters to pseudonyms')
    .action(async (folder: string, options: Common & { rows?: boolean; pseudonymKey?: boolean }) => {
      const own = ownFolder(
        options,
        'back up its event store with its own tools, or write its log with `entente export`',
      );
      await backUp(own, folder, options, { log: openLog, rows: openRows }, outputTo(options.json === true));
      exit(EXIT.done);
    });

  common('restore', 'Restores a backup into an empty data folder, after checking it against its manifest.', [
    'restore /var/backups/entente-2026-11-24 --data ./data',
    'restore ./copy --data ./data --pseudonym-key /safe/pseudonym.key',
  ])
    .argument('<folder>', 'the backup folder')
    .option('--pseudonym-key <file>', 'the pseudonym key, if the backup does not include it')
    .action(async (folder: string, options: Common & { pseudonymKey?: string }) => {
      const own = ownFolder(options, 'restore needs a data folder: give it with --data');
      await restore(folder, own, options.pseudonymKey, openLog, outputTo(options.json === true));
      exit(EXIT.done);
    });

  common(
    'timeline',
    'Prints the events of a stream, an organisation or a correlation: what was recorded, by whom and when.',
    ['timeline programme/norland.border-training', 'timeline --actor norland --from 2026-01-01 --to 2026-01-31 --json'],
  )
    .argument('[stream]', '<kind>/<id>')
    .option('--actor <organisation>', 'events that it sent, or that were sent on its behalf')
    .option('--correlation <id>', 'events with this correlation id')
    .option('--from <when>', 'events that happened at or after this day or instant')
    .option('--to <when>', 'events that happened at or before this day or instant')
    .action((stream: string | undefined, { data, json, ...options }: Common & Record<string, string>) =>
      withLog({ ...(data === undefined ? {} : { data }) }, async (log) => {
        if (stream === undefined && options['actor'] === undefined && options['correlation'] === undefined)
          throw new Error('timeline takes a stream, --actor or --correlation');
        await timeline(log, { ...options, ...(stream === undefined ? {} : { stream }) }, outputTo(json === true));
        exit(EXIT.done);
      }),
    );

  common('verify', 'Checks form, order and decisions of the log; an edit or a removed last event only by --expect.', [
    'verify',
    'verify --data ./data --json',
    `verify --expect 59:${'0'.repeat(64)}`,
  ])
    .option('--expect <position:digest>', 'a digest that was kept elsewhere: the events up to it must still have it')
    .action((options: Common & { expect?: string }) => {
      const expected = options.expect === undefined ? null : readExpected(options.expect);
      const checkAll = async (log: EventLog): Promise<void> => {
        const output = outputTo(options.json === true);
        const found = await verify(log, output, expected);
        if (output.json) output.out(JSON.stringify(found));
        else {
          if (found.findings.length > 0) output.out(table(found.findings.map((finding) => ({ ...finding }))));
          output.out(
            `${found.events} events of ${found.streams} streams up to position ${found.position}: ${found.count} findings`,
          );
          output.out(`${found.outdated} decisions on outdated states of other streams`);
          if (found.expected?.matches === true)
            output.out(`the events up to position ${found.expected.position} have the digest that was expected`);
          output.out(`digest (equal in every store with these events): ${found.digest}`);
          output.out(`to keep elsewhere, since only --expect shows an edit: ${found.position}:${found.digest}`);
        }
        exit(found.count === 0 ? EXIT.done : EXIT.differences);
      };
      return withLog(options, checkAll, { evenIfDamaged: true });
    });
  common(
    'digest',
    'Prints <position>:<digest> of the log, to be kept elsewhere: verify --expect compares a log with it.',
    ['digest', 'digest --at 59 --json'],
  )
    .option('--at <position>', 'the last event that counts: a position that has one (default: the end of the log)')
    .action((options: Common & { at?: string }) => {
      const upTo = options.at === undefined ? undefined : readPosition(options.at);
      return withLog(options, async (log) => {
        const output = outputTo(options.json === true);
        const { position, events, digest } = await digestOfLog(log, upTo);
        if (events === 0 || (upTo !== undefined && position !== upTo))
          throw new Error(
            upTo === undefined
              ? 'the log has no events yet, so there is nothing to compare'
              : `no event has position ${upTo}: the last one before it has ${position}`,
          );
        output.out(
          output.json ? JSON.stringify({ position: String(position), events, digest }) : `${position}:${digest}`,
        );
        exit(EXIT.done);
      });
    });
  common(
    'check',
    'Runs the control checks: where history breaks a rule, although commands guard it. Or looks at the backing services.',
    ['check --rules', 'check --rule R19 --as-of 2026-01-31 --json', 'check services'],
  )
    .argument(
      '[what]',
      'services: event store, broker and database of the environment, before the first start; status 1 if an app would fail',
    )
    .option('--rules', 'the control checks of all rules: the default')
    .option('--rule <number>', `the checks of one rule: ${CONTROLLED_RULES.join(', ')} (default: all)`)
    .option('--as-of <when>', 'a position, a day (its end, UTC) or an instant (default: now)')
    .action(async (what: string | undefined, options: Common & { rules?: true; rule?: string; asOf?: string }) => {
      if (what === 'services') {
        if (
          options.data !== undefined ||
          options.rules === true ||
          options.rule !== undefined ||
          options.asOf !== undefined
        )
          throw new Error('check services takes --json only');
        return exit((await checkServices(outputTo(options.json === true))) === 0 ? EXIT.done : EXIT.fault);
      }
      if (what !== undefined) throw new Error(`check takes nothing or "services", not "${what}"`);
      await withLog(options, async (log) => {
        const output = outputTo(options.json === true);
        const { position } = await pointAt(log, options.asOf);
        const checked = await checkRules(log, position, options.rule, output);
        const lines = checked.findings.map(findingLine);
        if (output.json) output.out(JSON.stringify({ ...checked, findings: lines }));
        else {
          if (lines.length > 0) output.out(table(lines));
          output.out(`${checked.events} events up to position ${checked.position}: ${checked.count} findings`);
        }
        exit(checked.count === 0 ? EXIT.done : EXIT.differences);
      });
    });
  serviceCommands(bare, exit, outputTo);
  return program;
}

/**
 * Runs the command line with these arguments of a process. An error is one sentence and an exit
 * status.
 */
export async function runCommandLine(
  args: readonly string[],
  exit: (status: number) => void,
  outputTo: (json: boolean) => Output = processOutput,
): Promise<void> {
  try {
    await commandLine(exit, outputTo).parseAsync(args);
  } catch (error) {
    outputTo(false).err(`entente: ${messageOf(error)}`);
    exit(error instanceof UnusableInput ? EXIT.unusable : EXIT.fault);
  }
}
