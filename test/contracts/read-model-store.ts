import { expect } from '@jest/globals';
import {
  type ModelBatch,
  type Positions,
  type ReadModelStore,
  type ResultRow,
  type RowQuery,
  type RowSink,
  type RowVersion,
  rowKey,
} from '@entente/engine';
import type { AnyProjection, Cell, RecordedEvent, View } from '@entente/kernel';
import { Column, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import type { Case } from './contract.js';

/** The rows of the suite: the words of a stream of notes, one row per word. */
export class Word {
  @Column('text')
  word!: string;

  @Column('text', { nullable: true })
  shade!: string | null;

  @Column('bigint')
  amount!: number;

  @Column('boolean')
  loud!: boolean;

  @Column('simple-json')
  parts!: readonly string[];
}

type From = (entity: new () => object, alias: string) => SelectQueryBuilder<ObjectLiteral>;

/** A model of the suite: never folded here, since a store only keeps. */
export const words = {
  name: 'words',
  version: 1,
  kinds: ['note'],
  about: 'a word of a note',
  entity: Word,
  totals: { counts: 'words', by: ['shade'], sums: ['amount'] },
  touches: (event: RecordedEvent) => [event.type],
  evolve: (row: Word | null) => row,
} as unknown as AnyProjection;

/** A promise: what is due, and when it was done. */
export class PromiseRow {
  @Column('text')
  made!: string;

  @Column('text')
  due!: string;

  @Column('text', { nullable: true })
  done!: string | null;

  @Column('text')
  status!: string;
}

const PROMISE = { meaning: '', due: 'due', done: 'done', closed: { status: ['cancelled'] } };

/** A model whose columns depend on the day of the answer. */
export const promises = {
  ...words,
  name: 'promises',
  entity: PromiseRow,
  totals: { counts: 'promises', by: ['overdue'], sums: [] },
  daily: {
    overdue: { ...PROMISE, kind: 'overdue' },
    days_late: { ...PROMISE, kind: 'days-late' },
    days_left: { ...PROMISE, kind: 'days-left' },
    elapsed: { ...PROMISE, kind: 'elapsed-percent', from: 'made' },
  },
} as unknown as AnyProjection;

/** A view of the suite: each word's amounts over all streams. */
export const byWord: View<From, SelectQueryBuilder<ObjectLiteral>> = {
  name: 'by-word',
  version: 1,
  about: 'a word over all notes',
  key: ['word'],
  columns: { word: 'text', times: 'integer', amount: 'amount-sum', mean: 'decimal' },
  totals: { counts: 'words', by: [], sums: ['amount'] },
  movedBy: { words: { word: 'word' } },
  query: (from, { sums }) =>
    from(Word, 'w')
      .select('w.word', 'word')
      .addSelect('COUNT(*)', 'times')
      .addSelect(sums.sum('w.amount'), 'amount')
      .addSelect('ROUND(AVG(w.amount), 1)', 'mean')
      .groupBy('w.word'),
};

const word = (text: string, amount: number, more: Partial<Word> = {}): Word => ({
  word: text,
  shade: null,
  amount,
  loud: false,
  parts: [],
  ...more,
});

/**
 * Makes batches on top of each other: `[stream, key, row or null for its end]` at rising positions.
 */
function writer(store: RowSink, model = 'words') {
  let at = 0n;
  const open = new Set<string>();
  return async (...steps: readonly (readonly [string, string, object | null])[]): Promise<bigint> => {
    const from = at;
    const closes: { stream: string; key: string; until: bigint }[] = [];
    const versions: RowVersion[] = [];
    for (const [stream, key, row] of steps) {
      at += 1n;
      const id = `${stream} ${key}`;
      const last = versions.findLastIndex((v) => v.stream === stream && v.key === key && v.until === null);
      if (last >= 0) versions[last] = { ...(versions[last] as RowVersion), until: at };
      else if (open.has(id)) closes.push({ stream, key, until: at });
      open.delete(id);
      if (row === null) continue;
      open.add(id);
      versions.push({ stream, key, since: at, until: null, eventId: `e${at}`, row });
    }
    const batch: ModelBatch = { model, partition: 0, from, to: at, closes, versions, parked: [] };
    expect(await store.commit([batch])).toBe(true);
    return at;
  };
}

/** The first partition at a position, and the others at their beginning. */
const pinned = ({ partitions }: ReadModelStore, at: bigint): Positions => [
  at,
  ...Array<bigint>(partitions - 1).fill(0n),
];

const everything: RowQuery = { where: [], sort: [], limit: 100 };
const wordsOf = async (store: ReadModelStore, query: Partial<RowQuery> = {}, name = 'words') =>
  (await store.query(name, { ...everything, ...query })).rows.map(({ columns }) => columns['word']);

/** The keys of all rows of a query, read a row at a time. */
async function pagedKeys(store: ReadModelStore, name: string, sort: RowQuery['sort']): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let page = await store.query(name, { ...everything, sort, limit: 1 }); ;) {
    const [row] = page.rows;
    if (row === undefined || keys.length > 100) return keys;
    keys.push(row.key);
    if (!page.more) return keys;
    page = await store.query(name, { ...everything, sort, limit: 1, afterRow: row });
  }
}

