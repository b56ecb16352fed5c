import { describe, expect, it } from '@jest/globals';
import { foldRows } from '@entente/engine';
import type { AnyProjection, RecordedEvent } from '@entente/kernel';
import { recordedEvent } from '../../../test/support/recorded-event.js';
import { MODELS } from './models.js';
import { revisionKey } from './row-by.js';

const DAY = '2026-05-04';
/** The key of the row that the event of a revision makes. */
const nth = (revision: number): string => revisionKey({ revision });

/** Events of one stream, in order, as they would have been recorded. */
const happened = (stream: string, ...events: readonly (readonly [type: string, data: unknown])[]): RecordedEvent[] =>
  events.map(([type, data], revision) => recordedEvent({ id: `e${revision}`, stream, revision, type, data }));

/**
 * The rows of a model by key, after these events; checks that one batch and single events give the
 * same.
 */
function rowsOf(name: string, events: readonly RecordedEvent[]): Record<string, Record<string, unknown>> {
  const model = MODELS.find((one) => one.name === name) as AnyProjection;
  const fold = (batches: readonly (readonly RecordedEvent[])[]): Map<string, object> => {
    const current = new Map<string, object>();
    for (const batch of batches) {
      const { parked } = foldRows(
        model,
        batch,
        current,
        () => false,
        () => '',
      );
      expect(parked).toEqual([]);
    }
    return current;
  };
  const whole = fold([events]);
  expect(fold(events.map((event) => [event]))).toEqual(whole);
  const rows = [...whole].map(([id, row]) => [id.slice(id.indexOf('#') + 1), row as Record<string, unknown>] as const);
  return Object.fromEntries(rows);
}

const proposed = [
  'ProgrammeProposed',
  { kind: 'bilateral', title: 'T', donor: 'norland', recipient: 'estmark', sector: '15210', starts: DAY, ends: DAY },
] as const;

describe('the read model of due dates', () => {
  it("keeps what a stream's duties share out of the steward's search for open ones", () => {
    const milestone = ['MilestonePlanned', { milestone: 'first', due: DAY }] as const;
    const rows = rowsOf('due-dates', happened('programme/norland.p', proposed, milestone));
    expect(Object.entries(rows).map(([key, { status }]) => [key, status])).toEqual([
      ['', ''],
      ['milestone/first', 'open'],
    ]);
  });
});

describe('what was done before a lapse, and recorded after it', () => {
  const X = 'third-party-transfer/estmark.t';
  const parties = { donor: 'norland', holder: 'estmark', goods: [] };
  const consented = [
    ['ThirdPartyTransferRequested', { kind: 'disposal', ...parties, reason: 'r' }],
    ['ThirdPartyTransferConsented', { until: '2026-06-30', conditions: [] }],
  ] as const;
  const scopes = [{ kind: 'unit', id: 'estmark.u' }];
  const ordered = [
    ['MisuseFlagged', { allegation: 'diversion', recipient: 'estmark', accused: 'estmark', scopes: [] }],
    ['PrecautionarySuspensionOrdered', { scopes, until: '2026-06-30' }],
  ] as const;
  it('leaves the rows as if it had been recorded before', () => {
    const lapsed = ['TransferConsentLapsed', { until: '2026-06-30' }] as const;
    const done = ['ThirdPartyTransferCarriedOut', { on: '2026-06-20', to: 'estmark', informed: [] }] as const;
    const due = (...more: readonly (readonly [string, object])[]) => rowsOf('due-dates', happened(X, ...more));
    expect(due(...consented, lapsed, done)).toEqual(due(...consented, done));
    const passed = ['PrecautionarySuspensionLapsed', { scopes, until: '2026-06-30', reason: 'not-renewed' }] as const;
    const renewed = ['PrecautionarySuspensionRenewed', { scopes, until: '2026-07-31' }] as const;
    for (const model of ['due-dates', 'misuse-suspensions']) {
      const rows = (...more: readonly (readonly [string, object])[]) =>
        rowsOf(model, happened('misuse-case/sealed.x', ...ordered, ...more));
      expect(rows(passed, renewed)).toEqual(rows(renewed));
    }
  });
});

describe('the read model delivery-facts', () => {
  it('has what of a delivery rests on no consignment, whatever is corrected of their shares', () => {
    const share = { consignment: 'norland.k', quantity: 60, point: 'receipt' };
    const rows = rowsOf(
      'delivery-facts',
      happened(
        'assistance-case/norland.c',
        ['AssistanceRequested', { donor: 'norland', recipient: 'estmark', asked: [] }],
        ['AssistanceDelivered', { line: 'l', quantity: 100, on: DAY, consignments: [share], facts: [] }],
        ['DeliveryCorrected', { line: 'l', corrects: 'e1', quantityBy: -5, consignment: 'norland.k', reason: 'r' }],
        ['AssistanceDelivered', { line: 'l', quantity: 20, on: DAY, consignments: [], facts: [] }],
        ['DeliveryCorrected', { line: 'l', corrects: 'e3', quantityBy: -5, reason: 'r' }],
      ),
    );
    expect(rows['e1']).toMatchObject({ quantity_left: 95, apart: 40 });
    expect(rows['e2']).toMatchObject({ apart: 0 });
    expect(rows['e3']).toMatchObject({ quantity_left: 15, apart: 15 });
  });
});

describe('an end that passes by itself', () => {
  it('is not late on the day after it, on which it is recorded; a hold that is released early ends then', () => {
    const scope = { kind: 'country', id: 'estmark' };
    const placed = (hold: string, until: string) => ['HoldPlaced', { hold, scope, basis: 'embargo', until }] as const;
    const rows = rowsOf(
      'due-dates',
      happened(
        'hold/estmark',
        placed('short', '2026-05-01'),
        placed('long', '2026-09-01'),
        ['HoldLapsed', { hold: 'short' }],
        ['HoldReleased', { hold: 'long' }],
      ),
    );
    expect(rows['hold-end/short']).toMatchObject({ status: 'done', due: '2026-05-01', ended_on: '2026-05-01' });
    expect(rows['hold-end/long']).toMatchObject({ status: 'done', due: '2026-09-01' });
    expect(rows['hold-end/long']?.['ended_on']).not.toBe('2026-09-01');
  });
});

describe('the warning before the end of an agreement', () => {
  it('is not late: its day has passed by itself', () => {
    const rows = rowsOf(
      'due-dates',
      happened(
        'legal-framework/norland.f',
        ['AgreementDrafted', { donor: 'norland', recipient: 'estmark', parameters: [] }],
        ['AgreementEnteredIntoForce', { on: DAY, until: '2026-08-01', warnOn: '2026-05-03', reports: [] }],
        ['AgreementExpiryApproached', { until: '2026-08-01' }],
      ),
    );
    expect(rows['expiry-warning/']).toMatchObject({ status: 'done', due: '2026-05-03', ended_on: '2026-05-03' });
  });
});

describe('a last day that counts from the recording', () => {
  const LATER = '2026-07-10';
  /** What happened on the day, recorded later. */
  const recorded = (...events: Parameters<typeof happened>): readonly RecordedEvent[] =>
    happened(...events).map((event) => ({
      ...event,
      metadata: { ...event.metadata, recordedAt: `${LATER}T10:00:00.000Z` },
    }));
  const report = { recipient: 'estmark', acknowledgeBy: '2026-07-17', triageBy: '2026-08-09' };
  const item = { donor: 'norland', recipient: 'estmark', item: 'sight', serial: 'S-1' };
  const lost = ['ItemReportedLost', { on: DAY, cause: 'theft', verifyBy: '2026-08-09' }] as const;
  it('begins there, and is met no earlier: the acknowledgement and triage of a misuse report (R18)', () => {
    const triaged = ['MisuseTriaged', { openBy: '2026-07-20' }] as const;
    const all = [['MisuseFlagged', report], ['MisuseReportAcknowledged', {}], triaged] as const;
    expect(rowsOf('due-dates', recorded('misuse-case/sealed.1', ...all))).toMatchObject({
      'acknowledge/': { due: '2026-07-17', set_on: LATER, ended_on: LATER, status: 'done' },
      'triage/': { due: '2026-08-09', set_on: LATER, ended_on: LATER, status: 'done' },
      'open/': { set_on: DAY, ended_on: null },
    });
  });
  it('stays over by it: a check that was overdue is given up on no earlier day (R10)', () => {
    const of = { donor: 'norland', recipient: 'estmark', holder: 'estmark', item: 'sight', site: 'depot' };
    const scheduled = ['EndUseCheckScheduled', { ...of, type: 'routine', quantity: 4, serials: [], due: DAY }] as const;
    const overdue = ['EndUseCheckBecameOverdue', { due: DAY }] as const;
    const row = (...events: (readonly [type: string, data: unknown])[]) =>
      rowsOf('end-use-checks', recorded('end-use-check/veritas.1', scheduled, ...events));
    for (const given of [
      ['EndUseCheckWaived', { reason: 'x' }] as const,
      ['EndUseCheckCancelled', { reason: 'x' }] as const,
    ]) {
      expect(row(overdue, given)).toMatchObject({ '': { ended_on: LATER, ended_late: true } });
      expect(row(given)).toMatchObject({ '': { ended_on: DAY, ended_late: false } });
    }
  });
  it('is of the present holder, and ends with the report or a check that has seen it: a loss (R12)', () => {
    const unseen = (holder: string) =>
      ['ItemNotSeen', { check: 'c', on: DAY, reportBy: '2026-08-09', holder }] as const;
    const overdue = ['ItemStepBecameOverdue', { step: 'report', due: '2026-08-09' }] as const;
    const after = (...more: (readonly [string, object])[]) =>
      rowsOf('due-dates', recorded('item/norland.s-1', ['SerialRegistered', item], unseen('estmark'), ...more));
    const is = { due: '2026-08-09', set_on: LATER };
    expect(after()).toMatchObject({ 'loss-report/': { ...is, status: 'open', organisation: 'estmark' } });
    const moved = after(overdue, unseen('vestra'));
    expect(moved).toMatchObject({ 'loss-report/': { ...is, status: 'overdue', organisation: 'vestra' } });
    expect(after(overdue, lost)).toMatchObject({ 'loss-report/': { ...is, status: 'done', ended_on: LATER } });
    const seen = ['ItemSeenAgain', { on: '2026-07-20' }] as const;
    expect(after(seen)).toMatchObject({ 'loss-report/': { status: 'withdrawn', ended_on: '2026-07-20' } });
    expect(after(seen, unseen('estmark'))).toMatchObject({ 'loss-report/': { status: 'open', ended_on: null } });
  });
  it('begins there, and is met no earlier: the verification of a loss (R12)', () => {
    const all = [['SerialRegistered', item], lost, ['LossReportVerified', { method: 'seen' }]] as const;
    expect(rowsOf('due-dates', recorded('item/norland.s-1', ...all))).toMatchObject({
      'loss-verification/': { due: '2026-08-09', set_on: LATER, ended_on: LATER },
    });
  });
});

