import { createRequire } from 'node:module';

/**
 * Loads a package as Lectern has it. Once peers are installed here some packages are here too, and what the one graphql
 * makes is nothing to the other.
 */
export const own = createRequire(new URL('../../package.json', import.meta.url));
