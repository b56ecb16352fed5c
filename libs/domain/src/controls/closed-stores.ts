import type { ItemEvent, StorageSiteEvent } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { type Control, breach, handlersBy } from './control.js';

/** R9: a store was closed while items that are monitored by their serials were in it. */
export const closedStores: Control = {
  name: 'closed-stores',
  rule: 'R9',
  about: 'a store that was closed before the items in it were moved, transferred, returned or disposed of',
  kinds: ['item', 'storage-site'],
  start() {
    /** By the stream of an item: the store that holds it. */
    const stores = new Map<string, string>();
    const leaves = ({ stream }: RecordedEvent): undefined => {
      stores.delete(stream);
    };
    const comes = ({ stream }: RecordedEvent, site: string | undefined, newerOn?: string): void => {
      // A fact that came late gives no store.
      if (site !== undefined && newerOn === undefined) stores.set(stream, site);
    };
    return handlersBy<ItemEvent | StorageSiteEvent>({
      ItemReceived: (event) => void comes(event, event.data.site),
      ItemReceiptCorrected: (event) => {
        if (stores.has(event.stream)) comes(event, event.data.site, event.data.newerOn);
      },
      ItemMoved: (event) => void comes(event, event.data.site, event.data.newerOn),
      ItemTransferred: (event) => {
        if (event.data.to !== event.data.from) leaves(event);
        comes(event, event.data.site, event.data.newerOn);
      },
      ItemRecovered: (event) => void comes(event, event.data.site),
      ItemReceiptWithdrawn: leaves,
      LossReportVerified: leaves,
      ItemDisposed: leaves,
      ItemReturned: leaves,
      UnauthorisedTransferDetected: leaves,
      UnauthorisedTransferWithdrawn: (event) => void comes(event, event.data.site),
      StorageSiteClosed: (event) => {
        const items = [...stores.values()].filter((site) => site === idOf(event)).length;
        return items === 0 ? [] : breach(event, 'no item is in the store when it is closed', { items });
      },
    });
  },
};
