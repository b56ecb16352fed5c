import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import type { RecordedEvent } from '@entente/kernel';
import { parse } from 'csv-parse/sync';
import { commandLine } from '../../apps/cli/src/commands.js';
import { MAPPING_SCHEMA } from '../../apps/cli/src/importing/mapping-schema.js';
import { ROOT } from '../support/documents.js';
import { NOT_THE_CLOCK } from '../support/days.js';
import { entente } from '../support/run-cli.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';

interface HistoryEvent {
  readonly stream: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const fileOf = (name: string): string => join(ROOT, 'docs/how-to/imports', name);
/** The cells of a worked file, as another library reads them. */
const cellsOf = (name: string, delimiter = ','): string[][] =>
  parse(readFileSync(fileOf(`${name}.csv`)), { delimiter, relax_column_count: true });

/** The three files of the how-to, imported into a running server that has the example data. */
describe('the worked file of the how-to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-worked-'));
  let server: StandaloneProcess;
  beforeAll(async () => {
    server = await startStandalone(join(folder, 'data'), 'on');
  });
  afterAll(async () => {
    server.process.kill();
    await server.ended;
    rmSync(folder, { recursive: true });
  });

  const brought = (name: string, ...more: string[]) => broughtFrom(fileOf(`${name}.csv`), name, ...more);
  const broughtFrom = async (file: string, name: string, ...more: string[]): Promise<Record<string, unknown>> => {
    const printed: string[] = [];
    const program = commandLine(
      () => undefined,
      (json) => ({ json, out: (line) => void printed.push(line), err: () => undefined }),
    );
    const args = ['import', 'commands', file, '--mapping', fileOf(`${name}.mapping.json`)];
    const places = ['--refused', join(folder, 'refused.csv'), '--missing', join(folder, 'missing.csv')];
    await program.parseAsync(['node', 'entente', ...args, ...places, '--url', server.url, '--json', ...more]);
    return JSON.parse(printed.at(-1) ?? '') as Record<string, unknown>;
  };
  const eventsOf = async (streams: RegExp): Promise<HistoryEvent[]> => {
    const answer = await fetch(`${server.url}/v1/history`, { headers: { accept: 'application/x-ndjson' } });
    const lines = (await answer.text()).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as HistoryEvent).filter(({ stream }) => streams.test(stream));
  };
  /** The rows, once they have all that is recorded. */
  const rowsOf = async (model: string, query: string): Promise<Record<string, unknown>[]> => {
    const history = await fetch(`${server.url}/v1/history?limit=1`);
    const { position } = (await history.json()) as { position: string };
    const answer = await fetch(`${server.url}/v1/read-models/${model}?${query}&after=${position}`);
    return ((await answer.json()) as { rows: Record<string, unknown>[] }).rows;
  };
  /** The sum of the amounts of events, by what an event is added to. */
  const sums = (events: readonly HistoryEvent[], of: (event: HistoryEvent) => string): Record<string, number> => {
    const found: Record<string, number> = {};
    for (const event of events) {
      const { amount } = event.data as { amount?: number };
      if (amount === undefined) continue;
      const sign = /Deobligated|Decommitted|Reduced/.test(event.type) ? -1 : 1;
      found[of(event)] = (found[of(event)] ?? 0) + sign * amount;
    }
    return found;
  };

  it('us-greenbook has the sums of its column, by year', async () => {
    const [, ...rows] = cellsOf('us-greenbook');
    expect(await brought('us-greenbook')).toMatchObject({
      read: rows.length,
      accepted: rows.length,
      refused: 0,
      leftOut: 0,
    });
    const wanted: Record<string, number> = {};
    for (const [year = '', , , , , , , dollars] of rows) wanted[year] = (wanted[year] ?? 0) + Number(dollars) * 100;
    const events = await eventsOf(/^funding-account\/united-states\./);
    expect(sums(events, ({ data }) => String(data['period']))).toEqual(wanted);
    expect(wanted['1976.9']).toBe(200_000_000_00);
    expect(await brought('us-greenbook')).toMatchObject({ read: rows.length, accepted: 0, alreadyThere: rows.length });
  });

  it('state-department has the totals of its own last row, by column', async () => {
    expect(await brought('state-department', '--dry-run')).toMatchObject({
      read: 8,
      accepted: 6,
      refused: 0,
      leftOut: 2,
    });
    expect(await eventsOf(/^funding-account\/norland\..*\.foreign/)).toEqual([]);
    expect(await brought('state-department')).toMatchObject({ read: 8, accepted: 6, refused: 0, leftOut: 2 });
    const total = cellsOf('state-department').at(-1) ?? [];
    const [actual, estimate, request] = total.slice(2).map((text) => Number(text.replaceAll(',', '')) * 100_000);
    const events = await eventsOf(/^funding-account\/norland\.[a-z]+\.(?:foreign|international)-military/);
    expect(sums(events, ({ type, data }) => `${type} ${String(data['period'])}`)).toEqual({
      'FundsPledged 2024': actual,
      'FundsCommitted 2024': actual,
      'FundsObligated 2024': actual,
      'FundsPledged 2025': estimate,
      'FundsCommitted 2025': estimate,
      'FundsPledged 2026': request,
    });
    // The account, what was estimated for 2025 at two stages, and what was requested for 2026.
    expect(events.filter(({ stream }) => stream.includes('.ukraine.'))).toHaveLength(4);
    const portfolio = async () => (await rowsOf('donor-portfolio', 'recipient=ukraine'))[0];
    expect(await portfolio()).toMatchObject({
      pledged: '365000000',
      uncommitted: '300000000',
      unobligated: '65000000',
      obligated: '0',
    });
    expect(await brought('state-department')).toMatchObject({ accepted: 0, alreadyThere: 6, leftOut: 2, missing: 0 });
  });

  it('state-department counts each year once, when the next book follows', async () => {
    const book = join(folder, 'book.csv');
    const years = (from: number): string =>
      ['Actual', 'Estimate', 'Request'].map((stage, n) => `FY ${from + n} ${stage}`).join(',');
    writeFileSync(book, `Request\nAccount,Country,${years(2024)}\nBook,Yland,100,60,70\nBook,Zland,-,60,70\n`);
    expect(await broughtFrom(book, 'state-department')).toMatchObject({ read: 2, accepted: 2, refused: 0 });
    writeFileSync(book, `Request\nAccount,Country,${years(2025)}\nBook,Yland,60,75,80\nBook,Zland,-,75,-\n`);
    const next = ['--edition', 'fy-2027', '--published', '2026-05-30'];
    expect(await broughtFrom(book, 'state-department', ...next)).toMatchObject({ read: 2, refused: 0, emptied: 0 });
    const stages = ['period', 'pledged', 'committed', 'obligated'];
    const figures = async (recipient: string) =>
      (await rowsOf('funding', `recipient=${recipient}&sort=period`)).map((row) => stages.map((name) => row[name]));
    const wanted = [
      ['2024', 10_000_000, 10_000_000, 10_000_000],
      ['2025', 6_000_000, 6_000_000, 6_000_000],
      ['2026', 7_500_000, 7_500_000, 0],
      ['2027', 8_000_000, 0, 0],
    ];
    expect(await figures('yland')).toEqual(wanted);
    // A hyphen is nothing, also where the last edition had a figure.
    expect(await figures('zland')).toEqual([
      ['2025', 0, 0, 0],
      ['2026', 7_500_000, 7_500_000, 0],
    ]);
  });

  it('equipment has its values, and each serial number that was received', async () => {
    expect(await brought('equipment')).toMatchObject({ read: 6, accepted: 4, refused: 0, leftOut: 2 });
    const [, ...rows] = cellsOf('equipment', ';');
    const events = await eventsOf(/\/norland\.list-/);
    const values = events.filter(({ type }) => type === 'OfferAccepted').map(({ data }) => data['value'] as number);
    const sum = rows.at(-1)?.[3]?.replaceAll('.', '').replace(',', '.');
    expect(values.reduce((a, b) => a + b, 0)).toBe(Number(sum) * 100);
    const received = events
      .filter(({ type }) => type === 'ReceiptConfirmed')
      .flatMap(({ data }) => (data['lines'] as { serials: string[] }[]).flatMap(({ serials }) => serials));
    const listed = rows.flatMap(([, , , , , , , , serials = '']) =>
      serials.split(', ').filter((serial) => serial !== ''),
    );
    expect([received.length, received.sort()]).toEqual([7, listed.sort()]);
    expect(events.filter(({ type }) => type === 'ConsignmentShipped')).toHaveLength(3);
    const late = async (number: string) => (await rowsOf('consignments', `consignment=norland.list-${number}`))[0];
    expect(await late('24-017')).toMatchObject({ days_late_first: 4, overdue: false });
    expect(await late('24-018')).toMatchObject({ received_on: null, overdue: true });
    expect(await late('24-020')).toMatchObject({ received_on: '2026-11-20', days_late_first: -10, overdue: false });
    // What arrived is delivered, so that its line is no later than it came.
    const line = async (number: string) => (await rowsOf('deliverables', `assistance_case=norland.list-${number}`))[0];
    const delivered = { delivered: 3, completed_on: '2026-11-14', state: 'completed', days_late_first: 4 };
    expect(await line('24-017')).toMatchObject({ ...delivered, overdue: false });
    expect(await line('24-018')).toMatchObject({ delivered: 0, completed_on: null, state: 'open', overdue: true });
    expect(await line('24-019')).toMatchObject({ delivered: 0, state: 'open', overdue: false, days_late_first: null });
    expect(await line('24-020')).toMatchObject({ delivered: 4, completed_on: '2026-11-20', days_late_first: -10 });
    expect(await brought('equipment')).toMatchObject({ accepted: 0, alreadyThere: 4, leftOut: 2 });
  });

  it('equipment has the days that its next edition corrects, what arrived since, and new rows', async () => {
    const next = join(folder, 'equipment-12.csv');
    const list = readFileSync(fileOf('equipment.csv'), 'utf8')
      .replace('05.11.2026;;', '05.11.2026;24.11.2026;RS-1, RS-2')
      .replace('02.11.2026;14.11.2026', '03.11.2026;15.11.2026')
      .replace('05.11.2026;20.11.2026', '05.11.2026;19.11.2026')
      .replace('30.6.2036;', '30.9.2036;')
      .replace('\nSum;', '\n24-021;Radio set;1;620,00;1.6.2026;30.11.2036;;;\nSum;');
    writeFileSync(next, list);
    const edition = ['--edition', '2026-12', '--published', '2026-11-30'];
    const wanted = { read: 7, accepted: 4, corrected: 2, refused: 1, leftOut: 2, missing: 0 };
    expect(await broughtFrom(next, 'equipment', '--dry-run', ...edition)).toMatchObject(wanted);
    expect(await broughtFrom(next, 'equipment', ...edition)).toMatchObject(wanted);
    // What both sides agreed on is changed by an amendment.
    const refused = readFileSync(join(folder, 'refused.csv'), 'utf8');
    expect(refused).toMatch(/row-changed.*add-line: due was ""2036-06-30"" and is ""2036-09-30""/);
    const days = async (number: string) => {
      const [shipment] = await rowsOf('consignments', `consignment=norland.list-${number}`);
      const [line] = await rowsOf('deliverables', `assistance_case=norland.list-${number}`);
      return [shipment?.['shipped_on'], shipment?.['received_on'], line?.['completed_on']];
    };
    expect(await days('24-017')).toEqual(['2026-11-03', '2026-11-15', '2026-11-15']);
    expect(await days('24-018')).toEqual(['2026-11-05', '2026-11-24', '2026-11-24']);
    expect(await days('24-020')).toEqual(['2026-11-05', '2026-11-19', '2026-11-19']);
    expect(await broughtFrom(next, 'equipment', ...edition)).toMatchObject({
      accepted: 0,
      alreadyThere: 4,
      refused: 1,
    });
  });

  it('has a mapping whose members the published schema declares', () => {
    expect(JSON.parse(readFileSync(join(ROOT, 'docs/reference/mapping.schema.json'), 'utf8'))).toEqual(MAPPING_SCHEMA);
  });
});

