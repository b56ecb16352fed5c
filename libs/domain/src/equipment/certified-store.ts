import { type DecisionContext, type Refusal, refuse } from '@entente/kernel';
import { frameworkOf, setAside } from '../framework/framework-facts.js';
import { scopesOf } from '../safeguards/holds.js';
import { cannotStore, itemTypeFacts, itemTypeId, notCertified, storageSiteFacts } from './item-facts.js';

/** Items of types of a donor, and what they belong to: a waiver can be limited to any of it. */
interface StoredItems {
  readonly recipient: string;
  readonly programme?: string | undefined;
  readonly case?: string | undefined;
  /** The donor's words for their types. */
  readonly items: readonly string[];
}

/** R8: whether a waiver or an exception of the programme's framework sets R9 aside on a day. */
function isWaived({ items, ...of }: StoredItems, on: string, { known }: DecisionContext): boolean {
  const scopes = [...scopesOf(of), ...items.map((item) => ({ kind: 'item-type', id: item }) as const)];
  return setAside(frameworkOf(of.programme, known), 'R9', on, scopes) !== null;
}

/**
 * R9: the store is the holder's and certified on the day. R8: the certificate is not asked for
 * while a waiver or an exception sets R9 aside.
 */
export function unfitStore(
  site: string,
  holder: string,
  on: string,
  of: StoredItems,
  context: DecisionContext,
): Refusal | null {
  const unfit = cannotStore(site, holder, on, context);
  return unfit?.code === 'store-not-certified' && isWaived(of, on, context) ? null : unfit;
}

/**
 * R9, R26: a store that has received items was certified on the right day of it, unless a waiver
 * or an exception sets the rule aside. It may have been closed since.
 */
export function unfitThen(site: string, on: string, of: StoredItems, context: DecisionContext): Refusal | null {
  const store = context.known.of(storageSiteFacts, site);
  const unfit = store === null ? null : notCertified(site, on, store);
  return unfit !== null && isWaived(of, on, context) ? null : unfit;
}

/**
 * R9: serials of a type that is designated on the day of the decision go to a certified store of
 * their new holder, unless a waiver or an exception sets the rule aside. Other goods need no store;
 * one that is named is the new holder's, and certified.
 */
export function unfitForRetransfer(
  site: string | undefined,
  to: string,
  on: string,
  { donor, ...of }: StoredItems & { readonly donor: string },
  context: DecisionContext,
): Refusal | null {
  if (site !== undefined) return unfitStore(site, to, on, of, context);
  const items = of.items.filter((item) => context.known.of(itemTypeFacts, itemTypeId(donor, item))?.designated != null);
  if (items.length === 0 || isWaived({ ...of, items }, on, context)) return null;
  const requirement = 'the transfer names the certified store of the new holder that receives the items';
  return refuse('store-not-named', requirement, 'R9', { items });
}
