import type { UnitOfWork } from '../../platform/database/database.js';
import { encodeId } from '../../shared/ids.js';
import { personalData } from './classification.js';
import { findGaps } from './gaps.js';

/** Somebody who is to be forgotten. */
export interface Person {
  readonly userId: string;
  readonly organizationId: string;
}

/**
 * Removes what the tables hold about a person, as the classification says, and what notifications of others tell of
 * them. Throws, and changes nothing, when the schema has something that the classification does not know.
 */
export async function eraseRows(tx: UnitOfWork, person: Person): Promise<void> {
  const gaps = await findGaps(tx);
  if (gaps.length > 0) throw new Error(`Nobody can be erased: ${gaps.join(' ')}`);
  await removeWhatOthersAreTold(tx, person);
  for (const [table, { people, via }] of Object.entries(personalData)) {
    const owners = Object.keys(personalData[via?.table ?? '']?.people ?? {});
    if (via?.clear && owners.length > 0) {
      const owned = owners.map((column) => `"${column}" = $1::uuid`).join(' OR ');
      const where = `WHERE "${via.column}" = ANY (ARRAY(SELECT id FROM "${via.table}" WHERE ${owned}))`;
      await tx.sql(`UPDATE "${table}" SET ${assignments(via.clear)} ${where}`, person.userId);
    }
    for (const [column, fate] of Object.entries(people)) {
      if (fate === 'keep') continue;
      const where = `WHERE "${column}" = $1::uuid`;
      if (fate === 'delete') {
        await tx.sql(`DELETE FROM "${table}" ${where}`, person.userId);
      } else {
        await tx.sql(`UPDATE "${table}" SET ${assignments(fate.clear)} ${where}`, person.userId);
      }
    }
  }
}

/** Notifications keep names and titles as facts of their time: those that are about what the person was in go. */
async function removeWhatOthersAreTold(tx: UnitOfWork, { userId, organizationId }: Person): Promise<void> {
  const subjects = new Set<string>();
  for (const [table, { people, toldAs = [] }] of Object.entries(personalData)) {
    const condition = Object.keys(people)
      .map((column) => `"${column}" = $1::uuid`)
      .join(' OR ');
    for (const { kind, column } of toldAs) {
      const rows = await tx.sql<{ id: string }>(
        `SELECT DISTINCT "${column}"::text AS id FROM "${table}" WHERE ${condition}`,
        userId,
      );
      for (const { id } of rows) subjects.add(encodeId(kind, id));
    }
  }
  await tx.sql(
    'DELETE FROM notification WHERE organization_id = $1::uuid AND subject = ANY ($2::text[])',
    organizationId,
    [...subjects],
  );
}

function assignments(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `"${name}" = ${value}`)
    .join(', ');
}
