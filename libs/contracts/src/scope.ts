import { oneOf, word } from './fields.js';

/** What receives assistance, and so what a suspension can stop: each scope can have holds. */
export const SCOPE_KINDS = ['unit', 'item-type', 'case', 'programme', 'country'] as const;
/** One of {@link SCOPE_KINDS}. */
export type ScopeKind = (typeof SCOPE_KINDS)[number];

export class AssistanceScope {
  @oneOf(SCOPE_KINDS, 'what assistance is given to or for', 'programme') readonly kind!: ScopeKind;
  @word(
    "the id of its stream; of a country, its organisation's; of an item type, the word that case lines have for it",
    'norland.programme-1',
  )
  readonly id!: string;
}
