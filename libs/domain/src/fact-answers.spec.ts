import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../test/support/decider-specification.js';
import { assistanceCase } from './delivery/assistance-case.js';
import { endUseCheck } from './monitoring/end-use-check.js';
import { fundingAccount } from './planning/funding-account.js';
import { thirdPartyTransfer } from './equipment/third-party-transfer.js';

const goods = [{ item: 'thermal-sight', quantity: 1, serials: ['TS-0001'] }];
const asked = { kind: 'retransfer', donor: 'norland', goods, to: 'vestra', reason: 'unit-moved', holder: 'estmark' };
const carried = (to: string) =>
  act('ThirdPartyTransferCarriedOut', { on: '2026-05-25', donor: 'norland', holder: 'estmark', to, goods });
const transfer = (to = 'vestra'): Event[] => [
  act('ThirdPartyTransferRequested', asked),
  act('ThirdPartyTransferConsented', { until: '2026-06-30', conditions: [] }),
  carried(to),
];
const fact = given.id(2);
const confirm = act('ConfirmFact', { fact });
const confirmed = act('FactConfirmed', { fact });
const why = { fact, reason: 'other-quantity' };
const dispute = act('DisputeFact', why);
const disputed = act('FactDisputed', why);
const withdraw = act('WithdrawDispute', why);
const answer = act('AnswerDispute', { ...why, outcome: 'rejected' });
const answered = act('DisputeAnswered', { ...why, outcome: 'rejected' });

const of = (...past: Event[]) => given(thirdPartyTransfer, ...past).by('estmark', 'recipient');
const concerned = (...past: Event[]) => of(...past).as('vestra', 'recipient');
const recorder = (...past: Event[]) => of(...past).as('estmark', 'recipient');

describe('a recorded fact', () => {
  it('is confirmed or disputed by the organisation that it concerns, and by no other', () => {
    concerned(...transfer()).decides(confirm, confirmed);
    concerned(...transfer()).decides(dispute, disputed);
    concerned(...transfer(), confirmed).decides(confirm, []);
    for (const command of [confirm, dispute, withdraw]) {
      recorder(...transfer()).refuses(command, 'not-the-party-concerned');
      of(...transfer())
        .as('norland', 'donor')
        .refuses(command, 'not-the-party-concerned');
    }
    of(...transfer())
      .as('front-office', 'operator')
      .decides(confirm, confirmed);
  });
  it('is an event of the stream that another organisation recorded', () => {
    concerned(...transfer()).refuses(act('ConfirmFact', { fact: given.id(1) }), 'not-a-recorded-fact');
    concerned(...transfer()).refuses(act('DisputeFact', { ...why, fact: given.id(9) }), 'not-a-recorded-fact');
    recorder(...transfer('estmark')).refuses(confirm, 'not-a-recorded-fact');
  });
  it('can be disputed after it was confirmed, and confirmed after a dispute', () => {
    concerned(...transfer(), confirmed).decides(dispute, disputed);
    concerned(...transfer(), disputed).decides(confirm, confirmed);
  });
});

describe('a delivery that the system counted', () => {
  const counted = (point: string, ...past: Event[]) =>
    given(
      assistanceCase,
      act('AssistanceRequested', { donor: 'norland', recipient: 'estmark', lines: [] }),
      act('AssistanceDelivered', {
        line: '001',
        quantity: 4,
        on: '2026-05-20',
        consignments: [],
        point,
        counted: true,
      }),
      ...past,
    ).by('entente', 'system');
  const yes = act('ConfirmFact', { fact: given.id(1) });
  const no = { fact: given.id(1), reason: 'not-arrived' };
  it('before the receipt waits for the recipient, and the donor answers a dispute', () => {
    counted('title').as('estmark', 'recipient').decides(yes, act('FactConfirmed', yes.data));
    counted('hub').as('norland', 'donor').refuses(yes, 'not-the-party-concerned');
    counted('origin', act('FactDisputed', no))
      .as('norland', 'donor')
      .decides(
        act('AnswerDispute', { ...no, outcome: 'rejected' }),
        act('DisputeAnswered', { ...no, outcome: 'rejected' }),
      );
  });
  it('at the receipt is confirmed by it', () =>
    counted('receipt').as('estmark', 'recipient').refuses(yes, 'not-a-recorded-fact'));
});

