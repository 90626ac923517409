import type { DocumentNode } from 'graphql';

/** Validated documents by the hash of their text, the least recently used forgotten first. */
export interface DocumentCache {
  get(hash: string): DocumentNode | undefined;
  /** Keeps a document whose text has `size` characters; one larger than the whole cache is not kept. */
  set(hash: string, document: DocumentNode, size: number): void;
}

/** Creates a cache for documents of `capacity` characters in all. */
export function createDocumentCache(capacity: number): DocumentCache {
  // A Map gives its keys in the order of insertion, so the first is the oldest.
  const entries = new Map<string, { readonly document: DocumentNode; readonly size: number }>();
  let used = 0;

  const remove = (hash: string) => {
    used -= entries.get(hash)?.size ?? 0;
    entries.delete(hash);
  };

  return {
    get(hash) {
      const entry = entries.get(hash);
      if (!entry) return undefined;
      entries.delete(hash);
      entries.set(hash, entry);
      return entry.document;
    },
    set(hash, document, size) {
      if (size > capacity) return;
      remove(hash);
      entries.set(hash, { document, size });
      used += size;
      for (const oldest of entries.keys()) {
        if (used <= capacity) break;
        remove(oldest);
      }
    },
  };
}
