import type { Context } from '../../graphql/context.js';
import { UserRef } from './types.js';
import type { UserView } from './views.js';

/** Those who were read ahead in an operation; an error in the place of one whom the viewer may not see. */
const known = new WeakMap<Context, Map<string, UserView | Error>>();

/**
 * Reads the people of a page before its rows are answered, by the loader that would read them with the rows. Each row
 * is then there at once: a promise for every person of every row costs more than all else that is done for a row.
 */
export async function readPeople(context: Context, ids: Iterable<string>): Promise<void> {
  const people = known.get(context) ?? new Map<string, UserView | Error>();
  known.set(context, people);
  const loader = UserRef.getDataloader(context);
  const wanted = [...new Set(ids)].filter((id) => !people.has(id));
  const read = await loader.loadMany(wanted);
  wanted.forEach((id, index) => void people.set(id, read[index] as UserView | Error));
}

/** The person, if they were read ahead; else the id, with which the loader reads them. */
export function personOf(context: Context, id: string): UserView | string {
  const person = known.get(context)?.get(id) ?? id;
  if (person instanceof Error) throw person;
  return person;
}