describe('the read model personnel-accounts', () => {
  const deployed = ['PersonnelDeployed', { country: 'estmark', area: 'north', donor: 'norland' }] as const;
  const account = (on: string, safe: number, ...missing: string[]) =>
    ['PersonnelAccountedFor', { situation: 's', alert: 'a', on, safe, missing }] as const;
  const after = (...accounts: (readonly [string, object])[]) =>
    rowsOf('personnel-accounts', happened('deployment/norland.d', deployed, ...accounts))['s/a'];

  it('keeps who is missing by the account of the latest day, if an earlier one is recorded late', () => {
    expect(after(account('2026-05-03', 1, 'b'), account('2026-05-01', 2))).toMatchObject({
      accounted_on: '2026-05-03',
      safe: 1,
      missing: 1,
      missing_persons: ['b'],
    });
  });

  it('takes the account recorded later of two of one day', () => {
    expect(after(account('2026-05-03', 1, 'b'), account('2026-05-03', 2))).toMatchObject({ safe: 2, missing: 0 });
  });
});

describe('a fact of an earlier day that is recorded late displaces no newer one', () => {
  type Step = readonly [type: string, data: unknown];
  const rate = (on: string, of: string): Step => ['ExchangeRateFixed', { quote: 'EUR', on, rate: of }];
  const level = (on: string, of: string): Step => ['CountryRiskAssessed', { level: of, on }];
  const state = (on: string, serviceability: string): Step => ['ServiceabilityReported', { serviceability, on }];
  const sent = (on: string): Step => ['TechnicalDataTransferred', { on }];
  const mode = (on: string, of: string): Step => ['MonitoringModeChanged', { mode: of, on }];
  const visited = (visit: number, on: string, lowerConfidence: boolean): Step => [
    'EndUseCheckPerformed',
    { visit, on, lowerConfidence, inspected: false, done: false, results: [] },
  ];
  const found = (on: string, finding: string): Step => ['GraduateFollowedUp', { trainee: 't', finding, on }];
  const trainee = ['TraineeNominated', { trainee: 't', number: 1 }] as const;
  const cases: readonly (readonly [model: string, stream: string, past: readonly Step[], row: object])[] = [
    [
      'accounts',
      'funding-account/norland.a',
      [['FundingAccountOpened', { stages: [] }], rate('2026-05-03', '0.9'), rate('2026-05-01', '0.8')],
      { rates: 2, rate: '0.9', rate_on: '2026-05-03' },
    ],
    [
      'country-situations',
      'country-situation/norland.s',
      [['CountrySituationOpened', { level: 'l' }], level('2026-05-03', 'high'), level('2026-05-01', 'low')],
      { assessments: 2, level: 'high', assessed_on: '2026-05-03' },
    ],
    [
      'country-situations',
      'country-situation/norland.s',
      [['CountrySituationOpened', {}], mode('2026-05-03', 'remote'), mode('2026-05-01', 'normal')],
      { monitoring: 'remote', monitoring_from: '2026-05-03' },
    ],
    [
      'end-use-checks',
      'end-use-check/norland.c',
      [
        ['EndUseCheckScheduled', { due: '2026-06-01' }],
        visited(1, '2026-05-03', true),
        visited(2, '2026-05-01', false),
      ],
      { visits: 2, visited_on: '2026-05-03', lower_confidence: true },
    ],
    [
      'end-use-checks',
      'end-use-check/norland.c',
      [
        ['EndUseCheckScheduled', { due: '2026-06-01' }],
        visited(1, '2026-05-03', true),
        visited(2, '2026-05-05', false),
        ['CheckDayCorrected', { visit: 2, on: '2026-05-01', newestOn: '2026-05-03', lowerConfidence: true }],
      ],
      { visits: 2, visited_on: '2026-05-03', lower_confidence: true },
    ],
    [
      'items',
      'item/norland.i',
      [['SerialRegistered', {}], state('2026-05-03', 'limited'), state('2026-05-01', 'serviceable')],
      { serviceability: 'limited', serviceability_on: '2026-05-03' },
    ],
    [
      'items',
      'item/norland.i',
      [
        ['SerialRegistered', {}],
        ['ItemChecked', { check: 'c1', on: '2026-05-03', checkBy: '2027-05-03' }],
        ['ItemChecked', { check: 'c2', on: '2026-05-01', checkBy: '2027-05-01' }],
      ],
      { last_checked_on: '2026-05-03', check_by: '2027-05-03' },
    ],
    [
      'technology-releases',
      'technology-release/norland.r',
      [['TechnologyReleaseRequested', {}], sent('2026-05-03'), sent('2026-05-01')],
      { transfers: 2, transferred_on: '2026-05-03' },
    ],
    [
      'enrolments',
      'training-activity/norland.t',
      [['TrainingPlanned', {}], trainee, found('2026-05-03', 'left'), found('2026-05-01', 'in-post')],
      { follow_up: 'left', followed_up_on: '2026-05-03' },
    ],
  ];
  it.each(cases)('in %s', (model, stream, past, expected) => {
    expect(Object.values(rowsOf(model, happened(stream, ...past)))).toContainEqual(expect.objectContaining(expected));
  });
});

describe('a fact about another organisation', () => {
  it('has the day on which it was recorded, also if it happened before', () => {
    const [opened, paid] = happened(
      'funding-account/norland.a',
      ['FundingAccountOpened', { donor: 'norland', recipient: 'estmark', stages: [] }],
      ['FundsDisbursed', { amount: 1, period: '2026' }],
    ) as [RecordedEvent, RecordedEvent];
    const metadata = {
      ...paid.metadata,
      occurredAt: '2026-03-01T09:00:00.000Z',
      recordedAt: '2026-05-04T09:00:00.000Z',
    };
    expect(rowsOf('recorded-facts', [opened, { ...paid, metadata }])[paid.id]).toMatchObject({
      recorded_on: '2026-05-04',
    });
  });
});

describe('trained persons, as last known', () => {
  const found = (on: string, finding: string, number: number) =>
    ['GraduateFollowedUp', { trainee: 't', finding, number, on }] as const;
  const assessed = (on: string, competent: number) =>
    ['CompetenceAssessed', { trainee: 't', competence: 'care', competent, on }] as const;
  const after = (...past: readonly (readonly [string, object])[]) =>
    rowsOf(
      'enrolments',
      happened(
        'training-activity/norland.t',
        ['TrainingPlanned', {}],
        ['TraineeNominated', { trainee: 't', number: 12 }],
        ...past,
      ),
    )['t'];
  const counts = (inPost: number, left: number, unknown = 0) => ({
    found_in_post: inPost,
    found_moved: 0,
    found_left: left,
    found_unknown: unknown,
  });

  it('counts them by finding, each in its newest one', () => {
    const post = found('2026-06-01', 'in-post', 9);
    expect(after()).toMatchObject(counts(0, 0));
    expect(after(post)).toMatchObject(counts(9, 0));
    expect(after(post, found('2026-07-01', 'left', 3))).toMatchObject({ ...counts(9, 3), follow_up: 'left' });
    expect(after(post, found('2026-07-01', 'left', 5))).toMatchObject(counts(7, 5));
    expect(after(found('2026-07-01', 'left', 5), post)).toMatchObject(counts(7, 5));
    expect(after(post, found('2026-07-01', 'left', 3), found('2026-08-01', 'in-post', 6))).toMatchObject(counts(6, 3));
    expect(after(post, found('2026-05-01', 'in-post', 12), found('2026-06-01', 'unknown', 12))).toMatchObject(
      counts(0, 0, 12),
    );
  });

  it('keeps how many are competent by the newest assessment', () => {
    expect(after()).toMatchObject({ competent: null });
    expect(after(assessed('2026-06-01', 10), assessed('2026-05-01', 7))).toMatchObject({
      assessments: 2,
      competence: 'care',
      competent: 10,
      assessed_on: '2026-06-01',
    });
  });
});

