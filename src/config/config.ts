import { randomBytes } from 'node:crypto';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Limits, limitVariables, readLimits } from './limits.js';
import { type ObservationConfig, observationVariables, readObservation } from './observation.js';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of the project: where `prisma/migrations` lies. */
export const projectFolder = checkout;

const flag = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((value) => value === 'true' || value === '1');
const port = z.coerce
  .number('must be a port from 0 to 65535')
  .int()
  .min(0)
  .max(65_535, 'must be a port from 0 to 65535');
const seconds = z.coerce.number('must be a number of seconds').min(0).max(86_400);
/** A key in PEM; its line ends may be written as \n, since many files of variables have one line for each. */
const pem = z
  .string()
  .transform((value) => value.replaceAll('\\n', '\n'))
  .refine(
    (value) => value.startsWith('-----BEGIN PRIVATE KEY-----'),
    'must be a private key in PEM (PKCS #8)',
  );
const url = (...protocols: string[]) =>
  z.string().refine(
    (value) => {
      try {
        return protocols.includes(new URL(value).protocol);
      } catch {
        return false;
      }
    },
    `must be a URL starting with ${protocols.map((name) => `${name}//`).join(' or ')}`,
  );

const variables = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'must be development, test or production')
    .default('development'),
  PORT: port.default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  DATABASE_DIRECT_URL: url('postgres:', 'postgresql:').optional(),
  DATABASE_POOL_SIZE: z.coerce.number('must be a number of connections').int().min(2).max(500).default(10),
  DATABASE_WAIT_MS: z.coerce
    .number('must be a number of milliseconds')
    .int()
    .min(100)
    .max(60_000)
    .default(2_000),
  AUTO_MIGRATE: flag.default(true),
  LECTERN_DATA_DIR: z.string().min(1).default('.data'),
  REDIS_URL: url('redis:', 'rediss:').optional(),
  SMTP_URL: url('smtp:', 'smtps:').optional(),
  PUBLIC_URL: url('http:', 'https:').optional(),
  VAPID_PUBLIC_KEY: z.string().optional(),
  VAPID_PRIVATE_KEY: z.string().optional(),
  VAPID_SUBJECT: url('mailto:', 'https:').optional(),
  OUTBOUND_INSECURE: flag.default(false),
  MAIL_FROM: z.string().min(3).default('Lectern <no-reply@lectern.invalid>'),
  JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  JWT_PRIVATE_KEY: pem.optional(),
  JWT_PREVIOUS_KEYS: z
    .string()
    .transform((value) => value.split(',').map((key) => key.trim().replaceAll('\\n', '\n')))
    .refine(
      (keys) => keys.every((key) => key.length >= 32),
      'must be secrets or PEM keys of at least 32 characters, with commas between them',
    )
    .optional(),
  PASSWORD_NICENESS: z.coerce.number('must be a number from 0 to 19').int().min(0).max(19).default(10),
  APP_URL: url('http:', 'https:').optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be a pino level such as info')
    .default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty'], 'must be json or pretty').optional(),
  GRAPHIQL: flag.optional(),
  GRAPHQL_INTROSPECTION: flag.optional(),
  DEMO_DATA: flag.optional(),
  UNREAD_MESSAGE_DELAY_SECONDS: seconds.default(30),
  ALLOWED_ORIGINS: z
    .string()
    .transform((value) => value.split(',').map((origin) => origin.trim()))
    .pipe(
      z.array(
        z.string().regex(/^(\*|https?:\/\/[^/]+)$/, 'must be * or origins such as https://app.example.org'),
      ),
    )
    .optional(),
  ...limitVariables,
  ...observationVariables,
});

