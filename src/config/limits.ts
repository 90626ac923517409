import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

const count = z.coerce
  .number('must be a number; 0 turns the limit off')
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const flag = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((value) => value === 'true' || value === '1');
const seconds = z.coerce.number('must be a number of seconds').min(0).max(86_400);

/** The variables of what the server takes from clients; `docs/operations/limits.md` tells what each means. */
export const limitVariables = {
  TRUSTED_PROXIES: z
    .string()
    .transform((value) =>
      /^\d+$/.test(value) ? Number(value) : value.split(',').map((network) => network.trim()),
    )
    .refine(
      (value) => (typeof value === 'number' ? value <= 10 : value.every(isNetwork)),
      'must be a number of proxies (0 to 10), or addresses and networks such as 10.0.0.0/8 with commas between them',
    )
    .default(0),

  HTTP_BODY_BYTES: count.default(1024 * 1024),
  HTTP_HEADERS_SECONDS: seconds.default(10),
  HTTP_REQUEST_SECONDS: seconds.default(30),

  DOCUMENT_BYTES: count.default(64 * 1024),
  DOCUMENT_TOKENS: count.default(2_000),
  DOCUMENT_DEPTH: count.default(12),
  DOCUMENT_ALIASES: count.default(50),
  DOCUMENT_DIRECTIVES: count.default(50),
  DOCUMENT_SELECTIONS: count.default(1_000),
  DOCUMENT_REPEATED_PAIRS: count.default(2_000),
  DOCUMENT_COST: count.default(20_000),
  VARIABLES_BYTES: count.default(256 * 1024),
  VARIABLES_VALUES: count.default(10_000),
  VARIABLES_DEPTH: count.default(10),

  PERSISTED_DOCUMENTS: z.string().min(1).optional(),
  PERSISTED_DOCUMENTS_ONLY: flag.default(false),

  RATE_LIMITS: flag.default(true),
  RATE_LIMIT_ANONYMOUS_COST: count.default(20_000),
  RATE_LIMIT_USER_COST: count.default(100_000),
  RATE_LIMIT_PREMIUM_COST: count.default(300_000),
  RATE_LIMIT_MUTATIONS: count.default(1_000),
  RATE_LIMIT_MUTATION_BURST: count.default(300),
  RATE_LIMIT_FAULTS: count.default(300),
  RATE_LIMIT_FAILURES: count.default(10),
  RATE_LIMIT_ACCOUNT_FAILURES: count.default(50),
  RATE_LIMIT_SIGN_UPS: count.default(30),
  RATE_LIMIT_RESETS: count.default(10),
  RATE_LIMIT_ACCOUNT_RESETS: count.default(3),

  WS_SOCKETS_PER_USER: count.default(10),
  WS_SOCKETS_PER_ADDRESS: count.default(100),
  WS_SOCKETS_BEFORE_INIT: count.default(1_000),
  WS_MESSAGES_PER_10_SECONDS: count.default(100),
  WS_SUBSCRIPTIONS_PER_SOCKET: count.default(100),
  WS_FRAME_BYTES: count.default(64 * 1024),
  WS_OUTGOING_BYTES: count.default(1024 * 1024),
  WS_INIT_SECONDS: seconds.default(3),
  WS_PING_SECONDS: seconds.default(25),
  WS_PONG_SECONDS: seconds.default(10),
};

function isNetwork(network: string): boolean {
  const [address = '', prefix, ...rest] = network.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
    return /^\d+$/.test(prefix);
  } catch {
    return false;
  }
}

type LimitVariables = z.output<z.ZodObject<typeof limitVariables>>;

/** Limits by what they bound; 0 turns one off. */
export type Limits = ReturnType<typeof readLimits>;

/** The limits as the parts of the server take them. */
export function readLimits(env: LimitVariables) {
  const rate = (points: number) => (env.RATE_LIMITS ? points : 0);
  return {
    /** Proxies in front, or the networks that they are in; nobody's `X-Forwarded-For` counts for 0. */
    trustedProxies: env.TRUSTED_PROXIES as number | readonly string[],
    /** Limits of HTTP bodies and times. */
    httpLimits: {
      bodyBytes: env.HTTP_BODY_BYTES,
      headersMs: env.HTTP_HEADERS_SECONDS * 1_000,
      requestMs: env.HTTP_REQUEST_SECONDS * 1_000,
    },
    /** Limits of documents and their variables, the same over HTTP and WebSocket. */
    documentLimits: {
      bytes: env.DOCUMENT_BYTES,
      tokens: env.DOCUMENT_TOKENS,
      depth: env.DOCUMENT_DEPTH,
      aliases: env.DOCUMENT_ALIASES,
      directives: env.DOCUMENT_DIRECTIVES,
      selections: env.DOCUMENT_SELECTIONS,
      repeatedPairs: env.DOCUMENT_REPEATED_PAIRS,
      cost: env.DOCUMENT_COST,
      variableBytes: env.VARIABLES_BYTES,
      variableValues: env.VARIABLES_VALUES,
      variableDepth: env.VARIABLES_DEPTH,
    },
    /** The file of documents that may be named by their hash; null: the client's own when only those are taken. */
    persistedDocuments: env.PERSISTED_DOCUMENTS ?? null,
    persistedDocumentsOnly: env.PERSISTED_DOCUMENTS_ONLY,
    /** What callers may ask for in a minute. */
    operationBudgets: {
      anonymousCost: rate(env.RATE_LIMIT_ANONYMOUS_COST),
      userCost: rate(env.RATE_LIMIT_USER_COST),
      premiumCost: rate(env.RATE_LIMIT_PREMIUM_COST),
      mutations: rate(env.RATE_LIMIT_MUTATIONS),
      mutationBurst: rate(env.RATE_LIMIT_MUTATION_BURST),
      faults: rate(env.RATE_LIMIT_FAULTS),
    },
    /** What strangers may try. */
    attemptLimits: {
      failuresPerAddress: rate(env.RATE_LIMIT_FAILURES),
      failuresPerAccount: rate(env.RATE_LIMIT_ACCOUNT_FAILURES),
      signUpsPerAddress: rate(env.RATE_LIMIT_SIGN_UPS),
      resetsPerAddress: rate(env.RATE_LIMIT_RESETS),
      resetsPerAccount: rate(env.RATE_LIMIT_ACCOUNT_RESETS),
    },
    /** Limits of WebSockets. */
    socketLimits: {
      socketsPerUser: env.WS_SOCKETS_PER_USER,
      socketsPerAddress: env.WS_SOCKETS_PER_ADDRESS,
      socketsBeforeInit: env.WS_SOCKETS_BEFORE_INIT,
      messagesPerWindow: env.WS_MESSAGES_PER_10_SECONDS,
      operationsPerSocket: env.WS_SUBSCRIPTIONS_PER_SOCKET,
      frameBytes: env.WS_FRAME_BYTES,
      outgoingBytes: env.WS_OUTGOING_BYTES,
      initMs: env.WS_INIT_SECONDS * 1_000,
      pingMs: env.WS_PING_SECONDS * 1_000,
      pongMs: env.WS_PONG_SECONDS * 1_000,
    },
  };
}