/**
 * What `ReadModelStore` promises, made executable. The port is given open, empty, with `words`,
 * `promises` and `by-word`.
 */
export const READ_MODEL_STORE: readonly Case<ReadModelStore>[] = [
  {
    name: 'returns a row as it was written, with the event that made it',
    async verify(store) {
      const row = word('peace', 12, { shade: 'blue', loud: true, parts: ['a', 'b'] });
      await writer(store)(['note/a', 'peace', row]);
      const { rows, positions } = await store.query('words', everything);
      expect(rows).toEqual([
        {
          key: 'note/a#peace',
          columns: { ...row },
          sortValues: [],
          source: { stream: 'note/a', since: 1n, event: 'e1' },
          parkedSince: null,
        },
      ]);
      expect(positions).toEqual(pinned(store, 1n));
      expect([...(await store.current(words, [{ stream: 'note/a', key: 'peace' }])).values()]).toEqual([row]);
      expect((await store.current(words, [{ stream: 'note/a', key: 'war' }])).size).toBe(0);
    },
  },
  {
    name: 'returns any text unchanged, and finds and closes rows with such a key',
    async verify(store) {
      const texts = [
        '',
        ' ',
        'NULL',
        'null',
        '{a,b}',
        '"',
        '\\',
        '\\"',
        "'",
        ',',
        'a\nb\tc',
        '\u0001',
        'Ünï 😀 零',
        '$1 ?',
      ];
      const write = writer(store);
      const kept = texts.map((text) => ['note/a', text, word(text, 1, { shade: text, parts: [text] })] as const);
      await write(...kept);
      const ids = texts.map((key) => ({ stream: 'note/a', key }));
      const found = await store.current(words, ids);
      expect(ids.map((id) => found.get(rowKey(id)))).toEqual(kept.map(([, , row]) => row));
      const at = await write(...texts.map((text) => ['note/a', text, null] as const));
      expect((await store.query('words', everything)).rows).toEqual([]);
      const { rows } = await store.query('words', { ...everything, positions: pinned(store, at / 2n) });
      expect(rows.map(({ columns }) => columns['shade']).sort()).toEqual(texts.toSorted());
    },
  },
  {
    name: 'moves a checkpoint only from its stored position, and else commits nothing of the batch',
    async verify(store) {
      await writer(store)(['note/a', 'x', word('x', 1)]);
      const version: RowVersion = {
        stream: 'note/b',
        key: 'y',
        since: 1n,
        until: null,
        eventId: 'e',
        row: word('y', 1),
      };
      const late: ModelBatch = {
        model: 'words',
        partition: 0,
        from: 0n,
        to: 1n,
        closes: [],
        versions: [version],
        parked: [],
      };
      expect(await store.commit([late])).toBe(false);
      // What precedes it in the same commit is rolled back with it.
      const inTime: ModelBatch = { ...late, from: 1n, to: 2n, versions: [{ ...version, since: 2n }] };
      expect(await store.commit([inTime, late])).toBe(false);
      expect((await store.checkpoints()).get('words')?.[0]).toBe(1n);
      expect(await wordsOf(store)).toEqual(['x']);
    },
  },
  {
    name: 'reports how far each model has folded each partition',
    async verify(store) {
      const at = (await store.checkpoints()).get('words');
      expect(at).toEqual(Array(store.partitions).fill(0n));
      await writer(store)(['note/a', 'x', word('x', 1)], ['note/a', 'y', word('y', 1)]);
      expect((await store.checkpoints()).get('words')?.[0]).toBe(2n);
    },
  },
  {
    name: 'commits a batch completely or not at all',
    async verify(store) {
      const versions: RowVersion[] = [
        { stream: 'note/a', key: 'x', since: 1n, until: null, eventId: 'e', row: word('x', 1) },
        { stream: 'note/b', key: 'y', since: 1n, until: null, eventId: 'e', row: { ...word('y', 1), amount: 0.5 } },
      ];
      await expect(
        store.commit([{ model: 'words', partition: 0, from: 0n, to: 2n, closes: [], versions, parked: [] }]),
      ).rejects.toThrow();
      const closes = [{ stream: 'note/c', key: 'never', until: 2n }];
      await expect(
        store.commit([
          { model: 'words', partition: 0, from: 0n, to: 2n, closes, versions: versions.slice(0, 1), parked: [] },
        ]),
      ).rejects.toThrow();
      expect((await store.checkpoints()).get('words')?.[0]).toBe(0n);
      expect(await wordsOf(store)).toEqual([]);
      await writer(store)(['note/a', 'x', word('z', 1)]);
      expect(await wordsOf(store)).toEqual(['z']);
    },
  },
  {
    name: 'refuses a row with a reason: money beyond the safe range, a missing field',
    async verify(store) {
      expect(store.refuses(words, word('x', 1))).toBeNull();
      expect(store.refuses(words, word('x', Number.MAX_SAFE_INTEGER + 1))).toContain('amount');
      expect(store.refuses(words, { word: 'x' })).toContain('amount');
      return Promise.resolve();
    },
  },
  {
    name: 'shows the rows as of any position, unchanged for ever',
    async verify(store) {
      const write = writer(store);
      await write(['note/a', 'x', word('x', 1)], ['note/a', 'x', word('x', 2)]);
      await write(['note/b', 'y', word('y', 7)], ['note/a', 'x', null]);
      const at = async (position: bigint) =>
        (await store.query('words', { ...everything, positions: pinned(store, position) })).rows.map(({ columns }) => [
          columns['word'],
          columns['amount'],
        ]);
      expect(await at(0n)).toEqual([]);
      expect(await at(1n)).toEqual([['x', 1]]);
      expect(await at(2n)).toEqual([['x', 2]]);
      expect(await at(3n)).toEqual([
        ['x', 2],
        ['y', 7],
      ]);
      expect(await at(4n)).toEqual([['y', 7]]);
      expect(await wordsOf(store, { positions: pinned(store, 2n) }, 'by-word')).toEqual(['x']);
      expect(await wordsOf(store, {}, 'by-word')).toEqual(['y']);
    },
  },
  {
    name: 'filters by values, by null and by ranges, combined',
    async verify(store) {
      await writer(store)(
        ['note/a', '1', word('a', 1, { shade: 'red' })],
        ['note/a', '2', word('b', 2)],
        ['note/a', '3', word('c', 3, { shade: 'red', loud: true })],
      );
      expect(await wordsOf(store, { where: [{ column: 'shade', in: ['red'] }] })).toEqual(['a', 'c']);
      expect(await wordsOf(store, { where: [{ column: 'shade', in: [null, 'blue'] }] })).toEqual(['b']);
      expect(await wordsOf(store, { where: [{ column: 'amount', min: 2, max: 2 }] })).toEqual(['b']);
      expect(await wordsOf(store, { where: [{ column: 'loud', in: [true] }] })).toEqual(['c']);
      expect(
        await wordsOf(store, {
          where: [
            { column: 'shade', in: ['red'] },
            { column: 'amount', max: 2 },
          ],
        }),
      ).toEqual(['a']);
      expect(await wordsOf(store, { where: [{ column: 'amount', min: 2 }] }, 'by-word')).toEqual(['b', 'c']);
    },
  },
  {
    name: 'filters by a part of a text: A to Z in either case, all else exactly, and no pattern',
    async verify(store) {
      await writer(store)(
        ['note/a', '1', word('Border police', 1)],
        ['note/a', '2', word('Äußere 100% ORDER', 2, { shade: 'border' })],
        ['note/a', '3', word('b_rd', 3)],
      );
      const containing = (contains: string, columns = ['word', 'shade'], name = 'words') =>
        wordsOf(store, { where: [{ columns, contains }] }, name);
      expect(await containing('BORDER')).toEqual(['Border police', 'Äußere 100% ORDER']);
      expect(await containing('border', ['word'])).toEqual(['Border police']);
      expect(await containing('order', ['word'], 'by-word')).toEqual(['Border police', 'Äußere 100% ORDER']);
      expect(await containing('äuß')).toEqual([]);
      expect(await containing('Äuß')).toEqual(['Äußere 100% ORDER']);
      expect([await containing('%'), await containing('_'), await containing("'")]).toEqual([
        ['Äußere 100% ORDER'],
        ['b_rd'],
        [],
      ]);
      const { positions } = await store.positions('words');
      const totals = await store.totals('words', [{ columns: ['word'], contains: 'ORD' }], positions);
      expect(totals.map(({ count, sums }) => [count, sums['amount']]).sort()).toEqual([
        [1, '1'],
        [1, '2'],
      ]);
    },
  },
  {
    name: 'sorts missing values last, and pages from any row in either direction',
    async verify(store) {
      const shades = ['red', null, 'blue', 'red', null, 'green'];
      await writer(store)(...shades.map((shade, i) => ['note/a', String(i), word(`w${i}`, i, { shade })] as const));
      for (const descending of [false, true]) {
        const sort = [{ column: 'shade', descending }];
        const whole = await wordsOf(store, { sort });
        expect(whole.slice(-2).sort()).toEqual(['w1', 'w4']);
        expect(whole[0]).toBe(descending ? 'w0' : 'w2');
        const paged: unknown[] = [];
        let behind: { sortValues: readonly Cell[]; key: string } | undefined;
        for (let more = true; more;) {
          const page = await store.query('words', {
            where: [],
            sort,
            limit: 2,
            ...(behind === undefined ? {} : { afterRow: behind }),
          });
          const last = page.rows.at(-1);
          paged.push(...page.rows.map(({ columns }) => columns['word']));
          more = page.more;
          if (last !== undefined) behind = last;
        }
        expect(paged).toEqual(whole);
      }
    },
  },
  {
    name: 'pages through all rows in the order of their streams, in either direction',
    async verify(store) {
      const streams = ['note/a', 'note/b', 'note/c', 'note/d'];
      await writer(store)(
        ...streams.flatMap((stream) => ['1', '2'].map((key) => [stream, key, word(`${stream}${key}`, 1)] as const)),
      );
      for (const sort of [
        [{ column: 'stream', descending: false }],
        [{ column: 'stream', descending: true }],
        [
          { column: 'loud', descending: false },
          { column: 'stream', descending: true },
        ],
      ]) {
        const { rows } = await store.query('words', { ...everything, sort });
        expect(rows).toHaveLength(8);
        expect(await pagedKeys(store, 'words', sort)).toEqual(rows.map(({ key }) => key));
      }
    },
  },
  {
    name: 'scans all rows of a query from one snapshot, in any order, and after a row',
    async verify(store) {
      const write = writer(store);
      const at = await write(
        ...Array.from({ length: 2300 }, (_, i) => {
          const shade = i % 7 === 0 ? null : `s${i % 5}`;
          return [`note/${i % 11}`, String(i), word(`w${i}`, (i * 37) % 1000, { shade })] as const;
        }),
      );
      const positions = pinned(store, at);
      for (const sort of [
        [],
        [{ column: 'amount', descending: true }],
        [
          { column: 'shade', descending: false },
          { column: 'word', descending: true },
        ],
      ]) {
        const query = { where: [{ column: 'amount', min: 5 }], sort, positions };
        const whole = await store.query('words', { ...query, limit: 5000 });
        const scan = await store.scan('words', query);
        expect(scan.version).toBe(whole.version);
        const parts = [await scan.next()];
        await write(['note/more', `of ${sort.length}`, word('more', 999)]);
        while (parts.at(-1)?.length !== 0) parts.push(await scan.next());
        await scan.close();
        expect(parts.flat()).toEqual(whole.rows);
        expect(parts.length).toBeGreaterThan(2);
        const [, last] = parts[0] as readonly [ResultRow, ResultRow];
        const rest = await store.scan('words', { ...query, afterRow: last });
        expect((await rest.next()).slice(0, 3)).toEqual(whole.rows.slice(2, 5));
        await rest.close();
      }
    },
  },
  {
    name: 'reads beside open scans, each of which has its own place',
    async verify(store) {
      await writer(store)(...['a', 'b', 'c'].map((name) => [`note/${name}`, '', word(name, 1)] as const));
      const all = { where: [], sort: [] };
      const one = await store.scan('words', all);
      const other = await store.scan('by-word', { ...all, sort: [{ column: 'word', descending: true }] });
      expect((await store.query('words', { ...all, limit: 10 })).rows).toHaveLength(3);
      expect((await other.next()).map(({ key }) => key)).toEqual(['c', 'b', 'a']);
      expect((await one.next()).map(({ key }) => key)).toEqual(['note/a', 'note/b', 'note/c']);
      expect([await one.next(), await other.next()]).toEqual([[], []]);
      await one.close();
      await other.close();
    },
  },
  {
    name: 'pages through a view in the order of sums beyond the safe range, in either direction',
    async verify(store) {
      const most = Number.MAX_SAFE_INTEGER;
      await writer(store)(
        ...['a', 'b', 'c', 'd'].flatMap((name, i) =>
          ['1', '2', '3'].map((key) => [`note/${name}`, key, word(name, most - i)] as const),
        ),
      );
      const sort = (descending: boolean) => [{ column: 'amount', descending }];
      expect(await pagedKeys(store, 'by-word', sort(false))).toEqual(['d', 'c', 'b', 'a']);
      expect(await pagedKeys(store, 'by-word', sort(true))).toEqual(['a', 'b', 'c', 'd']);
      const { rows } = await store.query('by-word', { ...everything, sort: sort(true) });
      expect(rows.map(({ columns }) => columns['amount'])).toEqual(
        [0, 1, 2, 3].map((i) => String(3n * (BigInt(most) - BigInt(i)))),
      );
    },
  },
  {
    name: 'sums of a view are exact, sorted and filtered beyond 64 bits, of either sign',
    async verify(store) {
      const most = Number.MAX_SAFE_INTEGER;
      const of = (name: string, count: number, amount: number) =>
        Array.from({ length: count }, (_, i) => [`note/${name}`, String(i), word(name, amount)] as const);
      await writer(store)(
        ...of('high', 1100, most),
        ...of('higher', 1100, most),
        ['note/one', '1', word('higher', 1)],
        ...of('low', 1100, -most),
        ['note/small', '1', word('small', -1)],
      );
      const high = 1100n * BigInt(most);
      const sums = [-high, -1n, high, high + 1n].map(String);
      const inOrder = { ...everything, sort: [{ column: 'amount', descending: false }] };
      const amounts = async (filter?: object) => {
        const where = filter === undefined ? [] : [{ column: 'amount', ...filter }];
        const { rows } = await store.query('by-word', { ...inOrder, where });
        return rows.map(({ columns }) => columns['amount']);
      };
      expect(await amounts()).toEqual(sums);
      expect(await pagedKeys(store, 'by-word', inOrder.sort)).toEqual(['low', 'small', 'high', 'higher']);
      expect(await amounts({ in: [String(high)] })).toEqual([String(high)]);
      expect(await amounts({ min: String(high + 1n) })).toEqual([String(high + 1n)]);
      expect(await amounts({ max: '-1' })).toEqual([String(-high), '-1']);
      expect(await amounts({ before: '-1' })).toEqual([String(-high)]);
      const totals = await store.totals('by-word', [], (await store.positions('by-word')).positions);
      expect(totals.map((one) => one.sums)).toEqual([{ amount: String(high) }]);
    },
  },
  {
    name: 'totals are exact beyond 64 bits',
    async verify(store) {
      const most = Number.MAX_SAFE_INTEGER;
      await writer(store)(
        ...Array.from({ length: 1100 }, (_, i) => ['note/a', String(i), word(`w${i}`, most)] as const),
        ['note/b', '1', word('less', -5, { shade: 'red' })],
      );
      const totals = await store.totals('words', [], (await store.positions('words')).positions);
      expect(totals.map(({ by, sums }) => [by['shade'], sums['amount']])).toEqual([
        ['red', '-5'],
        [null, String(1100n * BigInt(most))],
      ]);
    },
  },
  {
    name: 'sums all matching rows, separately by unit, exactly beyond the safe range',
    async verify(store) {
      const big = Number.MAX_SAFE_INTEGER;
      await writer(store)(
        ['note/a', '1', word('a', big, { shade: 'red' })],
        ['note/b', '1', word('a', big, { shade: 'red' })],
        ['note/b', '2', word('b', 5)],
      );
      const { positions } = await store.positions('words');
      expect(await store.totals('words', [], positions)).toEqual([
        { by: { shade: 'red' }, counts: 'words', count: 2, sums: { amount: '18014398509481982' } },
        { by: { shade: null }, counts: 'words', count: 1, sums: { amount: '5' } },
      ]);
      expect(await store.totals('by-word', [], positions)).toEqual([
        { by: {}, counts: 'words', count: 2, sums: { amount: '18014398509481987' } },
      ]);
      const { rows } = await store.query('by-word', { ...everything, where: [{ column: 'word', in: ['a'] }] });
      expect(rows[0]?.columns).toMatchObject({ times: 2, amount: '18014398509481982' });
      expect(await store.totals('words', [{ column: 'word', in: ['b'] }], pinned(store, 2n))).toEqual([]);
    },
  },
  {
    name: 'groups totals by further columns',
    async verify(store) {
      await writer(store)(
        ['note/a', 'x', word('x', 1, { loud: true })],
        ['note/a', 'y', word('y', 2, { loud: true })],
        ['note/a', 'z', word('z', 4, { shade: 'red' })],
      );
      const { positions } = await store.positions('words');
      expect(await store.totals('words', [], positions, { by: ['loud', 'shade'] })).toEqual([
        { by: { shade: 'red', loud: false }, counts: 'words', count: 1, sums: { amount: '4' } },
        { by: { shade: null, loud: true }, counts: 'words', count: 2, sums: { amount: '3' } },
      ]);
    },
  },
  {
    name: 'computes what is late by the day of the answer, in rows, filters, order and totals',
    async verify(store) {
      const promise = (due: string, done: string | null = null, status = 'open') => ({
        made: '2026-01-01',
        due,
        done,
        status,
      });
      await writer(store, 'promises')(
        ['note/a', 'early', promise('2026-03-02', '2026-02-28')],
        ['note/a', 'late', promise('2026-02-27', '2026-03-02')],
        ['note/a', 'open', promise('2026-03-10')],
        ['note/a', 'gone', promise('2026-01-01', null, 'cancelled')],
      );
      const seen = async (day: string, more: Partial<RowQuery> = {}) =>
        (await store.query('promises', { ...everything, day, ...more })).rows.map(({ key, columns }) => [
          key.slice(7),
          columns['overdue'],
          columns['days_late'],
        ]);
      const ended = [
        ['early', false, -2],
        ['gone', false, null],
        ['late', false, 3],
      ];
      expect(await seen('2026-03-10')).toEqual([...ended, ['open', false, null]]);
      expect(await seen('2026-03-11')).toEqual([...ended, ['open', true, 1]]);
      expect(await seen('2028-03-10')).toEqual([...ended, ['open', true, 731]]);
      expect(await seen('2026-03-11', { where: [{ column: 'overdue', in: [true] }] })).toEqual([['open', true, 1]]);
      const sort = [{ column: 'days_late', descending: true }];
      expect((await seen('2026-03-12', { sort })).map(([key]) => key)).toEqual(['late', 'open', 'early', 'gone']);
      const left = async (day: string) =>
        (await store.query('promises', { ...everything, day })).rows.map(({ columns }) => columns['days_left']);
      expect(await left('2026-03-09')).toEqual([null, null, null, 1]);
      expect(await left('2026-03-12')).toEqual([null, null, null, -2]);
      const elapsed = async (day: string, more: Partial<RowQuery> = {}) =>
        (await store.query('promises', { ...everything, day, ...more })).rows.map(({ columns }) => columns['elapsed']);
      // Of 60, 0, 57 and 68 days, 57 have passed on 27 February.
      expect(await elapsed('2026-02-27')).toEqual([95, 100, 100, 83.8]);
      expect(await elapsed('2026-01-01')).toEqual([0, 0, 0, 0]);
      expect(await elapsed('2026-02-27', { where: [{ column: 'elapsed', max: 83.8 }] })).toEqual([83.8]);
      const order = [{ column: 'elapsed', descending: true }];
      expect(await elapsed('2026-02-27', { sort: order })).toEqual([100, 100, 95, 83.8]);
      const counted = async (day: string) =>
        (await store.totals('promises', [], (await store.positions('promises')).positions, { day })).map(
          ({ by, count }) => [by['overdue'], count],
        );
      expect([await counted('2026-03-10'), await counted('2026-03-11')]).toEqual([
        [[false, 4]],
        [
          [false, 3],
          [true, 1],
        ],
      ]);
      expect(store.names().map(({ name, daily }) => [name, daily])).toEqual([
        ['words', false],
        ['promises', true],
        ['by-word', false],
      ]);
    },
  },
  {
    name: 'lists changes between two positions, each row once with its former state',
    async verify(store) {
      const write = writer(store);
      await write(['note/a', 'x', word('x', 1)], ['note/a', 'y', word('y', 1)], ['note/a', 'z', word('z', 1)]);
      const to = await write(
        ['note/a', 'x', word('x', 2)],
        ['note/a', 'x', word('x', 3)],
        ['note/a', 'y', null],
        ['note/b', 'n', word('n', 1)],
      );
      const { changes, positions, tooMany } = await store.changes('words', pinned(store, 3n));
      expect([positions, tooMany]).toEqual([pinned(store, to), false]);
      expect(
        changes.map(({ key, before, row }) => [key, before?.['amount'] ?? null, row?.columns['amount'] ?? null]).sort(),
      ).toEqual([
        ['note/a#x', 1, 3],
        ['note/a#y', 1, null],
        ['note/b#n', null, 1],
      ]);
      const first = await store.changes('words', pinned(store, 3n), pinned(store, 4n));
      expect(first.changes.map(({ row }) => row?.columns['amount'])).toEqual([2]);
      expect((await store.changes('words', pinned(store, to))).changes).toEqual([]);
      const moved = await store.changes('by-word', pinned(store, 3n));
      expect(moved.changes.map(({ key, row }) => [key, row?.columns['amount'] ?? null]).sort()).toEqual([
        ['n', '1'],
        ['x', '3'],
        ['y', null],
      ]);
    },
  },
  {
    name: 'asks for a new read if there are too many changes between two positions',
    async verify(store) {
      await writer(store)(...Array.from({ length: 600 }, (_, i) => ['note/a', String(i), word(`w${i}`, i)] as const));
      expect(await store.changes('words', pinned(store, 0n))).toMatchObject({ tooMany: true, changes: [] });
      expect(await store.changes('by-word', pinned(store, 0n))).toMatchObject({ tooMany: true, changes: [] });
    },
  },
  {
    name: 'names the events that made a row, oldest first, and those of a row of a view',
    async verify(store) {
      const write = writer(store);
      await write(
        ['note/a', 'x', word('x', 1)],
        ['note/b', 'x', word('x', 5)],
        ['note/a', 'x', word('x', 2)],
        ['note/a', 'y', word('y', 9)],
      );
      const eventsOf = async (
        name: string,
        key: string,
        query: { before?: bigint; positions?: Positions } = {},
        limit = 9,
      ) => {
        const found = await store.origins(name, key, { ...query, limit });
        return [found?.origins.map(({ eventId }) => eventId), found?.count];
      };
      expect(await eventsOf('words', 'note/a#x')).toEqual([['e1', 'e3'], 2]);
      expect(await eventsOf('by-word', 'x')).toEqual([['e1', 'e2', 'e3'], 3]);
      expect(await eventsOf('words', 'note/a#x', { positions: pinned(store, 2n) })).toEqual([['e1'], 1]);
      // The newest of them, and from there to all.
      expect(await eventsOf('by-word', 'x', {}, 2)).toEqual([['e2', 'e3'], 3]);
      expect(await eventsOf('by-word', 'x', { before: 2n }, 2)).toEqual([['e1'], 1]);
      expect(await store.origins('words', 'note/none#x', { limit: 9 })).toBeNull();
    },
  },
  {
    name: 'lists a parked stream, and marks its rows with the position',
    async verify(store) {
      await writer(store)(['note/a', 'x', word('x', 1)], ['note/b', 'x', word('x', 1)]);
      const parked = {
        model: 'words',
        stream: 'note/a',
        eventId: 'e9',
        position: 3n,
        error: 'TypeError: no',
        since: '2026-06-01T12:00:00.000Z',
      };
      expect(
        await store.commit([
          { model: 'words', partition: 0, from: 2n, to: 3n, closes: [], versions: [], parked: [parked] },
        ]),
      ).toBe(true);
      expect(await store.parked()).toEqual([parked]);
      const { rows } = await store.query('words', everything);
      expect(rows.map(({ parkedSince }) => parkedSince)).toEqual(['2026-06-01T12:00:00.000Z', null]);
    },
  },
  {
    name: 'describes its models and positions, and notifies when they move',
    async verify(store) {
      expect(store.names().map(({ name, type, key, reads }) => [name, type, key, reads])).toEqual([
        ['words', 'model', ['stream', 'row_key'], ['words']],
        ['promises', 'model', ['stream', 'row_key'], ['promises']],
        ['by-word', 'view', ['word'], ['words']],
      ]);
      const moved: string[][] = [];
      const silence = store.onCommit((models) => void moved.push([...models]));
      await writer(store)(['note/a', 'x', word('x', 1)]);
      silence();
      expect(moved).toEqual([['words']]);
      expect(await store.positions('by-word')).toMatchObject({ positions: pinned(store, 1n) });
    },
  },
  {
    name: 'fills a pending table beside the active one, and serves it after the cut-over',
    async verify(store) {
      await writer(store)(['note/a', 'x', word('x', 1)], ['note/b', 'y', word('y', 2)]);
      const before = await store.positions('words');
      const turn = await store.catalogVersion();
      const next = await store.rebuild(['words'], false);
      expect((await next.checkpoints()).get('words')?.[0]).toBe(0n);
      expect((await next.current(words, [{ stream: 'note/a', key: 'x' }])).size).toBe(0);
      await writer(next)(['note/a', 'x', word('x', 10)], ['note/b', 'z', word('z', 20)]);
      expect(await wordsOf(store)).toEqual(['x', 'y']);
      expect(await next.cutOver()).toBe(true);
      await next.close();
      expect(await store.catalogVersion()).toBeGreaterThan(turn);
      const { rows, positions, version } = await store.query('words', everything);
      expect(rows.map(({ columns }) => [columns['word'], columns['amount']])).toEqual([
        ['x', 10],
        ['z', 20],
      ]);
      expect(positions).toEqual(pinned(store, 2n));
      expect(version).not.toBe(before.version);
      expect((await store.positions('by-word')).version).not.toBe('');
      expect([...(await store.current(words, [{ stream: 'note/b', key: 'z' }])).values()]).toEqual([word('z', 20)]);
      const more: ModelBatch = { model: 'words', partition: 0, from: 2n, to: 3n, closes: [], versions: [], parked: [] };
      expect(await store.commit([more])).toBe(true);
    },
  },
  {
    name: 'promotes a pending table only when it has caught up with the active one',
    async verify(store) {
      await writer(store)(['note/a', 'x', word('x', 1)], ['note/b', 'y', word('y', 2)]);
      const next = await store.rebuild(['words'], false);
      const fill = writer(next);
      await fill(['note/a', 'x', word('x', 1)]);
      expect(await next.cutOver()).toBe(false);
      expect(await wordsOf(store)).toEqual(['x', 'y']);
      await fill(['note/b', 'y', word('y', 3)]);
      expect(await next.cutOver()).toBe(true);
      await next.close();
    },
  },
  {
    name: 'resumes an interrupted pending table, or restarts it',
    async verify(store) {
      await writer(store)(['note/a', 'x', word('x', 1)]);
      const first = await store.rebuild(['words'], false);
      await writer(first)(['note/a', 'x', word('x', 5)]);
      await first.close();
      const second = await store.rebuild(['words'], false);
      expect((await second.checkpoints()).get('words')?.[0]).toBe(1n);
      await second.close();
      const third = await store.rebuild(['words'], true);
      expect((await third.checkpoints()).get('words')?.[0]).toBe(0n);
      expect(await wordsOf(store)).toEqual(['x']);
      await third.close();
    },
  },
  {
    name: 'fences a rebuild whose pending table was restarted by another',
    async verify(store) {
      await writer(store)(['note/a', 'x', word('x', 1)]);
      const first = await store.rebuild(['words'], false);
      const second = await store.rebuild(['words'], true);
      const batch: ModelBatch = {
        model: 'words',
        partition: 0,
        from: 0n,
        to: 1n,
        closes: [],
        versions: [],
        parked: [],
      };
      expect(await first.commit([batch])).toBe(false);
      await expect(first.cutOver()).rejects.toThrow('another rebuild');
      expect(await second.commit([batch])).toBe(true);
      await first.close();
      await second.close();
    },
  },
  {
    name: 'clears a parked stream with its missed events at their positions, and increments the epoch',
    async verify(store) {
      const write = writer(store);
      await write(['note/a', 'x', word('x', 1)]);
      const parked = {
        model: 'words',
        stream: 'note/a',
        eventId: 'e2',
        position: 2n,
        error: 'TypeError: no',
        since: 's',
      };
      const empty = { model: 'words', partition: 0, closes: [], versions: [], parked: [] };
      expect(await store.commit([{ ...empty, from: 1n, to: 3n, parked: [parked] }])).toBe(true);
      const before = await store.positions('words');
      const turn = await store.catalogVersion();
      const late = { stream: 'note/a', key: 'x', since: 2n, until: null, eventId: 'e2', row: word('x', 7) };
      const closes = [{ stream: 'note/a', key: 'x', until: 2n }];
      expect(await store.commit([{ ...empty, from: 3n, to: 3n, closes, versions: [late], cleared: ['note/a'] }])).toBe(
        true,
      );
      expect(await store.parked()).toEqual([]);
      expect(await store.catalogVersion()).toBeGreaterThan(turn);
      const { rows, positions, version } = await store.query('words', everything);
      expect(rows.map(({ columns, parkedSince }) => [columns['amount'], parkedSince])).toEqual([[7, null]]);
      expect([positions, version === before.version]).toEqual([pinned(store, 3n), false]);
      expect(
        (await store.query('words', { ...everything, positions: pinned(store, 1n) })).rows.map(
          ({ columns }) => columns['amount'],
        ),
      ).toEqual([1]);
    },
  },
  {
    name: 'commits nothing that began before a catalog change, even if the store has seen the change',
    async verify(store) {
      await writer(store)(['note/a', 'x', word('x', 1)]);
      const empty = { model: 'words', partition: 0, closes: [], versions: [], parked: [] };
      const parked = { model: 'words', stream: 'note/a', eventId: 'e2', position: 2n, error: 'no', since: 's' };
      let begun = await store.catalogVersion();
      expect(await store.commit([{ ...empty, from: 1n, to: 2n, parked: [parked] }], begun)).toBe(true);
      expect(await store.commit([{ ...empty, from: 2n, to: 2n, cleared: ['note/a'] }])).toBe(true);
      expect(await store.catalogVersion()).toBeGreaterThan(begun);
      expect(await store.commit([{ ...empty, from: 2n, to: 3n }], begun)).toBe(false);
      begun = await store.catalogVersion();
      const next = await store.rebuild(['words'], false);
      expect(await next.commit([{ ...empty, from: 0n, to: 2n }])).toBe(true);
      expect(await next.cutOver()).toBe(true);
      await next.close();
      expect(await store.catalogVersion()).toBeGreaterThan(begun);
      expect(await store.commit([{ ...empty, from: 2n, to: 3n }], begun)).toBe(false);
      expect(await store.commit([{ ...empty, from: 2n, to: 3n }], await store.catalogVersion())).toBe(true);
    },
  },
];
