import { documentGuards } from './documents.js';
import { errorGuards } from './errors.js';
import { faultGuards } from './faults.js';
import { httpGuards } from './http.js';
import { limitGuards } from './limits.js';
import { peopleGuards } from './people.js';
import { socketGuards } from './sockets.js';

/** A guard, how it is taken out, and the tests that have to notice. */
export interface Guard {
  readonly name: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  /** What stands there when the guard is gone. */
  readonly without: string;
  /** Parts of the paths of test files. */
  readonly tests: readonly string[];
  /** A pattern of the names of the tests, to run these alone. */
  readonly named?: string;
  /** Whether they are of those that `npm run test:faults` has, in full, and `npm test` has not. */
  readonly inFull?: true;
}

/** What stands between a client and the school, each taken out by `npm run check:guards`. */
export const guards: readonly Guard[] = [
  ...httpGuards,
  ...documentGuards,
  ...limitGuards,
  ...socketGuards,
  ...errorGuards,
  ...peopleGuards,
  ...faultGuards,
];
