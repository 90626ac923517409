import type { Queryable } from '../../platform/database/database.js';
import { readReferences, readTables, readTextColumns } from './catalogue.js';
import { impersonal, personalData } from './classification.js';

const userTable = 'app_user';

/**
 * What the schema has and the classification does not say, each as a sentence for whoever added it. Nobody is erased
 * while there is any: half an erasure is worse than none.
 */
export async function findGaps(on: Queryable): Promise<string[]> {
  const [tables, references, texts] = [
    await readTables(on),
    await readReferences(on),
    await readTextColumns(on),
  ];
  const gaps: string[] = [];
  for (const table of tables) {
    if (!personalData[table] && !impersonal[table]) gaps.push(`The table ${table} is not classified.`);
  }
  for (const { table, column, target } of references) {
    if (target === userTable && !personalData[table]?.people[column])
      gaps.push(`${table}.${column} names a person, and nothing says what becomes of its rows.`);
  }
  for (const [table, { via }] of Object.entries(personalData)) {
    if (!tables.includes(table)) gaps.push(`The table ${table} is classified, and there is none.`);
    const isThere = references.some(
      (one) => one.table === table && one.column === via?.column && one.target === via?.table,
    );
    if (via && !isThere) gaps.push(`${table}.${via.column} does not refer to ${via.table}.`);
  }
  for (const { table, column } of texts) {
    if (!keptTexts(table).has(column)) continue;
    gaps.push(`${table}.${column} can hold text, and the rows of ${table} outlive the people in them.`);
  }
  return gaps;

  /** The text columns of a table that keeps rows, but for those that are cleared for everyone in it or are harmless. */
  function keptTexts(table: string): ReadonlySet<string> {
    const rule = personalData[table];
    const fates = fatesOf(table).filter((fate) => fate !== 'delete');
    const outlives = fates.length > 0 || fatesOf(rule?.via?.table).some((fate) => fate !== 'delete');
    const kept = new Set(
      outlives ? texts.filter((one) => one.table === table).map(({ column }) => column) : [],
    );
    for (const fate of fates)
      if (fate !== 'keep') for (const column of Object.keys(fate.clear)) kept.delete(column);
    for (const column of [...Object.keys(rule?.via?.clear ?? {}), ...(rule?.harmless ?? [])])
      kept.delete(column);
    return kept;
  }
}

function fatesOf(table: string | undefined) {
  return Object.values(personalData[table ?? '']?.people ?? {});
}
