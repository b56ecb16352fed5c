import { EventFeed, type FeedSubscription } from '@entente/engine';

/** A feed that delivers nothing and reports no error: no case of the suite may pass on it. */
export class BrokenEventFeed extends EventFeed {
  readonly partitions = 1;
  subscribe(): FeedSubscription {
    return { head: () => Promise.resolve(0n), fault: () => null, stop: () => Promise.resolve() };
  }
}
