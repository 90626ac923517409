import type { Shape } from './shape.js';

/** A value of a row as COPY takes it. Text must have no control character and no backslash: what is made here has none. */
export type Value = string | number | boolean | null;

/** The rows of one table. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly count: number;
  row(n: number): readonly Value[];
}

/** The tables of a part of the schema, those before that others refer to. `now` is when the filling begins. */
export type Tables = (shape: Shape, now: number) => Table[];

/** A table whose columns are given as one text. */
export function table(name: string, columns: string, count: number, row: Table['row']): Table {
  return { name, columns: columns.split(' '), count, row };
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const at = (milliseconds: number) => new Date(milliseconds).toISOString();
/** 32 bytes as PostgreSQL's bytea in COPY, where a backslash is doubled. */
export const bytes = (n: number, length = 32) => `\\\\x${n.toString(16).padStart(length * 2, '0')}`;
