import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCommand } from '@entente/contracts';
import { commandLine } from '../../apps/cli/src/commands.js';
import { APPS } from '../../deploy/check/settings.mjs';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';
import { DOCUMENTS, ROOT, blocksOf, linksOf, textOf } from '../support/documents.js';

/** The state of a reader's folder after the commands of a document. */
interface Ran {
  readonly status: number | null;
  readonly err: string;
  /** What each block printed. */
  readonly printed: readonly string[];
  /** The status of each answer over HTTP, by the number of its block. */
  readonly statuses: readonly (readonly [block: number, status: number])[];
}

/** The documents whose `sh` blocks are run, one after the other on the same deployment. */
const RUN = [
  'README.md',
  'docs/tutorials/first-programme.md',
  ...['back-up-and-restore', 'rebuild-a-read-model', 'parked-streams', 'move-a-log'].map(
    (name) => `docs/how-to/${name}.md`,
  ),
  ...['monitor-and-alert', 'import-spreadsheets'].map((name) => `docs/how-to/${name}.md`),
];
const isRun = ({ info }: { readonly info: string }): boolean => /^sh\b/.test(info);

const folder = mkdtempSync(join(tmpdir(), 'entente-readme-'));
const before = { ...process.env };
let built: StandaloneProcess;
let proxy: Server;
beforeAll(async () => {
  mkdirSync(join(folder, 'bin'));
  for (const part of ['deploy', 'dist', 'docs']) symlinkSync(join(ROOT, part), join(folder, part));
  for (const [name, text] of Object.entries({ npm: NPM, curl: CURL })) {
    writeFileSync(join(folder, 'bin', name), `#!/usr/bin/env bash\n${text}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  delete process.env['ESDB_URL'];
  process.env['ENTENTE_DATA'] = join(folder, 'data');
  proxy = createServer((request, reply) => void answer(request, reply)).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  built = await startStandalone(join(folder, 'data'), 'on');
  // A query as of a second finds only events recorded before that second.
  await pause(1100);
});
afterAll(async () => {
  process.env = before;
  proxy.close();
  built.process.kill();
  await built.ended;
  rmSync(folder, { recursive: true });
});

/**
 * `npm start` has been done, and so have installing and building; a command of the line is run in
 * this process, which has it loaded.
 */
const NPM = `case "$1 $2" in
  "run entente")
    shift 3
    out=$(mktemp)
    code=$("$CURL" -s -o "$out" -w '%{http_code}' --data-binary "$(printf '%s\\n' "$@")" "$COMMANDS")
    cat "$out"
    rm "$out"
    exit $((code - 200)) ;;
  "start ") ;;
  *) echo "not run here: npm $*" >&2; exit 1 ;;
esac`;
/** A stream that does not end is read for a second. */
const CURL = `out=$(mktemp)
args=()
for arg in "$@"; do args+=("\${arg//http:\\/\\/127.0.0.1:3000/$URL}"); done
code=$("$CURL" --max-time "$([[ "$*" == *-sN* ]] && echo 1 || echo 20)" -o "$out" -w '%{http_code}' "\${args[@]}")
echo "$BLOCK $code" >> statuses
cat "$out"
rm "$out"`;

/**
 * Runs a command of the line, its arguments a line each: what it prints, and 200 and its exit
 * status.
 */
async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const [name = '', ...args] = (await text(request)).trimEnd().split('\n');
  const inFolder = (arg: string): string =>
    arg.startsWith('./') || existsSync(join(folder, arg)) ? join(folder, arg) : arg;
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(text);
  let exit = 1;
  const program = commandLine(
    (status) => (exit = status),
    (json) => ({ json, out: print, err: print }),
  );
  // One that is not understood ends with an error, and not this process.
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput({ writeErr: print });
  await program.parseAsync(['node', 'entente', name, ...args.map(inFolder)]).catch((error: unknown) => {
    exit = 1;
    print(String(error));
  });
  reply.writeHead(200 + exit).end(printed.join('\n'));
}

/** Runs the `sh` blocks of a document in their order, in one shell. */
async function run(document: string): Promise<Ran> {
  const inIt = (name: string): string => join(folder, name);
  const written = (name: string): string => (existsSync(inIt(name)) ? readFileSync(inIt(name), 'utf8') : '');
  rmSync(inIt('statuses'), { force: true });
  const blocks = blocksOf(document);
  const script = blocks.map((block, n) =>
    isRun(block) ? `export BLOCK=${n}\n{\n${block.text}\n} > printed-${n}` : `: > printed-${n}`,
  );
  const env = {
    ...before,
    PATH: `${inIt('bin')}:${before['PATH'] ?? ''}`,
    CURL: spawnSync('bash', ['-c', 'command -v curl'], { encoding: 'utf8' }).stdout.trim(),
    URL: built.url,
    COMMANDS: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  };
  const shell = spawn('bash', ['-e', '-c', script.join('\n')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [err, [status]] = await Promise.all([text(shell.stderr), once(shell, 'exit') as Promise<[number | null]>]);
  const lines = written('statuses').split('\n').slice(0, -1);
  return {
    status,
    err,
    printed: blocks.map((_, n) => written(`printed-${n}`)),
    statuses: lines.map((line) => line.split(' ').map(Number) as [number, number]),
  };
}

describe('the commands of a document', () => {
  it.each(RUN)('work as the document describes: %s', async (document) => {
    const blocks = blocksOf(document);
    const { status, err, printed, statuses } = await run(document);
    expect([status, status === 0 ? '' : `${err}\n${printed.join('\n')}`]).toEqual([0, '']);
    for (const [n, code] of statuses) {
      const expected = Number(/\d+/.exec(blocks[n]?.info ?? '')?.[0] ?? 0);
      expect([blocks[n]?.text, code]).toEqual([
        blocks[n]?.text,
        expected === 0 ? (code === 200 ? 200 : 201) : expected,
      ]);
    }
    for (const [n, { info, text }] of blocks.entries())
      if (info === 'json') expect(JSON.parse(printed[n - 1] ?? '')).toMatchObject(JSON.parse(text) as object);
    if (document === 'README.md')
      expect(printed.flatMap(pledgedAndDisbursed)).toEqual([
        ['250000000', '0'],
        ['250000000', '60000000'],
        ['375000000', '60000000'],
      ]);
  });
});

/** What is pledged and disbursed in the first row of each answer. */
const pledgedAndDisbursed = (printed: string): readonly (readonly (string | undefined)[])[] =>
  printed
    .split(/(?<=})(?={)/)
    .filter((answer) => answer.startsWith('{"rows"'))
    .map((answer) => (JSON.parse(answer) as { rows: { pledged: string; disbursed: string }[] }).rows[0])
    .map((row) => [row?.pledged, row?.disbursed]);

describe('a command of a document that is not run here', () => {
  const scripts = (JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }).scripts;
  const shell = DOCUMENTS.flatMap((document) =>
    blocksOf(document)
      .filter(({ info }) => /^(?:sh|shell)\b/.test(info))
      .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, ' ').split('\n')),
  );

  it('names npm scripts that exist', () => {
    const quoted = DOCUMENTS.flatMap((document) =>
      [...textOf(document).matchAll(/`(npm [^`]+)`/g)].map(([, line = '']) => line),
    );
    const named = [...shell, ...quoted].flatMap((line) => /\bnpm (?:run )?([a-z:]+)/.exec(line)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('names commands and options of the command line that exist', () => {
    const lines = shell.flatMap((line) => /npm run entente(?::services)? -- ([a-z].*)$/.exec(line)?.[1] ?? []);
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) {
      const [name, ...args] = line.split(' ');
      const command = commandLine(() => undefined).commands.find((one) => one.name() === name);
      expect([line, command?.parseOptions(args).unknown]).toEqual([line, []]);
    }
  });

  it('names settings that exist', () => {
    const known = [...Object.values(APPS).flatMap(({ takes }) => takes), 'ENTENTE_DEPLOYMENT', 'CI_BASE'];
    for (const document of DOCUMENTS)
      for (const [name] of textOf(document).matchAll(/\b(?:ENTENTE|KAFKA|ESDB|DATABASE|ANALYST)_[A-Z_]*[A-Z]\b/g))
        expect([document, known.includes(name.replace(/_FILE$/, '')) || name]).toEqual([document, true]);
  });

  it('is a valid command event if it goes to Kafka', () => {
    const text = blocksOf('docs/how-to/send-commands-over-kafka.md').find(({ info }) => info === 'text')?.text ?? '';
    const [, , heads = '', value = ''] = /^key +(\S+)\nheaders +([^]*?)\nvalue +(.*)$/m.exec(text) ?? [];
    const headers = Object.fromEntries(heads.split(/,\s+/).map((one) => one.split(': ') as [string, string]));
    expect(readCommand({ headers, value: Buffer.from(value) })).toMatchObject({ type: 'command' });
  });
});

