import { describe, expect, it } from '@jest/globals';
import type { EventPolicy, RecordedEvent } from '@entente/kernel';
import { endedTranches, notedAccounts } from './ended-tranches.js';

const A = 'norland.account-1';
const P = 'norland.programme-1';
const follows = (policy: EventPolicy, stream: string, type: string, data: object) =>
  policy.reactions[type]?.(data as never, { stream, id: 'e-1', type, data } as unknown as RecordedEvent<never>, {
    opaque: (text) => text,
  });

describe('the policies of tranches (R19)', () => {
  it('note an account at the programme that it pays for', () => {
    const opened = (data: object) => follows(notedAccounts, `funding-account/${A}`, 'FundingAccountOpened', data);
    expect(opened({ programme: P, basis: 'own' })).toEqual([
      { stream: { kind: 'programme', id: P }, command: { type: 'NoteAccount', data: { account: A } } },
    ]);
    expect(opened({ programme: P, basis: 'reported' })).toEqual([]);
    expect(opened({ basis: 'own' })).toEqual([]);
  });
  it('withdraw the tranches of its accounts when a programme is ended early', () => {
    const ended = (data: object) => follows(endedTranches, `programme/${P}`, 'ProgrammeTerminated', data);
    expect(ended({ reason: 'misuse-measure', accounts: [A] })).toEqual([
      {
        stream: { kind: 'funding-account', id: A },
        command: { type: 'WithdrawTranches', data: { reason: 'misuse-measure' } },
      },
    ]);
    expect(ended({ reason: 'misuse-measure' })).toEqual([]);
  });
});
