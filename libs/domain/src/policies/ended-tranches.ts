import type { FundingAccountEvent, ProgrammeEvent } from '@entente/contracts';
import { eventPolicy, idOf } from '@entente/kernel';

/** R19: a programme knows the accounts that pay for it, so that its end can reach them. */
export const notedAccounts = eventPolicy<FundingAccountEvent>(
  {
    name: 'noted-accounts',
    kind: 'funding-account',
    day: 'sending',
    about: 'an account is noted at the programme that it pays for; one of reported history is not',
  },
  {
    FundingAccountOpened: ({ programme: id, basis }, event) =>
      id === undefined || basis === 'reported'
        ? []
        : [{ stream: { kind: 'programme', id }, command: { type: 'NoteAccount', data: { account: idOf(event) } } }],
  },
);

/** R19: nothing more is paid for a programme that was ended early. */
export const endedTranches = eventPolicy<ProgrammeEvent>(
  {
    name: 'ended-tranches',
    kind: 'programme',
    day: 'cause',
    about: 'the early end of a programme withdraws the tranches to come of the accounts that pay for it (R19)',
  },
  {
    ProgrammeTerminated: ({ accounts = [], reason }) =>
      accounts.map((id) => ({
        stream: { kind: 'funding-account', id },
        command: { type: 'WithdrawTranches', data: { reason } },
      })),
  },
);
