import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given, same, set } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { consignment } from '../delivery/consignment.js';
import { item } from '../equipment/item.js';
import { itemId } from '../equipment/item-facts.js';
import { itemType } from '../equipment/item-type.js';
import { storageSite } from '../equipment/storage-site.js';
import { countrySituation } from '../situations/country-situation.js';
import { endUseCheck } from './end-use-check.js';

const PARTIES = { donor: 'norland', recipient: 'estmark' };
const SCHEDULE = {
  ...PARTIES,
  type: 'enhanced',
  manner: 'on-site',
  holder: 'estmark',
  item: 'sight',
  area: 'north',
  site: 'depot',
  serials: ['S-1', 'S-2'],
  quantity: 2,
  due: '2026-06-10',
};
const WAIVER = { authority: 'minister', reason: 'destroyed' };
const ITEM = { ...PARTIES, item: 'sight', serial: 'S-2' };
const ROUTINE = { ...SCHEDULE, type: 'routine', serials: [], quantity: 40 };
const scheduled = (more: object = {}) => act('EndUseCheckScheduled', { ...SCHEDULE, ...more });
const ALL = [
  { serial: 'S-1', result: 'seen' },
  { serial: 'S-2', result: 'not-seen' },
];
const VISIT = { on: '2026-05-20', manner: 'on-site', results: ALL };
const added = { visit: 1, inspected: true, done: true, lowerConfidence: false };
const of = { donor: 'norland', item: 'sight', type: 'enhanced' };
/** The check that follows a visit on 20 May. */
const next = { ...SCHEDULE, due: '2027-05-20' };
const performed = (more: object = {}) => act('EndUseCheckPerformed', { ...VISIT, ...added, ...of, next, ...more });
const REMOTE = { ...VISIT, manner: 'remote', situation: 'norland.north' };
const remotely = act('EndUseCheckPerformed', {
  ...REMOTE,
  ...added,
  inspected: false,
  done: false,
  lowerConfidence: true,
  ...of,
});
const found = act('DiscrepancyFound', { discrepancy: 'd-1', type: 'missing', quantity: 1, on: '2026-05-20' });

const registered = (...past: Event[]) =>
  given(endUseCheck, ...past).registered(['veritas', 'norland', 'estmark'], 'monitor', 'donor', 'recipient');
const check = (...past: Event[]) => registered(scheduled(), ...past).as('veritas', 'monitor');
const routine = (...past: Event[]) => registered(scheduled(ROUTINE), ...past).as('veritas', 'monitor');
const bySystem = (...past: Event[]) => registered(scheduled(), ...past).as('entente', 'system');

/** The situation in an area, unstable from 4 to 21 May. */
const unstable = (area: string, ...past: Event[]) =>
  check(...past).knowing(
    countrySituation,
    'norland.north',
    act('CountrySituationOpened', { country: 'estmark', area, donor: 'norland', level: 'high' }),
    act('InstabilityDeclared', { instability: 'unrest', on: '2026-05-04' }),
    act('StabilityRestored', { instability: 'unrest', on: '2026-05-22' }),
  );

/** The framework of the programme `norland.p` sets these parameters. */
const under = (parameters: Readonly<Record<string, number>>, before: ReturnType<typeof registered>) =>
  before.under('norland.p', ...set(parameters));
/** The type of the items has its own days between checks. */
const typed = (everyDays: number, before: ReturnType<typeof registered>, firstDays = 60) =>
  before.knowing(
    itemType,
    'norland.sight',
    act('ItemTypeRegistered', { donor: 'norland', name: 'Sight', unit: 'each', category: 'optics' }),
    act('CheckIntervalSet', { firstDays, everyDays, reason: 'theft' }),
  );

describe('a check that a policy planned', () => {
  const planned = (...past: Event[]) =>
    registered(scheduled(), ...past)
      .by('entente', 'system')
      .as('veritas', 'monitor');
  const move = (due: string) => act('RescheduleEndUseCheck', { due, cause: 'site-closed' });
  const moved = (due: string) => act('EndUseCheckRescheduled', { due, cause: 'site-closed' });
  it('is moved within the days that were decided, the first check also (R10)', () => {
    planned().decides(move('2026-06-09'), moved('2026-06-09'));
    planned().refuses(move('2026-06-11'), 'check-due-too-late');
    planned(moved('2026-06-05')).decides(move('2026-06-04'), moved('2026-06-04'));
    planned(moved('2026-06-05')).refuses(move('2026-06-06'), 'check-due-too-late');
    planned(moved('2026-06-05')).as('entente', 'system').decides(move('2026-06-06'), moved('2026-06-06'));
  });
});

describe('a check whose last day is over', () => {
  const move = act('RescheduleEndUseCheck', { due: '2026-07-01', cause: 'site-closed' });
  const on = (day: string) => ({ now: `${day}T12:00:00.000Z` });
  it('is not moved by a checker: its month keeps it (R10)', () => {
    const past = () => registered(scheduled()).as('veritas', 'monitor');
    past().decides(move, act('EndUseCheckRescheduled', move.data), on('2026-06-10'));
    past().refuses(move, 'last-day-over', on('2026-06-11'));
    const stated = { ...on('2026-06-11'), occurredAt: '2026-06-10T12:00:00.000Z' };
    past().refuses(move, 'last-day-over', stated);
    const overdue = act('EndUseCheckBecameOverdue', { due: '2026-06-10' });
    registered(scheduled(), overdue).as('veritas', 'monitor').refuses(move, 'last-day-over', on('2026-06-10'));
  });
  it('is moved by the system, with the day from which it counts (R10)', () =>
    registered(scheduled())
      .as('entente', 'system')
      .decides(move, act('EndUseCheckRescheduled', move.data), on('2026-06-11')));
});

describe('a check of which the day moves from which it counts', () => {
  const move = act('RescheduleEndUseCheck', { due: '2026-07-01', cause: 'mistyped' });
  it.each([
    ['was made', 'check-done', performed()],
    ['was waived', 'check-ended', act('EndUseCheckWaived', WAIVER)],
    ['was cancelled', 'check-ended', act('EndUseCheckCancelled', { reason: 'x' })],
  ])('has the right last day also if it %s, by the system alone (R10, R26)', (_, code, over) => {
    bySystem(over).decides(move, act('EndUseCheckRescheduled', move.data));
    check(over).refuses(move, code);
  });
});

