import type { RevisionCondition } from '@entente/kernel';

const TAG = /^\s*(?:W\/)?"([^"]*)"\s*$/;
const BARE = /^\s*(0|[1-9][0-9]{0,14})\s*$/;

/**
 * The entity tags in a list, without quotation marks and `W/`; null if it is not a list of tags.
 */
function tagsOf(header: string): readonly string[] | null {
  const tags = header.split(',').map((part) => TAG.exec(part)?.[1] ?? BARE.exec(part)?.[1] ?? null);
  return tags.every((tag) => tag !== null) ? tags : null;
}

/**
 * Whether `If-None-Match` contains a tag or `*`. Weak tags match too, because a proxy that
 * compresses makes them from ours.
 */
export function isTagIn(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || tagsOf(header)?.includes(tagsOf(tag)?.[0] ?? '') === true;
}

/**
 * The revisions that a command's `If-Match` and `If-None-Match` allow; null if it has neither, and
 * `invalid` if one of them is invalid. `If-Match` accepts revisions, weak or strong, and `*` for an
 * existing stream. `If-None-Match` accepts `*` for a stream that does not exist.
 */
export function revisionCondition(
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): RevisionCondition | null | 'invalid' {
  if (ifNoneMatch !== undefined) return ifMatch === undefined && ifNoneMatch.trim() === '*' ? 'none' : 'invalid';
  if (ifMatch === undefined) return null;
  if (ifMatch.trim() === '*') return 'any';
  const tags = tagsOf(ifMatch);
  return tags === null || !tags.every((tag) => BARE.test(tag)) ? 'invalid' : tags.map(Number);
}
