import { connect } from '../../client/index.js';
import { followChat as followWithApollo } from '../../examples/chat-with-apollo.js';
import { followChat as followWithGraphqlWs } from '../../examples/chat-with-graphql-ws.js';
import { eventually } from '../testkit/eventually.js';
import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { cuttable } from './cuttable-socket.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** A running example, whichever. */
interface Example {
  readonly shown: { bodies: readonly (string | null)[] };
  readonly ended: Promise<string>;
  cut(): void;
  close(): Promise<void>;
}

/** With the tokens of a sign-in that has just happened. */
async function withApollo({ accessToken }: Person, lessonId: string): Promise<Example> {
  const { CuttableSocket, cut } = cuttable();
  const tokens = {
    accessToken,
    accessTokenExpiresAt: new Date(Date.now() + 600_000).toISOString(),
    refreshToken: 'none',
  };
  const backoff = { wait: async () => {} };
  const connection = connect({
    url: app.url,
    webSocketImpl: CuttableSocket,
    tokens,
    resume: { backoff },
  });
  const shown = { bodies: [] as readonly (string | null)[] };
  let end: (reason: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  await followWithApollo(connection, lessonId, {
    show: (bodies) => {
      shown.bodies = bodies;
    },
    ended: end,
  });
  return { shown, ended, cut, close: () => connection.close() };
}

/** Begins with a token that is refused. */
async function withGraphqlWs({ accessToken }: Person, lessonId: string): Promise<Example> {
  const { CuttableSocket, cut } = cuttable();
  const shown = { bodies: [] as readonly (string | null)[] };
  const stopping = new AbortController();
  let sockets = 0;
  const ended = followWithGraphqlWs({
    url: app.url,
    lessonId,
    webSocketImpl: class extends CuttableSocket {
      constructor(...args: ConstructorParameters<typeof CuttableSocket>) {
        super(...args);
        sockets++;
      }
    },
    accessToken: async (refused) => (refused || sockets !== 1 ? accessToken : 'one that has expired'),
    show: (bodies) => {
      shown.bodies = bodies;
    },
    signal: stopping.signal,
  });
  return {
    shown,
    ended,
    cut,
    async close() {
      stopping.abort();
      await ended;
    },
  };
}

describe.each([
  ['Apollo Client', withApollo],
  ['graphql-ws alone', withGraphqlWs],
])('the example with %s', (_name, start) => {
  it('misses nothing through a cut, a restored database and more, and ends when access does', async () => {
    const school = await app.seed.school();
    const { tutor, student, relationId } = await school.pair();
    const lesson = await school.lesson(tutor, student);
    const client = app.client(tutor.accessToken);
    const say = (body: string) =>
      client.data(
        'mutation ($r: ID!, $b: String!) { sendMessage(input: { roomId: $r, body: $b }) { message { id } } }',
        { r: lesson.id, b: body },
      );
    await say('before');
    const example = await start(student, lesson.id);
    const shows = (...bodies: string[]) =>
      eventually(
        () => example.shown.bodies,
        (now) => JSON.stringify(now) === JSON.stringify(bodies),
      );
    await shows('before');
    await say('live');
    await shows('before', 'live');

    example.cut();
    await say('during a cut');
    await shows('before', 'live', 'during a cut');

    // As after the restoring of a backup: the positions are there, but they are not those that clients know.
    const { database } = app.foundation;
    await database.sql('UPDATE channel_event SET tag = tag / 2');
    await database.sql('UPDATE channel SET last_tag = last_tag / 2');
    example.cut();
    await say('in another history');
    await shows('before', 'live', 'during a cut', 'in another history');
    // It has fetched this; what comes next says that it is subscribed again.
    await say('live again');
    await shows('before', 'live', 'during a cut', 'in another history', 'live again');

    await client.data(
      'mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { id } } }',
      { id: relationId },
    );
    expect(await example.ended).toBe('SUBSCRIPTION_REVOKED');
    await example.close();
  });
});