describe('a check is scheduled', () => {
  const opening = () => registered().as('veritas', 'monitor');
  const schedule = (more: object = {}) => act('ScheduleEndUseCheck', { ...SCHEDULE, ...more });
  it('by the donor, a monitor that does not hold the items, or the system (R29)', () => {
    opening().decides(schedule(), scheduled());
    registered().as('norland', 'donor').decides(schedule(), scheduled());
    registered().as('entente', 'system').decides(schedule(), scheduled());
    registered().as('estmark', 'monitor').refuses(schedule(), 'not-a-checker');
    registered().as('other', 'monitor').refuses(schedule(), 'party-not-registered');
    opening().refuses(schedule({ recipient: 'vestra' }), 'party-not-registered');
    opening().refuses(schedule({ programme: 'norland.p' }), 'programme-not-found');
    opening().refuses(schedule({ case: 'norland.c' }), 'case-not-found');
  });
  it('by the system also for a programme and a case that are not known: the item was received (R10)', () => {
    const unknown = { programme: 'norland.p', case: 'norland.c' };
    registered().as('entente', 'system').decides(schedule(unknown), scheduled(unknown));
  });
  it('of each serial of an enhanced type at most twelve months ahead (R10)', () => {
    opening().refuses(schedule({ quantity: 3 }), 'serials-miscounted');
    opening().decides(schedule({ due: '2027-06-01' }), scheduled({ due: '2027-06-01' }));
    opening().refuses(schedule({ due: '2027-06-02' }), 'check-due-too-late');
  });
  it('within the days of its type of items, then of the framework of its programme (R10, R11)', () => {
    const named = (due: string) => schedule({ programme: 'norland.p', due });
    const kept = (due: string) => scheduled({ programme: 'norland.p', due });
    const set = { enhancedCheckEveryDays: 100, routineCheckEveryDays: 20 };
    under(set, opening()).decides(named('2026-09-09'), kept('2026-09-09'));
    under(set, opening()).refuses(named('2026-09-10'), 'check-due-too-late');
    typed(30, under(set, opening())).decides(named('2026-07-01'), kept('2026-07-01'));
    typed(30, under(set, opening())).refuses(named('2026-07-02'), 'check-due-too-late');
    typed(300, under(set, opening())).decides(named('2027-03-28'), kept('2027-03-28'));
    typed(300, under(set, opening())).refuses(named('2027-03-29'), 'check-due-too-late');
    // A routine check is never rarer than the framework asks.
    const sample = (due: string) => schedule({ ...ROUTINE, programme: 'norland.p', due });
    const sampled = scheduled({ ...ROUTINE, programme: 'norland.p', due: '2026-06-21' });
    typed(300, under(set, opening())).decides(sample('2026-06-21'), sampled);
    typed(300, under(set, opening())).refuses(sample('2026-06-22'), 'check-due-too-late');
    typed(10, opening()).refuses(schedule({ ...ROUTINE, due: '2026-06-12' }), 'check-due-too-late');
  });
  it('by a policy on the day that was decided, also if the days have changed since', () => {
    const repeated = schedule({ due: '2026-08-18' });
    typed(30, registered().as('entente', 'system')).decides(repeated, scheduled({ due: '2026-08-18' }));
    typed(30, opening()).refuses(repeated, 'check-due-too-late');
  });
  it('under the programme of its case, whose framework then counts', () =>
    opening()
      .knowing(
        assistanceCase,
        'norland.c',
        act('AssistanceRequested', { ...PARTIES, programme: 'norland.p', asked: [] }),
      )
      .decides(schedule({ case: 'norland.c' }), scheduled({ case: 'norland.c', programme: 'norland.p' })));
  it('within the days of the framework of its case, if that alone is named (R10)', () => {
    const framework = 'norland.agreement';
    const of = act('AssistanceRequested', { ...PARTIES, programme: 'norland.p', framework, asked: [] });
    const named = (due: string) => schedule({ case: 'norland.c', due });
    const within = () => under({ enhancedCheckEveryDays: 100 }, opening()).knowing(assistanceCase, 'norland.c', of);
    within().decides(named('2026-09-09'), scheduled({ case: 'norland.c', programme: 'norland.p', due: '2026-09-09' }));
    within().refuses(named('2026-09-10'), 'check-due-too-late');
  });
  it('in the area of its store (R20)', () => {
    const site = 'estmark.north-depot';
    const store = act('StorageSiteRegistered', { owner: 'estmark', place: 'depot', category: 'arms', area: 'north' });
    const stored = (before = opening()) => before.knowing(storageSite, site, store);
    const there = scheduled({ site, area: 'north' });
    const nowhere = Object.fromEntries(Object.entries({ ...SCHEDULE, site }).filter(([field]) => field !== 'area'));
    stored().decides(act('ScheduleEndUseCheck', nowhere), there);
    stored().decides(schedule({ site }), there);
    stored().refuses(schedule({ site, area: 'south' }), 'other-area');
    const other = { site, area: 'south', holder: 'norland' };
    stored().decides(schedule(other), scheduled(other));
    opening().decides(schedule({ site, area: 'south' }), scheduled({ site, area: 'south' }));
    const bare = act('StorageSiteRegistered', { owner: 'estmark', place: 'depot', category: 'arms' });
    opening().knowing(storageSite, site, bare).decides(schedule({ site }), there);
  });
  it('of any number of items of another type at most a quarter ahead (R11)', () => {
    const ahead = (due: string) => schedule({ ...ROUTINE, due });
    opening().decides(ahead('2026-08-30'), scheduled({ ...ROUTINE, due: '2026-08-30' }));
    opening().refuses(ahead('2026-08-31'), 'check-due-too-late');
    opening().refuses(schedule({ type: 'routine', quantity: 1 }), 'serials-miscounted');
  });
  it("with the value of its items by the case's lines in force", () => {
    const line = { unit: 'each', due: '2026-05-20', item: 'sight', quantity: 3, value: 1000 };
    const valued = { value: 666, currency: 'USD', orderedValue: 1000, orderedQuantity: 3 };
    opening()
      .knowing(
        assistanceCase,
        'norland.c',
        act('AssistanceRequested', { ...PARTIES, asked: [] }),
        act('CaseLineAdded', { ...line, line: '001' }),
        act('CaseLineAdded', { ...line, line: '002', item: 'radio' }),
        act('OfferPrepared', {
          offer: 'o-1',
          lines: ['001', '002'],
          currency: 'USD',
          initialDeposit: 0,
          validUntil: '2027-01-01',
        }),
        act('OfferMade', { offer: 'o-1' }),
        act('OfferAccepted', { offer: 'o-1' }),
      )
      .decides(schedule({ case: 'norland.c' }), scheduled({ case: 'norland.c', ...valued }));
  });
});

