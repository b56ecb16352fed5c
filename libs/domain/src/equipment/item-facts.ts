import type { ItemEvent, TransferKind, TransferredGoods, VerifiedEnd } from '@entente/contracts';
import type { Correctable } from '../corrections.js';
import type { Answerable } from '../fact-answers.js';
import { type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';

/** What shipment, receipt, transfer and checks know of item types, stores and items. */

/** A donor's type of items. */
export interface ItemType extends Correctable {
  readonly donor: string;
  /** The last day of the next review while the type is designated; else null. */
  readonly designated: { readonly reviewBy: string; readonly overdue: boolean } | null;
  /**
   * Days from a receipt to the last day of the first check, and from each check to the next, if the
   * donor set them for the type; else null.
   */
  readonly interval: { readonly firstDays: number; readonly everyDays: number } | null;
  readonly retired: boolean;
}

/** A certificate, from the day of its inspection to its last day. */
export interface Certificate {
  readonly on: string;
  readonly until: string;
  /** The day on which it was ended before its last day; null if it was not. */
  readonly endedOn: string | null;
}

/** A store, and its certificates. */
export interface StorageSite extends Correctable {
  readonly owner: string;
  /** The area of the owner's country; undefined if it was not stated. */
  readonly area?: string;
  /** Every certificate, by the event with which it was given. */
  readonly certificates: Readonly<Record<string, Certificate>>;
  /** The event of the certificate that is in force; null without one. */
  readonly present: string | null;
  /** The event of the newest certificate, if it ended with its last day; else null. */
  readonly expired: string | null;
  readonly closed: boolean;
}

/** What became of an item. Reported: a loss that waits for its verification. */
export type ItemStatus =
  | 'registered'
  | 'withdrawn'
  | 'held'
  | 'reported'
  | 'lost'
  | 'destroyed'
  | 'expended'
  | 'diverted'
  | 'returned'
  | 'disposed';

/** A loss, destruction or expenditure that waits for its verification (R12). */
export interface LossReport {
  readonly as: VerifiedEnd;
  readonly verifyBy: string;
  /** The day of the report. */
  readonly reportedOn: string;
  /** The event of the report. */
  readonly event: string;
  readonly overdue: boolean;
  /** The check that had not seen the item before the report; null without one. */
  readonly unseen: Unseen | null;
}

/** What the item was before it was found elsewhere without consent. */
interface Diversion extends Pick<Item, 'status' | 'site' | 'unseen' | 'endedOn' | 'nextCheck' | 'loss'> {
  /** The event of the detection. */
  readonly event: string;
}

/** A check that did not see an item, and the duty of its holder to report the loss (R12). */
interface Unseen {
  readonly check: string;
  readonly on: string;
  readonly reportBy: string;
  /** Whether no later check has seen it. */
  readonly open: boolean;
  readonly overdue: boolean;
}

/** A check that has seen an item. */
export interface Sighting {
  readonly check: string;
  readonly on: string;
  /** The last day of the next check, as this one has it; null if the item was recovered since. */
  readonly checkBy: string | null;
}

/** One item, by its serial. Days are YYYY-MM-DD. */
export interface Item extends Correctable {
  readonly donor: string;
  readonly recipient: string;
  /** The donor's word for its type: the stream of the type is the donor, a dot, and the word. */
  readonly item: string;
  readonly serial: string;
  readonly programme?: string;
  readonly case?: string;
  readonly consignment?: string;
  readonly status: ItemStatus;
  /** Who has the duty to count it: the recipient, until a transfer moves it. */
  readonly holder: string;
  /** The store that holds it; null before its receipt, after its end, and while it is diverted. */
  readonly site: string | null;
  readonly receivedOn: string | null;
  /** The day of the transfer that brought it to its holder; null if no transfer did. */
  readonly transferredOn: string | null;
  /** The day of the newest fact that gives the store that holds it; null before its receipt. */
  readonly placedOn: string | null;
  /** The day of its loss or end, as its holder reported it; null without a report. */
  readonly lostOn: string | null;
  /** The event of that report. */
  readonly lostBy: string | null;
  /** The day on which its end was verified, or of its return or disposal; null before it. */
  readonly endedOn: string | null;
  /** Whether it has left the store that received it. */
  readonly moved: boolean;
  /** The event of its receipt; null before it. */
  readonly receipt: string | null;
  /** The last day of its first check, as its receipt or a correction has it; null before it. */
  readonly firstCheck: string | null;
  /** The last day of its next check; null before its receipt. */
  readonly nextCheck: string | null;
  /** The last day of the next check after its last recovery; null without one. */
  readonly recoveredCheck: string | null;
  /** The transfer that moved it last; null without one. */
  readonly transfer: string | null;
  /** The newest checks of end use that name it and have not seen it, at most twenty. */
  readonly checks: readonly string[];
  /** The day of the last check that has seen it. */
  readonly checkedOn: string | null;
  /** The last checks that have seen it, by their days, at most twenty. */
  readonly sightings: readonly Sighting[];
  /** The newest check that did not see it since it was received or found; null without one. */
  readonly unseen: Unseen | null;
  readonly loss: LossReport | null;
  /** While it is diverted: what it was before; else null. */
  readonly diversion: Diversion | null;
  /** The notice to the legislature that is due; null if none is. */
  readonly notice: { readonly notifyBy: string; readonly overdue: boolean } | null;
}

/** A retransfer, change of end use or disposal. */
export interface ThirdPartyTransfer extends Correctable, Answerable {
  readonly kind: TransferKind;
  readonly donor: string;
  readonly holder: string;
  readonly programme?: string;
  readonly case?: string;
  readonly goods: readonly TransferredGoods[];
  /** The new holder of a retransfer, and the new end use of a change. */
  readonly to?: string;
  readonly endUse?: string;
  readonly status: 'requested' | 'consented' | 'refused' | 'withdrawn' | 'consent-withdrawn' | 'lapsed' | 'carried-out';
  /** The day of the consent, and its last day; null without it. */
  readonly consent: { readonly on: string; readonly until: string } | null;
}

/** R13: a transfer is carried out on a day within those of the consent. */
export const outsideConsent = (consent: ThirdPartyTransfer['consent'], on: string): Refusal | null =>
  consent === null || (consent.on <= on && on <= consent.until)
    ? null
    : refuse('outside-consent', 'the day is within those of the consent', 'R13', {
        from: consent.on,
        until: consent.until,
      });

/** R30: nothing happens to goods before the day of their receipt, as far as it is known. */
export const beforeReceipt = (
  on: string,
  receivedOn: string | null,
  facts: Record<string, string> = {},
): Refusal | null =>
  receivedOn !== null && on < receivedOn
    ? refuse('before-receipt', 'the day is not before that of the receipt', 'R30', { ...facts, receivedOn })
    : null;

/** R30: the right day of a receipt is not after what happened to the goods since, if known. */
export function afterLaterFacts(on: string, days: readonly (string | null)[]): Refusal | null {
  const first = days
    .filter((day) => day !== null)
    .toSorted()
    .at(0);
  return first === undefined || on <= first
    ? null
    : refuse('after-later-facts', 'the receipt is not after what happened to the goods since', 'R30', { first });
}

/** The days of what happened to an item since its receipt, as far as they are known. */
export const daysSince = ({
  transferredOn,
  moved,
  placedOn,
  lostOn,
  endedOn,
  sightings,
}: Item): readonly (string | null)[] => [
  transferredOn,
  moved ? placedOn : null,
  lostOn,
  endedOn,
  ...sightings.map(({ on }) => on),
];

/** R30: nothing happens to goods with a holder before the day of the transfer that brought them. */
export const beforeTransfer = (
  on: string,
  transferredOn: string | null,
  facts: Record<string, string> = {},
): Refusal | null =>
  transferredOn !== null && on < transferredOn
    ? refuse('before-transfer', 'the day is not before that of the transfer to the present holder', 'R30', {
        ...facts,
        transferredOn,
      })
    : null;

/** References for deciders that consult these streams. */
export const itemTypeFacts: { readonly kind: 'item-type'; readonly initial: ItemType | null } = {
  kind: 'item-type',
  initial: null,
};
export const storageSiteFacts: { readonly kind: 'storage-site'; readonly initial: StorageSite | null } = {
  kind: 'storage-site',
  initial: null,
};
export const transferFacts: { readonly kind: 'third-party-transfer'; readonly initial: ThirdPartyTransfer | null } = {
  kind: 'third-party-transfer',
  initial: null,
};
export const itemFacts: { readonly kind: 'item'; readonly initial: Item | null } = { kind: 'item', initial: null };

/** The stream of a type, by the word that case lines have for it. */
export const itemTypeId = (donor: string, item: string): string => `${donor}.${item}`;

/** Characters of a serial that an id cannot have, or that stand for something in it. */
const ESCAPES: Readonly<Record<string, string>> = { '/': '_s', _: '_u', '~': '_t' };

/**
 * The id of the stream of an item: no two serials have the same one. A `~` changes between small
 * and capital letters, so that `TS-0001` becomes `~ts-0001`.
 */
export function itemId(donor: string, item: string, serial: string): string {
  let capital = false;
  const written = [...serial].map((character) => {
    const escaped = ESCAPES[character];
    if (escaped !== undefined) return escaped;
    const lower = character.toLowerCase();
    const isCapital = lower !== character;
    if (isCapital === capital || (lower === character.toUpperCase() && !isCapital)) return lower;
    capital = isCapital;
    return `~${lower}`;
  });
  return `${itemTypeId(donor, item)}.${written.join('')}`;
}

/** The stream of an item. */
export const itemStream = (donor: string, item: string, serial: string): StreamRef => ({
  kind: itemFacts.kind,
  id: itemId(donor, item, serial),
});

/** R10, R12: whether an item is on the schedule of checks: until its end is verified. */
export const isCounted = ({ status }: Pick<Item, 'status'>): boolean =>
  status === 'held' || status === 'reported' || status === 'diverted';

/** R12: whether the end or the return of an item was recorded, an end only after verification. */
export const isGone = ({ status }: Pick<Item, 'status'>): boolean => GONE.includes(status);
const GONE: readonly ItemStatus[] = ['lost', 'destroyed', 'expended', 'returned', 'disposed'];

/**
 * R26: the receipt of an item is taken back only before anything rests on it: a move, a transfer, a
 * check that has seen it, or its end.
 */
export const reliedOn = (item: Item): Refusal | null =>
  item.status === 'held' && !item.moved && item.checkedOn === null
    ? null
    : refuse('item-relied-on', 'the item is held where it was received, and no check has seen it', 'R26', {
        serial: item.serial,
        status: item.status,
        holder: item.holder,
        checkedOn: item.checkedOn,
      });

/** The certificate that is in force; undefined without one. */
export const presentOf = ({ certificates, present }: StorageSite): Certificate | undefined =>
  present === null ? undefined : certificates[present];

/** R20: the area of a store of the holder; undefined if it is not known, or not a store. */
export function areaOf(site: string, holder: string, { known }: Pick<DecisionContext, 'known'>): string | undefined {
  const store = known.of(storageSiteFacts, site);
  return store?.owner === holder ? store.area : undefined;
}

/** R9: the store is certified on a day, and it is the holder's. */
export function cannotStore(
  site: string,
  holder: string,
  on: string,
  { known }: Pick<DecisionContext, 'known'>,
): Refusal | null {
  const store = known.of(storageSiteFacts, site);
  if (store === null || store.closed)
    return refuse('store-not-found', 'the store is registered and in use', 'R9', { site });
  if (store.owner !== holder)
    return refuse('store-of-another', 'the organisation that receives the items holds the store', 'R9', {
      site,
      owner: store.owner,
    });
  return notCertified(site, on, store);
}

/** R9: the store is certified on a day. */
export function notCertified(site: string, on: string, store: StorageSite): Refusal | null {
  const certified = Object.values(store.certificates).some(
    ({ on: from, until, endedOn }) => from <= on && on <= until && (endedOn === null || on < endedOn),
  );
  if (certified) return null;
  const { until = null } = presentOf(store) ?? {};
  return refuse('store-not-certified', 'the store is certified on that day', 'R9', { site, on, until });
}

/** The types of the events that report an item's end, and what each reports. */
export const LOSS_REPORTS = {
  ItemReportedLost: 'lost',
  ItemReportedDestroyed: 'destroyed',
  ItemReportedExpended: 'expended',
} as const satisfies Partial<Record<ItemEvent['type'], LossReport['as']>>;
