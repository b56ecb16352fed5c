import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given, same, set } from '../../../../test/support/decider-specification.js';
import { consignment } from './consignment.js';

const parties = { donor: 'norland', recipient: 'estmark' };
const scheduled = (more: object = {}) =>
  act('DeliveryScheduled', {
    ...parties,
    case: 'norland.case-1',
    lines: [{ line: '001', quantity: 500 }],
    due: '2026-05-20',
    ...more,
  });
const received = act('ReceiptConfirmed', {
  on: '2026-05-20',
  lines: [{ line: '001', quantity: 500 }],
  checks: [{ item: 'mortar-round', holder: 'estmark', site: 'estmark', quantity: 500, due: '2026-08-18' }],
});
const moved = act('ReceivedGoodsTransferred', {
  transfer: 'estmark.t-1',
  on: '2026-05-25',
  item: 'mortar-round',
  quantity: 100,
  from: 'estmark',
  to: 'vestra',
  recipient: 'estmark',
  left: 400,
  held: 100,
  broughtBy: given.id(1),
});
const of = (...past: Event[]) => given(consignment, scheduled(), received, ...past);
const holder = (...past: Event[]) => of(...past).as('estmark', 'recipient');
const monitor = (...past: Event[]) =>
  of(...past)
    .registered(['veritas', 'estmark'], 'monitor')
    .as('veritas', 'monitor');
const system = (...past: Event[]) => of(...past).as('entente', 'system');

const LOSS = { loss: 'l-1', item: 'mortar-round', quantity: 60, as: 'expended', on: '2026-05-26', cause: 'training' };
const report = (more: object = {}) => act('ReportGoodsLoss', { ...LOSS, ...more });
const reported = (more: object = {}) =>
  act('GoodsLossReported', { ...LOSS, holder: 'estmark', verifyBy: '2026-07-01', ...more });
const verify = act('VerifyGoodsLoss', { loss: 'l-1', method: 'range-record-seen' });
const lost = { item: 'mortar-round', quantity: 60, as: 'expended', holder: 'estmark', recipient: 'estmark' };
const verified = (more: object = {}) =>
  same(verify, 'GoodsLossVerified', { ...lost, left: 440, broughtBy: given.id(1), ...more });
const reject = act('RejectGoodsLoss', { loss: 'l-1', reason: 'no-record' });
const rejected = same(reject, 'GoodsLossRejected');

describe('a loss of goods that are not monitored by serials (R12)', () => {
  it('is reported by who holds them, no more than that, with the last day of its verification', () => {
    holder().decides(report(), reported());
    holder().decides(report({ quantity: 500 }), reported({ quantity: 500 }));
    holder().refusesWith(report({ quantity: 501 }), 'more-than-held', { item: 'mortar-round', held: 500 });
    holder(reported()).refusesWith(report({ loss: 'l-2', quantity: 441 }), 'more-than-held', { held: 440 });
    holder(reported()).refuses(report(), 'loss-already-reported');
    holder().refuses(report({ item: 'helmet' }), 'more-than-held');
    of().as('norland', 'donor').refuses(report(), 'not-the-holder');
    given(consignment, scheduled()).as('estmark', 'recipient').refuses(report(), 'not-the-holder');
    given(consignment, scheduled({ programme: 'norland.p' }), received)
      .under('norland.p', ...set({ lossReportDays: 10 }))
      .as('estmark', 'recipient')
      .decides(report(), reported({ verifyBy: '2026-06-11' }));
  });
  it('is that of the holder after a transfer, from its day on (R30)', () => {
    const later = (on: string) => report({ quantity: 100, on });
    const vestra = () => of(moved).as('vestra', 'recipient');
    vestra().decides(later('2026-05-25'), reported({ quantity: 100, on: '2026-05-25', holder: 'vestra' }));
    vestra().refuses(later('2026-05-24'), 'before-transfer');
    vestra().refuses(report({ quantity: 101 }), 'more-than-held');
    holder().refuses(report({ on: '2026-05-19' }), 'before-receipt');
    holder().refuses(report({ on: '2026-06-02' }), 'day-in-future');
  });
  it('is verified or rejected once by a monitor that does not hold them; then less is held', () => {
    monitor(reported()).decides(verify, verified());
    monitor(reported()).decides(reject, rejected);
    monitor(reported(), verified()).refuses(verify, 'loss-not-open');
    monitor(reported(), rejected).refuses(reject, 'loss-not-open');
    monitor().refuses(verify, 'loss-not-open');
    monitor(reported()).refuses(verify, 'before-the-fact', { occurredAt: '2026-04-30T09:00:00.000Z' });
    monitor(reported()).refuses(reject, 'before-the-fact', { occurredAt: '2026-04-30T09:00:00.000Z' });
    monitor(reported({ quantity: 450 }), moved).refusesWith(verify, 'more-than-held', { held: 400 });
    of(reported()).as('estmark', 'recipient').refuses(verify, 'not-a-monitor');
    monitor(reported()).as('estmark', 'monitor').refuses(verify, 'reporter-verifies');
    of(reported()).as('veritas', 'monitor').refuses(verify, 'party-not-registered');
    holder(reported(), verified()).refusesWith(report({ loss: 'l-2', quantity: 441 }), 'more-than-held', { held: 440 });
    holder(reported(), rejected).decides(
      report({ loss: 'l-2', quantity: 500 }),
      reported({ loss: 'l-2', quantity: 500 }),
    );
  });
  it('is overdue once its last day is over, unless it was decided', () => {
    const late = act('RecordOverdueGoodsLoss', { loss: 'l-1', due: '2026-07-01' });
    const after = { now: '2026-07-02T06:00:00.000Z' };
    const overdue = same(late, 'GoodsLossBecameOverdue');
    system(reported()).decides(late, overdue, after);
    system(reported(), overdue).decides(late, [], after);
    system(reported()).refuses(late, 'not-over-yet');
    system(reported()).refuses(act(late.type, { ...late.data, due: '2026-06-30' }), 'other-last-day', after);
    system(reported(), rejected).refuses(late, 'loss-not-open', after);
    monitor(reported(), overdue).decides(verify, verified());
  });
});

