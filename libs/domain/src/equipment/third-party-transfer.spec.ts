import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given, same } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { consignment } from '../delivery/consignment.js';
import { item } from './item.js';
import { itemType } from './item-type.js';
import { storageSite } from './storage-site.js';
import { programme } from '../planning/programme.js';
import { hold } from '../safeguards/hold.js';
import { technologyRelease } from './technology-release.js';
import { thirdPartyTransfer } from './third-party-transfer.js';

const TRANSFER = 'estmark.transfer-1';
const ITEM = 'norland.thermal-sight.~ts-0001';
const goods = [{ item: 'thermal-sight', quantity: 1, serials: ['TS-0001'] }];
const asked = { kind: 'retransfer', donor: 'norland', goods, to: 'vestra', reason: 'unit-moved' };
const request = (more: object = {}) => act('RequestThirdPartyTransfer', { ...asked, ...more });
const requested = (more: object = {}) => act('ThirdPartyTransferRequested', { ...asked, holder: 'estmark', ...more });
const consented = act('ThirdPartyTransferConsented', { until: '2026-06-30', conditions: [] });
const carriedOut = act('ThirdPartyTransferCarriedOut', {
  on: '2026-05-25',
  site: 'vestra.depot',
  kind: 'retransfer',
  donor: 'norland',
  holder: 'estmark',
  to: 'vestra',
  goods,
  informed: ['norland', 'estmark', 'vestra'],
});
const stored = act('StorageSiteRegistered', { owner: 'vestra', place: 'x', category: 'y' });
const certified = act('StorageCertified', { on: '2026-04-01', until: '2026-12-31', standard: 'level-2' });
const july = { now: '2026-07-01T00:00:00.000Z' };

const typed = act('ItemTypeRegistered', { donor: 'norland', name: 'Sight', unit: 'each', category: 'optics' });
const designated = act('EnhancedDesignationGiven', { reason: 'sensitive', reviewBy: '2036-06-30' });
const registration = act('SerialRegistered', {
  donor: 'norland',
  recipient: 'estmark',
  item: 'thermal-sight',
  serial: 'TS-0001',
});
const receipt = act('ItemReceived', {
  on: '2026-05-10',
  holder: 'estmark',
  site: 'estmark.north',
  checkBy: '2026-08-08',
});

const of = (...past: Event[]) =>
  given(thirdPartyTransfer, ...past)
    .named(TRANSFER)
    .registered(['norland'], 'donor')
    .registered(['estmark', 'vestra', 'sudria'], 'recipient')
    .knowing(itemType, 'norland.thermal-sight', typed, designated)
    .knowing(storageSite, 'vestra.depot', stored, certified)
    .knowing(item, ITEM, registration, receipt);
const holder = (...past: Event[]) => of(...past).as('estmark', 'recipient');
const donor = (...past: Event[]) => of(...past).as('norland', 'donor');
const system = (...past: Event[]) => of(...past).as('entente', 'system');