/** How the process is set up: parsed once from the environment, frozen, and the only reader of it. */
export interface Config extends Limits, ObservationConfig {
  readonly production: boolean;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Null: a PostgreSQL of our own in the data folder. */
  readonly databaseUrl: string | null;
  /** For LISTEN, which does not survive a pooler in transaction mode; null: the same as `databaseUrl`. */
  readonly databaseDirectUrl: string | null;
  readonly databasePoolSize: number;
  /** How long a caller waits for a connection, in milliseconds. */
  readonly databaseWaitMs: number;
  /** Whether a start applies pending migrations. */
  readonly autoMigrate: boolean;
  /** Absolute. */
  readonly dataDir: string;
  readonly redisUrl: string | null;
  /** Null: mails are written to `<dataDir>/mail`. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** The API's origin as people reach it, for links that are sent; without a slash at the end. */
  readonly publicUrl: string;
  /** For web push; null: made once and kept in the data folder. */
  readonly vapidKeys: { readonly publicKey: string; readonly privateKey: string } | null;
  /** Where push services reach whoever runs this: a mailto: or https: address. */
  readonly vapidSubject: string;
  /** Whether webhooks and pushes may go to http and to addresses that are not public. */
  readonly outboundInsecure: boolean;
  /** Null outside production: a secret is made once and kept in the data folder. */
  readonly jwtSecret: string | null;
  /** PEM of Ed25519 or P-256 that signs access tokens in place of the secret. */
  readonly jwtPrivateKey: string | null;
  /** Secrets and public keys of before a rotation, whose tokens are still taken. */
  readonly jwtPreviousKeys: readonly string[];
  /** By how much hashing gives way to everything else, from 0 (not at all) to 19; Linux only. */
  readonly passwordNiceness: number;
  /** Where the client application is, for links in mails; null: mails carry the code alone. */
  readonly appUrl: string | null;
  readonly logLevel: string;
  readonly logPretty: boolean;
  readonly graphiql: boolean;
  readonly introspection: boolean;
  readonly demoData: boolean;
  /** How long a chat message may wait to be read before its reader is told. */
  readonly unreadMessageDelaySeconds: number;
  /** Which web pages may use the API over HTTP and WebSocket: all, those of our own host, or these beside them. */
  readonly allowedOrigins: 'any' | 'same' | readonly string[];
}

/** One error that names every bad variable and what is expected of it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Reads the configuration from the environment; an empty variable counts as unset. Throws ConfigError. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(set);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  const production = set['NODE_ENV'] === 'production';
  if (production) {
    for (const name of ['DATABASE_URL', 'JWT_SECRET']) {
      if (set[name] === undefined) problems.push(`${name} must be set in production`);
    }
    if (/^(.)\1*$/.test(set['JWT_SECRET'] ?? '') || /change|default|secret/i.test(set['JWT_SECRET'] ?? '')) {
      problems.push(
        'JWT_SECRET must be a random secret in production, such as the output of: openssl rand -base64 48',
      );
    }
  }
  if ((set['VAPID_PUBLIC_KEY'] === undefined) !== (set['VAPID_PRIVATE_KEY'] === undefined))
    problems.push('VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be set together');
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const env = parsed.data;
  return Object.freeze({
    production,
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL ?? null,
    databaseDirectUrl: env.DATABASE_DIRECT_URL ?? null,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    databaseWaitMs: env.DATABASE_WAIT_MS,
    autoMigrate: env.AUTO_MIGRATE,
    dataDir: isAbsolute(env.LECTERN_DATA_DIR)
      ? env.LECTERN_DATA_DIR
      : resolve(checkout, env.LECTERN_DATA_DIR),
    redisUrl: env.REDIS_URL ?? null,
    smtpUrl: env.SMTP_URL ?? null,
    mailFrom: env.MAIL_FROM,
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ''),
    vapidKeys:
      env.VAPID_PUBLIC_KEY && env.VAPID_PRIVATE_KEY
        ? { publicKey: env.VAPID_PUBLIC_KEY, privateKey: env.VAPID_PRIVATE_KEY }
        : null,
    vapidSubject: env.VAPID_SUBJECT ?? `mailto:${/[^\s<>]+@[^\s<>]+/.exec(env.MAIL_FROM)?.[0] ?? 'unknown'}`,
    outboundInsecure: env.OUTBOUND_INSECURE,
    jwtSecret: env.JWT_SECRET ?? null,
    jwtPrivateKey: env.JWT_PRIVATE_KEY ?? null,
    jwtPreviousKeys: env.JWT_PREVIOUS_KEYS ?? [],
    passwordNiceness: env.PASSWORD_NICENESS,
    appUrl: env.APP_URL ?? (production ? null : 'http://localhost:3000'),
    logLevel: env.LOG_LEVEL,
    logPretty: env.LOG_FORMAT ? env.LOG_FORMAT === 'pretty' : !production && process.stdout.isTTY === true,
    graphiql: env.GRAPHIQL ?? !production,
    introspection: env.GRAPHQL_INTROSPECTION ?? !production,
    demoData: env.DEMO_DATA ?? (!production && env.DATABASE_URL === undefined),
    unreadMessageDelaySeconds: env.UNREAD_MESSAGE_DELAY_SECONDS,
    ...readObservation(env),
    allowedOrigins: allowedOrigins(env.ALLOWED_ORIGINS, production),
    ...readLimits(env),
  });
}

/** Outside production a page under development may come from anywhere. */
function allowedOrigins(given: readonly string[] | undefined, production: boolean): Config['allowedOrigins'] {
  if (given?.[0] === '*') return 'any';
  return given ?? (production ? 'same' : 'any');
}

/** A secret for signing, for a start outside production. */
export function newSecret(): string {
  return randomBytes(48).toString('base64url');
}
