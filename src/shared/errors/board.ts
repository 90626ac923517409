import type { ErrorGroup } from './definition.js';

export const boardErrors = {} as const satisfies ErrorGroup;
