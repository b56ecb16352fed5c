import type { RevisionCondition } from '@entente/kernel';

const TAG = /^\s*(?:W\/)?"([^"]*)"\s*$/;
const BARE = /^\s*(0|[1-9][0-9]{0,14})\s*$/;

/** The tags of a list, without quotation marks and weakness; null if it is no list of tags. */
function tagsOf(header: string): readonly string[] | null {
  const tags = header.split(',').map((part) => TAG.exec(part)?.[1] ?? BARE.exec(part)?.[1] ?? null);
  return tags.every((tag) => tag !== null) ? tags : null;
}

/**
 * Whether `If-None-Match` names a tag, or any by `*`. Weak tags count: a proxy that compresses
 * makes them of ours.
 */
export function isTagIn(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || tagsOf(header)?.includes(tagsOf(tag)?.[0] ?? '') === true;
}

/**
 * The revisions that a command's `If-Match` and `If-None-Match` allow; null if it has neither, and
 * `invalid` if one is. `If-Match` takes revisions, weak or not, and `*` for a stream that
 * exists; `If-None-Match` takes `*` for one that does not.
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