describe('an item that was found elsewhere without consent (R14)', () => {
  const all = [
    ['SerialRegistered', { donor: 'norland', recipient: 'estmark', item: 'sight', serial: 'S-1' }],
    ['ItemReceived', { on: DAY, holder: 'estmark', site: 'estmark.depot', checkBy: '2026-08-02' }],
    ['UnauthorisedTransferDetected', { on: DAY, place: 'market' }],
    ['ItemReceiptCorrected', { corrects: 'e1', site: 'estmark.south', checkBy: '2026-08-02' }],
    ['ItemRecovered', { on: DAY, site: 'estmark.depot', checkBy: '2026-08-02' }],
  ] as const;
  const rows = (name: string, to: number) => rowsOf(name, happened('item/norland.sight.~s-1', ...all.slice(0, to)));
  it('is in no store, and at the place where it was found, until it is recovered', () => {
    const schedule = { check_by: '2026-08-02', holder: 'estmark' };
    expect(rows('items', 2)).toMatchObject({ '': { site: 'estmark.depot', found_at: null, ...schedule } });
    expect(rows('items', 4)).toMatchObject({
      '': { status: 'diverted', site: null, found_at: 'market', ...schedule },
    });
    expect(rows('items', 5)).toMatchObject({
      '': { status: 'held', site: 'estmark.depot', found_at: null, ...schedule },
    });
  });
  it('stays where it was moved, whatever store received it', () => {
    const moved = [
      ...all.slice(0, 2),
      ['ItemMoved', { on: DAY, site: 'estmark.west' }],
      ['ItemReceiptCorrected', { corrects: 'e1', site: 'estmark.south', newerOn: DAY, checkBy: '2026-08-02' }],
    ] as const;
    const of = (name: string) => rowsOf(name, happened('item/norland.sight.~s-1', ...moved));
    expect(of('items')).toMatchObject({ '': { site: 'estmark.west' } });
    expect(of('custody')).toMatchObject({ [nth(3)]: { happened: 'receipt-corrected', site: 'estmark.west' } });
  });
  it('has left its store by that step, and comes back by its recovery', () => {
    expect(rows('custody', 5)).toMatchObject({
      [nth(2)]: { happened: 'diverted', site_before: 'estmark.depot', site: null, detail: 'market' },
      [nth(3)]: { site_before: null, site: null },
      [nth(4)]: { happened: 'recovered', site_before: null, site: 'estmark.depot' },
    });
  });
});

describe('a store whose certificate has expired', () => {
  it('is certified, and its end is waited for, once the last day was corrected (R26)', () => {
    const events = (...more: (readonly [string, object])[]) =>
      happened(
        'storage-site/estmark.depot',
        ['StorageSiteRegistered', { owner: 'estmark', place: 'x', category: 'y' }],
        ['StorageCertified', { on: DAY, until: '2026-05-31', standard: 'level-2' }],
        ['CertificateExpired', { until: '2026-05-31' }],
        ...more,
      );
    const rows = (name: string, more: object) =>
      Object.values(rowsOf(name, events(['CertificateCorrected', { corrects: 'e1', reason: 'x', ...more }])));
    const right = { until: '2026-06-30' };
    expect(rows('storage-sites', right)).toMatchObject([{ status: 'certified', certified_until: '2026-06-30' }]);
    expect(rows('due-dates', right)).toMatchObject([{}, { status: 'open', due: '2026-06-30', ended_on: null }]);
    expect(rows('storage-sites', { on: '2026-04-30' })).toMatchObject([{ status: 'expired' }]);
    expect(rows('due-dates', { on: '2026-04-30' })).toMatchObject([{}, { status: 'done', ended_on: '2026-05-31' }]);
  });
});

describe('a check of which the last day is corrected after it (R10, R26)', () => {
  const of = { donor: 'norland', recipient: 'estmark', holder: 'estmark', item: 'sight', site: 'depot' };
  const sights = { ...of, type: 'enhanced', manner: 'on-site', serials: ['1'], quantity: 1 };
  const kitchens = { ...sights, type: 'routine', serials: [] };
  const visit = { on: '2026-05-10', inspected: true, done: true, visit: 1, results: [] };
  const visited = ['EndUseCheckPerformed', visit] as const;
  const waived = ['EndUseCheckWaived', { authority: 'x', reason: 'x' }] as const;
  const cancelled = (on?: string) => ['EndUseCheckCancelled', { reason: 'x', ...(on && { on }) }] as const;
  const after = (name: string, scheduled: object, ...events: (readonly [string, object])[]) =>
    rowsOf(name, happened('end-use-check/veritas.1', ['EndUseCheckScheduled', scheduled], ...events));
  const moved = (due: string) => ['EndUseCheckRescheduled', { due, cause: 'mistyped' }] as const;
  it.each([
    ['made', sights, visited],
    ['waived', sights, waived],
    ['cancelled', sights, cancelled('2026-05-10')],
    ['cancelled by hand', kitchens, cancelled()],
  ])('has the rows of one that had the right day: %s', (_, data, end) => {
    for (const [wrong, right] of [
      ['2026-04-01', '2026-06-30'],
      // A sample that was cancelled in time can have been one of nothing: it stays so.
      ['2026-06-30', data === kitchens ? '2026-06-01' : '2026-04-01'],
    ]) {
      for (const name of ['end-use-checks', 'due-dates']) {
        const entered = after(name, { ...data, due: right }, end);
        const corrected = after(name, { ...data, due: wrong }, end, moved(right as string));
        expect(corrected).toEqual(entered);
      }
    }
  });
  const left = (on: string, was?: string) =>
    ['CheckedItemsLeftOut', { serials: ['2'], on, ...(was && { was }) }] as const;
  it('is missed, or not, by the right day on which another check has seen its items (R26)', () => {
    const of = (name: string, ...events: (readonly [string, object])[]) =>
      Object.values(after(name, { ...sights, due: '2026-05-20' }, ...events)).at(-1);
    const late = { status: 'cancelled', ended_on: '2026-05-21', ended_late: true };
    const inTime = { status: 'cancelled', ended_on: '2026-05-20', ended_late: false };
    expect(of('end-use-checks', cancelled('2026-05-21'))).toMatchObject(late);
    expect(of('end-use-checks', cancelled('2026-05-21'), cancelled('2026-05-20'))).toMatchObject(inTime);
    expect(of('end-use-checks', cancelled('2026-05-20'), cancelled('2026-05-21'))).toMatchObject(late);
    expect(of('due-dates', cancelled('2026-05-21'), cancelled('2026-05-20'))).toMatchObject({
      status: 'withdrawn',
      ended_on: '2026-05-20',
    });
    const items = (...events: (readonly [string, object])[]) =>
      (after('end-use-checks', { ...sights, quantity: 2, due: '2026-05-20' }, ...events)[''] as { items: number })
        .items;
    expect(items(left('2026-05-21'))).toBe(2);
    expect(items(left('2026-05-21'), left('2026-05-20', '2026-05-21'))).toBe(1);
    expect(items(left('2026-05-20'), left('2026-05-21', '2026-05-20'))).toBe(2);
    expect(items(left('2026-05-20'), left('2026-05-19', '2026-05-20'))).toBe(1);
  });
  it('stays with the holder before, if items were transferred after its last day (R13)', () => {
    const row = (data: object, ...events: (readonly [string, object])[]) =>
      after('end-use-checks', { ...data, quantity: 4, due: '2026-05-20' }, ...events)[''];
    const taken = (on: string | undefined, next?: object) =>
      ['CheckedItemsTransferred', { serials: ['2'], on, to: 'vestra', place: 'x', next }] as const;
    expect(row(sights, taken('2026-05-21', {}))).toMatchObject({ holder: 'estmark', items: 4 });
    expect(row(sights, taken('2026-05-20', {}))).toMatchObject({ holder: 'estmark', items: 3 });
    expect(row(sights, taken('2026-05-20'))).toMatchObject({ holder: 'vestra', items: 4 });
    expect(row(sights, taken('2026-05-21', {}), cancelled('2026-05-21'))).toMatchObject({
      holder: 'estmark',
      ended_late: true,
      items: 4,
    });
    const corrected = (was: number, quantity: number, on?: string) =>
      ['CheckedItemsCorrected', { was, quantity, on, reason: 'transferred' }] as const;
    const late = corrected(4, 3, '2026-05-21');
    expect(row(kitchens, late)).toMatchObject({ items: 4 });
    expect(row(kitchens, corrected(4, 3, '2026-05-20'))).toMatchObject({ items: 3 });
    expect(row(kitchens, late, corrected(3, 1))).toMatchObject({ items: 2 });
    expect(row(kitchens, corrected(4, 6, '2026-05-21'))).toMatchObject({ items: 6 });
    expect(row(sights, left('2026-05-21'), corrected(3, 3))).toMatchObject({ items: 4 });
  });
  it('opens no check again that has ended', () => {
    const due = (...events: (readonly [string, object])[]) =>
      after('due-dates', { ...sights, due: '2026-04-01' }, ...events)['check/'];
    expect(due(visited, moved('2026-06-30'))).toMatchObject({ status: 'done', ended_on: '2026-05-10' });
    expect(due(moved('2026-06-30'))).toMatchObject({ status: 'open', ended_on: null });
  });
});

