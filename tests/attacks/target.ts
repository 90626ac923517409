import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { createDatabase } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import { run, urlIn } from '../processes/process-fixture.js';
import { createSeed } from '../testkit/seed.js';
import { createTestDatabase } from '../testkit/test-database.js';
import { makeSides } from './victims.js';

/** Who attacks. */
export interface Attacker {
  readonly name: 'anonymous' | 'student' | 'foreign admin';
  readonly token: string | null;
}

/** What is attacked. */
export interface Target {
  readonly origin: string;
  readonly attackers: readonly Attacker[];
  /** Objects of a school that is none of the attackers', by type, and words that only its people may read. */
  readonly victims: Readonly<Record<string, string>>;
  readonly canaries: readonly string[];
  /** An honest person of that school. */
  readonly honest: string | null;
  /** Whether it has not ended by itself. */
  alive(): boolean;
  stop(): Promise<void>;
}

/** The published schema: an attacker has it, introspection or not. */
export const publishedSchema = buildSchema(
  readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
);

const secret = 'Zk3vQm8rT1yLw6xNc9bHs4dGf7jKp2aUe5oVi0zR';

/**
 * The server of ATTACK_URL, else one of our own in production mode. At a server of others ATTACK_STUDENT_TOKEN and
 * ATTACK_ADMIN_TOKEN say who attacks besides strangers, ATTACK_HONEST_TOKEN who is to be unhurt, and ATTACK_VICTIMS
 * (JSON: ids by type) and ATTACK_CANARIES (JSON: words) what they must not see.
 */
export async function openTarget(): Promise<Target> {
  const { env } = process;
  return env['ATTACK_URL'] ? elsewhere(env['ATTACK_URL'], env) : ourOwn();
}

function elsewhere(url: string, env: NodeJS.ProcessEnv): Target {
  const tokens = { student: env['ATTACK_STUDENT_TOKEN'], 'foreign admin': env['ATTACK_ADMIN_TOKEN'] };
  const attackers = Object.entries(tokens).flatMap(([name, token]) =>
    token ? [{ name: name as Attacker['name'], token }] : [],
  );
  return {
    origin: new URL(url).origin,
    attackers: [{ name: 'anonymous', token: null }, ...attackers],
    victims: JSON.parse(env['ATTACK_VICTIMS'] ?? '{}') as Record<string, string>,
    canaries: JSON.parse(env['ATTACK_CANARIES'] ?? '[]') as string[],
    honest: env['ATTACK_HONEST_TOKEN'] ?? null,
    alive: () => true,
    stop: async () => {},
  };
}

async function ourOwn(): Promise<Target> {
  const database = await createTestDatabase();
  // What is counted would hide what is behind it: only the limits of attempts stay on. tests/api/rate-limits has the rest.
  const off = ['USER_COST', 'PREMIUM_COST', 'ANONYMOUS_COST', 'MUTATIONS', 'MUTATION_BURST', 'FAULTS'];
  const server = run('main', ['--no-worker'], {
    NODE_ENV: 'production',
    DATABASE_URL: database.url,
    JWT_SECRET: secret,
    AUTO_MIGRATE: 'false',
    PORT: '0',
    LOG_LEVEL: 'error',
    WS_SOCKETS_PER_USER: '60',
    WS_SOCKETS_PER_ADDRESS: '1000',
    ...Object.fromEntries(off.map((name) => [`RATE_LIMIT_${name}`, '0'])),
  });
  let ended = false;
  void server.ended.then(() => {
    ended = true;
  });
  const url = urlIn(await server.printed(/GraphQL\s+http\S+/));
  const direct = createDatabase({
    url: database.url,
    logger: createLogger({ level: 'silent', pretty: false }),
  });
  const sides = await makeSides(createSeed(direct, secret), direct, url);
  return {
    ...sides,
    origin: new URL(url).origin,
    alive: () => !ended,
    async stop() {
      server.child.kill('SIGTERM');
      await server.ended;
      await direct.stop();
      await database.drop();
    },
  };
}
