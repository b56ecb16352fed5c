/** A range of media types that a client accepts (RFC 9110, 12.5.1). */
interface MediaRange {
  readonly type: string;
  /** The preference of the client, from 0 (not acceptable) to 1. */
  readonly quality: number;
  /** Its index in the header. */
  readonly place: number;
}

function rangesOf(accept: string): readonly MediaRange[] {
  return accept.split(',').map((part, place) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const given = parameters.find((one) => /^q\s*=/.test(one));
    const quality = given === undefined ? 1 : Number(given.replace(/^q\s*=\s*/, ''));
    return { type, quality: quality >= 0 && quality <= 1 ? quality : 0, place };
  });
}

/** How specifically a range matches a type; 0 if it does not match. */
function precision(range: string, type: string): number {
  if (range === type) return 3;
  if (range === `${type.slice(0, type.indexOf('/'))}/*`) return 2;
  return range === '*/*' ? 1 : 0;
}

/**
 * The type that a client prefers by its `Accept` header: by quality, then by how specific the match
 * is, then by the order in the header; null if none is acceptable.
 */
export function preferredType<Type extends string>(accept: string | undefined, types: readonly Type[]): Type | null {
  const ranges = rangesOf(accept ?? '*/*');
  const rated = types.flatMap((type) => {
    const [best] = ranges
      .map((range) => ({ ...range, precision: precision(range.type, type) }))
      .filter((range) => range.precision > 0)
      .sort((a, b) => b.precision - a.precision);
    return best === undefined || best.quality === 0 ? [] : [{ ...best, type }];
  });
  rated.sort((a, b) => b.quality - a.quality || b.precision - a.precision || a.place - b.place);
  return rated[0]?.type ?? null;
}