describe('the value of the items of a check', () => {
  const of = { donor: 'norland', recipient: 'estmark', holder: 'estmark', item: 'round', site: 'depot', due: DAY };
  const after = (data: object, ...events: (readonly [string, object])[]) =>
    rowsOf(
      'end-use-checks',
      happened('end-use-check/veritas.1', ['EndUseCheckScheduled', { ...of, ...data }], ...events),
    )[''];
  const corrected = (quantity: number) => ['CheckedItemsCorrected', { quantity, reason: 'miscounted' }] as const;
  it('is their part of the value of the lines, rounded down once, whatever left or came', () => {
    const lines = { orderedValue: 1999, orderedQuantity: 1000, currency: 'USD' };
    const rounds = { type: 'routine', serials: [], quantity: 1000, value: 1999, ...lines };
    expect(after(rounds)).toMatchObject({ items: 1000, value: 1999, ordered_value: 1999, ordered_items: 1000 });
    expect(after(rounds, corrected(3))).toMatchObject({ items: 3, value: 5 });
    expect(after({ ...rounds, quantity: 1, value: 1 }, corrected(1000))).toMatchObject({ items: 1000, value: 1999 });
    const sets = { type: 'enhanced', serials: ['1', '2'], quantity: 2, value: 33333, currency: 'USD' };
    const two = { ...sets, orderedValue: 50000, orderedQuantity: 3 };
    const left = ['CheckedItemsLeftOut', { serials: ['1'], on: DAY }] as const;
    expect(after(two, left)).toMatchObject({ items: 1, value: 16666 });
    const moved = ['CheckedItemsTransferred', { serials: ['1'], to: 'vestra', place: 'vestra', next: {} }] as const;
    expect(after(two, moved)).toMatchObject({ items: 1, value: 16666 });
  });
  it('is less that of what an inspection did not see, as corrected', () => {
    const two = { type: 'enhanced', serials: ['1', '2'], quantity: 2, value: 33333, currency: 'USD' };
    const of = { ...two, orderedValue: 50000, orderedQuantity: 3 };
    const results = [
      { serial: '1', result: 'seen' },
      { serial: '2', result: 'not-seen' },
    ];
    const visit = { on: DAY, inspected: true, done: true, visit: 1, results };
    const right = (serial: string, was: string, result: string) =>
      ['CheckResultCorrected', { corrects: 'e1', visit: 1, serial, was, result, reason: 'x' }] as const;
    const made = ['EndUseCheckPerformed', visit] as const;
    const notSeen = (items_not_seen: number, value_not_seen: number | null) => ({ items_not_seen, value_not_seen });
    expect(after(of)).toMatchObject(notSeen(0, 0));
    expect(after(of, made)).toMatchObject({ items: 2, value: 33333, ...notSeen(1, 16667) });
    expect(after(of, made, right('2', 'not-seen', 'damaged'))).toMatchObject(notSeen(0, 0));
    expect(after(of, made, right('1', 'seen', 'not-seen'))).toMatchObject(notSeen(2, 33333));
    expect(after(of, made, right('1', 'seen', 'damaged'))).toMatchObject(notSeen(1, 16667));
    const remotely = ['EndUseCheckPerformed', { ...visit, inspected: false, done: false }] as const;
    expect(after(of, remotely, right('1', 'seen', 'not-seen'))).toMatchObject(notSeen(0, 0));
    const lots = [{ lot: 'a', seen: 1, notSeen: 3, damaged: 0 }];
    const sample = ['EndUseCheckPerformed', { ...visit, results: [], lots }] as const;
    const kitchens = { type: 'routine', serials: [], quantity: 10 };
    expect(after(kitchens, sample)).toMatchObject({ items: 10, ...notSeen(3, null) });
  });
  it('is that part of what was known, if the lines are not stated; null if nothing is', () => {
    const rounds = { type: 'routine', serials: [], quantity: 4, value: 11, currency: 'USD' };
    expect(after(rounds, corrected(3))).toMatchObject({ items: 3, value: 8 });
    expect(after({ ...rounds, value: undefined }, corrected(3))).toMatchObject({ items: 3, value: null });
  });
});

describe('the read model recorded-facts', () => {
  type Step = readonly [type: string, data: unknown];
  const parties = { donor: 'norland', recipient: 'estmark', holder: 'estmark' };
  /** The row of the fact, which is the second event. */
  const of = (stream: string, ...steps: readonly Step[]) => rowsOf('recorded-facts', happened(stream, ...steps))['e1'];
  const paid = 'e1';
  const accepted: readonly Step[] = [
    ['FactDisputed', { fact: paid, reason: 'x' }],
    ['DisputeAnswered', { fact: paid, outcome: 'accepted', reason: 'x' }],
  ];
  const account: readonly Step[] = [
    ['FundingAccountOpened', { ...parties, currency: 'USD' }],
    ['FundsDisbursed', { amount: 100, period: '2026' }],
  ];
  const A = 'funding-account/norland.a';
  const lot = { lot: 'l', seen: 40, notSeen: 2, damaged: 1 };
  const transfer = (...goods: readonly object[]) =>
    of(
      'third-party-transfer/estmark.t',
      ['ThirdPartyTransferRequested', { ...parties, holder: 'estmark', goods }],
      ['ThirdPartyTransferCarriedOut', { to: 'vestra', goods }],
    );

  it('states whether a correction can follow an accepted dispute, or that remains as a note', () => {
    expect(of(A, ...account, ...accepted)).toMatchObject({ outcome: 'accepted', correctable: true });
    const closed: Step = ['FundingAccountClosed', { reason: 'done' }];
    expect(of(A, ...account, closed, ...accepted)).toMatchObject({ outcome: 'accepted', correctable: true });
    const check = (...visit: Step) => of('end-use-check/veritas.c', ['EndUseCheckScheduled', parties], visit);
    expect(check('DiscrepancyFound', { discrepancy: 'd' })).toMatchObject({ correctable: false });
    expect(check('AccessDenied', {})).toMatchObject({ fact: 'AccessDenied', concerned: 'estmark', correctable: true });
    expect(check('EndUseCheckPerformed', { results: [{ serial: 's' }] })).toMatchObject({ correctable: true });
    expect(check('EndUseCheckPerformed', { results: [], lots: [lot] })).toMatchObject({ correctable: false });
    expect(transfer({ item: 'radio', quantity: 2 })).toMatchObject({ correctable: false });
  });

  it('names what a fact is about, and how much: items, goods or persons, as corrected', () => {
    const check = (...visit: Step) =>
      of('end-use-check/veritas.c', ['EndUseCheckScheduled', { ...parties, item: 'radio' }], visit);
    const results = [{ serial: 's' }, { serial: 't' }];
    expect(check('EndUseCheckPerformed', { results, lots: [lot] })).toMatchObject({ item: 'radio', quantity: 45 });
    expect(check('DiscrepancyFound', { quantity: 3 })).toMatchObject({ item: 'radio', quantity: 3 });
    expect(check('AccessDenied', {})).toMatchObject({ item: 'radio', quantity: null });
    const radios = { item: 'radio', quantity: 2 };
    expect(transfer(radios, { ...radios, consignment: 'c-2' })).toMatchObject({ item: 'radio', quantity: 4 });
    expect(transfer(radios, { item: 'tent', quantity: 1 })).toMatchObject({ item: 'radio,tent', quantity: null });
    expect(transfer({ item: 'radio', quantity: Number.MAX_SAFE_INTEGER }, radios)).toMatchObject({ quantity: null });
    const completed = { women: 4, men: 8, notStated: 0 };
    const course: readonly Step[] = [
      ['TrainingPlanned', { ...parties, course: 'patrol' }],
      ['TrainingCompleted', { completed }],
      ['TrainingCorrected', { corrects: 'e1', cost: 5 }],
      ['TrainingCorrected', { corrects: 'e1', completed: { ...completed, men: 7 } }],
    ];
    const training = (steps: number) => of('training-activity/norland.t', ...course.slice(0, steps));
    expect(training(3)).toMatchObject({ item: 'patrol', quantity: 12 });
    expect(training(4)).toMatchObject({ item: 'patrol', quantity: 11 });
  });

  it('has the money of a movement, less what corrections took back, so that totals add it by answer', () => {
    const by = (amountBy: number): Step => ['MovementCorrected', { corrects: paid, amountBy, period: '2026' }];
    const back: Step = ['FundsReimbursed', { corrects: paid, amount: 30, period: '2026' }];
    expect(of(A, ...account)).toMatchObject({ amount: 100, currency: 'USD', status: 'unanswered' });
    expect(of(A, ...account, ['FactConfirmed', { fact: paid }])).toMatchObject({ amount: 100, status: 'confirmed' });
    expect(of(A, ...account, by(-10), back, ['FactDisputed', { fact: paid, reason: 'x' }])).toMatchObject({
      amount: 60,
      status: 'disputed',
    });
    const check = of('end-use-check/veritas.c', ['EndUseCheckScheduled', parties], ['DiscrepancyFound', {}]);
    expect(check).toMatchObject({ amount: null, currency: null });
  });

  it('has the period of a movement, and line and quantity of a delivery, as corrected', () => {
    const by = (amountBy: number, period: string): Step => ['MovementCorrected', { corrects: paid, amountBy, period }];
    expect(of(A, ...account)).toMatchObject({ period: '2026', quantity: null });
    expect(of(A, ...account, by(-100, '2026'), by(90, '2027'))).toMatchObject({ amount: 90, period: '2027' });
    expect(of(A, ...account, by(-100, '2026'))).toMatchObject({ amount: 0, period: '2026' });
    const delivered: readonly Step[] = [
      ['AssistanceRequested', parties],
      ['AssistanceDelivered', { line: '001', quantity: 5 }],
    ];
    const corrected: Step = ['DeliveryCorrected', { corrects: 'e1', line: '001', quantityBy: -5 }];
    const C = 'assistance-case/norland.c';
    expect(of(C, ...delivered)).toMatchObject({ line: '001', quantity: 5, period: null });
    expect(of(C, ...delivered, corrected)).toMatchObject({ quantity: 0, status: 'unanswered' });
  });
});

