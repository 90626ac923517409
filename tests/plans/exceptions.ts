import type { Exception } from '../../scripts/plans/plan-rules.js';

/** Statements that read more than they give. */
export const exceptions: readonly Exception[] = [];
