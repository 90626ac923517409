import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { createTurns } from './turns.js';

/**
 * argon2id with 19 MiB, two passes and one lane, as OWASP recommends
 * (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
 */
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** A well-formed hash that no password has. Verifying against it takes as long as against a real one. */
const nobody = ((base64: (bytes: number) => string) =>
  `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${base64(16)}$${base64(32)}`)(
  (bytes) => randomBytes(bytes).toString('base64').replace(/=+$/, ''),
);

/** Hashes a password for keeping. Takes 10 to 20 ms of one core and 19 MiB, without any bound on how many run. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), cost);
}

/** Hashing with a bound on how much of it runs and waits, so that a rush of sign-ins leaves room for everything else. */
export interface Passwords {
  /** Fails with SERVICE_UNAVAILABLE when too many wait already. */
  hash(password: string): Promise<string>;
  /** Whether it is the password of this hash; false for null, at the same cost. Fails with SERVICE_UNAVAILABLE. */
  matches(passwordHash: string | null, password: string): Promise<boolean>;
}

/** One core is left to everything else: hashing fills whatever it is given. */
const spareCores = Math.max(1, availableParallelism() - 1);

/** Creates the bound: `concurrency` at once, and `maxWaiting` in line behind them. */
export function createPasswords({ concurrency = spareCores, maxWaiting = 100 } = {}): Passwords {
  const inTurn = createTurns({ concurrency, maxWaiting });
  return {
    hash: (password) => inTurn(() => hashPassword(password)),
    matches: async (passwordHash, password) => {
      const same = await inTurn(() => verify(passwordHash ?? nobody, password.normalize('NFKC')));
      return same && passwordHash !== null;
    },
  };
}