describe('the read model milestones', () => {
  it('keeps the first due date through replans, and the day of the outcome as corrected', () => {
    const rows = rowsOf(
      'milestones',
      happened(
        'programme/norland.p',
        proposed,
        ['MilestonePlanned', { milestone: 'm', due: '2026-04-01' }],
        ['MilestoneReplanned', { milestone: 'm', due: '2026-05-01', cause: 'late-supplier' }],
        ['MilestoneMet', { milestone: 'm', on: '2026-05-04' }],
        ['MilestoneCorrected', { milestone: 'm', corrects: 'e3', reason: 'wrong-day', on: '2026-05-03' }],
        ['MilestonePlanned', { milestone: 'n', due: '2026-06-01' }],
        ['MilestoneMissed', { milestone: 'n', on: '2026-06-02' }],
      ),
    );
    expect(rows['m']).toMatchObject({
      donor: 'norland',
      first_due: '2026-04-01',
      due: '2026-05-01',
      replans: 1,
      last_cause: 'late-supplier',
    });
    expect(rows['m']).toMatchObject({ status: 'met', actual: '2026-05-03' });
    expect(rows['n']).toMatchObject({ status: 'missed', actual: '2026-06-02' });
  });
});

describe('the read model programmes', () => {
  it('counts outcomes as corrected, and shows the phase of the programme and its reason', () => {
    const events = happened(
      'programme/norland.p',
      proposed,
      ['MilestonePlanned', { milestone: 'm', due: DAY }],
      ['MilestonePlanned', { milestone: 'n', due: DAY }],
      ['MilestoneMet', { milestone: 'm', on: DAY }],
      ['MilestoneMissed', { milestone: 'n', on: DAY }],
      ['MilestoneCorrected', { milestone: 'n', corrects: 'e4', reason: 'not-so' }],
      ['ProgrammeSuspended', { reason: 'misuse-measure' }],
    );
    expect(rowsOf('programmes', events)['']).toMatchObject({
      programme: 'norland.p',
      status: 'suspended',
      reason: 'misuse-measure',
      milestones_planned: 2,
      milestones_met: 1,
      milestones_missed: 0,
    });
  });

  it('shows from which day the notice allows the activation, until it is active or was terminated', () => {
    const activateFrom = (...events: readonly (readonly [string, object])[]) =>
      rowsOf('programmes', happened('programme/norland.p', proposed, ...events))['']?.['activate_from'];
    const notice = ['LegislatureNotified', { on: '2026-12-15', noticeDays: 15 }] as const;
    expect(activateFrom()).toBeNull();
    expect(activateFrom(notice)).toBe('2026-12-30');
    expect(activateFrom(notice, ['ProgrammeApproved', { authority: 'minister' }])).toBe('2026-12-30');
    expect(activateFrom(notice, ['ProgrammeActivated', { on: '2026-12-30' }])).toBeNull();
    expect(activateFrom(notice, ['ProgrammeTerminated', { reason: 'no-need' }])).toBeNull();
  });
});

describe('the read model funding', () => {
  it('has a row for each period, with the account’s terms and each stage net of reductions', () => {
    const rows = rowsOf(
      'funding',
      happened(
        'funding-account/norland.a',
        [
          'FundingAccountOpened',
          {
            donor: 'norland',
            recipient: 'estmark',
            fund: 'F',
            currency: 'USD',
            stages: ['pledged', 'obligated'],
            basis: 'own',
            onBudget: true,
          },
        ],
        ['FundsPledged', { amount: 100, period: '2026' }],
        ['PledgeReduced', { amount: 30, period: '2026', reason: 'entered-twice' }],
        ['FundsObligated', { amount: 50, period: '1976.9' }],
        ['FundsDeobligated', { amount: 80, period: '1976.9', reason: 'reported' }],
        ['FundsReallocatedOut', { amount: 5, period: '2026', stage: 'pledged', to: 'norland.b' }],
        ['FundsReallocatedIn', { amount: 2, period: '2026', stage: 'obligated', from: 'norland.b', out: 'x' }],
        ['DisbursementPlanned', { amount: 9, period: '2026', tranche: 't', due: DAY }],
      ),
    );
    expect(rows['2026']).toMatchObject({
      account: 'norland.a',
      donor: 'norland',
      recipient: 'estmark',
      fund: 'F',
      period: '2026',
      currency: 'USD',
      on_budget: true,
      pledged: 65,
      committed: null,
      obligated: 2,
      disbursement_planned: 9,
      movements: 4,
    });
    expect(rows['1976.9']).toMatchObject({ obligated: -30, movements: 2 });
  });
  it('has nothing entered in a period that corrections emptied, unlike one in which money came and went back', () => {
    const stages = ['committed', 'obligated'];
    const of = { donor: 'norland', recipient: 'estmark', fund: 'F', currency: 'USD', basis: 'own', onBudget: true };
    const wrong = (amountBy: number, period: string, more: object = {}) =>
      ['MovementCorrected', { corrects: 'e', reason: 'r', stage: 'committed', amountBy, period, ...more }] as const;
    const moved = [
      ['FundsCommitted', { amount: 50, period: '2062' }],
      ['FundsDecommitted', { amount: 20, period: '2062', reason: 'r' }],
      wrong(-50, '2062'),
      wrong(50, '2026'),
      wrong(20, '2062', { lowers: true }),
      wrong(-20, '2026', { lowers: true }),
      ['FundsCommitted', { amount: 9, period: '2027' }],
      ['FundsDecommitted', { amount: 9, period: '2027', reason: 'r' }],
      ['FundsCommitted', { amount: 5, period: '2072' }],
      ['FundsDecommitted', { amount: 5, period: '2072', reason: 'r', corrects: 'e' }],
    ] as const;
    const opened = ['FundingAccountOpened', { ...of, stages }] as const;
    const rows = rowsOf('funding', happened('funding-account/norland.a', opened, ...moved));
    expect(rows['2062']).toMatchObject({ committed: 0, entered: 0, movements: 4 });
    expect(rows['2072']).toMatchObject({ committed: 0, entered: 0 });
    expect(rows['2026']).toMatchObject({ committed: 30, entered: 70 });
    expect(rows['2027']).toMatchObject({ committed: 0, entered: 18 });
  });
});

describe('rows that events make', () => {
  it('are in the order of the events of their stream, the tenth after the ninth', () => {
    const pledge = (amount: number) => ['FundsPledged', { amount, period: '2026' }] as const;
    const opening = { donor: 'norland', recipient: 'estmark', currency: 'USD', stages: ['pledged'], basis: 'own' };
    const amounts = Array.from({ length: 11 }, (_, n) => n + 1);
    const events = happened('funding-account/a', ['FundingAccountOpened', opening], ...amounts.map(pledge));
    const inOrder = (name: string, column: string) => {
      const rows = Object.entries(rowsOf(name, events)).filter(([key]) => key !== '');
      return rows.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row[column]);
    };
    expect(inOrder('movements', 'amount')).toEqual(amounts);
    expect(inOrder('journal', 'revision')).toEqual([0, ...amounts]);
  });
});

