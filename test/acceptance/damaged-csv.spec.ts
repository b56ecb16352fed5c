import 'reflect-metadata';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CsvRow } from '../../apps/cli/src/importing/csv-records.js';
import { Decoder } from '../../apps/cli/src/importing/decode.js';
import { FileRows, formatOf } from '../../apps/cli/src/importing/file-rows.js';
import { importCommands } from '../../apps/cli/src/importing/import-commands.js';
import { type Mapping, readMapping } from '../../apps/cli/src/importing/mapping.js';
import { refusedHead, refusedLine } from '../../apps/cli/src/importing/refused-file.js';
import { type MappedRow, RowMapper } from '../../apps/cli/src/importing/row-mapper.js';
import { UnusableInput } from '../../apps/cli/src/importing/unusable-input.js';
import { ROOT } from '../support/documents.js';

/** How many damaged files are tried: `npm run test:fuzz` tries ten thousand. */
const FILES = Number(process.env['FUZZ_FILES'] ?? 200);
/** `FUZZ_SEED` tries the same files again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));

const NAMES = ['us-greenbook', 'state-department', 'equipment'] as const;
const WORKED = new Map(
  NAMES.map((name) => {
    const path = join(ROOT, 'docs/how-to/imports', name);
    const file = `${path}.mapping.json`;
    return [name, { bytes: readFileSync(`${path}.csv`), mapping: readMapping(file), file }];
  }),
);
const workedFile = (name: (typeof NAMES)[number]) => {
  const found = WORKED.get(name);
  if (found === undefined) throw new Error(`there is no worked file ${name}`);
  return found;
};

/** A change of a file at a place, which counts from its start, and over its length again. */
interface Damage {
  readonly at: number;
  readonly how: 'replace' | 'insert' | 'remove';
  readonly byte: number;
}
const SIGNS = [...Buffer.from('",;\n\r\t\0 -(.0{}=\u00e9'), 0xff, 0xc3, 0xe9];
const damage = fc.record<Damage>({
  at: fc.nat(1_000_000),
  how: fc.constantFrom('replace', 'insert', 'remove'),
  byte: fc.oneof(fc.constantFrom(...SIGNS), fc.integer({ min: 0, max: 255 })),
});

function damaged(bytes: Buffer, { at, how, byte }: Damage): Buffer {
  const place = at % (bytes.length + 1);
  const rest = bytes.subarray(how === 'insert' ? place : place + 1);
  return Buffer.concat([bytes.subarray(0, place), Buffer.from(how === 'remove' ? [] : [byte]), rest]);
}

/**
 * The text of a file: as UTF-8, else in a Windows code page, which has all bytes; null if its first
 * bytes have NULs that make it look like UTF-16.
 */
function textIn(bytes: Buffer, pieces: number): string | null {
  for (const encoding of ['utf-8', 'windows-1252']) {
    const decoder = new Decoder(encoding, 'the file');
    try {
      let text = '';
      for (let at = 0; at < bytes.length; at += pieces) text += decoder.push(bytes.subarray(at, at + pieces));
      return text + decoder.end();
    } catch (error) {
      if (!(error instanceof UnusableInput)) throw error;
      expect(error.message).toContain('--encoding');
      if (error.message.includes('NUL bytes')) return null;
    }
  }
  throw new Error('a Windows code page has all bytes');
}

interface MappedFile {
  readonly head: FileRows['head'];
  readonly rows: readonly { readonly row: CsvRow; readonly mapped: MappedRow }[];
}

/** Reads and maps a text; null if it has no header, or lacks a column. */
function mapAll(text: string | null, mapping: Mapping, pieces: number): MappedFile | null {
  if (text === null) return null;
  const file = new FileRows(mapping, 'the file');
  const rows: CsvRow[] = [];
  try {
    for (let at = 0; at < text.length; at += pieces) rows.push(...file.push(text.slice(at, at + pieces)));
    rows.push(...file.push(null));
    const mapper = new RowMapper(mapping, file.head?.header ?? []);
    const mapRow = (row: CsvRow): MappedRow =>
      row.fields === null
        ? { type: 'refused', code: 'row-unreadable', why: row.why }
        : mapper.map(row.fields, row.line);
    return { head: file.head, rows: rows.map((row) => ({ row, mapped: mapRow(row) })) };
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error;
    return null;
  }
}

const linesOf = (text: string): string[] => text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];