describe('a check is made', () => {
  const perform = (more: object = {}) => act('PerformEndUseCheck', { ...VISIT, ...more });
  it('with a result for each serial of an enhanced type (R10)', () => {
    check().decides(perform(), performed());
    check().refuses(perform({ results: ALL.slice(1) }), 'serials-not-all-checked');
    check().refuses(perform({ results: [...ALL, { serial: 'S-3', result: 'seen' }] }), 'serial-not-in-check');
    check().refuses(perform({ results: [...ALL, ALL[0]] }), 'result-twice');
  });
  it('of a sample of another type (R11)', () => {
    const lot = { lot: 'L-1', seen: 8, notSeen: 1, damaged: 1 };
    const sample = (lots: readonly object[]) => perform({ results: [], lots });
    routine().decides(
      sample([lot]),
      performed({ results: [], lots: [lot], type: 'routine', next: { ...ROUTINE, due: '2026-08-18' } }),
    );
    routine().refuses(sample([]), 'sample-miscounted');
    routine().refuses(sample([{ ...lot, seen: 39 }]), 'sample-miscounted');
    routine().refuses(sample([lot, lot]), 'result-twice');
  });
  it('of a sample that names serials, without those that it did not look at (R11)', () => {
    const named = { ...ROUTINE, serials: ['S-1', 'S-2'] };
    const results = ALL.slice(0, 1);
    const one = () => registered(scheduled(named));
    one()
      .as('veritas', 'monitor')
      .decides(perform({ results }), performed({ results, type: 'routine', next: { ...named, due: '2026-08-18' } }));
    one()
      .as('entente', 'system')
      .decides(act('LeaveOutCheckedItems', { serials: ['S-2'] }), []);
  });
  it('once on the spot, and not after its end', () => {
    check(performed()).refuses(perform(), 'check-done');
    check(act('EndUseCheckWaived', {})).refuses(perform(), 'check-ended');
    check().refuses(perform({ on: '2026-06-02' }), 'day-in-future');
  });
  it('remotely only while an instability is in force in the area, and with lower confidence (R20)', () => {
    const remote = (more: object = {}) => act('PerformEndUseCheck', { ...REMOTE, ...more });
    unstable('north').decides(remote(), remotely);
    const lastDay = { on: '2026-05-21' };
    unstable('north').decides(remote(lastDay), act('EndUseCheckPerformed', { ...remotely.data, ...lastDay }));
    unstable('north').refuses(remote({ on: '2026-05-22' }), 'remote-without-instability');
    unstable('north').refuses(remote({ on: '2026-05-03' }), 'remote-without-instability');
    unstable('south').refuses(remote(), 'situation-not-named');
    const named = 'the visit names the situation of the area of the items, or of the whole country of their holder';
    check().refusesWith(perform({ manner: 'remote' }), 'situation-not-named', { area: 'north' }, named);
    check().refuses(remote(), 'situation-not-named');
    unstable('north', act('CheckedItemsTransferred', { serials: ['S-1', 'S-2'], to: 'vestra', place: 'x' })).refuses(
      remote(),
      'situation-not-named',
    );
  });
  it('remotely only if the area of the items is known, or the situation is that of the whole country (R20)', () => {
    const { area: _, ...nowhere } = SCHEDULE;
    const remote = act('PerformEndUseCheck', REMOTE);
    const opened = { country: 'estmark', donor: 'norland', level: 'high' };
    const declared = act('InstabilityDeclared', { instability: 'unrest', on: '2026-05-04' });
    const within = (of: object) =>
      registered(act('EndUseCheckScheduled', nowhere))
        .as('veritas', 'monitor')
        .knowing(countrySituation, 'norland.north', act('CountrySituationOpened', of), declared);
    const known =
      "the area of the items is known, as that of the holder's store or of the check; else the situation is that of the whole country";
    within({ ...opened, area: 'north' }).refusesWith(remote, 'area-not-known', { area: 'north' }, known);
    within(opened).decides(remote, remotely);
  });
  it('without a serial that is gone, but only after verification (R12)', () => {
    const lost = (...past: Event[]) =>
      check().knowing(item, itemId('norland', 'sight', 'S-2'), act('SerialRegistered', ITEM), ...past);
    const withoutIt = perform({ results: ALL.slice(0, 1) });
    const report = act('ItemReportedLost', { on: '2026-05-10', verifyBy: '2026-06-09' });
    const verified = act('LossReportVerified', { method: 'seen', report: 'e', as: 'lost' });
    lost(report).refuses(withoutIt, 'serials-not-all-checked');
    lost(report, verified).decides(
      withoutIt,
      performed({ results: ALL.slice(0, 1), next: { ...next, serials: ['S-1'], quantity: 1 } }),
    );
    const one = registered(scheduled({ serials: ['S-2'], quantity: 1 })).as('entente', 'system');
    one
      .knowing(item, itemId('norland', 'sight', 'S-2'), act('SerialRegistered', ITEM), report, verified)
      .decides(
        act('RecordOverdueCheck', { due: '2026-06-10' }),
        act('EndUseCheckCancelled', { reason: 'items-ended', on: '2026-05-01' }),
        {
          now: '2026-06-11T00:00:00.000Z',
        },
      );
  });
  it('again within the days that the framework of its programme sets (R10)', () => {
    const its = registered(scheduled({ programme: 'norland.p' })).as('veritas', 'monitor');
    under({ enhancedCheckEveryDays: 100 }, its).decides(
      perform(),
      performed({ next: { ...next, programme: 'norland.p', due: '2026-08-28' } }),
    );
  });
  it('again within the days of its type of items (R10)', () =>
    typed(180, check()).decides(perform(), performed({ next: { ...next, due: '2026-11-16' } })));
  it('remotely within the area of its store, also if that was stated later (R20)', () => {
    const site = 'estmark.depot';
    const bare = act('StorageSiteRegistered', { owner: 'estmark', place: 'depot', category: 'arms' });
    const within = (area: string) => act('StorageSiteCorrected', { corrects: given.id(0), reason: 'left-out', area });
    const { area: _, ...nowhere } = SCHEDULE;
    const stored = (...its: Event[]) =>
      unstable('north', act('EndUseCheckScheduled', { ...nowhere, site })).knowing(storageSite, site, ...its);
    const remote = act('PerformEndUseCheck', REMOTE);
    stored(bare, within('north')).decides(remote, remotely);
    stored(bare, within('south')).refuses(remote, 'situation-not-named');
  });
  it('on the spot after it was made remotely, which is no inspection (R20)', () =>
    unstable('north', remotely).decides(perform(), performed({ visit: 2 })));
  it('by the holder only as its own report, which is no inspection (R20)', () => {
    const report = perform({ manner: 'self-report' });
    const reported = { manner: 'self-report', inspected: false, lowerConfidence: true };
    const own = registered(scheduled({ manner: 'self-report' })).as('estmark', 'recipient');
    own.decides(report, performed({ ...reported, next: { ...next, manner: 'self-report' } }));
    own.refuses(perform(), 'manner-of-another');
    check().refuses(report, 'manner-of-another');
    registered(scheduled()).as('vestra', 'recipient').refuses(perform(), 'not-the-recipient');
  });
});

