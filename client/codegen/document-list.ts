import { createHash } from 'node:crypto';
import { InMemoryCache } from '@apollo/client';
import { type DocumentNode, Kind, print } from 'graphql';

/**
 * The documents that a server may be told to take and no others, as JSON: the SHA-256 of a text, and the text. Each
 * operation is there twice: as it stands, for a client that sends it so, and as Apollo's cache changes it.
 */
export function documentList(values: readonly unknown[]): string {
  const cache = new InMemoryCache();
  const texts = values
    .filter(isOperation)
    .flatMap((document) => [print(document), print(cache.transformDocument(document))]);
  const entries = [...new Set(texts)].map((text) => [hashOf(text), text] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

function isOperation(value: unknown): value is DocumentNode {
  const { kind, definitions } = (value ?? {}) as Partial<DocumentNode>;
  return kind === Kind.DOCUMENT && (definitions ?? []).some((one) => one.kind === Kind.OPERATION_DEFINITION);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
