import {
  type Cache,
  InMemoryCache,
  type InMemoryCacheConfig,
  type Reference,
  type StoreObject,
} from '@apollo/client';

/** An object of a result that has a version. */
interface Versioned extends StoreObject {
  readonly __typename: string;
  readonly version: number;
}

/**
 * An Apollo cache in which a lower `version` of an object never overwrites a higher one: an answer or an event that
 * was overtaken on its way cannot bring back an old state. What the older one knows and the newer one has not told is
 * taken. An operation has to select `version` for that.
 */
export class VersionedCache extends InMemoryCache {
  readonly #versionedTypes: readonly string[];

  constructor(config: InMemoryCacheConfig, versionedTypes: readonly string[]) {
    super(config);
    this.#versionedTypes = versionedTypes;
  }

  override write<Data = unknown, Variables extends Record<string, unknown> = Record<string, unknown>>(
    options: Cache.WriteOptions<Data, Variables>,
  ): Reference | undefined {
    const overtaken = this.#overtakenIn(options.result);
    if (overtaken.size === 0) return super.write(options);
    let written: Reference | undefined;
    this.performTransaction(() => {
      const kept = [...overtaken].map((id) => [id, this.#storedFields(id)] as const);
      written = super.write(options);
      for (const [id, fields] of kept) this.#restore(id, fields);
    });
    return written;
  }

  /** The ids of the objects of a result that are older than what is stored. */
  #overtakenIn(result: unknown, ids = new Set<string>()): Set<string> {
    if (Array.isArray(result)) {
      for (const item of result) this.#overtakenIn(item, ids);
    } else if (typeof result === 'object' && result !== null) {
      if (this.#isVersioned(result)) {
        const id = this.identify(result);
        const stored = id ? this.#storedFields(id).get('version') : undefined;
        if (id && typeof stored === 'number' && stored > result.version) ids.add(id);
      }
      for (const value of Object.values(result)) this.#overtakenIn(value, ids);
    }
    return ids;
  }

  #isVersioned(object: object): object is Versioned {
    const { __typename, version } = object as Partial<Versioned>;
    return typeof version === 'number' && this.#versionedTypes.includes(__typename ?? '');
  }

  /** Every field of an object as it is stored, by its name with arguments. */
  #storedFields(id: string): Map<string, unknown> {
    const fields = new Map<string, unknown>();
    // A modifier that gives back what it gets changes nothing: this is the way to read all that is stored.
    this.modify({
      id,
      broadcast: false,
      fields: (value: unknown, { storeFieldName }) => {
        fields.set(storeFieldName, value);
        return value as never;
      },
    });
    return fields;
  }

  #restore(id: string, fields: ReadonlyMap<string, unknown>): void {
    this.modify({
      id,
      broadcast: false,
      fields: (value: unknown, { storeFieldName }) =>
        (fields.has(storeFieldName) ? fields.get(storeFieldName) : value) as never,
    });
  }
}