describe('the read models of tranches and movements', () => {
  it('have a tranche withdrawn after its day, if its programme was ended early, until it has another day', () => {
    const of = { period: '2026', tranche: 't', due: DAY };
    const opened = { donor: 'norland', recipient: 'estmark', currency: 'USD', stages: [], basis: 'own' };
    const past = [
      ['FundingAccountOpened', opened],
      ['DisbursementPlanned', { ...of, amount: 40 }],
      ['FundsDisbursed', { ...of, amount: 30 }],
      ['TrancheWithdrawn', { ...of, reason: 'programme-terminated' }],
    ] as const;
    const corrected = (due: string) =>
      ['TrancheCorrected', { ...of, corrects: 'e2', amount: 50, amountBy: 10, due }] as const;
    const found = (...more: readonly (readonly [string, object])[]) => {
      const events = happened('funding-account/norland.a', ...past, ...more);
      return [rowsOf('tranches', events)['t']?.['status'], rowsOf('due-dates', events)['tranche/t']?.['status']];
    };
    expect(found()).toEqual(['withdrawn', 'withdrawn']);
    expect(found(corrected('2036-01-31'))).toEqual(['begun', 'open']);
    const paid = ['FundsDisbursed', { ...of, amount: 10 }] as const;
    expect(found(paid)).toEqual(['disbursed', 'done']);
    // It was withdrawn until then.
    const since = rowsOf('tranches', happened('funding-account/norland.a', ...past, paid))['t'];
    expect(since).toMatchObject({ withdrawn_on: DAY });
  });
  it('have nothing due of a tranche that was corrected to nothing, and no day of what was', () => {
    const of = { period: '2026', tranche: 't' };
    const none = { ...of, corrects: 'e2', reason: 'r', amount: 0, due: DAY, amountBy: -40 };
    const opened = { donor: 'norland', recipient: 'estmark', currency: 'USD', stages: [], basis: 'own' };
    const after = (...more: readonly (readonly [string, object])[]) =>
      happened(
        'funding-account/norland.a',
        ['FundingAccountOpened', opened],
        ['DisbursementPlanned', { ...of, amount: 40, due: DAY }],
        ...more,
      );
    const last = (name: string, key: string, events: readonly RecordedEvent[]) => rowsOf(name, events)[key];
    const dropped = after(['TrancheCorrected', none]);
    expect(last('due-dates', 'tranche/t', dropped)).toMatchObject({ status: 'withdrawn', planned: 0 });
    expect(last('tranches', 't', dropped)).toMatchObject({ status: 'withdrawn', planned: 0 });
    const again = after(['TrancheCorrected', none], ['TrancheCorrected', { ...none, amount: 9, amountBy: 9 }]);
    expect(last('due-dates', 'tranche/t', again)).toMatchObject({ status: 'open', planned: 9, ended_on: null });
    const wrong = { ...of, corrects: 'e3', reason: 'r', stage: 'disbursed', amountBy: -40 };
    const unpaid = after(['FundsDisbursed', { ...of, amount: 40 }], ['MovementCorrected', wrong]);
    expect(last('due-dates', 'tranche/t', unpaid)).toMatchObject({ status: 'open', last_disbursed_on: null });
  });
  it('have as the end of a tranche the day by which it was whole, by the days that its movements state', () => {
    const of = { period: '2026', tranche: 't' };
    const ends = (...more: readonly (readonly [string, object])[]) => {
      const opened = { donor: 'norland', recipient: 'estmark', currency: 'USD', stages: [], basis: 'own' };
      const plan = ['DisbursementPlanned', { ...of, amount: 40, due: DAY }] as const;
      const events = happened('funding-account/norland.a', ['FundingAccountOpened', opened], plan, ...more);
      return rowsOf('due-dates', events)['tranche/t'];
    };
    const first = '2026-02-10';
    const early = '2026-01-20';
    const paid = (amount: number, days: object = {}) => ['FundsDisbursed', { ...of, amount, ...days }] as const;
    const by = (amountBy: number, days: object = {}) =>
      ['MovementCorrected', { ...of, corrects: 'e3', reason: 'r', stage: 'disbursed', amountBy, ...days }] as const;
    const whole = { disbursedOn: early, lastDisbursedOn: first };
    const done = { status: 'done', ended_on: early, last_disbursed_on: first };
    // Recorded late; moved to another period; and after another was corrected to nothing.
    expect(ends(paid(30, { lastDisbursedOn: first }), paid(40, whole))).toMatchObject(done);
    expect(ends(paid(40, whole), by(-40), by(40, { ...whole, period: '2025' }))).toMatchObject(done);
    expect(ends(paid(40, { disbursedOn: DAY, lastDisbursedOn: DAY }), paid(40, whole), by(-40, whole))).toMatchObject(
      done,
    );
    expect(ends(paid(40, whole), by(-1, { lastDisbursedOn: early }))).toMatchObject({
      status: 'open',
      ended_on: null,
      last_disbursed_on: early,
    });
  });
  it('take back what was entered wrongly on its day and from its tranche, and what came back later at the account', () => {
    const of = { amount: 20, period: '2026', reason: 'r' };
    const corrected = { ...of, corrects: 'e3', tranche: 't', on: '2026-02-03' };
    const events = happened(
      'funding-account/norland.a',
      ['FundingAccountOpened', { donor: 'norland', recipient: 'estmark', currency: 'USD', stages: [], basis: 'own' }],
      ['DisbursementPlanned', { amount: 40, period: '2026', tranche: 't', due: DAY }],
      ['FundsDisbursed', { amount: 40, period: '2026', tranche: 't' }],
      ['FundsReimbursed', corrected],
      ['FundsReimbursed', of],
    );
    expect(rowsOf('tranches', events)['t']).toMatchObject({ disbursed: 20, status: 'begun' });
    const moved = Object.values(rowsOf('movements', events)).filter(({ amount }) => Number(amount) < 0);
    expect(moved.map(({ movement, tranche, amount }) => [movement, tranche, amount])).toEqual([
      ['corrected', 't', -20],
      ['taken-back', null, -20],
    ]);
    expect(moved[0]?.['occurred_on']).toBe('2026-02-03');
  });
});

describe('the read model cases', () => {
  it('shows deliveries of each line as corrected, and what waits for the recipient', () => {
    const rows = rowsOf(
      'cases',
      happened(
        'assistance-case/norland.c',
        ['AssistanceRequested', { donor: 'norland', recipient: 'estmark', asked: [] }],
        ['CaseLineAdded', { line: '1', item: 'i', quantity: 10, unit: 'each', value: 5, due: DAY }],
        [
          'OfferPrepared',
          {
            offer: 'o',
            lines: ['1'],
            value: 5,
            currency: 'USD',
            initialDeposit: 1,
            validUntil: DAY,
            deliveryPoint: 'receipt',
          },
        ],
        ['OfferMade', { offer: 'o', validUntil: DAY }],
        ['OfferAccepted', { offer: 'o', value: 5, currency: 'USD' }],
        ['CaseImplemented', { deposited: 1, currency: 'USD' }],
        ['AssistanceDelivered', { line: '1', quantity: 10, on: DAY, point: 'receipt', consignments: [], facts: [] }],
        ['DeliveryCorrected', { corrects: 'e6', line: '1', quantityBy: -2, reason: 'miscounted' }],
        [
          'AmendmentOffered',
          { amendment: 'a', changes: [{ line: '1', quantityBy: -2, valueBy: -1 }], adds: [], reason: 'less' },
        ],
        [
          'AmendmentAccepted',
          { amendment: 'a', changes: [{ line: '1', quantityBy: -2, valueBy: -1 }], adds: [], value: 4 },
        ],
        ['AmendmentOffered', { amendment: 'b', changes: [], adds: [], reason: 'more' }],
      ),
    );
    expect(rows['']).toMatchObject({
      status: 'implemented',
      awaits: 'amendment',
      value: 4,
      lines: 1,
      lines_delivered: 1,
      deliveries: 1,
    });
    expect(rows['']?.['by_line']).toMatchObject({ 1: { quantity: 8, delivered: 8, first_due: DAY } });
  });
});

describe('the currency of a case line', () => {
  const added = (line: string) =>
    ['CaseLineAdded', { line, item: 'i', quantity: 1, unit: 'each', value: 5, due: DAY }] as const;
  const offered = (lines: readonly string[], currency: string) =>
    [
      'OfferPrepared',
      { offer: currency, lines, value: 5, currency, initialDeposit: 0, validUntil: DAY, deliveryPoint: 'receipt' },
    ] as const;
  const currencies = (...events: readonly (readonly [string, unknown])[]) => {
    const request = ['AssistanceRequested', { donor: 'norland', recipient: 'estmark' }] as const;
    const { '': head, ...lines } = rowsOf('case-lines', happened('assistance-case/norland.c', request, ...events));
    expect(head).toBeDefined();
    return Object.entries(lines).map(([line, { currency, offer }]) => [line, currency, offer]);
  };

  it('is that of the last offer that has it, or was prepared before it was added; none without one', () => {
    expect(currencies(added('1'), added('2'), offered(['1'], 'EUR'), added('3'))).toEqual([
      ['1', 'EUR', 'EUR'],
      ['2', null, null],
      ['3', 'EUR', null],
    ]);
    expect(currencies(added('1'), offered(['1'], 'EUR'), added('2'), offered(['2'], 'USD'))).toEqual([
      ['1', 'EUR', 'EUR'],
      ['2', 'USD', 'USD'],
    ]);
  });
});

