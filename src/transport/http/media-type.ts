interface Range {
  readonly type: string;
  readonly quality: number;
  /** 3 for a whole type, 2 for `text/*`, 1 for any. */
  readonly precision: number;
  readonly position: number;
}

/**
 * The one of the offered media types that an Accept header likes best; null when it takes none. Without the header it
 * is the first. RFC 9110, section 12.5.1; among equals the earlier in the header, then the earlier offered.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  offered: readonly Type[],
): Type | null {
  // What nearly all clients send.
  const only = offered.find((type) => type === accept);
  if (only || accept === '*/*' || !accept?.trim()) return only ?? offered[0] ?? null;
  const ranges = accept.split(',').map(parseRange);
  let best: { readonly type: Type; readonly range: Range } | null = null;
  for (const type of offered) {
    const range = ranges
      .filter((candidate) => covers(candidate, type))
      .sort((a, b) => b.precision - a.precision)[0];
    if (range && range.quality > 0 && (!best || isBetter(range, best.range))) best = { type, range };
  }
  return best?.type ?? null;
}

function parseRange(text: string, position: number): Range {
  const [type = '', ...parameters] = text
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  const precision = type === '*/*' ? 1 : type.endsWith('/*') ? 2 : 3;
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0, precision, position };
}

function covers({ type, precision }: Range, offered: string): boolean {
  if (precision === 3) return type === offered;
  return precision === 1 || offered.startsWith(type.slice(0, -1));
}

function isBetter(a: Range, b: Range): boolean {
  if (a.quality !== b.quality) return a.quality > b.quality;
  if (a.precision !== b.precision) return a.precision > b.precision;
  return a.position < b.position;
}