describe('what belongs to a check', () => {
  const recorded: readonly (readonly [command: string, event: Event, ...past: Event[]])[] = [
    ['RescheduleEndUseCheck', act('EndUseCheckRescheduled', { due: '2026-06-20', cause: 'site-closed' })],
    ['FindDiscrepancy', found, performed()],
    [
      'ClearDiscrepancy',
      act('DiscrepancyCleared', { discrepancy: 'd-1', outcome: 'in-repair', on: '2026-05-20' }),
      performed(),
      found,
    ],
    ['HoldComplianceVisit', act('ComplianceVisitHeld', { on: '2026-05-25', rating: 'good', findings: 0 }), performed()],
  ];
  it.each(recorded)('is recorded: %s', (command, event, ...past) =>
    check(...past).decides(act(command, event.data as object), event),
  );
  const held = act('ComplianceVisitHeld', { on: '2026-05-25', rating: 'good', findings: 0 });
  const refused: readonly (readonly [code: string, command: string, data: object, ...past: Event[]])[] = [
    ['same-due', 'RescheduleEndUseCheck', { due: '2026-06-10', cause: 'x' }],
    ['check-due-too-late', 'RescheduleEndUseCheck', { due: '2027-06-02', cause: 'x' }],
    ['check-done', 'RescheduleEndUseCheck', { due: '2026-06-20', cause: 'x' }, performed()],
    ['not-visited', 'FindDiscrepancy', found.data],
    ['discrepancy-already-found', 'FindDiscrepancy', found.data, performed(), found],
    ['more-than-checked', 'FindDiscrepancy', { ...found.data, quantity: 3 }, performed()],
    ['serial-not-in-check', 'FindDiscrepancy', { ...found.data, serial: 'S-3' }, performed()],
    ['discrepancy-not-open', 'ClearDiscrepancy', { discrepancy: 'd-2', on: '2026-05-20' }, performed(), found],
    ['cleared-before-found', 'ClearDiscrepancy', { discrepancy: 'd-1', on: '2026-05-19' }, performed(), found],
    ['check-done', 'RecordAccessDenied', { on: '2026-05-20', reason: 'x' }, performed()],
    ['visit-already-recorded', 'HoldComplianceVisit', held.data, performed(), held],
  ];
  it.each(refused)('is refused (R30, R32): %s of %s', (code, command, data, ...past) =>
    check(...past).refuses(act(command, data), code),
  );
  it('is waived or cancelled by the donor, before it is made', () => {
    for (const [command, event, data, more] of [
      ['WaiveEndUseCheck', 'EndUseCheckWaived', WAIVER, { next: { ...SCHEDULE, due: '2027-06-01' } }],
      ['CancelEndUseCheck', 'EndUseCheckCancelled', { reason: 'returned' }, {}],
    ] as const) {
      registered(scheduled())
        .as('norland', 'donor')
        .decides(act(command, data), act(event, { ...data, ...more }));
      registered(scheduled(), performed()).as('norland', 'donor').refuses(act(command, data), 'check-done');
      check().refuses(act(command, data), 'not-the-donor');
    }
  });
});

describe('a check that ended without its visit is followed by the next one (R10, R11)', () => {
  const deny = (on = '2026-05-20') => act('RecordAccessDenied', { on, reason: 'operation' });
  const denied = (more: object, due: string, on = '2026-05-20') =>
    act('AccessDenied', { ...deny(on).data, next: { ...SCHEDULE, ...more, due } });
  const waive = act('WaiveEndUseCheck', WAIVER);
  const waived = (more: object, due: string) =>
    act('EndUseCheckWaived', { ...WAIVER, next: { ...SCHEDULE, ...more, due } });
  const donor = (...past: Event[]) => registered(scheduled(), ...past).as('norland', 'donor');
  it('after denied access as soon as after a receipt', () => {
    check().decides(deny(), denied({}, '2026-08-18'));
    routine().decides(deny(), denied(ROUTINE, '2026-08-18'));
    const some = { ...ROUTINE, serials: ['S-1'] };
    registered(scheduled(some)).as('veritas', 'monitor').decides(deny(), denied(some, '2026-08-18'));
    typed(180, check()).decides(deny(), denied({}, '2026-07-19'));
    typed(30, check()).decides(deny(), denied({}, '2026-06-19'));
    check().decides(deny('2026-06-01'), denied({}, '2026-08-30', '2026-06-01'));
    check().refuses(deny('2026-06-02'), 'day-in-future');
    const its = registered(scheduled({ programme: 'norland.p' })).as('veritas', 'monitor');
    under({ enhancedFirstCheckDays: 10 }, its).decides(deny(), denied({ programme: 'norland.p' }, '2026-05-30'));
  });
  it('which is cancelled, if access was not denied after all: the check is to be made by its last day (R26)', () => {
    const take = act('WithdrawAccessDenial', { corrects: given.id(1), reason: 'another-check-meant' });
    const next = `entente.after-${given.id(1)}`;
    const { donor: by, item, type, serials, holder, site, due } = SCHEDULE;
    const taken = same(take, 'AccessDenialWithdrawn', { next, donor: by, item, type, serials, holder, site, due });
    const after = (...past: Event[]) =>
      check(denied({}, '2026-08-18')).knowing(endUseCheck, next, scheduled({ due: '2026-08-18' }), ...past);
    after().decides(take, taken);
    after(performed()).refuses(take, 'next-check-begun');
    after(act('EndUseCheckCancelled', { reason: 'items-ended' })).refuses(take, 'next-check-begun');
    const moved = { serials, to: 'vestra', from: 'estmark', place: 'vestra' };
    after(act('CheckedItemsTransferred', moved)).refuses(take, 'next-check-begun');
    const part = { ...moved, serials: ['S-1'], next: { ...SCHEDULE, serials: ['S-1'], quantity: 1 } };
    after(act('CheckedItemsTransferred', part)).refuses(take, 'next-check-begun');
    after(act('CheckedItemsCorrected', { quantity: 3, reason: 'miscounted' })).refuses(take, 'next-check-begun');
    check(denied({}, '2026-08-18'), taken).decides(deny(), denied({}, '2026-08-18'));
    check(denied({}, '2026-08-18'), taken).refuses(take, 'nothing-left-to-correct');
    donor(denied({}, '2026-08-18'), taken).decides(waive, waived({}, '2027-06-01'));
  });
  it('after a waiver as after a check on that day', () => {
    donor().decides(waive, waived({}, '2027-06-01'));
    donor().decides(waive, waived({}, '2027-05-25'), { occurredAt: '2026-05-25T10:00:00.000Z' });
    typed(180, donor()).decides(waive, waived({}, '2026-11-28'));
    registered(scheduled(ROUTINE)).as('norland', 'donor').decides(waive, waived(ROUTINE, '2026-08-30'));
    donor(act('AccessDenied', { on: '2026-05-20', reason: 'operation' })).refuses(waive, 'check-ended');
  });
  it('on the spot, if it was to be made remotely', () =>
    registered(scheduled({ manner: 'remote' }))
      .as('veritas', 'monitor')
      .decides(deny(), denied({}, '2026-08-18')));
  it('of the items whose end is not verified (R12), and of nothing if there are none', () => {
    const report = act('ItemReportedLost', { on: '2026-05-10', verifyBy: '2026-06-09' });
    const verified = act('LossReportVerified', { method: 'seen', report: 'e', as: 'lost' });
    const lost = (before: ReturnType<typeof registered>, ...past: Event[]) =>
      before.knowing(item, itemId('norland', 'sight', 'S-2'), act('SerialRegistered', ITEM), ...past);
    lost(check(), report).decides(deny(), denied({}, '2026-08-18'));
    lost(check(), report, verified).decides(deny(), denied({ serials: ['S-1'], quantity: 1 }, '2026-08-18'));
    const one = { serials: ['S-2'], quantity: 1 };
    lost(registered(scheduled(one)).as('norland', 'donor'), report, verified).decides(
      waive,
      act('EndUseCheckWaived', WAIVER),
    );
  });
});