describe('the rows of deliveries', () => {
  const delivered = (quantity: number, on: string) =>
    ['AssistanceDelivered', { line: '1', quantity, on, point: 'receipt', consignments: [], facts: [] }] as const;
  const corrected = (corrects: string, quantityBy: number, more: object = {}) =>
    ['DeliveryCorrected', { corrects, line: '1', quantityBy, reason: 'wrong-day', ...more }] as const;
  const events = happened(
    'assistance-case/norland.c',
    ['AssistanceRequested', { donor: 'norland', recipient: 'estmark', asked: [] }],
    ['CaseLineAdded', { line: '1', item: 'i', quantity: 10, unit: 'each', value: 5, due: DAY }],
    delivered(6, '2026-05-20'),
    delivered(4, '2026-05-25'),
    corrected('e3', 0, { on: '2026-05-18' }),
    corrected('e2', -6),
    delivered(6, '2026-05-19'),
  );
  it('have the corrected day, and what is left of each', () => {
    expect(rowsOf('delivery-facts', events)['e3']).toMatchObject({ quantity: 4, occurred_on: '2026-05-18' });
    expect(rowsOf('delivery-facts', events)['e4']).toMatchObject({ quantity: 0, corrects: 'e3' });
    // What was taken back whole is no part of the quantity.
    expect(rowsOf('delivery-facts', events)['e2']).toMatchObject({ quantity: 6, quantity_left: 0 });
    expect(rowsOf('case-lines', events)['1']).toMatchObject({ quantity: 10, delivered: 10 });
    expect(rowsOf('cases', events)['']).toMatchObject({ deliveries: 3, lines_delivered: 1 });
  });
});

describe('the read model consignments', () => {
  it('takes facts in any order, and shows corrected dates and quantities and what is outstanding', () => {
    const scheduled = [
      'DeliveryScheduled',
      {
        case: 'norland.c',
        donor: 'norland',
        recipient: 'estmark',
        lines: [{ line: '1', quantity: 5 }],
        due: '2026-05-01',
      },
    ] as const;
    const events = happened(
      'consignment/norland.s',
      scheduled,
      ['TitleTransferred', { on: '2026-05-02', point: 'port' }],
      ['DeliveryRescheduled', { due: '2026-05-06', cause: 'weather' }],
      ['ReceiptConfirmed', { on: '2026-05-08', lines: [{ line: '1', quantity: 5 }] }],
      ['ConsignmentShipped', { on: '2026-05-03' }],
      ['DateCorrected', { on: '2026-05-07', corrects: 'e3', fact: 'receipt', reason: 'wrong-day' }],
      ['ReceiptCorrected', { corrects: 'e3', line: '1', quantityBy: -1, reason: 'miscounted' }],
      ['DiscrepancyReported', { discrepancy: 'd', line: '1', type: 'shortage', quantity: 1 }],
    );
    expect(rowsOf('consignments', events.slice(0, 2))['']).toMatchObject({
      status: 'under-way',
      awaits: 'receipt',
    });
    expect(rowsOf('consignments', events)['']).toMatchObject({
      status: 'received',
      awaits: 'discrepancy',
      first_due: '2026-05-01',
      due: '2026-05-06',
      reschedules: 1,
      received_on: '2026-05-07',
    });
    expect(rowsOf('consignment-lines', events)['1']).toMatchObject({ scheduled: 5, received: 4 });
    expect(rowsOf('discrepancies', events)['d']).toMatchObject({ quantity: 1, type: 'shortage', outcome: null });
  });
});

describe('the misuse register', () => {
  it('shows the next due date, and never who reported', () => {
    const report = {
      allegation: 'a',
      recipient: 'estmark',
      accused: 'estmark',
      happened: { from: DAY, to: DAY },
      scopes: [],
      acknowledgeBy: '2026-05-06',
      triageBy: '2026-05-18',
    };
    const events = happened(
      'misuse-case/sealed.x',
      ['MisuseFlagged', report],
      ['MisuseReportAcknowledged', { channel: 'c' }],
      [
        'MisuseTriaged',
        {
          incidentType: 't',
          noticeRequired: true,
          escalation: 'minister',
          limits: {},
          openBy: '2026-06-01',
          notifyBy: '2026-05-20',
        },
      ],
    );
    expect(rowsOf('misuse-register', events.slice(0, 1))['']).toMatchObject({
      status: 'flagged',
      next_step: 'acknowledge',
      next_due: '2026-05-06',
    });
    const row = rowsOf('misuse-register', events)[''];
    expect(row).toMatchObject({ status: 'accepted', acknowledged: true, next_step: 'notify', next_due: '2026-05-20' });
    expect(JSON.stringify(row)).not.toContain('norland');
    const decided = happened(
      'misuse-case/sealed.x',
      ['MisuseFlagged', report],
      ['MeasureDecided', { measure: 'condition', conditions: ['recertify-store', 'report-monthly'] }],
      ['MeasureDecided', { measure: 'recover' }],
      ['MisuseCaseReopened', { reason: 'new-evidence', triageBy: '2026-05-20' }],
    );
    const register = (count: number) => rowsOf('misuse-register', decided.slice(0, count))['']?.['conditions'];
    expect([1, 2, 3, 4].map(register)).toEqual([
      null,
      'recertify-store,report-monthly',
      'recertify-store,report-monthly',
      null,
    ]);
  });

  it('has assistance suspended while a precaution stops it', () => {
    const after = (...more: readonly (readonly [string, object])[]) =>
      rowsOf(
        'misuse-register',
        happened(
          'misuse-case/sealed.x',
          ['MisuseFlagged', { allegation: 'diversion', recipient: 'estmark', accused: 'estmark', scopes: [] }],
          ...more,
        ),
      )[''];
    const scopes = [{ kind: 'unit', id: 'estmark.u' }];
    const ordered = ['PrecautionarySuspensionOrdered', { scopes, until: '2026-06-30' }] as const;
    expect(after()).toMatchObject({ assistance: 'running', suspended_names: null });
    expect(after(ordered)).toMatchObject({ assistance: 'suspended', suspended_names: 'unit/estmark.u' });
    expect(after(ordered, ['PrecautionarySuspensionLapsed', { scopes }])).toMatchObject({ assistance: 'running' });
    const suspended = ['AssistanceSuspended', { scopes }] as const;
    expect(after(suspended, ['AssistanceResumed', { scopes }])).toMatchObject({
      assistance: 'resumed',
      suspended_names: null,
    });
  });

  it('has no measures, and not an empty list of them, before one is decided', () => {
    const measures = (...more: readonly (readonly [string, object])[]) =>
      rowsOf(
        'misuse-register',
        happened(
          'misuse-case/sealed.x',
          ['MisuseFlagged', { allegation: 'diversion', recipient: 'estmark', accused: 'estmark', scopes: [] }],
          ...more,
        ),
      )['']?.['measures'];
    const decided = (measure: string) => ['MeasureDecided', { measure }] as const;
    const reopened = ['MisuseCaseReopened', { triageBy: '2026-06-30' }] as const;
    expect(measures()).toBeNull();
    expect(measures(decided('recover'), decided('suspend'), decided('recover'))).toBe('recover,suspend');
    expect(measures(decided('recover'), reopened)).toBeNull();
  });

  it('names what was decided and not carried out', () => {
    const open = (...more: readonly (readonly [string, object])[]) =>
      rowsOf(
        'misuse-register',
        happened(
          'misuse-case/sealed.x',
          ['MisuseFlagged', { allegation: 'diversion', recipient: 'estmark', accused: 'estmark', scopes: [] }],
          ['MeasureDecided', { measure: 'recover' }],
          ['MeasureDecided', { measure: 'suspend' }],
          ...more,
        ),
      )['']?.['measures_open'];
    const came = ['FundsRecovered', { amount: 100 }] as const;
    const corrected = (amount: number, difference: number) => ['RecoveryCorrected', { amount, difference }] as const;
    const suspended = ['AssistanceSuspended', { scopes: [{ kind: 'unit', id: 'estmark.u' }] }] as const;
    expect(open()).toBe('recover,suspend');
    expect(open(suspended)).toBe('recover');
    expect(open(suspended, came)).toBeNull();
    expect(open(suspended, came, corrected(0, -100))).toBe('recover');
    expect(open(suspended, came, corrected(0, -100), corrected(5, 5))).toBeNull();
    expect(open(suspended, ['MisuseCaseReopened', { triageBy: '2026-06-01' }])).toBeNull();
    const again = [came, ['MisuseCaseReopened', { triageBy: '2026-06-01' }]] as const;
    const recovers = ['MeasureDecided', { measure: 'recover' }] as const;
    expect(open(...again, recovers)).toBe('recover');
    expect(open(...again, recovers, came)).toBeNull();
    const earlier = ['RecoveryCorrected', { amount: 0, difference: -100, earlier: true }] as const;
    expect(open(...again, recovers, came, earlier)).toBeNull();
  });
});

describe('the read models journal and consultations', () => {
  it('mark events recorded more than three days late, and name what a decision consulted', () => {
    const [event] = happened('programme/norland.p', proposed) as [RecordedEvent];
    const at = (occurredAt: string, recordedAt: string): RecordedEvent => ({
      ...event,
      metadata: { ...event.metadata, occurredAt, recordedAt, consulted: [{ stream: 'programme/x.y', revision: 3 }] },
    });
    const late = at('2026-05-01T00:00:00.000Z', '2026-05-04T00:00:00.000Z');
    const intime = at('2026-05-01T00:00:00.001Z', '2026-05-04T00:00:00.000Z');
    expect(rowsOf('journal', [late])[nth(0)]).toMatchObject({
      hours_late: 72,
      recorded_late: true,
      type: 'ProgrammeProposed',
    });
    expect(rowsOf('journal', [intime])[nth(0)]).toMatchObject({ hours_late: 71, recorded_late: false });
    expect(rowsOf('consultations', [late])[`${nth(0)}/programme/x.y`]).toMatchObject({
      consulted_stream: 'programme/x.y',
      consulted_revision: 3,
    });
  });
});

