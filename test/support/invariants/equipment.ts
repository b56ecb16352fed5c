import type {
  ItemEvent,
  ItemTypeEvent,
  StorageSiteEvent,
  TechnologyReleaseEvent,
  ThirdPartyTransferEvent,
} from '@entente/contracts';
import type { item, itemType, storageSite, technologyRelease, thirdPartyTransfer } from '@entente/domain';
import type { Invariants } from './invariant.js';

type Of<Decider extends { readonly initial: unknown }> = NonNullable<Decider['initial']>;

export const itemTypes: Invariants<Of<typeof itemType>, ItemTypeEvent> = {
  opens: 'ItemTypeRegistered',
  holds: ({ retired, designated, interval }) => ({
    'a retired type is not designated': !retired || designated === null,
    'checks are no rarer than the rules ask (R10)':
      interval === null || (interval.firstDays <= 90 && interval.everyDays <= 365),
  }),
};

export const storageSites: Invariants<Of<typeof storageSite>, StorageSiteEvent> = {
  opens: 'StorageSiteRegistered',
  holds: ({ closed, certificates, present }) => ({
    'a closed store is not certified': !closed || present === null,
    'a certificate ends after its inspection': Object.values(certificates).every(({ on, until }) => on <= until),
  }),
};

const STORED = ['held', 'reported'];

export const items: Invariants<Of<typeof item>, ItemEvent> = {
  opens: 'SerialRegistered',
  opensAgain: true,
  holds: ({ status, loss, receivedOn, nextCheck, site }) => ({
    'a loss is open exactly while it is reported': (status === 'reported') === (loss !== null),
    'it has no next check before its receipt': receivedOn !== null || nextCheck === null,
    'it leaves the schedule only with its end (R12)': nextCheck !== null || !STORED.includes(status),
    'what is off the schedule, or was found elsewhere, is in no store': STORED.includes(status) || site === null,
  }),
};

export const thirdPartyTransfers: Invariants<Of<typeof thirdPartyTransfer>, ThirdPartyTransferEvent> = {
  opens: 'ThirdPartyTransferRequested',
  holds: ({ status, consent, kind, to, endUse }) => ({
    'it is carried out only with consent (R13)': status !== 'carried-out' || consent !== null,
    'a retransfer has a new holder, and nothing else has': (kind === 'retransfer') === (to !== undefined),
    'a change of end use has a new one': (kind === 'change-of-end-use') === (endUse !== undefined),
  }),
};

export const technologyReleases: Invariants<Of<typeof technologyRelease>, TechnologyReleaseEvent> = {
  opens: 'TechnologyReleaseRequested',
  holds: ({ status, approval }) => ({
    'it is approved or ended with its terms':
      (approval !== null) === ['approved', 'revoked', 'expired'].includes(status),
  }),
};