describe('a document', () => {
  it.each(DOCUMENTS)('%s has no dead link', (document) => {
    expect(linksOf(document).dead).toEqual([]);
  });

  it('has code that is in the sources, of the fact that is its example', () => {
    const sources = ['contracts/src', 'domain/src/situations', 'read-models/src'].flatMap((folder) =>
      globSync(`libs/${folder}/deployment*.ts`, { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8')),
    );
    const known = new Set(sources.flatMap((text) => text.split('\n').map((line) => line.trim())));
    const shown = blocksOf('docs/how-to/add-an-event.md')
      .filter(({ info }) => info === 'ts')
      .flatMap(({ text }) => text.split('\n').map((line) => line.trim()));
    expect(shown.length).toBeGreaterThan(15);
    expect(shown.filter((line) => line !== '' && !line.startsWith('//') && !known.has(line))).toEqual([]);
  });

  it('is reachable from the README', () => {
    const found = new Set(['README.md']);
    for (const document of found) for (const to of linksOf(document).to) if (to.endsWith('.md')) found.add(to);
    expect(DOCUMENTS.filter((document) => !found.has(document))).toEqual([]);
  });
});

describe('the help of the command line', () => {
  it('has examples that parse for each command', () => {
    for (const command of commandLine(() => undefined).commands) {
      let help = '';
      command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
      const examples = [...help.matchAll(/^ {2}\$ entente (.*)$/gm)].map(([, line = '']) => line.split(' '));
      expect(examples.length).toBeGreaterThan(0);
      expect(help).toContain(
        'Exit status: 0 success, 1 failure, 2 refused rows, differences or findings, 3 an unusable file',
      );
      for (const [name, ...args] of examples) {
        expect(name).toBe(command.name());
        expect(command.parseOptions(args).unknown).toEqual([]);
      }
    }
  });
});