describe('a fact about a recipient', () => {
  const accountOf = (...past: Event[]) =>
    given(
      fundingAccount,
      act('FundingAccountOpened', {
        donor: 'norland',
        recipient: 'estmark',
        currency: 'USD',
        stages: ['disbursed', 'spent'],
        basis: 'own',
      }),
      act('FundsDisbursed', { amount: 100, period: '2026' }),
      ...past,
    ).by('norland', 'donor');
  const paid = { fact: given.id(1) };
  const yes = act('ConfirmFact', paid);
  it('is confirmed by it, also after the account was closed', () => {
    accountOf().as('estmark', 'recipient').decides(yes, act('FactConfirmed', paid));
    accountOf().as('norland', 'donor').refuses(yes, 'not-the-party-concerned');
    const closed = act('FundingAccountClosed', { reason: 'done' });
    accountOf(closed).as('estmark', 'recipient').decides(yes, act('FactConfirmed', paid));
  });
  it('waits again once it was corrected', () => {
    const corrected = act('MovementCorrected', {
      corrects: given.id(1),
      stage: 'disbursed',
      period: '2026',
      amountBy: -1,
    });
    const past = [act('FactConfirmed', paid), corrected];
    accountOf(act('FactConfirmed', paid)).as('estmark', 'recipient').decides(yes, []);
    accountOf(...past)
      .as('estmark', 'recipient')
      .decides(yes, act('FactConfirmed', paid));
  });
  it('does not wait if the system recorded it: what it follows from was answered', () =>
    accountOf().by('entente', 'system').as('estmark', 'recipient').refuses(yes, 'not-a-recorded-fact'));
});

describe('a fact about the holder of items', () => {
  it('is disputed by it: also that it denied access', () => {
    const parties = { donor: 'norland', recipient: 'estmark', holder: 'vestra', item: 'sight', site: 'depot' };
    const scheduled = act('EndUseCheckScheduled', {
      ...parties,
      type: 'routine',
      manner: 'on-site',
      serials: [],
      quantity: 1,
      due: '2026-06-01',
    });
    const denied = act('AccessDenied', { on: '2026-05-28', reason: 'military-operation' });
    const check = (as: string) => given(endUseCheck, scheduled, denied).by('veritas', 'monitor').as(as, 'recipient');
    const open = { fact: given.id(1), reason: 'access-was-given' };
    check('vestra').decides(act('DisputeFact', open), act('FactDisputed', open));
    check('estmark').refuses(act('DisputeFact', open), 'not-the-party-concerned');
  });
});

describe('a dispute of a recorded fact', () => {
  it('is made once at a time, and taken back by the organisation that made it', () => {
    concerned(...transfer(), disputed).refuses(dispute, 'already-disputed');
    concerned(...transfer(), disputed).decides(withdraw, act('DisputeWithdrawn', why));
    concerned(...transfer()).refuses(withdraw, 'not-disputed');
    concerned(...transfer(), disputed, confirmed).refuses(withdraw, 'not-disputed');
    concerned(...transfer(), disputed, act('DisputeWithdrawn', why)).decides(dispute, disputed);
  });
  it('is answered once by the organisation that recorded the fact, or the donor', () => {
    recorder(...transfer(), disputed).decides(answer, answered);
    of(...transfer(), disputed)
      .as('norland', 'donor')
      .decides(answer, answered);
    concerned(...transfer(), disputed).refuses(answer, 'not-the-recorder');
    recorder(...transfer()).refuses(answer, 'not-disputed');
    recorder(...transfer(), disputed, answered).refuses(answer, 'dispute-already-answered');
  });
  it('is made again after its answer once it was taken back', () =>
    recorder(...transfer(), disputed, answered, act('DisputeWithdrawn', why), disputed).decides(answer, answered));
});