describe('a third-party transfer is requested (R13)', () => {
  it('by the holder of the goods, with registered parties (R29)', () => {
    holder().decides(request(), requested());
    holder().refuses(request({ to: 'ostra' }), 'party-not-registered');
    holder().refuses(request({ donor: 'estmark' }), 'donor-is-recipient');
    holder().refuses(request({ to: 'estmark' }), 'transfer-to-itself');
  });
  it('with what its kind needs', () => {
    holder().refuses(request({ to: undefined }), 'new-holder-not-named');
    holder().refuses(request({ kind: 'disposal' }), 'new-holder-not-named');
    const use = { kind: 'change-of-end-use', to: undefined };
    holder().refuses(request(use), 'end-use-not-named');
    holder().decides(request({ ...use, endUse: 'training' }), requested({ ...use, endUse: 'training' }));
  });
  it('of designated types by their serials, which the sender holds', () => {
    const listing = (serials: readonly string[]) => request({ goods: [{ ...goods[0], serials }] });
    holder().refuses(listing([]), 'serials-not-listed');
    holder().refuses(listing(['TS-0002']), 'item-not-found');
    const loss = act('ItemReportedLost', { on: '2026-05-22', cause: 'theft', verifyBy: '2026-06-30' });
    holder().knowing(item, ITEM, registration, receipt, loss).refuses(request(), 'item-not-held');
  });
  it('of goods without serials from what a consignment brought, no more than the sender holds of it', () => {
    const kitchens = (quantity: number, more: object = { consignment: 'norland.d-1' }) => ({
      goods: [{ item: 'kitchen', quantity, ...more }],
    });
    const brought = (basis?: 'reported') => [
      act('DeliveryScheduled', { donor: 'norland', recipient: 'estmark', case: 'c', lines: [], basis }),
      act('ReceiptConfirmed', {
        on: '2026-05-01',
        lines: [],
        checks: [{ item: 'kitchen', holder: 'estmark', quantity: 5 }],
      }),
    ];
    const by = (...past: Event[]) => holder(...past).knowing(consignment, 'norland.d-1', ...brought());
    by().decides(request(kitchens(5)), requested(kitchens(5)));
    by().refusesWith(request(kitchens(6)), 'more-than-held', { item: 'kitchen', held: 5 });
    by().refuses(request({ goods: [...kitchens(3).goods, ...kitchens(3).goods] }), 'more-than-held');
    by().refuses(request(kitchens(1, {})), 'consignment-not-named');
    by().refuses(request(kitchens(1, { consignment: 'norland.d-2' })), 'consignment-not-found');
    of()
      .as('vestra', 'recipient')
      .knowing(consignment, 'norland.d-1', ...brought())
      .refuses(request({ ...kitchens(1), to: 'sudria' }), 'more-than-held');
    holder()
      .knowing(consignment, 'norland.d-1', ...brought('reported'))
      .decides(request(kitchens(9)), requested(kitchens(9)));
    const done = act('CarryOutThirdPartyTransfer', { on: '2026-05-25' });
    const consents = act('ThirdPartyTransferConsented', { until: '2026-06-30', conditions: [] });
    holder(requested(kitchens(5)), consents)
      .by('norland', 'donor')
      .knowing(
        consignment,
        'norland.d-1',
        ...brought(),
        act('ReceivedGoodsTransferred', { item: 'kitchen', quantity: 1, from: 'estmark', left: 4 }),
      )
      .refuses(done, 'more-than-held');
  });
  it('of serials of a type that is not monitored as of goods without serials: they are only names', () => {
    const devices = (quantity: number, serials: readonly string[], more: object = {}) => ({
      goods: [{ item: 'device', quantity, serials, ...more }],
    });
    const from = { consignment: 'norland.d-1' };
    const scheduled = act('DeliveryScheduled', { donor: 'norland', recipient: 'estmark', case: 'c', lines: [] });
    const checks = [{ item: 'device', holder: 'estmark', quantity: 98 }];
    const received = act('ReceiptConfirmed', { on: '2026-05-01', lines: [], checks });
    const by = (...past: Event[]) => holder(...past).knowing(consignment, 'norland.d-1', scheduled, received);
    by().refuses(request(devices(500, ['NV-1'])), 'consignment-not-named');
    by().refusesWith(request(devices(500, ['NV-1'], from)), 'more-than-held', { item: 'device', held: 98 });
    by().decides(request(devices(98, ['NV-1'], from)), requested(devices(98, ['NV-1'], from)));
    // Once one of them is registered, each of them is.
    const [named] = devices(2, ['NV-1', 'NV-2']).goods;
    const nv1 = same(registration, 'SerialRegistered', { item: 'device', serial: 'NV-1' });
    const known = () => by().knowing(item, 'norland.device.~nv-1', nv1, receipt);
    known().refuses(request({ goods: [named] }), 'item-not-found');
    known().refuses(request(devices(500, ['NV-1'])), 'serials-not-listed');
    known().decides(request(devices(1, ['NV-1'])), requested(devices(1, ['NV-1'])));
  });
  it('and corrected before the consent (R26)', () => {
    const correct = (to: string) =>
      act('CorrectTransferRequest', { corrects: given.id(0), reason: 'wrong-holder', to });
    holder(requested()).decides(correct('sudria'), same(correct('sudria'), 'TransferRequestCorrected'));
    holder(requested()).refuses(correct('ostra'), 'party-not-registered');
    holder(requested()).refuses(correct('estmark'), 'transfer-to-itself');
    holder(requested(), consented).refuses(correct('sudria'), 'wrong-transfer-status');
    donor(requested()).refuses(correct('sudria'), 'not-the-holder');
  });
});

