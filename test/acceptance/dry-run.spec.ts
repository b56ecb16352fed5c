import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../support/documents.js';
import { entente } from '../support/run-cli.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';

const worked = (name: string): string => join(ROOT, 'docs/how-to/imports', name);

/** What an import printed, and the rows that it refused. */
interface Imported {
  readonly status: number;
  readonly counts: Record<string, number>;
  readonly refused: string | null;
  readonly shown: readonly string[];
  readonly err: string;
}

/** Milestones of a programme: each row is decided after the rows before it. */
const STEPS = {
  source: 'milestones',
  edition: '1',
  actor: 'norland;role=donor;person=n-1',
  key: ['row'],
  values: {
    row: '{Row}',
    programme: '{Programme}',
    milestone: { read: '{Milestone}', as: 'id' },
    on: { read: '{On}', as: 'day' },
  },
  commands: [
    {
      stream: 'programme/norland.{programme}',
      command: 'plan-milestone',
      when: [{ text: '{Step}', is: ['plan'] }],
      fields: { milestone: '{milestone}', due: '{on}' },
    },
    {
      stream: 'programme/norland.{programme}',
      command: 'meet-milestone',
      when: [{ text: '{Step}', is: ['meet'] }],
      fields: { milestone: '{milestone}', on: '{on}' },
    },
  ],
};
const STEP_ROWS = [
  'Row,Programme,Step,Milestone,On',
  '1,border-training,meet,fourth course,2026-05-01',
  '2,border-training,plan,fourth course,2036-05-01',
  '3,border-training,plan,fourth course,2036-05-02',
  '4,border-training,meet,fourth course,2036-05-01',
  '5,nowhere,plan,fourth course,2036-05-01',
  '6,border-training,meet,fourth course,someday',
];

/** Reports of misuse, whose senders are recorded by pseudonyms. */
const REPORTS = {
  source: 'reports',
  edition: '1',
  actor: 'harbour-watch;role=implementer',
  key: ['id'],
  values: { id: '{Id}', accused: '{Accused}', from: { read: '{From}', as: 'day' } },
  commands: [
    {
      stream: 'misuse-case/sealed.{id}',
      command: 'flag',
      fields: {
        allegation: 'diversion',
        donor: 'norland',
        recipient: 'estmark',
        accused: '{accused}',
        happened: { from: '{from}', to: '{from}' },
        scopes: [{ kind: 'programme', id: 'norland.border-training' }],
      },
    },
    {
      stream: 'misuse-case/sealed.{id}',
      command: 'acknowledge',
      actor: 'veritas-monitor;role=monitor;person=v-1',
      fields: { channel: 'sealed-intake' },
    },
  ],
};
const REPORT_ROWS = [
  'Id,Accused,From',
  `${'1'.repeat(32)},estmark,2026-04-01`,
  `${'2'.repeat(32)},estmark,2036-04-01`,
  `${'3'.repeat(31)},estmark,2026-04-01`,
];

