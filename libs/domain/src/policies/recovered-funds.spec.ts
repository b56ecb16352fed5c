import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@entente/kernel';
import { recoveredFunds } from './recovered-funds.js';

const RECOVERY = 'e-1';
function follows(type: string, data: object): unknown {
  const metadata = { occurredAt: '2026-05-04T09:00:00.000Z' };
  const event = { stream: 'misuse-case/sealed.5', id: RECOVERY, type, data, metadata } as unknown as RecordedEvent;
  const context = { opaque: () => 'name' };
  return recoveredFunds.reactions[type]?.(data as never, event as never, context)[0];
}
const stream = { kind: 'funding-account', id: 'norland.account-1' };
const account = stream.id;

describe('the policy of recovered funds (R18)', () => {
  it('reimburses what came back to the account, in the period named or the calendar year', () => {
    const reimburse = (period: string) => ({
      stream,
      command: {
        type: 'ReimburseFunds',
        data: { amount: 100, period, reason: 'misuse-recovery', recovery: RECOVERY },
      },
    });
    const data = { amount: 100, currency: 'USD', account };
    expect(follows('FundsRecovered', data)).toEqual(reimburse('2026'));
    expect(follows('FundsRecovered', { ...data, period: '2026-q2' })).toEqual(reimburse('2026-q2'));
    expect(follows('FundsRecovered', { amount: 100, currency: 'USD' })).toBeUndefined();
  });
  it('corrects that to what the recovery comes to', () => {
    const data = { corrects: RECOVERY, reason: 'entered-twice', difference: -10, currency: 'USD' };
    expect(follows('RecoveryCorrected', { ...data, account, amount: 90 })).toEqual({
      stream,
      command: { type: 'CorrectReimbursement', data: { recovery: RECOVERY, amount: 90, reason: 'entered-twice' } },
    });
    expect(follows('RecoveryCorrected', { ...data, account })).toBeUndefined();
    expect(follows('RecoveryCorrected', { ...data, amount: 90 })).toBeUndefined();
  });
});