describe('a donor decides on a transfer (R13)', () => {
  const consent = act('ConsentToThirdPartyTransfer', { until: '2026-06-30', conditions: [] });
  it('once, by consent or refusal', () => {
    donor(requested()).decides(consent, consented);
    donor(requested()).refuses(consent, 'day-in-past', july);
    donor(requested()).decides(consent, consented, { ...july, occurredAt: '2026-06-20T09:00:00.000Z' });
    holder(requested()).refuses(consent, 'not-the-donor');
    donor(requested(), consented).refuses(consent, 'wrong-transfer-status');
    const no = act('RefuseThirdPartyTransfer', { reason: 'no-assurances' });
    donor(requested()).decides(no, same(no, 'ThirdPartyTransferRefused'));
    donor(requested(), consented).refuses(no, 'wrong-transfer-status');
  });
  it('no earlier than it was requested (R30)', () => {
    const dayBefore = { occurredAt: '2026-04-30T09:00:00.000Z' };
    donor(requested()).refuses(consent, 'before-the-fact', dayBefore);
    donor(requested()).decides(consent, consented, { occurredAt: '2026-05-01T00:00:00.000Z' });
    donor(requested()).refuses(
      act('RefuseThirdPartyTransfer', { reason: 'no-assurances' }),
      'before-the-fact',
      dayBefore,
    );
  });
  it('and takes the consent back until it is used; the holder gives it up, or it lapses', () => {
    const back = act('WithdrawConsent', { reason: 'assurances-broken' });
    donor(requested(), consented).decides(back, same(back, 'TransferConsentWithdrawn'));
    donor(requested(), consented, carriedOut).refuses(back, 'wrong-transfer-status');
    const up = act('WithdrawThirdPartyTransfer', { reason: 'not-required' });
    holder(requested(), consented).decides(up, same(up, 'ThirdPartyTransferWithdrawn'));
    const lapse = act('RecordLapsedConsent', { until: '2026-06-30' });
    system(requested(), consented).decides(lapse, same(lapse, 'TransferConsentLapsed'), july);
    system(requested(), consented).refuses(lapse, 'not-over-yet');
    system(requested(), consented).refuses(act('RecordLapsedConsent', { until: '2026-06-29' }), 'other-last-day', july);
    system(requested()).refuses(lapse, 'wrong-transfer-status', july);
  });
});

