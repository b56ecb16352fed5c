import type { TechnologyReleaseEvent } from '@entente/contracts';
import { type Projection, isNewest } from '@entente/kernel';
import { count, day, dayOrNull, json, overdue, text, textOrNull } from './columns.js';
import { rowBy } from './row-by.js';

const STATUSES = ['requested', 'approved', 'denied', 'revoked', 'expired', 'withdrawn'];

/** A release of technical data to a recipient. */
export class TechnologyReleaseRow {
  @text('the release, by its id') technology_release!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text('the code of the technology') technology!: string;
  @text('the code of the purpose') purpose!: string;
  @textOrNull('the programme that it serves, if any') programme!: string | null;
  @textOrNull('the case that it serves, if any') assistance_case!: string | null;
  @text('requested, approved, denied, revoked, expired (recorded as such) or withdrawn', STATUSES) status!: string;
  @day('the day of the request') requested_on!: string;
  @dayOrNull('the day of the approval or denial') decided_on!: string | null;
  @textOrNull('the code of the authority that approved it') authority!: string | null;
  @textOrNull('the code of the marking that the data have') marking!: string | null;
  @json('the codes of the conditions') conditions!: readonly string[];
  @dayOrNull('the last day on which data may be transferred') last_day!: string | null;
  @count('the transfers of data') transfers!: number;
  @dayOrNull('the day of the newest transfer') transferred_on!: string | null;
  @textOrNull('the code of the reason of a denial, revocation or withdrawal') end_reason!: string | null;
}

export const technologyReleases: Projection<TechnologyReleaseEvent, TechnologyReleaseRow> = {
  name: 'technology-releases',
  topic: 'Equipment and end use',
  version: 2,
  kinds: ['technology-release'],
  about: 'a release of technical data: who decided, under which marking and conditions, and how often data went out',
  totals: { counts: 'releases', by: ['status'], sums: [] },
  daily: {
    last_day_over: overdue('whether the last day of the approval is over, and this was not recorded', {
      due: 'last_day',
      closed: { status: ['revoked', 'expired'] },
    }),
  },
  ...rowBy<TechnologyReleaseRow, TechnologyReleaseEvent>(TechnologyReleaseRow)(
    'TechnologyReleaseRequested',
    ({ donor, recipient, technology, purpose, ...data }, { id: technology_release, day: requested_on }) => ({
      technology_release,
      donor,
      recipient,
      technology,
      purpose,
      programme: data.programme,
      assistance_case: data.case,
      status: 'requested',
      requested_on,
      conditions: [],
    }),
    {
      TechnologyReleaseApproved: ({ authority, marking, conditions, until }, _, { day: decided_on }) => ({
        status: 'approved',
        decided_on,
        authority,
        marking,
        conditions,
        last_day: until,
      }),
      TechnologyReleaseDenied: ({ reason: end_reason }, _, { day: decided_on }) => ({
        status: 'denied',
        decided_on,
        end_reason,
      }),
      TechnicalDataTransferred: ({ on }, { transfers, transferred_on }) => ({
        transfers: transfers + 1,
        transferred_on: isNewest(on, transferred_on) ? on : transferred_on,
      }),
      TechnologyReleaseRevoked: ({ reason: end_reason }) => ({ status: 'revoked', end_reason }),
      TechnologyReleaseExpired: () => ({ status: 'expired' }),
      ReleaseRequestWithdrawn: ({ reason: end_reason }) => ({ status: 'withdrawn', end_reason }),
    },
  ),
};