describe('a check moves with items that were transferred (R13)', () => {
  const move = (more: object = {}) =>
    act('TransferCheckedItems', { transfer: 'estmark.t-1', serials: ['S-1', 'S-2'], to: 'vestra', ...more });
  const moved = (more: object = {}) =>
    act('CheckedItemsTransferred', { ...move().data, from: 'estmark', place: 'vestra', ...more });
  const { area: _, ...without } = SCHEDULE;
  it('to the new holder, on its last day, who then may not inspect itself', () => {
    bySystem().decides(move(), moved());
    bySystem(moved()).decides(move(), []);
    registered(scheduled(), moved())
      .as('vestra', 'monitor')
      .registered(['vestra'], 'monitor')
      .refuses(act('PerformEndUseCheck', VISIT), 'manner-of-another');
    check(moved()).decides(
      act('PerformEndUseCheck', VISIT),
      performed({ next: { ...without, holder: 'vestra', site: 'vestra', due: '2027-05-20' } }),
    );
    const overdue = act('EndUseCheckBecameOverdue', { due: '2026-06-10' });
    bySystem(moved()).decides(act('RecordOverdueCheck', { due: '2026-06-10' }), overdue, {
      now: '2026-06-11T00:00:00.000Z',
    });
  });
  it('to the store of the new holder, in its area', () => {
    const opened = act('StorageSiteRegistered', { owner: 'vestra', place: 'd', category: 'arms', area: 'east' });
    bySystem()
      .knowing(storageSite, 'vestra.depot', opened)
      .decides(move({ site: 'vestra.depot' }), moved({ site: 'vestra.depot', place: 'vestra.depot', area: 'east' }));
  });
  it('to another store of the same holder, without a transfer', () => {
    const site = 'estmark.south-depot';
    const south = act('StorageSiteRegistered', { owner: 'estmark', place: 's', category: 'arms', area: 'south' });
    const to = { serials: ['S-1', 'S-2'], to: 'estmark', site };
    const there = { ...to, from: 'estmark', place: site, area: 'south' };
    const at = (...past: Event[]) => bySystem(...past).knowing(storageSite, site, south);
    at().decides(act('TransferCheckedItems', to), act('CheckedItemsTransferred', there));
    at(act('CheckedItemsTransferred', there)).decides(act('TransferCheckedItems', to), []);
    const one = { ...there, serials: ['S-2'] };
    at().decides(
      act('TransferCheckedItems', { ...to, serials: ['S-2'] }),
      act('CheckedItemsTransferred', {
        ...one,
        next: { ...without, serials: ['S-2'], quantity: 1, site, area: 'south' },
      }),
    );
  });
  it('in part, if it names other items too: of these a check of their own', () => {
    const part = moved({
      serials: ['S-2'],
      next: { ...without, serials: ['S-2'], quantity: 1, holder: 'vestra', site: 'vestra' },
    });
    bySystem().decides(move({ serials: ['S-2', 'S-9'] }), part);
    bySystem(part).decides(move({ serials: ['S-2'] }), []);
    const results = [{ serial: 'S-1', result: 'seen' }];
    const rest = { ...next, serials: ['S-1'], quantity: 1 };
    check(part).decides(act('PerformEndUseCheck', { ...VISIT, results }), performed({ results, next: rest }));
  });
  it('not if its last day was before the transfer: it is missed by the holder before', () => {
    const again = { ...without, holder: 'vestra', site: 'vestra' };
    const cancelled = act('EndUseCheckCancelled', { reason: 'transferred', on: '2026-06-11' });
    const all = moved({ on: '2026-06-11', next: { ...again, due: '2026-09-09' } });
    bySystem().decides(move({ on: '2026-06-11' }), [all, cancelled]);
    bySystem(all, cancelled).decides(move({ on: '2026-06-11' }), []);
    bySystem().decides(move({ on: '2026-06-10' }), moved({ on: '2026-06-10' }));
    const one = { on: '2026-06-11', serials: ['S-2'] };
    const part = moved({ ...one, next: { ...again, serials: ['S-2'], quantity: 1, due: '2026-09-09' } });
    bySystem().decides(move(one), part);
    check(part).refuses(act('PerformEndUseCheck', VISIT), 'serial-not-in-check');
    // The type has other days.
    const often = act('CheckIntervalSet', { firstDays: 90, everyDays: 30 });
    const soon = moved({ on: '2026-06-11', next: { ...again, due: '2026-07-11' } });
    bySystem()
      .knowing(itemType, 'norland.sight', act('ItemTypeRegistered', { name: 'S', unit: 'each', category: 'c' }), often)
      .decides(move({ on: '2026-06-11' }), [soon, cancelled]);
    const use = { ...move().data, to: 'estmark', on: '2026-06-11', site: 'estmark.depot' };
    bySystem().decides(
      act('TransferCheckedItems', use),
      act('CheckedItemsTransferred', { ...use, from: 'estmark', place: 'estmark.depot' }),
    );
  });
  it('not after it has ended, or was made', () => {
    bySystem(performed()).decides(move(), []);
    bySystem(act('AccessDenied', { on: '2026-05-20', reason: 'operation', next: SCHEDULE })).decides(move(), []);
  });
});

describe('a sample is not checked before its holder has received it (R30)', () => {
  const D = 'norland.consignment-1';
  const lots = [{ lot: 'L-1', seen: 5, notSeen: 0, damaged: 0 }];
  const visit = (on: string) => act('PerformEndUseCheck', { on, manner: 'on-site', results: [], lots });
  const deny = (on: string) => act('RecordAccessDenied', { on, reason: 'operation' });
  const due = { corrects: given.id(1), reason: 'mistyped' };
  const made = act('EndUseCheckPerformed', { ...visit('2026-05-25').data, ...added, type: 'routine' });
  const brought = (holder: string, ...past: Event[]) =>
    registered(scheduled({ ...ROUTINE, consignment: D, holder }), ...past)
      .as('veritas', 'monitor')
      .knowing(
        consignment,
        D,
        act('DeliveryScheduled', { ...PARTIES, case: 'norland.c', lines: [], due: '2026-05-20' }),
        act('ReceiptConfirmed', { on: '2026-05-20', lines: [], checks: [{ ...ROUTINE, holder: 'estmark' }] }),
        act('ReceivedGoodsTransferred', {
          transfer: 't',
          on: '2026-05-22',
          item: 'sight',
          quantity: 5,
          from: 'estmark',
          to: 'vestra',
          recipient: 'estmark',
          left: 35,
          held: 5,
          broughtBy: given.id(1),
          check: ROUTINE,
        }),
      );
  it('by a visit, its corrected day, or one to which access is denied', () => {
    for (const command of [visit, deny]) {
      brought('estmark').refusesWith(command('2026-05-19'), 'before-receipt', { receivedOn: '2026-05-20' });
      brought('vestra').refusesWith(command('2026-05-21'), 'before-transfer', { transferredOn: '2026-05-22' });
    }
    const next = { ...ROUTINE, consignment: D, due: '2026-08-18' };
    brought('estmark').decides(
      visit('2026-05-20'),
      act('EndUseCheckPerformed', { ...visit('2026-05-20').data, ...added, ...of, type: 'routine', next }),
    );
    const fix = (on: string) => act('CorrectCheckDay', { ...due, on });
    brought('estmark', made).refuses(fix('2026-05-19'), 'before-receipt');
    brought('vestra', made).refuses(fix('2026-05-21'), 'before-transfer');
  });
  it('if it names the consignment, which is known', () => {
    const schedule = act('ScheduleEndUseCheck', { ...ROUTINE, consignment: D });
    registered().as('veritas', 'monitor').refuses(schedule, 'consignment-not-found');
    registered()
      .as('entente', 'system')
      .decides(schedule, scheduled({ ...ROUTINE, consignment: D }));
    registered(scheduled(ROUTINE))
      .as('veritas', 'monitor')
      .decides(
        deny('2026-05-19'),
        act('AccessDenied', { ...deny('2026-05-19').data, next: { ...ROUTINE, due: '2026-08-17' } }),
      );
  });
});

