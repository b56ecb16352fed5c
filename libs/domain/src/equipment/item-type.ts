import type { ItemTypeCommand, ItemTypeEvent, ItemTypeRelation } from '@entente/contracts';
import {
  type DecisionContext,
  type Refusal,
  actsFor,
  addDays,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, notOverYet, overBefore } from '../days.js';
import { correcting } from '../corrections.js';
import { frameworkIn, frameworkStreams } from '../framework/framework-facts.js';
import { parameterOf } from '../framework/parameters.js';
import { type ItemType, itemTypeFacts } from './item-facts.js';
import { only, registeredSender, senderStreams } from './senders.js';

/**
 * R10: a type's own first check is at most this many days after the receipt, and each next one at
 * most this many days after the last.
 */
const FIRST_CHECK_DAYS = parameterOf(null, 'enhancedFirstCheckDays');
const CHECK_EVERY_DAYS = parameterOf(null, 'enhancedCheckEveryDays');

const evolve = evolveBy<ItemType, ItemTypeEvent>()(
  'ItemTypeRegistered',
  ({ donor }) => ({
    donor,
    designated: null,
    interval: null,
    retired: false,
    correctable: new Map(),
  }),
  {
    ItemTypeCorrected: () => ({}),
    EnhancedDesignationGiven: ({ reviewBy }) => ({ designated: { reviewBy, overdue: false } }),
    DesignationReviewed: ({ reviewBy }) => ({ designated: { reviewBy, overdue: false } }),
    DesignationRemoved: () => ({ designated: null }),
    CheckIntervalSet: ({ firstDays, everyDays }) => ({ interval: { firstDays, everyDays } }),
    DesignationReviewBecameOverdue: (_, { designated }) => ({
      designated: designated === null ? null : { ...designated, overdue: true },
    }),
    ItemTypeRetired: () => ({ retired: true }),
  },
);

const notDesignated = (_: object, { designated }: ItemType): Refusal | null =>
  designated === null ? refuse('not-designated', 'the type is designated', 'R9') : null;
/**
 * R9: the last day of the next review is not over on the day of the fact, and within the days that
 * the framework named has from then on.
 */
function badReviewDay(
  { reviewBy, framework: id }: { readonly reviewBy: string; readonly framework?: string },
  donor: string,
  context: DecisionContext,
): Refusal | null {
  const day = factDay(context);
  const over = overBefore(reviewBy, context, null, 'reviewBy');
  if (over !== null) return over;
  if (id === undefined) return null;
  const framework = frameworkIn(id, context.known) ?? null;
  if (framework?.donor !== donor)
    return refuse('framework-not-found', 'the donor of the type has drafted the framework named', 'R9', {
      framework: id,
    });
  const latest = addDays(day, parameterOf(framework, 'designationReviewDays'));
  return reviewBy <= latest
    ? null
    : refuse('review-too-late', 'the review is within the days that the framework has for it', 'R9', { latest });
}

const WORD = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** The id is the word that case lines have for the type, and their words are codes. */
function wordless({ stream: { id }, actor }: DecisionContext): Refusal | null {
  const word = id.slice(actsFor(actor).length + 1);
  if (WORD.test(word) && word.length <= 64) return null;
  return refuse('not-an-item-code', 'the id is the donor, a dot, and a code as case lines have it for the item', null, {
    word,
  });
}

const decide = decideBy<ItemType, ItemTypeCommand, ItemTypeEvent>()(
  'RegisterItemType',
  (data, context) =>
    wordless(context) ?? [{ type: 'ItemTypeRegistered', data: { ...data, donor: actsFor(context.actor) } } as const],
  ({ type }, { retired }) =>
    retired && type !== 'CorrectItemType' ? refuse('type-retired', 'the type is in use') : null,
  {
    CorrectItemType: { then: 'ItemTypeCorrected' },
    GiveEnhancedDesignation: {
      unless: (data, { designated, donor }, context) =>
        designated === null
          ? badReviewDay(data, donor, context)
          : refuse('already-designated', 'the type is not designated yet', 'R9', { reviewBy: designated.reviewBy }),
      then: 'EnhancedDesignationGiven',
    },
    ReviewDesignation: {
      unless: (data, state, context) => {
        const { reviewBy } = data;
        const before = state.designated?.reviewBy ?? '';
        return (
          notDesignated(data, state) ??
          badReviewDay(data, state.donor, context) ??
          (reviewBy > before
            ? null
            : refuse('not-later', 'the next review is later than the one before', null, { reviewBy: before }))
        );
      },
      then: 'DesignationReviewed',
    },
    RemoveDesignation: { unless: notDesignated, then: 'DesignationRemoved' },
    SetCheckInterval: {
      unless: ({ firstDays, everyDays }) =>
        firstDays > FIRST_CHECK_DAYS || everyDays > CHECK_EVERY_DAYS
          ? refuse('interval-too-long', 'checks are no rarer than the rules ask', 'R10', {
              firstDays: FIRST_CHECK_DAYS,
              everyDays: CHECK_EVERY_DAYS,
            })
          : null,
      already: ({ firstDays, everyDays }, { interval }) =>
        interval !== null && firstDays === interval.firstDays && everyDays === interval.everyDays,
      then: 'CheckIntervalSet',
    },
    RecordOverdueReview: {
      unless: (data, state, context) => {
        const { due } = data;
        const planned = state.designated?.reviewBy ?? null;
        return (
          notDesignated(data, state) ??
          (due !== planned
            ? refuse('other-last-day', 'the day is the last day of the review', null, { reviewBy: planned })
            : notOverYet(due, context))
        );
      },
      already: (_, { designated }) => designated?.overdue === true,
      then: 'DesignationReviewBecameOverdue',
    },
    RetireItemType: {
      unless: (_, { designated }) =>
        designated === null ? null : refuse('designation-in-force', 'the designation was removed first', 'R9'),
      then: 'ItemTypeRetired',
    },
  },
);

/** The rules of a type of items: R9, R10, R26, R29. */
export const itemType: DeciderOf<'item-type', ItemType> = correcting({
  ...itemTypeFacts,
  ids: 'prefixed',
  opens: 'RegisterItemType',
  evolve,
  consults: (command, _, __, sender) => {
    const { type, data } = command;
    if (type === 'RegisterItemType') return senderStreams(sender, sender.role);
    const named = type === 'GiveEnhancedDesignation' || type === 'ReviewDesignation';
    return named ? frameworkStreams(data.framework) : [];
  },
  authorise: authoriseBy<ItemTypeCommand, ItemType | null, ItemTypeRelation>({
    donor: (state, context, command) =>
      state === null
        ? registeredSender('donor', context)
        : only<ItemTypeCommand, ItemType>(
            'not-the-donor',
            'the donor, or another on its behalf, does this',
            ({ donor }) => donor,
          )(state, context, command),
    system: bySystem,
  }),
  decide,
});