describe('a transfer is carried out (R13)', () => {
  const carry = (on: string, more: object = { site: 'vestra.depot' }) =>
    act('CarryOutThirdPartyTransfer', { on, ...more });
  it('only after consent, and donor, old and new holder are informed', () => {
    holder(requested(), consented).decides(carry('2026-05-25'), carriedOut);
    holder(requested()).refuses(carry('2026-05-25'), 'transfer-without-consent');
    const back = act('TransferConsentWithdrawn', { reason: 'x' });
    holder(requested(), consented, back).refuses(carry('2026-05-25'), 'transfer-without-consent');
    // What was carried out before the consent lapsed is recorded later.
    const lapsed = act('TransferConsentLapsed', { until: '2026-06-30' });
    holder(requested(), consented, lapsed).decides(carry('2026-05-25'), carriedOut, july);
  });
  it('on a day from that of the consent to its last day', () => {
    const on = (day: string) => same(carriedOut, carriedOut.type, { on: day });
    const early = same(receipt, 'ItemReceived', { on: '2026-04-30' });
    holder(requested(), consented)
      .knowing(item, ITEM, registration, early)
      .decides(carry('2026-05-01'), on('2026-05-01'));
    holder(requested(), consented).refuses(carry('2026-04-30'), 'outside-consent');
    holder(requested(), consented).decides(carry('2026-06-30'), on('2026-06-30'), july);
    holder(requested(), consented).refuses(carry('2026-07-01'), 'outside-consent', july);
    holder(requested(), consented).refuses(carry('2026-06-02'), 'day-in-future');
  });
  it('of items that the holder still holds, and did not report lost', () => {
    const carrying = (...since: Event[]) =>
      holder(requested(), consented).knowing(item, ITEM, registration, receipt, ...since);
    const under = (transfer: string) =>
      act('ItemTransferred', { transfer, on: '2026-05-24', from: 'estmark', to: 'sudria' });
    const gone = under('estmark.other');
    const loss = act('ItemReportedDestroyed', { on: '2026-05-22', cause: 'fire', verifyBy: '2026-06-30' });
    const verified = act('LossReportVerified', { report: 'x', as: 'destroyed', findings: 'wreck' });
    carrying().decides(carry('2026-05-25'), carriedOut);
    carrying(under(TRANSFER)).decides(carry('2026-05-25'), carriedOut);
    const facts = { item: 'thermal-sight', serial: 'TS-0001' };
    carrying(gone).refusesWith(carry('2026-05-25'), 'item-not-held', { ...facts, status: 'held' });
    carrying(loss).refusesWith(carry('2026-05-25'), 'item-not-held', { ...facts, status: 'reported' });
    carrying(loss, verified).refusesWith(carry('2026-05-25'), 'item-not-held', { ...facts, status: 'destroyed' });
  });
  it('not of a serial that was never registered, of a type that was designated since the request', () => {
    const named = [{ item: 'device', quantity: 1, serials: ['NV-1'], consignment: 'norland.d-1' }];
    const carrying = (...type: Event[]) =>
      holder(requested({ goods: named }), consented)
        .knowing(
          consignment,
          'norland.d-1',
          act('DeliveryScheduled', { donor: 'norland', recipient: 'estmark', case: 'c', lines: [] }),
          act('ReceiptConfirmed', {
            on: '2026-05-01',
            lines: [],
            checks: [{ item: 'device', holder: 'estmark', quantity: 5 }],
          }),
        )
        .knowing(itemType, 'norland.device', ...type);
    carrying(typed).decides(carry('2026-05-25'), same(carriedOut, carriedOut.type, { goods: named }));
    const facts = { item: 'device', serial: 'NV-1' };
    carrying(typed, designated).refusesWith(carry('2026-05-25'), 'item-not-found', facts);
    // A request from before the bound was asked for names no consignment.
    const unbounded = [{ item: 'device', quantity: 500, serials: ['NV-1'] }];
    holder(requested({ goods: unbounded }), consented).refuses(carry('2026-05-25'), 'consignment-not-named');
  });
  it('on a day from that of the receipt on, whatever its kind (R30)', () => {
    const late = same(receipt, 'ItemReceived', { on: '2026-05-20' });
    const disposal = { kind: 'disposal', to: undefined };
    for (const more of [{}, disposal]) {
      const with20 = () => holder(requested(more), consented).knowing(item, ITEM, registration, late);
      const facts = { item: 'thermal-sight', serial: 'TS-0001', receivedOn: '2026-05-20' };
      const site = more === disposal ? {} : { site: 'vestra.depot' };
      with20().refusesWith(carry('2026-05-19', site), 'before-receipt', facts);
    }
    const once = same(carriedOut, carriedOut.type, { on: '2026-05-20' });
    holder(requested(), consented).knowing(item, ITEM, registration, late).decides(carry('2026-05-20'), once);
    const kitchens = [{ item: 'kitchen', quantity: 2, consignment: 'norland.d-1' }];
    const brought = (...since: Event[]) =>
      holder(requested({ goods: kitchens }), consented).knowing(
        consignment,
        'norland.d-1',
        act('DeliveryScheduled', { donor: 'norland', recipient: 'estmark', case: 'c', lines: [] }),
        act('ReceiptConfirmed', {
          on: '2026-05-20',
          lines: [],
          checks: [{ item: 'kitchen', holder: 'estmark', quantity: 5 }],
        }),
        ...since,
      );
    const facts = { item: 'kitchen', consignment: 'norland.d-1', receivedOn: '2026-05-20' };
    brought().refusesWith(carry('2026-05-19'), 'before-receipt', facts);
    const moved = { on: '2026-05-20', goods: kitchens };
    brought().decides(carry('2026-05-20'), same(carriedOut, carriedOut.type, moved));
    // Nor before a transfer that brought them to the holder.
    const came = act('ItemTransferred', { transfer: 'x.t', on: '2026-05-22', from: 'vestra', to: 'estmark' });
    holder(requested(), consented)
      .knowing(item, ITEM, registration, same(receipt, 'ItemReceived', { holder: 'vestra' }), came)
      .refusesWith(carry('2026-05-21'), 'before-transfer', { serial: 'TS-0001', transferredOn: '2026-05-22' });
    const parts = (from: string, to: string, left: number, on: string) =>
      act('ReceivedGoodsTransferred', { item: 'kitchen', quantity: 5 - left, from, to, left, held: 5 - left, on });
    const back = [parts('estmark', 'vestra', 0, '2026-05-21'), parts('vestra', 'estmark', 0, '2026-05-22')];
    brought(...back).refusesWith(carry('2026-05-21'), 'before-transfer', { transferredOn: '2026-05-22' });
    brought(parts('estmark', 'vestra', 2, '2026-05-22')).decides(
      carry('2026-05-21'),
      same(carriedOut, carriedOut.type, { ...moved, on: '2026-05-21' }),
    );
  });
  it('of serials of a designated type into a certified store of the new holder, which it names (R9)', () => {
    const named = carry('2026-05-25');
    const asked = () => holder(requested(), consented);
    asked().knowing(storageSite, 'vestra.depot', stored).refuses(named, 'store-not-certified');
    asked().refuses(carry('2026-05-25', { site: 'estmark.depot' }), 'store-not-found');
    asked().refuses(carry('2026-05-25', {}), 'store-not-named');
    const use = { kind: 'change-of-end-use', to: undefined, endUse: 'training' };
    const stays = { ...carriedOut.data, site: undefined, kind: 'change-of-end-use', endUse: 'training' };
    holder(requested(use), consented).decides(
      carry('2026-05-25', {}),
      act(carriedOut.type, { ...stays, to: 'estmark', informed: ['norland', 'estmark'] }),
    );
    asked()
      .knowing(itemType, 'norland.thermal-sight', typed)
      .decides(carry('2026-05-25', {}), same(carriedOut, carriedOut.type, { site: undefined }));
  });
  it('without such a store while a waiver or an exception sets R9 aside (R8)', () => {
    const waived = (scope?: object) =>
      holder(requested({ programme: 'norland.programme-1' }), consented).under(
        'norland.programme-1',
        act('WaiverGranted', { name: 'w', rules: ['R9'], from: '2026-05-01', until: '2026-05-31', scope }),
      );
    const without = same(carriedOut, carriedOut.type, { site: undefined });
    waived().decides(carry('2026-05-25', {}), without);
    waived().knowing(storageSite, 'vestra.depot', stored).decides(carry('2026-05-25'), carriedOut);
    waived().refuses(carry('2026-06-01', {}), 'store-not-named');
    waived({ kind: 'item-type', id: 'thermal-sight' }).decides(carry('2026-05-25', {}), without);
    waived({ kind: 'item-type', id: 'field-radio' }).refuses(carry('2026-05-25', {}), 'store-not-named');
  });
});

