import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hash, type Options } from '@node-rs/argon2';
import { createHashThread } from './hash-thread.js';
import { createTurns } from './turns.js';

/**
 * argon2id with 19 MiB, two passes and one lane, as OWASP recommends
 * (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
 */
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const satisfies Options;
const saltBytes = 16;
const hashBytes = 32;

/** Hashes a password for keeping, at once and with a salt of its own. For operators: without any bound on how many run. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), cost);
}

/** What stands in for the hash of an account that is not there: made like any other, of no password. */
export function hashOfNobody(): string {
  const { memoryCost, timeCost, parallelism } = cost;
  const text = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${text(saltBytes)}$${text(hashBytes)}`;
}

/**
 * Hashing with a bound on how much of it waits, in a thread that gives way to everything else, so that a rush of
 * sign-ins leaves room for it.
 */
export interface Passwords {
  /** Hashes with this salt of 16 bytes, or with that of another hash. Fails with SERVICE_UNAVAILABLE when too many wait. */
  hash(password: string, salt: Uint8Array | string): Promise<string>;
  /**
   * The place of the first of these hashes that is of the password; -1 when none is. It hashes once for each salt among
   * them, and once when there is none. Fails with SERVICE_UNAVAILABLE.
   */
  find(hashes: readonly string[], password: string): Promise<number>;
  /** Ends the thread. */
  stop(): Promise<void>;
}

/** Creates it: one is hashed at a time, and `maxWaiting` wait in line. */
export function createPasswords({ maxWaiting = 100, niceness = 10, rest = 1 } = {}): Passwords {
  const thread = createHashThread(niceness);
  const inTurn = createTurns({ concurrency: 1, maxWaiting, rest });

  return {
    hash: (password, salt) => {
      const taken = typeof salt === 'string' ? settingOf(salt)?.options.salt : salt;
      const options = { ...cost, salt: taken ?? randomBytes(saltBytes) };
      return inTurn(() => thread.hash(password.normalize('NFKC'), options));
    },
    find: async (hashes, password) => {
      const settings = new Map(
        hashes.flatMap((one) => {
          const setting = settingOf(one);
          return setting ? [[setting.name, setting.options] as const] : [];
        }),
      );
      // An account that was erased: as long as any other.
      if (settings.size === 0) settings.set('', { ...cost, salt: randomBytes(saltBytes) });
      const normal = password.normalize('NFKC');
      const made = await inTurn(async () => {
        const all: string[] = [];
        for (const options of settings.values()) all.push(await thread.hash(normal, options));
        return all;
      });
      return hashes.findIndex((one) => made.some((other) => same(one, other)));
    },
    stop: () => thread.stop(),
  };
}

/** How a hash was made, in the form of its kind: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
const phc = /^(\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+))\$[A-Za-z0-9+/]+$/;

/** How a hash was made; null for a text that is none, such as that of an erased account. */
function settingOf(passwordHash: string): { readonly name: string; readonly options: Options } | null {
  const [, name, memoryCost, timeCost, parallelism, salt] = phc.exec(passwordHash) ?? [];
  if (name === undefined || salt === undefined) return null;
  return {
    name,
    options: {
      algorithm: cost.algorithm,
      memoryCost: Number(memoryCost),
      timeCost: Number(timeCost),
      parallelism: Number(parallelism),
      salt: Buffer.from(salt, 'base64'),
    },
  };
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
