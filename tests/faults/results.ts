import { appendFile } from 'node:fs/promises';
import type { Figure } from './figures.js';

/** One run of a row. */
export interface Result {
  readonly row: string;
  readonly at: string;
  readonly figures: readonly Figure[];
}

/** Adds a run to the file that FAULT_RESULTS names, a line of JSON for each; without it nothing is kept. */
export async function record(row: string, figures: readonly Figure[]): Promise<void> {
  const file = process.env['FAULT_RESULTS'];
  const result: Result = { row, at: new Date().toISOString(), figures };
  if (file) await appendFile(file, `${JSON.stringify(result)}\n`);
}