describe('the report of a loss of goods is corrected (R26)', () => {
  const correct = (more: object) =>
    act('CorrectGoodsLoss', { corrects: given.id(2), loss: 'l-1', reason: 'miscounted', ...more });
  const corrected = (more: object) => same(correct(more), 'GoodsLossCorrected');
  const withdraw = act('WithdrawGoodsLoss', { corrects: given.id(2), loss: 'l-1', reason: 'goods-found' });
  it('by its holder: the quantity while it is open, the day and cause also later', () => {
    holder(reported()).decides(correct({ quantity: 500 }), corrected({ quantity: 500 }));
    holder(reported()).refuses(correct({ quantity: 501 }), 'more-than-held');
    holder(reported()).refuses(correct({ on: '2026-05-19' }), 'before-receipt');
    holder(reported()).refuses(correct({}), 'nothing-corrected');
    holder(reported(), verified()).refuses(correct({ quantity: 50 }), 'loss-not-open');
    holder(reported(), verified()).refuses(correct({ as: 'lost' }), 'loss-not-open');
    holder(reported(), verified()).decides(correct({ on: '2026-05-25' }), corrected({ on: '2026-05-25' }));
    of(reported(), moved)
      .as('vestra', 'recipient')
      .refuses(correct({ cause: 'fire' }), 'not-the-holder');
    monitor(reported(), corrected({ quantity: 70, as: 'lost' })).decides(
      verify,
      verified({ quantity: 70, as: 'lost', left: 430 }),
    );
  });
  it('or taken back while it is open', () => {
    const withdrawn = same(withdraw, 'GoodsLossWithdrawn');
    holder(reported()).decides(withdraw, withdrawn);
    holder(reported(), verified()).refuses(withdraw, 'loss-not-open');
    monitor(reported(), withdrawn).refuses(verify, 'loss-not-open');
    holder(reported(), withdrawn).refuses(correct({ cause: 'fire' }), 'nothing-left-to-correct');
    holder(reported(), withdrawn).refuses(report(), 'loss-already-reported');
    holder(reported(), withdrawn).decides(
      report({ loss: 'l-2', quantity: 500 }),
      reported({ loss: 'l-2', quantity: 500 }),
    );
  });
  it('and the receipt keeps a day no later than it (R30)', () => {
    const day = (on: string) => act('CorrectDate', { corrects: given.id(1), on, reason: 'wrong-day' });
    holder(reported()).refuses(day('2026-05-27'), 'after-later-facts');
    holder(reported(), rejected).decides(
      day('2026-05-27'),
      same(day('2026-05-27'), 'DateCorrected', {
        case: 'norland.case-1',
        fact: 'receipt',
        checks: [{ item: 'mortar-round', due: '2026-08-25' }],
      }),
    );
  });
});
