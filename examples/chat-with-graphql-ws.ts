/**
 * Follows the chat of a lesson with the package graphql-ws alone: what docs/api/subscriptions.md asks of a client, in
 * one file that may be translated into any language.
 */
import { type Client, createClient } from 'graphql-ws';
import { ChatLog, type Message } from './chat-log.js';

export interface FollowOptions {
  /** The GraphQL endpoint over HTTP. */
  readonly url: string;
  readonly lessonId: string;
  /** A fresh access token: another one when the last was refused; null when the session is over. */
  readonly accessToken: (refused: boolean) => Promise<string | null>;
  /** Told of every change with all messages, oldest first. */
  readonly show: (bodies: readonly (string | null)[]) => void;
  readonly signal: AbortSignal;
  /** Where there is no global WebSocket: Node.js before 22. */
  readonly webSocketImpl?: unknown;
}

const chatQuery = `query ($lessonId: ID!) { lesson(id: $lessonId) { chat {
  eventCursor messages(last: 50) { edges { node { id version sequence body } } } } } }`;

const chatEvents = `subscription ($roomId: ID!, $after: Cursor) { chatEvents(roomId: $roomId, after: $after) {
  __typename
  ... on ChannelEvent { cursor }
  ... on MessageSent { message { id version sequence body } } } }`;

interface ChatEvent {
  readonly __typename: string;
  readonly cursor: string;
  readonly message?: Message;
}

/** How one connection has ended, and so what comes next. */
type Ending =
  | { readonly next: 'stop'; readonly reason: string }
  | { readonly next: 'resume' }
  | { readonly next: 'resume with another token' }
  | { readonly next: 'fetch again' };

/** Follows until there is nothing more to follow; gives the reason, such as SUBSCRIPTION_REVOKED. */
export async function followChat(options: FollowOptions): Promise<string> {
  const { signal } = options;
  const log = new ChatLog();
  let after: string | null = null;
  let refused = false;
  let failures = 0;
  while (!signal.aborted) {
    const token = await options.accessToken(refused);
    if (token === null) return 'signed out';
    after ??= await fetchChat(options, token, log);
    const ending = await listen(options, token, after, (event) => {
      // The position counts as reached once the event has been dealt with.
      if (event.message) log.put(event.message);
      if (event.message) options.show(log.bodies());
      after = event.cursor;
      failures = 0;
    });
    if (ending.next === 'stop') return ending.reason;
    refused = ending.next === 'resume with another token';
    if (ending.next === 'fetch again') after = null;
    // With full jitter, so that the clients of a restarted server do not all come back in the same moment.
    if (ending.next === 'resume') await wait(Math.random() * Math.min(30_000, 500 * 2 ** failures++), signal);
  }
  return 'stopped';
}

/** The newest messages, and the position that they were read at. */
async function fetchChat(options: FollowOptions, token: string, log: ChatLog): Promise<string> {
  const response = await fetch(options.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: chatQuery, variables: { lessonId: options.lessonId } }),
  });
  const { data, errors } = (await response.json()) as {
    data?: {
      lesson: { chat: { eventCursor: string; messages: { edges: { node: Message }[] } } | null } | null;
    };
    errors?: { message: string }[];
  };
  const chat = data?.lesson?.chat;
  if (!chat) throw new Error(errors?.[0]?.message ?? 'There is no such chat.');
  for (const { node } of chat.messages.edges) log.put(node);
  options.show(log.bodies());
  return chat.eventCursor;
}

/** One connection with one subscription. */
async function listen(
  { url, lessonId, signal, webSocketImpl }: FollowOptions,
  accessToken: string,
  after: string,
  take: (event: ChatEvent) => void,
): Promise<Ending> {
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    ...(webSocketImpl ? { webSocketImpl } : {}),
    connectionParams: { accessToken },
    // It would come back with the variables of the beginning: we come back ourselves, with the last cursor.
    retryAttempts: 0,
    // A network that is gone without a word leaves a socket open for many minutes.
    keepAlive: 20_000,
  });
  const ending = await new Promise<Ending>((resolve) => {
    signal.addEventListener('abort', () => resolve({ next: 'stop', reason: 'stopped' }));
    client.subscribe<{ chatEvents: ChatEvent | null }>(
      { query: chatEvents, variables: { roomId: lessonId, after } },
      {
        next: ({ data }) => {
          const event = data?.chatEvents;
          if (event?.__typename === 'ChannelReset') resolve({ next: 'fetch again' });
          // Null with errors: something that may no longer be read; the subscription goes on.
          else if (event) take(event);
        },
        error: (cause) => resolve(endingOf(cause)),
        complete: () => resolve({ next: 'resume' }),
      },
    );
  });
  await client.dispose();
  return ending;
}

/** An `error` message is a list of GraphQL errors; a closed socket is an event with a code. */
function endingOf(cause: unknown): Ending {
  if (Array.isArray(cause)) {
    const code = String(cause[0]?.extensions?.code);
    if (code === 'UNAUTHENTICATED' || code === 'SESSION_EXPIRED')
      return { next: 'resume with another token' };
    if (code === 'SERVICE_UNAVAILABLE' || code === 'RATE_LIMITED') return { next: 'resume' };
    return { next: 'stop', reason: code };
  }
  const { code } = cause as { readonly code?: unknown };
  if (code === 4403) return { next: 'resume with another token' };
  const mistakes: unknown[] = [1009, 4400, 4401, 4406, 4409, 4429, 4500];
  return mistakes.includes(code) ? { next: 'stop', reason: `closed with ${code}` } : { next: 'resume' };
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