describe(`a CSV file that is damaged at random bytes (FUZZ_SEED=${SEED})`, () => {
  const worked = fc.constantFrom(...NAMES);
  const pieces = fc.integer({ min: 1, max: 4096 });

  it(`keeps every line in exactly one row, and mended refused rows can be read again (${FILES} files)`, () => {
    let unusable = 0;
    fc.assert(
      fc.property(worked, fc.array(damage, { minLength: 1, maxLength: 6 }), pieces, (name, changes, size) => {
        const { bytes, mapping } = workedFile(name);
        const text = textIn(changes.reduce(damaged, bytes), size);
        const found = mapAll(text, mapping, size);
        if (text === null || found === null || found.head === null) return void (unusable += 1);
        const { head, rows } = found;
        // The rows and the lines before them are the file, to the character.
        const before = text.length - rows.reduce((sum, { row }) => sum + row.raw.length + row.end.length, 0);
        expect(text.slice(before)).toBe(rows.map(({ row }) => row.raw + row.end).join(''));
        const signs = (cell: string): string => cell.replace(/[\r\n]/g, '');
        expect(signs(text.slice(0, before))).toBe(signs([...head.preamble, head.rawHeader].join('')));
        // What is refused can be read again, row by row.
        const refused = rows.flatMap(({ row, mapped }) =>
          mapped.type === 'refused' ? [{ ...row, code: mapped.code, reason: mapped.why }] : [],
        );
        const format = formatOf(mapping);
        const again =
          refusedHead(format, head.preamble, head.rawHeader).slice(1) +
          refused.map(({ line, code, reason, raw }) => refusedLine(format, { line, code, why: reason, raw })).join('');
        const second = mapAll(again, mapping, size);
        expect(second?.head?.isRefused).toBe(true);
        expect(second?.rows.map(({ row }) => row.raw)).toEqual(refused.map(({ raw }) => raw));
        expect(second?.rows.map(({ mapped }) => mapped.type).filter((type) => type === 'left-out')).toEqual([]);
      }),
      { numRuns: FILES, seed: SEED },
    );
    // Damage to the header is the only one that costs the whole file.
    expect(unusable / FILES).toBeLessThan(0.6);
  });

  const undamaged = new Map(
    NAMES.map((name) => {
      const { bytes, mapping } = workedFile(name);
      return [name, mapAll(bytes.toString(), mapping, 4096)?.rows.map(({ row }) => row)];
    }),
  );

  it(`reads every other row as before if one byte is another (${FILES} files)`, () => {
    fc.assert(
      fc.property(worked, damage, pieces, (name, change, size) => {
        const { bytes, mapping } = workedFile(name);
        const whole = undamaged.get(name) ?? [];
        const found = mapAll(textIn(damaged(bytes, change), size), mapping, size);
        if (found === null) return;
        const damagedLine = linesOf(bytes.subarray(0, change.at % (bytes.length + 1)).toString() + 'x').length;
        const isBeside = ({ line }: CsvRow): boolean => line === damagedLine || line === damagedLine + 1;
        const kept = whole.filter((row) => !isBeside(row)).map(({ fields }) => JSON.stringify(fields));
        const read = new Set(found.rows.map(({ row }) => JSON.stringify(row.fields)));
        // Other text is another encoding's, and a damaged header another file.
        if (/[^\0-\x7f]/.test(found.rows.map(({ row }) => row.raw).join(''))) return;
        if (damagedLine <= (mapping.file?.headerLine ?? 1)) return;
        expect(kept.filter((row) => !read.has(row))).toEqual([]);
      }),
      { numRuns: FILES, seed: SEED },
    );
  });

  describe('and imported', () => {
    const folder = mkdtempSync(join(tmpdir(), 'entente-damaged-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const quiet = { json: true, out: () => undefined, err: () => undefined };

    it(`is counted completely or refused with a sentence (${Math.ceil(FILES / 5)} files)`, async () => {
      const csv = join(folder, 'damaged.csv');
      await fc.assert(
        fc.asyncProperty(worked, fc.array(damage, { minLength: 1, maxLength: 6 }), async (name, changes) => {
          const { bytes, file } = workedFile(name);
          writeFileSync(csv, changes.reduce(damaged, bytes));
          try {
            const { read, accepted, alreadyThere, refused, leftOut } = await importCommands(
              csv,
              { mapping: file, url: null, dryRun: true },
              quiet,
            );
            expect(accepted + alreadyThere + refused + leftOut).toBe(read);
          } catch (error) {
            expect(error).toBeInstanceOf(UnusableInput);
            expect((error as Error).message).toMatch(/column|is no header|--encoding/);
          }
        }),
        { numRuns: Math.ceil(FILES / 5), seed: SEED },
      );
    });
  });
});
