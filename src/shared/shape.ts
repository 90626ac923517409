/** Makes objects that get the same properties, one after another. */
export type Shape = new () => Record<string, unknown>;

/**
 * A kind of plain objects: V8 learns from the first few how much room the others need. `{}` has room for four properties,
 * and one with twenty is copied again and again while it grows.
 */
export function createShape(): Shape {
  function Made() {}
  Made.prototype = Object.prototype;
  return Made as unknown as Shape;
}