describe('a worked file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-worked-'));
  afterEach(() => void jest.useRealTimers());
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The events of an import on a day, by what they record and when that happened. */
  async function importedOn(name: string, day: string): Promise<readonly unknown[]> {
    jest.useFakeTimers({ now: Date.parse(`${day}T09:00:00Z`), doNotFake: NOT_THE_CLOCK });
    const data = join(folder, `${name}-${day}`);
    const file = [fileOf(`${name}.csv`), '--mapping', fileOf(`${name}.mapping.json`)];
    const places = ['--refused', join(folder, 'refused.csv'), '--missing', join(folder, 'missing.csv')];
    const done = await entente('import', 'commands', ...file, '--data', data, ...places);
    expect(done).toMatchObject({ status: 0, out: expect.stringContaining(', 0 refused') as unknown });
    jest.useRealTimers();
    const log = new SqliteLogReader(data);
    const found: (Pick<RecordedEvent, 'stream' | 'type'> & {
      readonly recorded: unknown;
      readonly occurredAt: string;
    })[] = [];
    for await (const batch of log.readLog(0n))
      for (const { stream, type, data: recorded, metadata } of batch) {
        const { correlationId, occurredAt, recordedAt } = metadata;
        if (!correlationId.startsWith('import:')) continue;
        expect(recordedAt.slice(0, 10)).toBe(day);
        found.push({ stream, type, recorded, occurredAt });
      }
    await log.close();
    // Rows without a common stream are sent side by side.
    return found.toSorted((a, b) => (a.stream < b.stream ? -1 : Number(a.stream > b.stream)));
  }

  it.each(['us-greenbook', 'state-department', 'equipment'])(
    '%s gives the same events on any day on which it is imported',
    async (name) => {
      const events = await importedOn(name, '2027-03-01');
      expect(events.length).toBeGreaterThan(10);
      expect(await importedOn(name, '2027-07-01')).toEqual(events);
    },
  );
});
