import type { ErrorGroup } from './definition.js';

export const classroomErrors = {} as const satisfies ErrorGroup;
