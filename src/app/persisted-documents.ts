import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Config, projectFolder } from '../config/config.js';
import {
  createPersistedDocuments,
  type PersistedDocuments,
  parseDocumentList,
} from '../graphql/persisted-documents.js';

/** The list that `npm run codegen` makes of the client's operations. */
const ofTheClient = 'client/generated/persisted-documents.json';

/** The documents that may be named by their hash. Fails at the start when their file is none. */
export function persistedDocuments(
  config: Pick<Config, 'persistedDocuments' | 'persistedDocumentsOnly'>,
): PersistedDocuments {
  const { persistedDocuments: given, persistedDocumentsOnly: only } = config;
  const file = given ?? (only ? ofTheClient : null);
  if (file === null) return createPersistedDocuments(null, false);
  const path = resolve(projectFolder, file);
  try {
    return createPersistedDocuments(parseDocumentList(readFileSync(path, 'utf8')), only);
  } catch (error) {
    throw new Error(`PERSISTED_DOCUMENTS cannot be read from ${path}`, { cause: error });
  }
}
