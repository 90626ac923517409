import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { type Connection, connect, SignUpDocument, type SignUpRole, timerWait } from '../client/index.js';

/** Somebody of the story, signed up and connected. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly connection: Connection;
  /** Cuts the socket as a lost network does, without a word to the server. It stays cut until `comeBack`. */
  loseSocket(): void;
  comeBack(): void;
}

/** Signs up a new person, so that the story can be played again and again. */
export async function signUp(url: string, name: string, role: SignUpRole): Promise<Person> {
  const email = `${name.toLowerCase()}-${randomUUID()}@example.com`;
  let away: Promise<void> | null = null;
  let comeBack = () => {};
  const connection = connect({
    url,
    webSocketImpl: WebSocket,
    resume: {
      backoff: {
        wait: async (milliseconds, signal) => {
          await away;
          await timerWait(milliseconds, signal);
        },
      },
    },
  });
  let socket: WebSocket | null = null;
  connection.socket.on('connected', (connected) => {
    socket = connected as WebSocket;
  });
  const { data } = await connection.apollo.mutate({
    mutation: SignUpDocument,
    variables: { input: { email, password: randomUUID(), displayName: name, role, timeZone: 'Europe/Kyiv' } },
  });
  if (!data) throw new Error(`${name} could not sign up.`);
  await connection.signIn(data.signUp);
  return {
    id: data.signUp.user.id,
    name,
    email,
    connection,
    loseSocket() {
      away = new Promise((resolve) => {
        comeBack = resolve;
      });
      socket?.terminate();
    },
    comeBack() {
      away = null;
      comeBack();
    },
  };
}
