import { ChatEventsDocument, createLiveSocket, createResumable } from '../../client/index.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { cuttable } from './cuttable-socket.js';

const messages = 200;
const cuts = 10;
let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** Follows a room through the resumable wrapper; `sequences` are those of the messages that came. */
function follow(accessToken: string, roomId: string, after: string) {
  const { CuttableSocket, cut } = cuttable();
  const socket = createLiveSocket({
    url: app.wsUrl,
    webSocketImpl: CuttableSocket,
    connectionParams: async () => ({ accessToken }),
  });
  const sequences: number[] = [];
  const counts = { joined: 0 };
  const all = new Promise<void>((resolve, reject) => {
    createResumable(socket, { backoff: { wait: async () => {} } }).subscribe(
      { query: ChatEventsDocument, variables: { roomId, after } },
      {
        next: ({ data }) => {
          const event = (data as { chatEvents?: { __typename: string; message?: { sequence: number } } })
            ?.chatEvents;
          if (event?.__typename === 'ChannelJoined') counts.joined++;
          if (event?.message) sequences.push(event.message.sequence);
          if (sequences.length === messages) resolve();
        },
        error: reject,
        complete: () => reject(new Error('the subscription completed')),
      },
    );
  });
  return { sequences, counts, all, cut, close: () => socket.dispose() };
}

it('two subscribers get each of 200 messages of two authors once and in order, though their sockets are cut ten times', async () => {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const { id: roomId } = await school.lesson(tutor, student);
  const [asTutor, asStudent] = [app.client(tutor.accessToken), app.client(student.accessToken)];
  const { lesson } = await asTutor.data('query ($id: ID!) { lesson(id: $id) { chat { eventCursor } } }', {
    id: roomId,
  });
  const followers = [tutor, student].map(({ accessToken }) =>
    follow(accessToken, roomId, lesson.chat.eventCursor),
  );

  let sent = 0;
  const write = async (author: typeof asTutor, name: string) => {
    for (let n = 0; n < messages / 2; n++) {
      await author.data(
        'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
        {
          input: { roomId, body: `${name} ${n}`, clientMessageId: `${name}-${n}` },
        },
      );
      // At random places, but as often as promised.
      if (++sent % (messages / cuts) === 0) followers[Math.floor(Math.random() * 2)]?.cut();
    }
  };
  await Promise.all([write(asTutor, 'tutor'), write(asStudent, 'student')]);
  await Promise.all(followers.map(({ all }) => all));

  const expected = Array.from({ length: messages }, (_, index) => index + 1);
  for (const { sequences } of followers) expect(sequences).toEqual(expected);
  // Each cut that hit an open socket led to one more joining.
  expect(followers.reduce((sum, { counts }) => sum + counts.joined, 0)).toBeGreaterThan(2);
  for (const { close } of followers) await close();
});
