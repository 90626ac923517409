/**
 * Follows the chat of a lesson with Apollo Client and the client of this repository: fetches, subscribes without a gap,
 * survives cuts and restarts, and knows how it ends.
 *
 *   npx tsx examples/chat-with-apollo.ts http://127.0.0.1:4000/graphql tutor@example.org password lesson_…
 */
import { fileURLToPath } from 'node:url';
import { CombinedGraphQLErrors } from '@apollo/client';
import { WebSocket } from 'ws';
import {
  ChatEventsDocument,
  type Connection,
  connect,
  LessonChatDocument,
  SignInDocument,
} from '../client/index.js';
import { ChatLog } from './chat-log.js';

/** What the application does with it. */
export interface ChatScreen {
  /** Told of every change with all messages, oldest first. */
  show(bodies: readonly (string | null)[]): void;
  /** Told once why nothing more comes: an error code such as SUBSCRIPTION_REVOKED. */
  ended(reason: string): void;
}

/** Shows the chat from now on; gives the way to stop. */
export async function followChat(
  { apollo }: Connection,
  lessonId: string,
  screen: ChatScreen,
): Promise<() => void> {
  const log = new ChatLog();

  /** The newest page, from the server; its cursor is where the events go on. */
  async function fetchChat(): Promise<string> {
    const { data } = await apollo.query({
      query: LessonChatDocument,
      variables: { lessonId },
      fetchPolicy: 'network-only',
    });
    const chat = data?.lesson?.chat;
    if (!chat) throw new Error('You may not see this chat.');
    for (const { node } of chat.messages.edges) log.put(node);
    screen.show(log.bodies());
    return chat.eventCursor;
  }

  const after = await fetchChat();
  const subscription = apollo
    .subscribe({
      query: ChatEventsDocument,
      variables: { roomId: lessonId, after },
      // The history after our cursor is gone: fetch again, and go on from where that ends.
      context: { onChannelReset: fetchChat },
    })
    .subscribe(({ data, error }) => {
      // Whatever passes by itself, such as a lost network or a token that has expired, never comes here.
      if (error) screen.ended(codeOf(error));
      const event = data?.chatEvents;
      if (event?.__typename !== 'MessageSent') return;
      log.put(event.message);
      screen.show(log.bodies());
    });
  return () => subscription.unsubscribe();
}

function codeOf(error: unknown): string {
  const [first] = CombinedGraphQLErrors.is(error) ? error.errors : [];
  return String(first?.extensions?.['code'] ?? error);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url = '', email = '', password = '', lessonId = ''] = process.argv.slice(2);
  const connection = connect({ url, webSocketImpl: WebSocket });
  const { data } = await connection.apollo.mutate({
    mutation: SignInDocument,
    variables: { input: { email, password } },
  });
  if (!data) throw new Error('The sign-in gave nothing.');
  await connection.signIn(data.signIn);
  await followChat(connection, lessonId, {
    show: (bodies) => console.log(bodies.at(-1)),
    ended: (reason) => {
      console.log(`The end: ${reason}`);
      void connection.close();
    },
  });
}
