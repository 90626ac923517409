import type { GraphQLEnumType } from 'graphql';
import { type Door, openDoor, type Reply } from './door.js';
import { authorization } from './families/authorization.js';
import { documentCost } from './families/document-cost.js';
import { http } from './families/http.js';
import { injection } from './families/injection.js';
import { recon } from './families/recon.js';
import { websocket } from './families/websocket.js';
import type { Family, World } from './family.js';
import { judge } from './judge.js';
import { wordsOf } from './leaks.js';
import { publishedSchema, type Target } from './target.js';

/** Every kind of attack. */
export const families: readonly Family[] = [
  ...documentCost,
  ...recon,
  ...http,
  ...injection,
  ...authorization,
  ...websocket,
];

const codes = new Set(
  (publishedSchema.getType('ErrorCode') as GraphQLEnumType).getValues().map(({ name }) => name),
);

/** Attacks on one target. */
export interface Siege {
  /** Runs a family as everyone who has it, or as one of them by number; gives what was wrong with the answers. */
  attack(family: Family, asOne?: number): Promise<readonly string[]>;
  /** Answers that were judged. */
  readonly attempts: number;
  end(): Promise<void>;
}

/** Opens the doors of a target for each attacker. One family at a time: the sockets of the doors are shared. */
export function besiege(
  target: Target,
  sample: Pick<World, 'step' | 'seed'>,
  limitMs: number,
  quietMs?: number,
): Siege {
  const world: World = { schema: publishedSchema, victims: target.victims, ...sample };
  const doors = target.attackers.map(({ name, token }) => ({
    name,
    door: openDoor(target.origin, token, quietMs),
  }));
  let attempts = 0;

  async function attackAt(family: Family, door: Door): Promise<string[]> {
    const problems: string[] = [];
    const look = (reply: Reply, sent: readonly string[], slow = false) => {
      attempts++;
      problems.push(
        ...judge(reply, {
          ...{ family, sent, codes, canaries: target.canaries },
          // A sign-up takes whole half seconds, so that its time tells nothing.
          limitMs: slow ? limitMs + 1_500 : limitMs,
        }),
      );
    };
    if (family.act) {
      for (const reply of await family.act(door, world)) look(reply, wordsOf(reply.what));
      return problems;
    }
    for (const operation of family.operations?.(world) ?? []) {
      const sent = [...wordsOf(operation), operation.query];
      const slow = /signUp|hangePassword|equestAccountDeletion|deleteAccount/.test(operation.query);
      look(await door.post(operation), sent, slow);
      if (Buffer.byteLength(JSON.stringify(operation)) < 60_000)
        look(await door.subscribe(operation), sent, slow);
      if (problems.length > 20) break;
    }
    return problems;
  }

  return {
    async attack(family, asOne) {
      const those = doors.filter(({ name }) => family.as?.includes(name) ?? true);
      const outcomes = await Promise.all(
        those
          .filter((_, index) => asOne === undefined || index === asOne % those.length)
          .map(async ({ name, door }) =>
            (await attackAt(family, door)).map((problem) => `as ${name}: ${problem}`),
          ),
      );
      return outcomes.flat();
    },
    get attempts() {
      return attempts;
    },
    async end() {
      for (const { door } of doors) await door.close();
    },
  };
}
