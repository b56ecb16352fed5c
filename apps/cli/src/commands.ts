import { VERSION } from '@entente/engine';
import { Command } from 'commander';
import { backUp, restore } from './backup.js';
import { makeLog, openApi, openLog, openRows, openScratch } from './cli.module.js';
import { importObligations } from './import.js';
import { exportLog, importLog } from './move.js';
import { EXIT, type Output, processOutput, table } from './output.js';
import { foldAnew, positionAt, printRows } from './rows.js';
import { known, parkedIn, sides, tell } from './comparing.js';
import { serviceCommands, importToServices } from './service-commands.js';
import { type Common, folderOf, onOwnFolder, ownFolder, withLog } from './deployments.js';
import { listParked, rebuildModels, retry } from './rebuilding.js';
import { timeline } from './timeline.js';
import { verify } from './verify.js';

const CODES = `
Exit status: 0 done, 1 fault, 2 refused rows or differences found.`;

interface ImportOptions {
  readonly mapping?: string;
  readonly url?: string;
  readonly refused?: string;
  readonly positions?: string;
}

/** The whole command line. `exit` is told the exit status of a command that ended. */
export function commandLine(
  exit: (status: number) => void,
  outputTo: (json: boolean) => Output = processOutput,
): Command {
  const program = new Command('entente')
    .version(VERSION)
    .description('Imports into, replays, compares and verifies an Entente deployment.')
    .addHelpText('after', CODES);
  /** One that needs no data folder. */
  const bare = (name: string, about: string, examples: readonly string[]): Command =>
    program
      .command(name)
      .description(about)
      .option('--json', 'results as JSON, for programs')
      .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ entente ${line}`).join('\n')}\n${CODES}`);
  const common = (name: string, about: string, examples: readonly string[]): Command =>
    bare(name, about, examples).option(
      '--data <folder>',
      'the data folder (default: the deployment that ESDB_URL names, else ENTENTE_DATA or ./data)',
    );

  common('import', 'Reads reported history through the API (run again, nothing doubles), or a whole exported log.', [
    'import obligations report.csv --mapping deploy/mappings/us-greenbook.json',
    'import obligations report.csv --mapping mapping.json --url http://127.0.0.1:3000 --json',
    'import log entente.ndjson --data ./new-data',
  ])
    .argument('<what>', 'what the file holds: obligations (CSV), or a log that was exported (NDJSON)')
    .argument('<file>', 'the file')
    .option('--mapping <file>', 'obligations: how the columns are read; see deploy/mappings/us-greenbook.json')
    .option('--url <url>', 'the running deployment to ask; else the one of the data folder, else it is opened here')
    .option('--refused <file>', 'where refused rows go, with their reasons (default: <file>.refused.csv, here)')
    .option('--positions <file>', 'log: where old and new positions go (default: <file>.positions.csv)')
    .action(async (what: string, file: string, options: Common & ImportOptions) => {
      const output = outputTo(options.json === true);
      if (what === 'log') {
        const positions = options.positions ?? `${file}.positions.csv`;
        if (onOwnFolder(options)) await importLog(file, folderOf(options), positions, makeLog, output);
        else await importToServices(file, positions, output);
        return exit(EXIT.done);
      }
      if (what !== 'obligations') throw new Error(`"${what}" cannot be imported: obligations and log can`);
      const { mapping } = options;
      if (mapping === undefined) throw new Error('obligations are read by --mapping <file>, which says how');
      if (options.url === undefined) ownFolder(options, 'name one of its apis by --url');
      const api = await openApi(folderOf(options), options.url);
      try {
        const { refusedFile, ...counts } = await importObligations(file, { ...options, mapping, url: api.url }, output);
        const { read, accepted, alreadyThere, refused } = counts;
        if (output.json) output.out(JSON.stringify(counts));
        else output.out(`${read} rows read: ${accepted} accepted, ${alreadyThere} there already, ${refused} refused`);
        if (refusedFile !== null) output.err(`the refused rows and why: ${refusedFile}`);
        exit(refused > 0 ? EXIT.differences : EXIT.done);
      } finally {
        await api.close();
      }
    });

  common('replay', 'Prints a read model at a position or date, folded from the events alone.', [
    'replay donor-portfolio',
    'replay funding --as-of 2026-01-31 --json',
  ])
    .argument('<read-model>')
    .option('--as-of <when>', 'a position, a day (its end, UTC) or an instant; now, where it is not given')
    .action((name: string, options: Common & { asOf?: string }) =>
      withLog(options, async (log) => {
        const output = outputTo(options.json === true);
        const position = await positionAt(log, options.asOf);
        const scratch = await openScratch(log);
        try {
          known(scratch.rows, name);
          await foldAnew(log, scratch.rows, position, output);
          const count = await printRows(scratch.rows, name, position, output);
          output.err(`${count} rows at position ${position}`);
          exit(EXIT.done);
        } finally {
          await scratch.end();
        }
      }),
    );

  common(
    'compare',
    'Names each row and column that differs: between two dates, or between the rows that are served and a replay.',
    ['compare --rebuilt', 'compare donor-portfolio --as-of 2026-01-31 --with 2026-03-31'],
  )
    .argument('[read-model]', 'all of them, where none is named')
    .option('--rebuilt', 'the rows that are served against the same folded anew')
    .option('--as-of <when>', 'the first side: a position, a day or an instant')
    .option('--with <when>', 'the second side; now, where it is not given')
    .action((name: string | undefined, options: Common & { rebuilt?: boolean; asOf?: string; with?: string }) =>
      withLog(options, async (log, deployment) => {
        const output = outputTo(options.json === true);
        if ((options.rebuilt === true) === (options.asOf !== undefined))
          throw new Error('compare takes --rebuilt, or --as-of with --with');
        const served = await deployment.rows(log);
        const scratch = await openScratch(log);
        try {
          const names = name === undefined ? served.names().map((one) => one.name) : [known(served, name)];
          const [left, right] = await sides(log, served, scratch.rows, options, output);
          const lacking = options.rebuilt === true ? await parkedIn(served, names) : [];
          const found = await tell(names, left, right, lacking, output);
          exit(found === 0 && lacking.length === 0 ? EXIT.done : EXIT.differences);
        } finally {
          await scratch.end();
          await served.close();
        }
      }),
    );

  common(
    'rebuild',
    'Folds read models anew beside the living ones, catches up and takes over, while the deployment runs on.',
    ['rebuild funding', 'rebuild funding programmes --anew'],
  )
    .argument('[read-model...]', 'those whose version changed, where none is named')
    .option('--anew', 'begin again, also where an earlier rebuild was broken off')
    .action((names: readonly string[], options: Common & { anew?: boolean }) =>
      withLog(options, async (log, deployment) => {
        const rows = await deployment.rowsToWrite(log);
        try {
          await rebuildModels(log, rows, names, options.anew === true, outputTo(options.json === true));
          exit(EXIT.done);
        } finally {
          await rows.close();
        }
      }),
    );

  common(
    'parked',
    'Lists streams that a read model cannot fold, by which event, why and since when; or tries them again.',
    ['parked', 'parked retry', 'parked retry --model funding --stream funding-account/norland.border-fund'],
  )
    .argument('[what]', 'retry: folds them from the event on that stopped them, after a fix')
    .option('--model <read-model>', 'retry those of this read model alone')
    .option('--stream <stream>', 'retry this stream alone')
    .action((what: string | undefined, options: Common & { model?: string; stream?: string }) =>
      withLog(options, async (log, deployment) => {
        if (what !== undefined && what !== 'retry') throw new Error(`parked takes nothing or "retry", not "${what}"`);
        const output = outputTo(options.json === true);
        const rows = await (what === undefined ? deployment.rows : deployment.rowsToWrite)(log);
        try {
          const left =
            what === undefined ? await listParked(log, rows, output) : await retry(log, rows, options, output);
          exit(left === 0 ? EXIT.done : EXIT.differences);
        } finally {
          await rows.close();
        }
      }),
    );

  common('export', 'Writes the whole log as NDJSON with its digest, to be read into an empty store by `import log`.', [
    'export entente.ndjson',
    'export entente.ndjson --data ./data --json',
  ])
    .argument('<file>', 'where it goes: a new file')
    .action((file: string, options: Common) =>
      withLog(options, async (log) => {
        await exportLog(log, file, outputTo(options.json === true));
        exit(EXIT.done);
      }),
    );

  common(
    'backup',
    'Copies the data folder into an empty one, while the deployment runs, with a manifest of what it holds.',
    ['backup /var/backups/entente-2026-11-24', 'backup ./copy --rows --pseudonym-key --json'],
  )
    .argument('<folder>', 'where the copy goes: a new folder for each')
    .option('--rows', 'the rows too: they are folded again from the log where they are missing')
    .option('--pseudonym-key', 'the key too that links reporters to their pseudonyms')
    .action(async (folder: string, options: Common & { rows?: boolean; pseudonymKey?: boolean }) => {
      const own = ownFolder(options, 'back its event store up by its own means, or write its log by `entente export`');
      await backUp(own, folder, options, { log: openLog, rows: openRows }, outputTo(options.json === true));
      exit(EXIT.done);
    });

  common('restore', 'Puts a backup into an empty data folder, once it is what its manifest says.', [
    'restore /var/backups/entente-2026-11-24 --data ./data',
    'restore ./copy --data ./data --pseudonym-key /safe/pseudonym.key',
  ])
    .argument('<folder>', 'the backup')
    .option('--pseudonym-key <file>', 'the key that links reporters to their pseudonyms, where the backup has none')
    .action(async (folder: string, options: Common & { pseudonymKey?: string }) => {
      const own = ownFolder(options, 'a backup of a folder is restored into a folder');
      await restore(folder, own, options.pseudonymKey, openLog, outputTo(options.json === true));
      exit(EXIT.done);
    });

  common('timeline', 'Prints who said what and when: of a stream, an organisation, or a correlation.', [
    'timeline programme/norland.border-training',
    'timeline --actor norland --from 2026-01-01 --to 2026-01-31 --json',
  ])
    .argument('[stream]', '<kind>/<id>')
    .option('--actor <organisation>', 'what it sent, or what was sent in its name')
    .option('--correlation <id>', 'all that belongs together by this id')
    .option('--from <when>', 'a day or an instant on which it happened')
    .option('--to <when>', 'a day or an instant')
    .action((stream: string | undefined, { data, json, ...options }: Common & Record<string, string>) =>
      withLog({ ...(data === undefined ? {} : { data }) }, async (log) => {
        if (stream === undefined && options['actor'] === undefined && options['correlation'] === undefined)
          throw new Error('timeline takes a stream, --actor or --correlation');
        await timeline(log, { ...options, ...(stream === undefined ? {} : { stream }) }, outputTo(json === true));
        exit(EXIT.done);
      }),
    );

  common('verify', 'Reads the whole log and holds it against what it promises.', [
    'verify',
    'verify --data ./data --json',
  ]).action((options: Common) =>
    withLog(options, async (log) => {
      const output = outputTo(options.json === true);
      const found = await verify(log, output);
      if (output.json) output.out(JSON.stringify(found));
      else {
        if (found.findings.length > 0) output.out(table(found.findings.map((finding) => ({ ...finding }))));
        output.out(
          `${found.events} events of ${found.streams} streams up to position ${found.position}: ${found.count} findings`,
        );
        output.out(`${found.outdated} decisions on outdated knowledge`);
        output.out(`the digest of these events, alike in every store that holds them: ${found.digest}`);
      }
      exit(found.count === 0 ? EXIT.done : EXIT.differences);
    }),
  );
  serviceCommands(bare, exit, outputTo);
  return program;
}
