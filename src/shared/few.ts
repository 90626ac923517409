/** Things of which there are mostly none or one, which then stands there by itself: a list for each of thousands weighs more. */
export type Few<One extends object> = One | readonly One[] | null;

/** As a list. */
export function allOf<One extends object>(few: Few<One>): readonly One[] {
  if (few === null) return [];
  return Array.isArray(few) ? few : [few as One];
}

/** With one more, at the end. */
export function withOne<One extends object>(few: Few<One>, one: One): Few<One> {
  // A list that grows by pushing, or by being spread, has room for seventeen.
  return few === null ? one : allOf(few).concat(one);
}

/** Without this one. */
export function withoutOne<One extends object>(few: Few<One>, one: One): Few<One> {
  const left = allOf(few).filter((other) => other !== one);
  return left.length > 1 ? left : (left[0] ?? null);
}
