import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadExampleData } from '@entente/embedded';
import { Pseudonymizer } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import { entente } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'entente-timeline-'));
const timeline = (...args: string[]) => entente('timeline', ...args, '--data', folder);
const MISUSE = 'misuse-case/sealed.0e9a5c8fb1d24d37a6c0f3b28e71d594';

beforeAll(async () => {
  const store = new SqliteEventStore({ folder });
  await loadExampleData(store, new Pseudonymizer(Buffer.alloc(32, 5)), '2026-06-30');
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Words of a line, whatever the width of its columns. */
const lines = (out: string): string[] =>
  out
    .split('\n')
    .map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))
    .filter((line) => line !== '');

describe('entente timeline', () => {
  it('prints for each event of a stream who sent it, when, and its data with money in its currency', async () => {
    const { status, out } = await timeline('funding-account/norland.border-fund');
    expect(status).toBe(0);
    const printed = lines(out);
    expect(printed.slice(0, 5)).toEqual([
      'position | happened | recorded | late | stream | revision | type | by',
      expect.stringMatching(
        /^\d+ \| 2025-09-28T09:00:00Z \| 2025-09-28T09:00:\d\dZ \| funding-account\/norland\.border-fund \| 0 \| FundingAccountOpened \| norland \(donor\), person n-1$/,
      ),
      'donor: norland; recipient: estmark; programme: norland.border-training; fund: Partner Capacity Fund; ' +
        'currency: USD; stages: pledged, committed, obligated, disbursed, spent; basis: own; on budget: yes; ' +
        'budget line: 07-210; available until: 2028-05-30',
      expect.stringContaining('| 1 | FundsPledged | norland (donor), person n-1'),
      'amount: 2,500,000.00 USD; period: 2025',
    ]);
    expect(printed.slice(-2)).toEqual([
      expect.stringMatching(/2026-03-22T09:00:00Z \| 2026-04-03T09:0\d:\d\dZ \| late \| .*ExpenditureReported/),
      'amount: 412,500.00 USD; period: 2025',
    ]);
  });

  it('prints the reporter of misuse by pseudonym only', async () => {
    const [, flagged = '', data] = lines((await timeline(MISUSE)).out);
    expect(flagged).toMatch(/MisuseFlagged \| [^ ]+ \(monitor\)$/);
    expect(flagged).not.toContain('veritas');
    expect(data).toMatch(
      /^allegation: unauthorised-transfer; .*scopes: \(kind: programme, id: norland\.border-training\); happened: \(from: 2026-05-21, to: 2026-05-31\)/,
    );
  });

  it('prints the events of an organisation between two bounds, days or instants', async () => {
    const types = async (...args: string[]) =>
      (await timeline('--actor', 'estmark', '--json', ...args)).out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { type: string }).type);
    const own = [
      'AgreementSigned',
      'OfferAccepted',
      'ReceiptConfirmed',
      'DiscrepancyReported',
      'RecipientReplyReceived',
    ];
    expect((await types()).filter((type) => own.includes(type))).toEqual(own);
    expect((await types()).filter((type) => type === 'EndUseAssuranceGiven')).toHaveLength(4);
    expect(await types('--from', '2026-05-12', '--to', '2026-05-13')).toEqual([
      'ReceiptConfirmed',
      'DiscrepancyReported',
    ]);
    expect(await types('--from', '2026-05-12T11:00:00+02:00', '--to', '2026-05-12T09:00:00Z')).toEqual([
      'ReceiptConfirmed',
    ]);
    await expect(timeline('--actor', 'estmark', '--from', '2026-02-02', '--to', '2026-02-01')).rejects.toThrow(
      '--from 2026-02-02 is after --to 2026-02-01',
    );
    await expect(timeline('--actor', 'estmark', '--from', '2026-02-30')).rejects.toThrow(
      '--from takes a day that exists (YYYY-MM-DD) or an instant, and not "2026-02-30"',
    );
  });

  it('prints the whole event as JSON, with the currency of its stream', async () => {
    const { out } = await timeline('funding-account/sudria.signals-fund', '--json');
    expect(JSON.parse(out.split('\n')[1] ?? '')).toMatchObject({
      stream: 'funding-account/sudria.signals-fund',
      revision: 1,
      type: 'FundsPledged',
      happened: '2026-05-06T09:00:00.000Z',
      actor: { organisation: 'sudria', role: 'donor', person: 's-1' },
      data: { amount: 80_000_000, period: '2025' },
      currency: 'EUR',
    });
  });

  it('names what to ask instead of a word that is no stream', async () => {
    await expect(timeline('sudria')).rejects.toThrow(
      'there is no stream "sudria"; a stream is <kind>/<id>; streams with such a name or kind: stakeholder/sudria, ' +
        'third-party-transfer/estmark.cameras-to-sudria, funding-account/sudria.signals-fund, programme/sudria.signals, storage-site/sudria.central-depot; what sudria sent: timeline --actor sudria',
    );
    await expect(timeline('consignment')).rejects.toThrow(
      'kind: consignment/norland.night-vision-1, consignment/norland.night-vision-2',
    );
    await expect(timeline('consignments/norland.night-vision-1')).rejects.toThrow(
      'kind: consignment/norland.night-vision-1',
    );
    await expect(timeline('programme/norland.nothing')).rejects.toThrow(
      'kind: programme/norland.border-training, programme/sudria.signals',
    );
    await expect(timeline('zzz')).rejects.toThrow('no stream has such a name or kind');
    expect((await timeline('--actor', 'sudri')).err).toBe(
      'no event matches: "sudri" has sent nothing; senders: sudria',
    );
  });
});
