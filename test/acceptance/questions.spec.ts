import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadExample } from '../support/example-data.js';
import { StandaloneDeployment, standalone } from '../support/deployment.js';
import type { Row } from '../support/api-client.js';
import { entente } from '../support/run-cli.js';
import { inDays as day } from '../support/days.js';
import { QUESTIONS, questions, shown } from './questions.js';

questions(standalone);

const deployment = new StandaloneDeployment();
beforeAll(async () => {
  await deployment.open();
  await loadExample(deployment.app);
});
afterAll(() => deployment.end());

const run = (...args: string[]) => entente(...args, '--data', deployment.folder);
/** Every event of the log. */
const recorded = async (): Promise<readonly Row[]> =>
  jsonLines((await deployment.app.inject({ url: '/v1/history?format=ndjson' })).body);
const jsonLines = (out: string): readonly Row[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);

describe.each(Object.entries(QUESTIONS))('the command line answers %s:', (_, { asOf, asked }) => {
  const when = asOf === undefined ? [] : ['--as-of', asOf];
  it.each(asked.map((one) => [one.question, one] as const))('%s', async (_, { of, answer }) => {
    const [name = '', query] = of.split('?');
    const asked = [...new URLSearchParams(query)].flatMap(([parameter, value]) =>
      parameter === 'sort' ? ['--sort', value] : ['--where', `${parameter}=${value}`],
    );
    const replayed = jsonLines((await run('replay', name, '--json', ...when, ...asked)).out);
    expect(shown(replayed, answer)).toEqual(answer);
  });
});

describe('the command line prints a read model for people', () => {
  const FUND = ['replay', 'movements', '--where', 'account=norland.border-fund'];

  it('with amounts in their currency, the position and the day, and the totals', async () => {
    const { out, err } = await run(...FUND, '--where', 'amount.min=200000000', '--sort', '-amount');
    const [head = '', first = '', second = '', ...below] = out.split('\n');
    expect(head).toMatch(/^account +donor .* currency +stage +amount /);
    expect(first).toMatch(/ USD +pledged +2,500,000\.00 USD /);
    expect(second).toMatch(/ USD +committed +2,000,000\.00 USD /);
    const position = (await recorded()).length;
    expect(below.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      `2 rows at position ${position}, on ${day(0)} (UTC)`,
      '',
      'Totals',
      'currency stage movements amount',
      'USD committed 1 2,000,000.00 USD',
      'USD pledged 1 2,500,000.00 USD',
    ]);
    expect(err).toBe('');
  });

  it('as of another day, with that day', async () => {
    const lastLine = async (...options: string[]) =>
      (await run(...FUND, ...options)).out.split('\n').find((line) => / rows at position /.test(line));
    expect(await lastLine('--as-of', day(-100))).toMatch(new RegExp(`, on ${day(-100)} \\(UTC\\)$`));
    expect(await lastLine('--occurred-by', day(-90))).toMatch(
      new RegExp(`, on ${day(-90)} \\(UTC\\): what had occurred by then, as known at the position$`),
    );
  });

  it('and on demand the meaning and unit of each column', async () => {
    const lines = (await run('replay', 'donor-portfolio', '--columns')).out.split('\n');
    expect(lines.filter((line) => /^pledged /.test(line))).toEqual([
      expect.stringMatching(/^pledged +amount-sum +pledged, .* in minor units of the currency;/),
    ]);
    expect(lines).toContain('Amounts are in minor units with --json, and else in the currency beside them.');
    const [first] = jsonLines((await run('replay', 'donor-portfolio', '--columns', '--json')).out);
    expect(first).toEqual({ column: 'donor', type: 'text', meaning: 'the donor' });
  });

  it('and names each filter that it cannot take', async () => {
    await expect(run('replay', 'funding', '--where', 'pledged')).rejects.toThrow('<column>=<value>, and not "pledged"');
    await expect(run('replay', 'funding', '--where', 'x=1', '--sort', 'y')).rejects.toThrow(
      /^x is no column .*; sort y is no column to sort by/,
    );
  });
});