describe('an item is transferred or disposed of (R13)', () => {
  const by = (...past: Event[]) =>
    given(item, registration, receipt, ...past)
      .named(ITEM)
      .as('estmark', 'recipient');
  const transfer = act('TransferItem', { transfer: TRANSFER, on: '2026-05-25', to: 'vestra' });
  const moved = same(transfer, 'ItemTransferred', { from: 'estmark' });
  const dispose = act('DisposeItem', { transfer: TRANSFER, on: '2026-05-25' });
  it('with the consent of the donor, for this item, to the new holder, once', () => {
    const under = (...past: Event[]) => by().knowing(thirdPartyTransfer, TRANSFER, ...past);
    under(requested(), consented, carriedOut).decides(transfer, moved);
    under(requested()).refuses(transfer, 'transfer-without-consent');
    by().refuses(transfer, 'transfer-without-consent');
    under(requested({ goods: [{ item: 'kitchen', quantity: 1 }] }), consented).refuses(
      transfer,
      'item-not-in-transfer',
    );
    under(requested({ to: 'sudria' }), consented).refuses(transfer, 'other-holder');
    const at = (on: string) => act('TransferItem', { transfer: TRANSFER, on, to: 'vestra' });
    under(requested(), consented).decides(
      at('2026-06-30'),
      same(at('2026-06-30'), 'ItemTransferred', { from: 'estmark' }),
      july,
    );
    under(requested(), consented).refuses(at('2026-07-01'), 'outside-consent', july);
    by(moved)
      .as('entente', 'system')
      .knowing(thirdPartyTransfer, TRANSFER, requested(), consented, carriedOut)
      .decides(transfer, []);
  });
  it('and then the new holder has the duty to count it', () => {
    const report = act('ReportServiceability', { on: '2026-05-26', serviceability: 'limited' });
    by(moved).refuses(report, 'not-the-holder');
    by(moved).as('vestra', 'recipient').decides(report, same(report, 'ServiceabilityReported'));
  });
  it('and ends with a disposal', () => {
    const disposal = requested({ kind: 'disposal', to: undefined });
    by().knowing(thirdPartyTransfer, TRANSFER, disposal, consented).decides(dispose, same(dispose, 'ItemDisposed'));
    by().knowing(thirdPartyTransfer, TRANSFER, requested(), consented).refuses(dispose, 'item-not-in-transfer');
    by().refuses(dispose, 'transfer-without-consent');
    by(same(dispose, 'ItemDisposed')).as('entente', 'system').decides(dispose, []);
  });
});