describe('a check follows the corrected receipt of its items (R26)', () => {
  const correct = (more: object) => act('CorrectCheckedItems', { reason: 'miscounted', ...more });
  const corrected = (more: object) => act('CheckedItemsCorrected', { reason: 'miscounted', ...more });
  const sample = (...past: Event[]) => registered(scheduled(ROUTINE), ...past).as('entente', 'system');
  it('in the number of items of which a sample is checked', () => {
    sample().decides(correct({ quantity: 38 }), corrected({ quantity: 38, was: 40 }));
    sample(corrected({ quantity: 38 })).decides(correct({ quantity: 38 }), []);
    sample().decides(correct({ quantity: 0 }), act('EndUseCheckCancelled', { reason: 'miscounted' }));
    const taken = { on: '2026-06-11', reason: 'transferred' };
    sample().decides(correct({ ...taken, quantity: 38 }), corrected({ ...taken, quantity: 38, was: 40 }));
    sample().decides(correct({ ...taken, quantity: 0 }), act('EndUseCheckCancelled', taken));
    const lots = [{ lot: 'L-1', seen: 39, notSeen: 0, damaged: 0 }];
    registered(scheduled(ROUTINE), corrected({ quantity: 38 }))
      .as('veritas', 'monitor')
      .refuses(act('PerformEndUseCheck', { ...VISIT, results: [], lots }), 'sample-miscounted');
  });
  it('in the store, and in its area', () => {
    const south = act('StorageSiteRegistered', { owner: 'estmark', place: 's', category: 'arms', area: 'south' });
    const site = 'estmark.south-depot';
    bySystem()
      .knowing(storageSite, site, south)
      .decides(correct({ site }), corrected({ site, quantity: 2, area: 'south' }));
    bySystem().decides(correct({ site: 'depot' }), []);
  });
  it('by hand if it was planned so, in what its monitor had stated', () => {
    const monitor = (...past: Event[]) => registered(...past).as('veritas', 'monitor');
    monitor(scheduled(ROUTINE)).decides(correct({ quantity: 38 }), corrected({ quantity: 38, was: 40 }));
    monitor(scheduled(ROUTINE)).refuses(correct({ quantity: 38, on: '2026-06-11' }), 'follows-its-receipt');
    monitor(scheduled(ROUTINE)).refuses(correct({ quantity: 40 }), 'nothing-corrected');
    monitor(scheduled(ROUTINE)).refuses(correct({ quantity: 0 }), 'serials-miscounted');
    check().refuses(correct({ quantity: 3 }), 'serials-miscounted');
    check().decides(correct({ site: 'south' }), corrected({ site: 'south', quantity: 2 }));
    registered(scheduled(ROUTINE))
      .as('estmark', 'recipient')
      .refuses(correct({ quantity: 38 }), 'not-a-checker');
    monitor(scheduled(ROUTINE))
      .by('entente', 'system')
      .refuses(correct({ quantity: 38 }), 'follows-its-receipt');
  });
  it('not after it was made: the count of the visit stands, and the check that follows expects them', () => {
    const fix = correct({ site: 'estmark.south-depot' });
    const passed = (n: number) => corrected({ site: 'estmark.south-depot', passedTo: `entente.after-${given.id(n)}` });
    bySystem(performed()).decides(fix, passed(1));
    bySystem(performed(), passed(1)).decides(fix, passed(1));
    const denied = (more: object) => act('AccessDenied', { on: '2026-05-20', reason: 'operation', ...more });
    bySystem(denied({ next: SCHEDULE })).decides(fix, passed(1));
    bySystem(denied({})).decides(fix, []);
    const lots = [{ lot: 'L-1', seen: 40, notSeen: 0, damaged: 0 }];
    sample(performed({ type: 'routine', results: [], lots })).decides(
      correct({ quantity: 38 }),
      corrected({ quantity: 38, passedTo: `entente.after-${given.id(1)}` }),
    );
    bySystem(act('EndUseCheckCancelled', { reason: 'items-ended' })).decides(fix, []);
  });
  it('and another takes the place of one that had nothing left, once there is something again (R11)', () => {
    const empty = act('EndUseCheckCancelled', { reason: 'miscounted' });
    const emptied = (...past: Event[]) => sample(empty, ...past).by('entente', 'system');
    const again = (quantity: number) => corrected({ quantity, next: { ...ROUTINE, quantity } });
    emptied().decides(correct({ quantity: 4 }), again(4));
    emptied().decides(correct({ quantity: 0 }), []);
    emptied(again(4)).decides(
      correct({ quantity: 3 }),
      corrected({ quantity: 3, passedTo: `entente.after-${given.id(2)}` }),
    );
    // The donor has given up a check of something.
    sample(empty)
      .by('norland', 'donor')
      .decides(correct({ quantity: 4 }), []);
  });
  it('and one of an item alone ends with the recovery of the item', () => {
    const cancel = act('CancelEndUseCheck', { reason: 'item-recovered', serial: 'S-1' });
    bySystem().decides(cancel, []);
    registered(scheduled({ serials: ['S-1'], quantity: 1 }))
      .as('entente', 'system')
      .decides(cancel, act('EndUseCheckCancelled', cancel.data));
  });
});

