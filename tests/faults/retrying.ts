import { setTimeout as pause } from 'node:timers/promises';
import { createGraphqlClient } from '../testkit/graphql-client.js';

/** Passing failures: what a client tries again. */
const passing = new Set(['SERVICE_UNAVAILABLE', 'IDEMPOTENCY_IN_PROGRESS']);

/** Where a client sends its requests, asked before each try. */
export type Address = () => string;

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it has asked for
type Data = any;

/** What it cost to get an answer. */
export interface Answered {
  readonly data: Data;
  readonly tries: number;
  readonly milliseconds: number;
}

export interface RetryOptions {
  readonly url: Address;
  readonly accessToken: string;
  /** How long it keeps trying, in milliseconds. */
  readonly patienceMs?: number;
}

/**
 * Sends an operation until it is answered, as an application does: after a broken connection, a refusal to connect or a
 * passing error it waits a little and sends the same again, with the same key. Throws for any other error, and when its
 * patience is over.
 */
export async function sendUntilAnswered(
  { url, accessToken, patienceMs = 30_000 }: RetryOptions,
  query: string,
  variables: Record<string, unknown>,
): Promise<Answered> {
  const start = performance.now();
  for (let tries = 1; ; tries++) {
    const answer = await createGraphqlClient(url(), accessToken)
      .send(query, variables)
      .catch((error: unknown) => error as Error);
    const milliseconds = performance.now() - start;
    if (!(answer instanceof Error) && !answer.errors) return { data: answer.data, tries, milliseconds };
    const codes =
      answer instanceof Error ? [] : (answer.errors ?? []).map(({ extensions }) => extensions.code);
    const final = codes.some((code) => !passing.has(code));
    if (final || milliseconds > patienceMs)
      throw new Error(`not answered after ${tries} tries: ${answer instanceof Error ? answer : codes}`);
    await pause(Math.min(500, 20 * 2 ** tries) * (0.5 + Math.random()));
  }
}