describe('days that contradict each other are marked until they are corrected (R30)', () => {
  const parties = { donor: 'norland', recipient: 'estmark' };
  const reported = { basis: 'reported' };
  const PAST = '2026-05-03';
  const FIRST = 'promised-in-the-past';

  it('a first promise for a day before it was made, in each read model that has promises', () => {
    const line = { line: 'l', item: 'i', unit: 'each', quantity: 1, value: 1 };
    const tranche = { tranche: 't', amount: 5, period: '2026' };
    const account = { ...parties, fund: 'f', currency: 'USD', stages: ['disbursed'], basis: 'own' };
    const promises: readonly (readonly [
      string,
      string,
      string,
      readonly [string, object],
      (due: string) => readonly [string, object],
    ])[] = [
      ['milestones', 'programme/norland.p', 'm', proposed, (due) => ['MilestonePlanned', { milestone: 'm', due }]],
      [
        'case-lines',
        'assistance-case/norland.c',
        'l',
        ['AssistanceRequested', { ...parties, asked: [] }],
        (due) => ['CaseLineAdded', { ...line, due }],
      ],
      [
        'tranches',
        'funding-account/norland.f',
        't',
        ['FundingAccountOpened', account],
        (due) => ['DisbursementPlanned', { ...tranche, due }],
      ],
    ];
    for (const [model, stream, key, [type, data], promise] of promises) {
      const marked = (opening: object, due: string) =>
        rowsOf(model, happened(stream, [type, opening], promise(due)))[key]?.['implausible'];
      expect([model, marked(data, PAST), marked(data, DAY)]).toEqual([model, FIRST, null]);
      expect([model, marked({ ...data, ...reported }, PAST)]).toEqual([model, null]);
    }
  });
  it('facts of a consignment before the request of its case, or in another order', () => {
    const marked = (scheduled: object, ...facts: readonly (readonly [string, object])[]) =>
      Object.values(
        rowsOf(
          'consignments',
          happened(
            'consignment/norland.s',
            ['DeliveryScheduled', { case: 'norland.c', ...parties, lines: [], due: DAY, ...scheduled }],
            ...facts,
          ),
        ),
      )[0]?.['implausible'];
    const requestedOn = '2026-04-20';
    const on = (type: string, day: string) => [type, { on: day, lines: [], hub: 'h', point: 'p' }] as const;
    const receipt = on('ReceiptConfirmed', '2026-04-19');
    const corrected = (fact: string, day: string) => ['DateCorrected', { corrects: 'e1', fact, on: day }] as const;
    expect(marked({ requestedOn })).toBeNull();
    expect(marked({ requestedOn, due: PAST })).toBe(FIRST);
    expect(marked({ requestedOn, due: PAST, ...reported })).toBeNull();
    expect(marked({ requestedOn }, receipt)).toBe('before-the-request');
    expect(marked({ requestedOn }, on('TitleTransferred', '2026-04-19'))).toBe('before-the-request');
    expect(marked({ requestedOn, ...reported }, receipt)).toBeNull();
    expect(marked({}, receipt)).toBeNull();
    expect(marked({ requestedOn }, receipt, corrected('receipt', '2026-04-20'))).toBeNull();
    const shipped = on('ConsignmentShipped', '2026-04-22');
    expect(marked({ requestedOn }, shipped, on('ReceiptConfirmed', '2026-04-22'))).toBeNull();
    expect(marked({ requestedOn }, shipped, on('ReceiptConfirmed', '2026-04-21'))).toBe('out-of-order');
    expect(marked({ requestedOn }, shipped, on('ConsignmentArrivedAtHub', '2026-04-21'))).toBe('out-of-order');
    expect(marked({ requestedOn, due: PAST }, shipped, receipt)).toBe(`${FIRST},before-the-request,out-of-order`);
  });
  it('works and deliveries before the request of their case', () => {
    const request = (more: object) => ['AssistanceRequested', { ...parties, asked: [], ...more }] as const;
    const added = ['CaseLineAdded', { line: 'l', item: 'i', unit: 'each', quantity: 1, value: 1, due: DAY }] as const;
    const markedAt = (model: string, more: object, type: string, on: string) =>
      Object.values(
        rowsOf(
          model,
          happened('assistance-case/norland.c', request(more), added, [
            type,
            { line: 'l', quantity: 1, on, consignments: [] },
          ]),
        ),
      ).find((row) => row['line'] === 'l')?.['implausible'];
    for (const [model, type] of [
      ['case-lines', 'WorksStarted'],
      ['delivery-facts', 'AssistanceDelivered'],
    ] as const) {
      expect([model, markedAt(model, {}, type, PAST)]).toEqual([model, 'before-the-request']);
      expect([model, markedAt(model, {}, type, DAY)]).toEqual([model, null]);
      expect([model, markedAt(model, reported, type, PAST)]).toEqual([model, null]);
    }
  });
  it('a completion before the start, which only reported history can have', () => {
    const completed = ['ProgrammeCompleted', { on: PAST }] as const;
    const marked = (...events: readonly (readonly [string, object])[]) =>
      rowsOf('programmes', happened('programme/norland.p', proposed, ...events))['']?.['implausible'];
    expect(marked()).toBeNull();
    expect(marked(completed)).toBe('before-start');
    expect(marked(completed, ['ProgrammeCorrected', { corrects: 'e0', reason: 'wrong-day', starts: PAST }])).toBeNull();
  });
});

describe('the grounds and the holds that events state', () => {
  const parties = { donor: 'norland', recipient: 'estmark' };
  const request = ['AssistanceRequested', { ...parties, asked: [] }] as const;
  const hold = ['CaseHeld', { reason: 'misuse-measure' }] as const;
  const only = (rows: Record<string, Record<string, unknown>>, ...columns: readonly string[]) =>
    columns.map((column) => rows['']?.[column]);

  it('are in the rows of programmes and cases: own or reported, and by which law', () => {
    const withLaw = (events: RecordedEvent[]) =>
      events.map((event) => ({ ...event, metadata: { ...event.metadata, legalBasis: '22 USC 2763' } }));
    const reported = (data: object) => ({ ...data, basis: 'reported' });
    for (const [model, stream, [type, data]] of [
      ['programmes', 'programme/norland.p', proposed],
      ['cases', 'assistance-case/norland.c', request],
    ] as const) {
      const columns = ['basis', 'legal_basis'];
      expect(only(rowsOf(model, happened(stream, [type, data])), ...columns)).toEqual(['own', null]);
      const rows = rowsOf(model, withLaw(happened(stream, [type, reported(data)])));
      expect(only(rows, ...columns)).toEqual(['reported', '22 USC 2763']);
    }
  });
  it('are in the row of a case while it is held and has not ended', () => {
    const heldFor = (...events: readonly (readonly [string, object])[]) =>
      only(rowsOf('cases', happened('assistance-case/norland.c', request, ...events)), 'status', 'held_for');
    expect(heldFor(hold)).toEqual(['requested', 'misuse-measure']);
    expect(heldFor(hold, ['CaseReleased', { reason: 'resumed' }])).toEqual(['requested', null]);
    expect(heldFor(hold, ['CaseCancelled', { reason: 'off' }])).toEqual(['cancelled', null]);
  });
  it('are in the row of a disbursement after the completion of its programme', () => {
    const opened = { ...parties, fund: 'f', currency: 'USD', stages: ['disbursed'], basis: 'own' };
    const money = { amount: 1, period: '2026' };
    const rows = rowsOf(
      'movements',
      happened(
        'funding-account/norland.f',
        ['FundingAccountOpened', opened],
        ['FundsDisbursed', money],
        ['FundsDisbursed', { ...money, afterCompletion: true }],
      ),
    );
    expect([1, 2].map((n) => rows[nth(n)]?.['after_completion'])).toEqual([false, true]);
  });
  it('are in the row of a misuse case: the scopes of the report, of a suspension and of an end', () => {
    const scope = (id: string) => ({ kind: 'programme', id });
    const flagged = {
      ...parties,
      accused: 'a',
      allegation: 'b',
      scopes: [scope('n.1')],
      acknowledgeBy: DAY,
      triageBy: DAY,
    };
    const events: readonly (readonly [string, object])[] = [
      ['MisuseFlagged', flagged],
      ['AssistanceSuspended', { scopes: [scope('n.2')] }],
      ['AssistanceResumed', { scopes: [scope('n.2')] }],
      ['AssistanceSuspended', { scopes: [scope('n.3')] }],
      ['AssistanceTerminated', { scopes: [scope('n.4')] }],
      ['MisuseReportCorrected', { corrects: 'e0', reason: 'wrong', scopes: [scope('n.5')] }],
    ];
    const after = (count: number) =>
      only(
        rowsOf('misuse-register', happened('misuse-case/sealed.m', ...events.slice(0, count))),
        'scopes',
        'suspended_scopes',
        'terminated_scopes',
      );
    expect(after(1)).toEqual([[scope('n.1')], [], []]);
    expect(after(2)).toEqual([[scope('n.1')], [scope('n.2')], []]);
    expect(after(3)).toEqual([[scope('n.1')], [], []]);
    expect(after(5)).toEqual([[scope('n.1')], [], [scope('n.4')]]);
    expect(after(6)).toEqual([[scope('n.5')], [], [scope('n.4')]]);
  });
});