describe('nothing is seen of items before the day of their receipt (R30)', () => {
  const its = (serial: string, on: string, before: ReturnType<typeof registered>) =>
    before.knowing(
      item,
      itemId('norland', 'sight', serial),
      act('SerialRegistered', { ...ITEM, serial }),
      act('ItemReceived', { on, holder: 'estmark', site: 'depot', checkBy: '2026-08-19' }),
    );
  const both = (first: string, second: string, ...past: Event[]) =>
    its('S-1', first, its('S-2', second, check(...past)));
  const late = (serial: string) => ({ serial, receivedOn: '2026-05-21' });
  it('by a visit, whatever its results', () => {
    const visit = act('PerformEndUseCheck', VISIT);
    both('2026-05-20', '2026-05-20').decides(visit, performed());
    both('2026-05-21', '2026-05-20').refusesWith(visit, 'before-receipt', late('S-1'));
    both('2026-05-20', '2026-05-21').refusesWith(visit, 'before-receipt', late('S-2'));
    its('S-1', '2026-05-21', unstable('north')).refuses(act('PerformEndUseCheck', REMOTE), 'before-receipt');
    check()
      .knowing(item, itemId('norland', 'sight', 'S-1'), act('SerialRegistered', ITEM))
      .decides(visit, performed());
  });
  it('by a visit whose day is corrected (R26)', () => {
    const fix = act('CorrectCheckDay', { corrects: given.id(1), reason: 'mistyped', on: '2026-05-18' });
    both('2026-05-19', '2026-05-10', performed()).refusesWith(fix, 'before-receipt', {
      serial: 'S-1',
      receivedOn: '2026-05-19',
    });
    const right = { visit: 1, inspected: true, done: true, serials: ['S-1', 'S-2'], lots: [], seen: ['S-1'] };
    const moved = { next: `entente.after-${given.id(1)}`, nextDue: '2027-05-18', holder: 'estmark' };
    const corrected = act('CheckDayCorrected', {
      ...fix.data,
      ...right,
      ...moved,
      donor: 'norland',
      item: 'sight',
    });
    both('2026-05-18', '2026-05-10', performed()).decides(fix, corrected);
    // It was received again since, after its return: the visit was before that.
    both('2026-05-25', '2026-05-10', performed()).decides(fix, corrected);
  });
  it('by a visit to which access is denied, unless one of them was there', () => {
    const deny = act('RecordAccessDenied', { on: '2026-05-20', reason: 'operation' });
    both('2026-05-21', '2026-05-21').refusesWith(deny, 'before-receipt', late('S-1'));
    both('2026-05-21', '2026-05-20').decides(
      deny,
      act('AccessDenied', { ...deny.data, next: { ...SCHEDULE, due: '2026-08-18' } }),
    );
  });
});

describe('an item that another inspection has seen leaves its check (R10)', () => {
  const leave = act('LeaveOutCheckedItems', { serials: ['S-2'] });
  const received = act('ItemReceived', { on: '2026-04-01', receipt: 'r', site: 'depot', checkBy: '2026-06-30' });
  const sighting = (on: string, check = 'veritas.other') => act('ItemChecked', { check, on, checkBy: '2027-05-20' });
  const seen = (before: ReturnType<typeof registered>, ...sightings: Event[]) =>
    before.knowing(item, itemId('norland', 'sight', 'S-2'), act('SerialRegistered', ITEM), received, ...sightings);
  const planned = (more: object = {}) =>
    registered(scheduled(more)).by('entente', 'system').as('entente', 'system').named('entente.after-x');
  const alone = () => planned({ serials: ['S-2'], quantity: 1 });
  const cancelled = (on: string) => act('EndUseCheckCancelled', { reason: 'seen-by-another-check', on });
  it('if that was after it was scheduled, and a check of nothing else is cancelled', () => {
    const left = act('CheckedItemsLeftOut', { serials: ['S-2'], on: '2026-05-20' });
    seen(planned(), sighting('2026-05-20')).decides(leave, left);
    seen(alone(), sighting('2026-05-20')).decides(leave, cancelled('2026-05-20'));
    seen(alone(), sighting('2026-05-01')).decides(leave, []);
    seen(alone(), sighting('2026-05-20', 'entente.after-x')).decides(leave, []);
  });
  it('as of the right day, if that of the other was corrected since (R26)', () => {
    const right = (on: string) => act('ItemCheckCorrected', { check: 'veritas.other', on, checkedOn: on, checkBy: on });
    const left = (on: string, was?: string) =>
      act('CheckedItemsLeftOut', { serials: ['S-2'], on, ...(was && { was }) });
    const after = (more: object, ...past: Event[]) =>
      registered(scheduled(more), ...past)
        .by('entente', 'system')
        .as('entente', 'system')
        .named('entente.after-x');
    const one = { serials: ['S-2'], quantity: 1 };
    const over = (on: string) => after(one, cancelled(on));
    seen(over('2026-05-20'), sighting('2026-05-20'), right('2026-05-12')).decides(leave, cancelled('2026-05-12'));
    seen(over('2026-05-20'), sighting('2026-05-20')).decides(leave, []);
    seen(over('2026-05-20'), sighting('2026-05-20'), right('2026-04-20')).decides(leave, []);
    const byHand = after(one, act('EndUseCheckCancelled', { reason: 'miscounted' }));
    seen(byHand, sighting('2026-05-20'), right('2026-05-12')).decides(leave, []);
    const part = () => after({}, left('2026-05-20'));
    seen(part(), sighting('2026-05-20'), right('2026-05-12')).decides(leave, left('2026-05-12', '2026-05-20'));
    seen(part(), sighting('2026-05-20')).decides(leave, []);
    const found = act('ItemRecovered', { on: '2026-05-25', site: 'depot', checkBy: '2026-08-25' });
    seen(part(), sighting('2026-05-20'), found, right('2026-05-12')).decides(leave, []);
  });
  it('not if the donor or a monitor has planned that one itself', () =>
    seen(bySystem(), sighting('2026-05-20')).decides(leave, []));
  it('after the day of the receipt that its first check follows, also one that was recorded late', () => {
    const first = () => alone().named(`entente.after-${given.id(1)}`);
    seen(first(), sighting('2026-04-15')).decides(leave, cancelled('2026-04-15'));
    seen(first(), sighting('2026-04-01')).decides(leave, []);
  });
  it('after the day of the visit that it follows, but never for that visit', () => {
    const follows = (on: string, ...sightings: Event[]) =>
      seen(alone().named(`entente.after-${given.id(2)}`), ...sightings).knowing(
        endUseCheck,
        'veritas.before',
        scheduled(),
        remotely,
        performed({ on }),
      );
    const visit = (on: string) => sighting(on, 'veritas.before');
    follows('2026-04-10', visit('2026-04-10'), sighting('2026-04-15')).decides(leave, cancelled('2026-04-15'));
    follows('2026-04-10', visit('2026-04-10'), sighting('2026-04-09')).decides(leave, []);
    follows('2026-05-20', visit('2026-05-20')).decides(leave, []);
    // Of two visits of one day, the check stays that follows the one recorded later.
    follows('2026-05-20', visit('2026-05-20'), sighting('2026-05-20')).decides(leave, cancelled('2026-05-20'));
    follows('2026-05-20', sighting('2026-05-20'), visit('2026-05-20')).decides(leave, []);
  });
});