describe('a release of technical data', () => {
  const about = { donor: 'norland', technology: 'thermal-imaging', purpose: 'maintenance' };
  const opening = act('TechnologyReleaseRequested', { ...about, recipient: 'estmark' });
  const approve = act('ApproveTechnologyRelease', {
    authority: 'board',
    marking: 'rel-estmark',
    conditions: [],
    until: '2026-06-30',
  });
  const approved = same(approve, 'TechnologyReleaseApproved');
  const data = (on: string, marking = 'rel-estmark') =>
    act('TransferTechnicalData', { on, reference: 'TD-1', sha256: 'a'.repeat(64), marking });
  const release = (...past: Event[]) =>
    given(technologyRelease, ...past)
      .named('estmark.release-1')
      .registered(['norland'], 'donor')
      .registered(['estmark'], 'recipient')
      .as('norland', 'donor');
  it('is requested by the recipient, and approved or denied by the donor (R29)', () => {
    const ask = act('RequestTechnologyRelease', about);
    release().as('estmark', 'recipient').decides(ask, opening);
    release().named('norland.release-1').refuses(ask, 'donor-is-recipient');
    release().named('vestra.release-1').as('vestra', 'recipient').refuses(ask, 'party-not-registered');
    const under = (named: object) => act('RequestTechnologyRelease', { ...about, ...named });
    release()
      .as('estmark', 'recipient')
      .refuses(under({ programme: 'norland.p' }), 'programme-not-found');
    release()
      .as('estmark', 'recipient')
      .refuses(under({ case: 'norland.c' }), 'case-not-found');
    release()
      .as('estmark', 'recipient')
      .knowing(assistanceCase, 'norland.c', act('AssistanceRequested', { donor: 'norland', programme: 'norland.p' }))
      .decides(
        under({ case: 'norland.c' }),
        same(under({ case: 'norland.c', programme: 'norland.p', recipient: 'estmark' }), opening.type),
      );
    release(opening).decides(approve, approved);
    release(opening).refuses(approve, 'day-in-past', july);
    release(opening).decides(approve, approved, { ...july, occurredAt: '2026-06-20T09:00:00.000Z' });
    release(opening).as('estmark', 'recipient').refuses(approve, 'not-the-donor');
    const deny = act('DenyTechnologyRelease', { reason: 'third-party-rights' });
    release(opening).decides(deny, same(deny, 'TechnologyReleaseDenied'));
    release(opening, approved).refuses(deny, 'wrong-release-status');
    const up = act('WithdrawReleaseRequest', { reason: 'not-required' });
    release(opening).as('estmark', 'recipient').decides(up, same(up, 'ReleaseRequestWithdrawn'));
    release(opening).refuses(up, 'not-the-recipient');
  });
  it('is decided no earlier than it was requested (R30)', () => {
    release(opening).refuses(approve, 'before-the-fact', { occurredAt: '2026-04-30T09:00:00.000Z' });
    release(opening).decides(approve, approved, { occurredAt: '2026-05-01T00:00:00.000Z' });
  });
  it('lets data go out under its marking, on the days of the approval', () => {
    release(opening, approved).decides(data('2026-06-01'), same(data('2026-06-01'), 'TechnicalDataTransferred'));
    release(opening, approved).refuses(data('2026-04-30'), 'outside-approval');
    release(opening, approved).refuses(data('2026-07-01'), 'outside-approval', july);
    release(opening, approved).refuses(data('2026-06-01', 'public'), 'other-marking');
    release(opening).refuses(data('2026-06-01'), 'wrong-release-status');
  });
  it('lets no data go out while its programme or anything concerned is stopped (R19)', () => {
    const within = act('TechnologyReleaseRequested', { ...about, recipient: 'estmark', programme: 'norland.p' });
    const out = data('2026-06-01');
    const proposed = act('ProgrammeProposed', { donor: 'norland', recipient: 'estmark' });
    const running = () => release(within, approved).knowing(programme, 'norland.p', proposed);
    running().decides(out, same(out, 'TechnicalDataTransferred'));
    const suspended = act('ProgrammeSuspended', { reason: 'misuse' });
    running().knowing(programme, 'norland.p', proposed, suspended).refuses(out, 'programme-suspended');
    const placed = (scope: object) => act('HoldPlaced', { hold: 'pause', basis: 'embargo', scope });
    running()
      .knowing(hold, 'country.estmark', placed({ kind: 'country', id: 'estmark' }))
      .refuses(out, 'on-hold');
    running()
      .knowing(hold, 'programme.norland.p', placed({ kind: 'programme', id: 'norland.p' }))
      .refuses(out, 'on-hold');
    const ofCase = (...held: Event[]) =>
      release(
        act('TechnologyReleaseRequested', { ...about, recipient: 'estmark', case: 'norland.c' }),
        approved,
      ).knowing(
        assistanceCase,
        'norland.c',
        act('AssistanceRequested', { donor: 'norland', recipient: 'estmark' }),
        ...held,
      );
    ofCase().decides(out, same(out, 'TechnicalDataTransferred'));
    ofCase(act('CaseHeld', { reason: 'misuse-measure' })).refuses(out, 'case-held');
  });
  it('ends by revocation, or with its last day', () => {
    const revoke = act('RevokeTechnologyRelease', { reason: 'marking-not-kept' });
    release(opening, approved).decides(revoke, same(revoke, 'TechnologyReleaseRevoked'));
    release(opening, approved, same(revoke, 'TechnologyReleaseRevoked')).refuses(
      data('2026-06-01'),
      'wrong-release-status',
    );
    const expire = (until: string) => act('RecordExpiredRelease', { until });
    const clock = () => release(opening, approved).as('entente', 'system');
    clock().decides(expire('2026-06-30'), same(expire('2026-06-30'), 'TechnologyReleaseExpired'), july);
    const over = release(opening, approved, same(expire('2026-06-30'), 'TechnologyReleaseExpired'));
    // What went out before is recorded later.
    over.decides(data('2026-06-30'), same(data('2026-06-30'), 'TechnicalDataTransferred'), july);
    over.refuses(data('2026-07-01'), 'outside-approval', july);
    clock().refuses(expire('2026-06-30'), 'not-over-yet');
    clock().refuses(expire('2026-06-29'), 'other-last-day', july);
  });
});
