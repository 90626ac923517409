/**
 * The last migration of the first release; null before it. Later migrations run on databases that are in use, and
 * `npm run check` holds them to docs/decisions/0122.
 */
export const releasedWith: { readonly first: string | null } = { first: null };