describe('an item that has ended leaves its checks (R12)', () => {
  const leave = (...serials: string[]) => act('LeaveOutCheckedItems', { serials });
  const left = (serials: string[], on: string) => act('CheckedItemsLeftOut', { serials, on });
  const nothing = (on: string) => act('EndUseCheckCancelled', { reason: 'items-ended', on });
  const returned = (on: string) => act('ItemReturned', { on, reason: 'loan-ended' });
  const received = act('ItemReceived', { on: '2026-04-01', holder: 'estmark', site: 'depot', checkBy: '2026-06-30' });
  const knows = (before: ReturnType<typeof registered>, serial: string, ...past: Event[]) =>
    before.knowing(item, itemId('norland', 'sight', serial), act('SerialRegistered', { ...ITEM, serial }), ...past);
  it('from the day of its end, and a check of nothing else is cancelled', () => {
    const gone = knows(bySystem(), 'S-2', returned('2026-05-20'));
    gone.decides(leave('S-2'), left(['S-2'], '2026-05-20'));
    knows(bySystem(), 'S-2', received).decides(leave('S-2'), []);
    gone.decides(leave('S-3'), []);
    const rest = bySystem(left(['S-2'], '2026-05-20'));
    knows(rest, 'S-1', returned('2026-05-22')).decides(leave('S-1'), nothing('2026-05-22'));
    knows(rest, 'S-1', returned('2026-05-12')).decides(leave('S-1'), nothing('2026-05-20'));
    knows(knows(bySystem(), 'S-1', returned('2026-05-22')), 'S-2', returned('2026-05-20')).decides(
      leave('S-2', 'S-1'),
      nothing('2026-05-22'),
    );
  });
  it('from the beginning, if its receipt was withdrawn (R26)', () => {
    const taken = act('ItemReceiptWithdrawn', { reason: 'other-serial', receipt: given.id(1) });
    const withdrawn = (...past: Event[]) => knows(bySystem(...past), 'S-2', received, taken);
    withdrawn().decides(leave('S-2'), left(['S-2'], '2026-05-01'));
    withdrawn(act('EndUseCheckRescheduled', { due: '2026-04-20', cause: 'x' })).decides(
      leave('S-2'),
      left(['S-2'], '2026-04-20'),
    );
    const alone = (...past: Event[]) => withdrawn(...past, left(['S-1'], '2026-05-20'));
    alone().decides(leave('S-2'), act('EndUseCheckCancelled', { reason: 'receipt-withdrawn', on: '2026-05-20' }));
    knows(
      registered(scheduled({ serials: ['S-2'], quantity: 1 })).as('entente', 'system'),
      'S-2',
      received,
      taken,
    ).decides(leave('S-2'), act('EndUseCheckCancelled', { reason: 'receipt-withdrawn' }));
    knows(bySystem(), 'S-2', received, taken, received).decides(leave('S-2'), []);
  });
  it('from the beginning, if its registration was withdrawn (R26)', () => {
    const taken = act('RegistrationWithdrawn', { reason: 'mistyped' });
    knows(bySystem(), 'S-2', taken).decides(leave('S-2'), left(['S-2'], '2026-05-01'));
    knows(registered(scheduled({ serials: ['S-2'], quantity: 1 })).as('entente', 'system'), 'S-2', taken).decides(
      leave('S-2'),
      act('EndUseCheckCancelled', { reason: 'registration-withdrawn' }),
    );
  });
  it('not once it was made or has ended', () => {
    for (const end of [performed(), nothing('2026-05-20')])
      knows(bySystem(end), 'S-2', returned('2026-05-20')).decides(leave('S-2'), []);
  });
  it('which then has no result of it', () => {
    const rest = check(left(['S-2'], '2026-05-20'));
    const one = { results: ALL.slice(0, 1) };
    rest.decides(
      act('PerformEndUseCheck', { ...VISIT, ...one }),
      performed({ ...one, next: { ...next, serials: ['S-1'], quantity: 1 } }),
    );
    rest.refuses(act('PerformEndUseCheck', VISIT), 'serial-not-in-check');
  });
  it('and a check of nothing is not made, whatever became of it', () => {
    const all = knows(knows(check(), 'S-1', returned('2026-05-20')), 'S-2', returned('2026-05-20'));
    all.refuses(act('PerformEndUseCheck', { ...VISIT, results: [] }), 'items-ended');
  });
  it('by its last day, else it was overdue', () => {
    const ended = (on: string) => knows(knows(bySystem(), 'S-1', returned('2026-05-20')), 'S-2', returned(on));
    const late = act('RecordOverdueCheck', { due: '2026-06-10' });
    const after = { now: '2026-06-12T00:00:00.000Z' };
    ended('2026-06-10').decides(late, nothing('2026-06-10'), after);
    ended('2026-06-11').decides(late, act('EndUseCheckBecameOverdue', { due: '2026-06-10' }), after);
  });
});

describe('a last day that has passed without an inspection (R10, R11)', () => {
  const late = (due = '2026-06-10') => act('RecordOverdueCheck', { due });
  const overdue = act('EndUseCheckBecameOverdue', { due: '2026-06-10' });
  const after = { now: '2026-06-11T00:00:00.000Z' };
  it('is recorded by the system, once', () => {
    bySystem().decides(late(), overdue, after);
    bySystem(remotely).decides(late(), overdue, after);
    bySystem(overdue).decides(late(), [], after);
    bySystem().refuses(late(), 'not-over-yet', { now: '2026-06-10T23:00:00.000Z' });
    bySystem().refuses(late('2026-06-09'), 'other-last-day', after);
    bySystem(performed()).refuses(late(), 'check-done', after);
  });
});

describe('a visit is corrected by naming its event (R26)', () => {
  const result = (more: object) =>
    act('CorrectCheckResult', { corrects: given.id(1), serial: 'S-2', result: 'seen', reason: 'found', ...more });
  const dayOf = (on: string) => act('CorrectCheckDay', { corrects: given.id(1), on, reason: 'mistyped' });
  it('in the result of one serial', () => {
    const right = result({});
    const known = { donor: 'norland', item: 'sight', visitedOn: '2026-05-20' };
    check(performed()).decides(
      right,
      act('CheckResultCorrected', { ...right.data, visit: 1, was: 'not-seen', ...known }),
    );
    check(performed()).refuses(result({ result: 'not-seen' }), 'nothing-corrected');
    check(performed()).refuses(result({ serial: 'S-3' }), 'serial-not-in-check');
  });
  it('in its day, of a remote one within the instability (R20)', () => {
    const corrected = (on: string, more: object) =>
      act('CheckDayCorrected', { ...dayOf(on).data, visit: 1, serials: ['S-1', 'S-2'], lots: [], ...more });
    const items = { donor: 'norland', item: 'sight', seen: ['S-1'] };
    const follows = { next: `entente.after-${given.id(1)}` };
    // What it did not see is due with the next check.
    const its = { ...items, ...follows, holder: 'estmark' };
    const moved = corrected('2026-05-22', { inspected: true, done: true, ...its, nextDue: '2027-05-22' });
    check(performed()).decides(dayOf('2026-05-22'), moved);
    // What was corrected before counts.
    check(performed(), act('CheckResultCorrected', { ...result({}).data, visit: 1 }), moved).decides(
      dayOf('2026-05-21'),
      corrected('2026-05-21', {
        inspected: true,
        done: true,
        ...items,
        seen: ['S-1', 'S-2'],
        ...follows,
        nextDue: '2027-05-21',
      }),
    );
    // Of several visits, the newest one is named.
    const remote = act('EndUseCheckPerformed', { ...remotely.data, visit: 2, on: '2026-05-21' });
    check(performed(), remote).decides(
      dayOf('2026-05-19'),
      corrected('2026-05-19', {
        inspected: true,
        done: true,
        ...its,
        nextDue: '2027-05-19',
        newestOn: '2026-05-21',
        lowerConfidence: true,
      }),
    );
    unstable('north', remotely).decides(
      dayOf('2026-05-21'),
      corrected('2026-05-21', { inspected: false, done: false }),
    );
    unstable('north', remotely).refuses(dayOf('2026-05-22'), 'remote-without-instability');
  });
});