describe('the command line answers an auditor:', () => {
  it('What was recorded in a stream, by an organisation, in one correlation?', async () => {
    const count = async (...args: string[]) => jsonLines((await run('timeline', ...args, '--json')).out).length;
    expect(await count('programme/norland.border-training')).toBe(11);
    const byEstmark = (await recorded()).filter(
      ({ metadata }) => (metadata as { actor: Row }).actor['organisation'] === 'estmark',
    );
    expect(await count('--actor', 'estmark')).toBe(byEstmark.length);
    const ofExample = (await recorded()).filter(
      ({ metadata }) => (metadata as Row)['correlationId'] === 'example-data',
    );
    expect(await count('--correlation', 'example-data')).toBe(ofExample.length);
  });

  it('What differs between two dates?', async () => {
    const { status, out } = await run(
      'compare',
      'donor-portfolio',
      '--as-of',
      day(-149),
      '--with',
      day(-147),
      '--json',
    );
    const { differences } = JSON.parse(out) as { differences: Row[] };
    expect([status, differences.map(({ column, left, right }) => [column, left, right])]).toEqual([
      2,
      [
        ['disbursed', '0', '60000000'],
        ['undisbursed', '138000000', '78000000'],
      ],
    ]);
  });

  it('How late was a thing at each of two dates?', async () => {
    const { out } = await run('compare', 'consignments', '--as-of', day(-51), '--with', day(-50), '--json');
    const { differences } = JSON.parse(out) as { differences: Row[] };
    expect(differences.map(({ column, left, right }) => [column, left, right])).toEqual([
      ['days_late_first', 9, 10],
      ['days_late_plan', 1, 2],
    ]);
  });

  it('Is the log in form and order, and are the rows those of the events?', async () => {
    const verified = JSON.parse((await run('verify', '--json')).out) as Row;
    const events = await recorded();
    const end = events.length;
    const streams = new Set(events.map((event) => event['stream'])).size;
    expect(verified).toMatchObject({ events: end, streams, position: String(end), count: 0, outdated: 0 });
    const expected = `${end}:${verified['digest'] as string}`;
    expect((await run('verify', '--expect', expected)).status).toBe(0);
    expect((await run('digest')).out.trim()).toBe(expected);
    const earlier = (await run('digest', '--at', String(end - 1))).out.trim();
    expect(earlier).toMatch(new RegExp(`^${end - 1}:[0-9a-f]{64}$`));
    expect((await run('verify', '--expect', earlier)).status).toBe(0);
    await expect(run('digest', '--at', String(end + 1))).rejects.toThrow(`no event has position ${end + 1}`);
    const other = await run('verify', '--expect', `${end}:${'0'.repeat(64)}`, '--json');
    expect([other.status, JSON.parse(other.out)]).toMatchObject([
      2,
      { count: 1, findings: [{ position: String(end) }] },
    ]);
    expect((await run('compare', '--rebuilt')).status).toBe(0);
  });

  it('What had happened by a date, of names that take it', async () => {
    const day = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10);
    const rows = jsonLines((await run('replay', 'donor-portfolio', '--occurred-by', day, '--json')).out);
    const url = `/v1/read-models/donor-portfolio?occurred-by=${day}`;
    const served = (await deployment.app.inject({ url })).json<{ rows: Row[] }>().rows;
    expect(rows).toEqual(expect.arrayContaining(served.map((row) => expect.objectContaining(row) as Row)));
    await expect(run('replay', 'holds', '--occurred-by', day)).rejects.toThrow('which funding, movements');
  });

  it.each(['2026-02-30', '2026-06-31', '2026-05-04T24:00:00Z', '2999-01-01', 'soon'])(
    'No date that does not exist, or has not come: %s',
    async (when) => {
      for (const command of [
        ['replay', 'funding', '--as-of', when],
        ['replay', 'funding', '--occurred-by', when],
        ['compare', 'funding', '--as-of', when, '--with', '0'],
        ['compare', 'funding', '--as-of', '0', '--with', when],
        ['check', '--as-of', when],
      ])
        await expect(run(...command)).rejects.toThrow(when);
    },
  );
});