describe('a dry run of an import', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-dry-import-'));
  const data = join(folder, 'data');
  const refused = join(folder, 'refused.csv');
  let server: StandaloneProcess;
  beforeAll(async () => {
    server = await startStandalone(data, 'on');
    const damaged = readFileSync(worked('equipment.csv'), 'utf8')
      .replace(/24-/g, '25-')
      .replace('Night vision device;3', 'Night vision device;2')
      .replace('25-018;', '25-017;')
      .replace('Ambulance;1', '"Ambulance"x;1')
      .replace('20.11.2026;RV-11', '20.11.2036;RV-11');
    writeFileSync(join(folder, 'damaged.csv'), damaged);
    const own = [
      ['steps', STEPS, STEP_ROWS],
      ['reports', REPORTS, REPORT_ROWS],
    ] as const;
    for (const [name, mapping, rows] of own) {
      writeFileSync(join(folder, `${name}.mapping.json`), JSON.stringify(mapping));
      writeFileSync(join(folder, `${name}.csv`), `${rows.join('\n')}\n`);
    }
  });
  afterAll(async () => {
    server.process.kill();
    await server.ended;
    rmSync(folder, { recursive: true });
  });

  /** How many events the log has of imports. The steward records others meanwhile. */
  const imported = async (): Promise<number> => {
    const text = await (await fetch(`${server.url}/v1/history?format=ndjson`)).text();
    return text.split('\n').filter((line) => /"correlationId":"import:|"role":"implementer"/.test(line)).length;
  };
  const run = async (csv: string, mapping: string, ...more: readonly string[]): Promise<Imported> => {
    rmSync(refused, { force: true });
    const files = ['--refused', refused, '--missing', join(folder, 'missing.csv')];
    const { status, out, err } = await entente('import', 'commands', csv, '--mapping', mapping, ...files, ...more);
    const lines = out.split('\n');
    const [, ...numbers] =
      /(\d+) rows read: (\d+) accepted, (\d+) there already, (\d+) refused, (\d+) left out/
        .exec(lines.find((line) => line.includes('rows read')) ?? '')
        ?.map(Number) ?? [];
    const [read = -1, accepted = -1, there = -1, no = -1, out_ = -1] = numbers;
    return {
      status,
      counts: { read, accepted, there, refused: no, leftOut: out_ },
      refused: existsSync(refused) ? readFileSync(refused, 'utf8') : null,
      shown: lines.filter((line) => line.startsWith('{')),
      err,
    };
  };
  const summary = ({ status, counts, refused: rows }: Imported) => ({ status, counts, refused: rows });

  it.each([
    ['us-greenbook', worked('us-greenbook.csv'), worked('us-greenbook.mapping.json'), { accepted: 14 }],
    ['state-department', worked('state-department.csv'), worked('state-department.mapping.json'), { accepted: 6 }],
    ['equipment', worked('equipment.csv'), worked('equipment.mapping.json'), { accepted: 4 }],
    [
      'a damaged file',
      join(folder, 'damaged.csv'),
      worked('equipment.mapping.json'),
      { read: 6, accepted: 0, refused: 4 },
    ],
    [
      'rows that depend on earlier ones',
      join(folder, 'steps.csv'),
      join(folder, 'steps.mapping.json'),
      { read: 6, accepted: 1, refused: 5 },
    ],
    [
      'reports under pseudonyms',
      join(folder, 'reports.csv'),
      join(folder, 'reports.mapping.json'),
      { read: 3, accepted: 1, refused: 2 },
    ],
  ])('has the counts and the refused rows of the import, and records nothing: %s', async (_, csv, mapping, counts) => {
    const places = [
      ['--url', server.url],
      ['--data', data],
    ];
    for (const tried of ['before the import', 'after it']) {
      const before = await imported();
      const dry = [];
      for (const place of places) dry.push(summary(await run(csv, mapping, '--dry-run', ...place)));
      expect([tried, await imported()]).toEqual([tried, before]);
      const real = summary(await run(csv, mapping, '--url', server.url));
      expect([tried, ...dry]).toEqual([tried, real, real]);
      if (tried === 'before the import') expect(real.counts).toMatchObject(counts);
    }
  });

  it('writes no file unless it is named, and shows the first commands and refusals', async () => {
    const csv = join(folder, 'steps.csv');
    const before = [process.cwd(), data].map((at) => readdirSync(at).toSorted());
    const args = [
      'import',
      'commands',
      csv,
      '--mapping',
      join(folder, 'steps.mapping.json'),
      '--dry-run',
      '--data',
      data,
    ];
    const { status, out, err } = await entente(...args);
    expect([process.cwd(), data].map((at) => readdirSync(at).toSorted())).toEqual(before);
    expect(status).toBe(2);
    expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({
      to: expect.stringMatching(/^POST \/v1\/programme\/norland.border-training\/(?:meet|plan)-milestone$/) as unknown,
    });
    expect(err).toMatch(/^line 4 would be refused: [a-z-]+: refused unless /m);
  });

  it('rests on no log if the folder is missing, and makes none', async () => {
    const nowhere = join(folder, 'nowhere');
    const mapping = worked('state-department.mapping.json');
    const dry = summary(await run(worked('state-department.csv'), mapping, '--dry-run', '--data', nowhere));
    expect(existsSync(nowhere)).toBe(false);
    const real = summary(await run(worked('state-department.csv'), mapping, '--data', nowhere));
    expect(dry).toEqual(real);
    // Without a server, which would record what has become due.
    const again = summary(await run(worked('state-department.csv'), mapping, '--dry-run', '--data', nowhere));
    expect(again.counts).toMatchObject({ accepted: 0, there: 6 });
  });
});
