import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MAPPING } from './importing.js';
import { program } from '../support/app-process.mjs';
import { type CliResult, runEntente } from '../support/run-cli.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';

const HEADER = 'fiscal_year,region,country,funding_account_name,usd';
const ROW = '2026,North,Norland,Grants,5';
/** Four times as many rows as are under way at once. */
const MANY = Array.from({ length: 256 }, (_, n) => `${1900 + (n % 120)},North,Norland,Fund ${n},1`);

/** The command line: what it prints, and its exit status. */
describe('entente import commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-import-errors-'));
  const csv = join(folder, 'report.csv');
  const refused = join(folder, 'refused.csv');
  let server: StandaloneProcess;
  beforeAll(async () => {
    server = await startStandalone(join(folder, 'data'), 'off');
  });
  afterAll(async () => {
    server.process.kill();
    await server.ended;
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    writeFileSync(csv, `${HEADER}\n${ROW}\n`);
    rmSync(refused, { force: true, recursive: true });
  });

  const own = () => ['import', 'commands', csv, '--mapping', MAPPING, '--url', server.url, '--refused', refused];
  /** The built command line as a process. */
  const start = (...args: readonly string[]) => {
    const child = spawn(process.execPath, [program('cli'), ...own(), ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return {
      child,
      ended: Promise.all([once(child, 'exit') as Promise<[number]>, text(child.stdout), text(child.stderr)]),
    };
  };
  const head = async (url = server.url): Promise<number> =>
    Number(((await (await fetch(`${url}/v1/history?limit=1`)).json()) as { position: string }).position);
  const run = async (...args: readonly string[]): Promise<CliResult> => {
    const { status, out, err } = await runEntente(...own(), ...args);
    expect(err).not.toMatch(/^ {4}at /m);
    return { status, out, err: err.replace('entente: ', '').replaceAll(`${folder}/`, '').trim() };
  };

  it('ends with 0 if no row is refused, with 2 if one is, and removes the file of refused rows of an earlier run', async () => {
    writeFileSync(
      csv,
      `\ufeff${HEADER}\r\n${ROW}\n2026,North,"Norland"x,Grants,5\r\n2027,North,"Norland, N",Grants,much\n`,
    );
    expect(await run()).toMatchObject({
      status: 2,
      out: expect.stringContaining('3 rows read: 1 accepted, 0 there already, 2 refused, 0 left out') as unknown,
    });
    const lines = readFileSync(refused, 'utf8').split('\n');
    expect(lines).toEqual([
      `\ufeffentente_line,entente_code,entente_reason,${HEADER}`,
      '3,row-unreadable,"text behind the closing quotation mark of field 3",2026,North,"Norland"x,Grants,5',
      '4,amount-unreadable,"amount: ""much"" is no number in this format",2027,North,"Norland, N",Grants,much',
      '',
    ]);
    // Mended, it is imported as it is, and is a part of the file.
    writeFileSync(
      csv,
      lines.join('\n').replace('"x,', '",').replace('Norland",Grants,5', 'Sudria",Grants,5').replace('much\n', '7\n'),
    );
    expect(await run()).toMatchObject({
      status: 0,
      out: '2 rows read: 2 accepted, 0 there already, 0 refused, 0 left out',
    });
    expect(existsSync(refused)).toBe(false);
  });

  it('names the file of refused rows by its full path', async () => {
    writeFileSync(csv, `${HEADER}\n2026,North,Norland,Grants,much\n`);
    const [, out] = await start('--refused', 'here.csv').ended;
    const path = join(realpathSync(folder), 'here.csv');
    expect(out.split('\n')).toContain(`the refused rows and why, to be mended and imported again: ${path}`);
    expect(existsSync(path)).toBe(true);
  });

  it.each([
    ['is empty', '', 'report.csv is empty'],
    ['has a header alone of blanks', ' , \n', 'line 1 of report.csv is no header: it is blank'],
    [
      'has a broken header',
      `"${HEADER}\n${ROW}\n`,
      'line 1 of report.csv is no header: a quotation mark that is not closed',
    ],
    [
      'has a column twice that is named',
      `${HEADER},USD\n${ROW},6\n`,
      'the column "usd" is there twice: name the one that is meant by its number, {#5} or {#6}. The columns are: fiscal_year,',
    ],
    [
      'is not in UTF-8',
      Buffer.from(`${HEADER}\n${ROW}\n2026,West,C\xf4te d'Azur,Grants,5\n`, 'latin1'),
      'report.csv has bytes that are not utf-8, first about line 3: name its encoding by --encoding, such as --encoding windows-1252',
    ],
  ])('ends with 3 and sends nothing if the file %s', async (_, contents, sentence) => {
    writeFileSync(csv, contents);
    const before = await head();
    const { status, err } = await run();
    expect([status, err.slice(0, sentence.length), await head()]).toEqual([3, sentence, before]);
    expect(existsSync(refused)).toBe(false);
  });

  it('reads a file in the encoding that is named, or that its byte order mark proves', async () => {
    const row = (country: string) => `${HEADER}\n2020,West,${country},Grants,5\n`;
    writeFileSync(csv, Buffer.from(row("C\xf4te d'Ouest"), 'latin1'));
    expect(await run('--encoding', 'windows-1252')).toMatchObject({ status: 0 });
    for (const bytes of [
      Buffer.from(row("\ufeffC\xf4te d'Ouest")),
      Buffer.from(`\ufeff${row("CO\u0302TE  d'ouest")}`, 'utf16le'),
    ]) {
      writeFileSync(csv, bytes);
      expect((await run()).out).toContain('0 accepted, 1 there already');
    }
    expect(await run('--encoding', 'klingon')).toMatchObject({
      status: 3,
      err: expect.stringContaining('there is no encoding') as unknown,
    });
    // What is named beside the mapping is checked with it, at once.
    expect(await run('--encoding', 'klingon', '--edition', 'of May')).toMatchObject({
      status: 3,
      err: expect.stringMatching(/^--edition: must match .*\n.*\n--encoding: there is no encoding/) as unknown,
    });
    // Another edition has another day; its name need not be one.
    expect(await run('--edition', 'FY2025')).toMatchObject({
      status: 3,
      err: expect.stringMatching(/^--published: is missing: the day of the edition/) as unknown,
    });
    expect((await run('--edition', 'FY2025', '--published', '2025-01-31', '--part')).status).toBe(0);
  });

  it('ends with 3 if a file in UTF-8 is named as in an encoding of one byte a letter', async () => {
    const before = await head();
    const tried = async (bytes: Buffer, encoding: string) => {
      writeFileSync(csv, bytes);
      return run('--encoding', encoding, '--dry-run');
    };
    const rows = `${HEADER}\n2020,West,C\xf4te d'Ouest,Grants,5\n`;
    for (const encoding of ['windows-1252', 'latin1', 'koi8-r'])
      expect(await tried(Buffer.from(rows), encoding)).toMatchObject({
        status: 3,
        err: `report.csv is UTF-8, as all its bytes beyond ASCII show, and not ${encoding}: leave out --encoding, and the encoding in the mapping`,
      });
    expect((await tried(Buffer.from(rows, 'latin1'), 'windows-1252')).status).toBe(0);
    expect((await tried(Buffer.from(`${HEADER}\n2020,West,Sudria,Grants,5\n`), 'windows-1252')).status).toBe(0);
    expect(await head()).toBe(before);
  });

  it('ends with 3 if a file is UTF-16 without its mark, and names it', async () => {
    const rows = `${HEADER}\n2020,West,C\xf4te d'Ouest,Grants,5\n`;
    const little = Buffer.from(rows, 'utf16le');
    for (const [bytes, encoding] of [
      [little, 'utf-16le'],
      [Buffer.from(little).swap16(), 'utf-16be'],
    ] as const)
      for (const more of [[], ['--encoding', 'windows-1252']]) {
        writeFileSync(csv, bytes);
        expect(await run(...more)).toMatchObject({
          status: 3,
          err: `report.csv is ${encoding}, as its NUL bytes show: name it by --encoding ${encoding}`,
        });
        expect((await run('--encoding', encoding, '--dry-run')).status).toBe(0);
      }
  });

  it('refuses a row with a carriage return inside, if lines end with LF, and reads no row more', async () => {
    writeFileSync(csv, [HEADER, '2033,North,Nor\rland,Grants,5', ROW.replace('2026', '2033')].join('\n'));
    expect((await run()).out).toContain('2 rows read: 1 accepted, 0 there already, 1 refused, 0 left out');
    expect(readFileSync(refused, 'utf8').split('\n')[1]).toBe(
      '2,row-unreadable,"a carriage return inside field 3",2033,North,Nor\rland,Grants,5',
    );
  });

  it('ends with 3 if the file, the mapping or the place of refused rows is no file that it can use', async () => {
    const before = await head();
    rmSync(csv);
    expect(await run()).toMatchObject({ status: 3, err: 'report.csv is not there' });
    const [[status], , err] = await start().ended;
    expect([status, err]).toEqual([3, `entente: ${csv} is not there\n`]);
    mkdirSync(csv);
    expect(await run()).toMatchObject({
      status: 3,
      err: 'report.csv is a folder or a pipe: an import reads a file twice',
    });
    rmSync(csv, { recursive: true });
    writeFileSync(csv, `${HEADER}\n2031,South,Norland,Grants,7\n`);
    expect(await run('--mapping', csv)).toMatchObject({
      status: 3,
      err: expect.stringMatching(/^report.csv is no JSON: /) as unknown,
    });
    expect(await run('--mapping', `${csv}.json`)).toMatchObject({ status: 3, err: 'report.csv.json is not there' });
    expect(await run('--refused', join(folder, 'none/refused.csv'))).toMatchObject({
      status: 3,
      err: 'none/refused.csv cannot be written: its folder is missing',
    });
    expect(await run('--refused', csv)).toMatchObject({
      status: 3,
      err: expect.stringContaining('is the file that is imported') as unknown,
    });
    expect(await run('--missing', folder)).toMatchObject({
      status: 3,
      err: expect.stringContaining('cannot be written: it is a folder') as unknown,
    });
    expect(await run('--missing', join(folder, '.', 'refused.csv'))).toMatchObject({
      status: 3,
      err: 'refused.csv is the file of refused rows: name another for missing rows by --missing',
    });
    for (const [path, rows] of [
      [refused, 'refused'],
      [`${refused}.notes`, 'missing'],
    ] as const) {
      writeFileSync(path, 'notes\n');
      expect(await run(`--${rows}`, path)).toMatchObject({
        status: 3,
        err: `${basename(path)} is there and has no ${rows} rows: name another file by --${rows}`,
      });
      expect(readFileSync(path, 'utf8')).toBe('notes\n');
      rmSync(path);
    }
    expect(await head()).toBe(before);
  });

  it('ends with 3 if a member of the mapping is given twice, or is not kept as it is written', async () => {
    const file = join(folder, 'twice.mapping.json');
    const text = readFileSync(MAPPING, 'utf8');
    const before = await head();
    writeFileSync(
      file,
      text
        .replace('"edition": "2024"', '"edition": "2023", "edition": "2024"')
        .replace('"as": "period"', '"as": "id", "\\u0061s": "period"')
        .replace('"onBudget": false', '"onBudget": false, "amount": 1e400'),
    );
    expect(await run('--mapping', file)).toEqual({
      status: 3,
      out: '',
      err: [
        'twice.mapping.json is not a mapping:',
        '  edition: is given twice',
        '  values.year.as: is given twice',
        '  commands.0.fields.amount: is a number of more digits than can be kept',
        '  commands.0.fields.amount: takes text or a whole number or true or false or a list or an object',
        '  commands.0.fields.amount: open has no such field',
      ].join('\n'),
    });
    writeFileSync(file, text.replace('"source"', '"__proto__"'));
    expect(await run('--mapping', file)).toMatchObject({
      status: 3,
      err: 'twice.mapping.json is no JSON: the mapping may not have a field __proto__',
    });
    writeFileSync(file, Buffer.from(text.replace('"edition"', '"about": "C\u00f4te", "edition"'), 'latin1'));
    expect(await run('--mapping', file)).toMatchObject({
      status: 3,
      err: 'twice.mapping.json is no JSON: the mapping must be JSON in UTF-8: it has bytes that are not UTF-8',
    });
    expect(await head()).toBe(before);
    // Some editors begin a file in UTF-8 with a byte order mark.
    writeFileSync(file, `\ufeff${text}`);
    expect(await run('--mapping', file)).toMatchObject({ status: 0 });
  });

  it('names no row twice, and reports equal rows', async () => {
    writeFileSync(
      csv,
      [HEADER, '2001,a,Estmark,Grants,5', '2001,b,Estmark,Grants,5', '2001.0,c,ESTMARK,Grants,6', ',,,,', ''].join(
        '\n',
      ),
    );
    expect((await run()).out).toContain('4 rows read: 1 accepted, 0 there already, 2 refused, 1 left out');
    expect(readFileSync(refused, 'utf8').match(/(?:row|key)-repeated,"line \d/g)).toEqual([
      'row-repeated,"line 2',
      'key-repeated,"line 2',
    ]);
  });

  it('finds the server at an address that ends with a slash', async () => {
    expect(await run('--url', `${server.url}/`, '--dry-run')).toMatchObject({ status: 0 });
    expect(await run('--url', `${server.url}/v1`)).toMatchObject({
      status: 1,
      err: `no Entente answers at ${server.url}/v1: start it, or omit --url`,
    });
  });

  it('asks no server of a copy with the address that a killed one left, and takes no folder beside an address', async () => {
    const own = join(folder, 'own');
    const copy = join(folder, 'copy');
    const into = () =>
      runEntente('import', 'commands', csv, '--mapping', MAPPING, '--refused', refused, '--data', own, '--json');
    expect((await into()).status).toBe(0);
    cpSync(own, copy, { recursive: true });
    const other = await startStandalone(copy, 'off');
    writeFileSync(join(own, 'address'), `${other.url}\n`);
    writeFileSync(csv, `${HEADER}\n2030,North,Norland,Grants,7\n`);
    const before = await head(other.url);
    expect(JSON.parse((await into()).out)).toMatchObject({ accepted: 1 });
    expect([await head(other.url), existsSync(join(own, 'address'))]).toEqual([before, false]);
    expect(await run('--data', own)).toEqual({
      status: 1,
      out: '',
      err: '--url names a running deployment and --data a folder: give one of them',
    });
    other.process.kill();
    await other.ended;
  });

  it('states that it makes a new log, if the data folder is not there', async () => {
    const nowhere = join(folder, 'nowhere');
    const complaints = async () => {
      const args = ['import', 'commands', csv, '--mapping', MAPPING, '--refused', refused, '--data', nowhere];
      return (await runEntente(...args)).err;
    };
    expect([await complaints(), await complaints()]).toEqual([`${nowhere} holds no log: a new one is made there`, '']);
  });

  it('ends with 1 and a sentence if the server is killed, and the next run completes it', async () => {
    const killed = await startStandalone(join(folder, 'killed'), 'off');
    writeFileSync(csv, [HEADER, ...MANY].join('\n'));
    const { child, ended } = start('--url', killed.url);
    const began = async (): Promise<void> => {
      if ((await head(killed.url)) < 80 && child.exitCode === null) return began();
    };
    await began();
    killed.process.kill('SIGKILL');
    const [[status], , err] = await ended;
    expect([status, err]).toEqual([1, expect.stringMatching(/ does not answer any more; run the import again: /)]);
    await killed.ended;
    const again = await startStandalone(join(folder, 'killed'), 'off');
    const { out } = await run('--url', again.url);
    const [, accepted = 0, there = 0] = (/: (\d+) accepted, (\d+) there already, 0 refused/.exec(out) ?? []).map(
      Number,
    );
    expect([accepted > 0, there > 0, accepted + there]).toEqual([true, true, MANY.length]);
    again.process.kill();
    await again.ended;
  });
});
