import { hash } from 'node:crypto';
import { AppError } from '../shared/errors.js';

/** Which documents a server takes by their hash, and whether it takes any others. */
export interface PersistedDocuments {
  /** Whether documents have hashes here at all. */
  readonly listed: boolean;
  /**
   * The text to run for what a client sent: `query`, or the hash of a listed document in `extensions.persistedQuery`
   * (as Apollo's clients send it). Null when there is neither. Fails with PERSISTED_QUERY_NOT_FOUND or
   * PERSISTED_QUERY_NOT_SUPPORTED, after which these clients send the text, and with DOCUMENT_NOT_LISTED.
   */
  textOf(request: { readonly query?: unknown; readonly extensions?: unknown }): string | null;
}

/** A list of documents: SHA-256 in hex of a text, and the text. */
export type DocumentList = Readonly<Record<string, string>>;

/**
 * Creates the list.
 *
 * @param list null: documents have no hashes here, and any text is taken.
 * @param only whether a text that is not in the list is refused, before it is even parsed.
 */
export function createPersistedDocuments(list: DocumentList | null, only: boolean): PersistedDocuments {
  // Not an object's own properties: a client chooses the key.
  const byHash = new Map(Object.entries(list ?? {}));

  return {
    listed: list !== null,
    textOf({ query, extensions }) {
      if (typeof query === 'string' && query !== '') {
        if (only && !byHash.has(hashOf(query))) throw new AppError('DOCUMENT_NOT_LISTED');
        return query;
      }
      const named = hashIn(extensions);
      if (named === null) return null;
      if (!list) throw new AppError('PERSISTED_QUERY_NOT_SUPPORTED');
      const text = byHash.get(named);
      if (text === undefined) throw new AppError('PERSISTED_QUERY_NOT_FOUND');
      return text;
    },
  };
}

/** Checks that a file's content is a list, each hash that of its text. Throws an Error that says what is wrong. */
export function parseDocumentList(json: string): DocumentList {
  const list: unknown = JSON.parse(json);
  if (typeof list !== 'object' || list === null)
    throw new Error('it is no object of documents by their hashes');
  for (const [named, text] of Object.entries(list)) {
    if (typeof text !== 'string' || hashOf(text) !== named)
      throw new Error(`${named} is not the hash of its document`);
  }
  return list as DocumentList;
}

function hashIn(extensions: unknown): string | null {
  const { persistedQuery } = (extensions ?? {}) as { readonly persistedQuery?: unknown };
  const { sha256Hash } = (persistedQuery ?? {}) as { readonly sha256Hash?: unknown };
  return typeof sha256Hash === 'string' ? sha256Hash : null;
}

function hashOf(text: string): string {
  return hash('sha256', text);
}
