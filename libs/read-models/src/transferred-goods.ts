import type { TransferredGoods } from '@entente/contracts';

type Goods = readonly Pick<TransferredGoods, 'item' | 'quantity'>[];

const namesOf = (goods: Goods): readonly string[] => [...new Set(goods.map(({ item }) => item))];

/** The words for the types of goods, with commas between them. */
export const itemNamesOf = (goods: Goods): string => namesOf(goods).join(',');

/** The quantity of goods of one type; null of several types, or beyond what a row can hold. */
export function quantityOf(goods: Goods): number | null {
  const sum = goods.reduce((all, { quantity }) => all + quantity, 0);
  return namesOf(goods).length === 1 && Number.isSafeInteger(sum) ? sum : null;
}
