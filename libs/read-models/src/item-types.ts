import type { ItemTypeEvent } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { count, day, dayOrNull, flag, overdue, text, textOrNull } from './columns.js';
import { rowBy, unchanged } from './row-by.js';

/** A donor's type of items. */
class ItemTypeRow {
  @text("the type: the donor, a dot, and the word that lines of the donor's cases have for it") item_type!: string;
  @text("the donor's id") donor!: string;
  @text('what the items are called') name!: string;
  @text('the unit in which they are counted') unit!: string;
  @text('the code of the category of the control list') category!: string;
  @flag('whether each item is monitored by its serial') designated!: boolean;
  @dayOrNull('the day on which it was designated last') designated_on!: string | null;
  @textOrNull('the code of the reason for the last designation, or for its end') reason!: string | null;
  @dayOrNull('the last day for the next review of the designation; none if it is not designated') review_by!:
    string | null;
  @count('the reviews of the present or last designation') reviews!: number;
  @count('days from the receipt of an item to the last day of its first check; the default if the type sets none')
  first_check_days!: number;
  @count('days from a check of an item to the last day of the next one; the default if the type sets none')
  check_every_days!: number;
  @flag('whether the type is no longer used') retired!: boolean;
  @day('the day on which it was registered') registered_on!: string;
}

export const itemTypes: Projection<ItemTypeEvent, ItemTypeRow> = {
  name: 'item-types',
  topic: 'Equipment and end use',
  version: 1,
  kinds: ['item-type'],
  about: 'a type of a donor: whether its items are monitored by their serials, and how often they are checked',
  totals: { counts: 'types', by: ['designated'], sums: [] },
  daily: {
    review_overdue: overdue('whether the last day of the review is over', { due: 'review_by' }),
  },
  ...rowBy<ItemTypeRow, ItemTypeEvent>(ItemTypeRow)(
    'ItemTypeRegistered',
    ({ donor, name, unit, category }, { id: item_type, day: registered_on }) => ({
      item_type,
      donor,
      name,
      unit,
      category,
      first_check_days: 90,
      check_every_days: 365,
      registered_on,
    }),
    {
      ItemTypeCorrected: ({ name, unit, category }, row) => ({
        name: name ?? row.name,
        unit: unit ?? row.unit,
        category: category ?? row.category,
      }),
      EnhancedDesignationGiven: ({ reason, reviewBy: review_by }, _, { day: designated_on }) => ({
        designated: true,
        designated_on,
        reason,
        review_by,
        reviews: 0,
      }),
      DesignationReviewed: ({ reviewBy: review_by }, { reviews }) => ({ review_by, reviews: reviews + 1 }),
      DesignationRemoved: ({ reason }) => ({ designated: false, reason, review_by: null }),
      CheckIntervalSet: ({ firstDays: first_check_days, everyDays: check_every_days }) => ({
        first_check_days,
        check_every_days,
      }),
      DesignationReviewBecameOverdue: unchanged,
      ItemTypeRetired: () => ({ retired: true }),
    },
  ),
};
