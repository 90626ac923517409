import { run, type SystemProcess, urlIn } from '../processes/process-fixture.js';
import { eventually } from '../testkit/eventually.js';
import { createGraphqlClient } from '../testkit/graphql-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { flaw, follow } from './subscriber.js';

const kills = Number(process.env['KILLS'] ?? 3);
const subscribers = Number(process.env['SUBSCRIBERS'] ?? (kills > 3 ? 500 : 150));

let app: TestApp;
let api: SystemProcess | undefined;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  api?.child.kill('SIGKILL');
  await api?.ended;
  await app.stop();
});

async function startApi(): Promise<string> {
  api = run('main', ['--no-worker'], {
    DATABASE_URL: app.databaseUrl,
    LECTERN_DATA_DIR: app.dataDir,
    JWT_SECRET: app.foundation.secret,
    AUTO_MIGRATE: 'false',
    DEMO_DATA: 'false',
    PORT: '0',
    LOG_LEVEL: 'error',
    WS_SOCKETS_PER_USER: '0',
    WS_SOCKETS_PER_ADDRESS: '0',
  });
  return urlIn(await api.printed(/GraphQL\s+http\S+/));
}

it(
  `an API that is killed ${kills} times under ${subscribers} subscribers loses nothing, repeats nothing`,
  async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const lesson = await school.lesson(tutor, student);
    let url = await startApi();
    const { lesson: read } = await app
      .client(tutor.accessToken)
      .data('query ($id: ID!) { lesson(id: $id) { chat { eventCursor } } }', { id: lesson.id });

    const all = Array.from({ length: subscribers }, (_, n) =>
      follow({
        url: () => url.replace('http', 'ws'),
        accessToken: (n % 2 ? tutor : student).accessToken,
        roomId: lesson.id,
        after: read.chat.eventCursor,
        onEvent: () => {},
      }),
    );
    let writing = true;
    let sent = 0;
    let open = false;
    const write = async () => {
      // What may have been stored before a kill is sent until it is acknowledged: `sent` counts what the log holds.
      while (writing || open) {
        open = true;
        const client = createGraphqlClient(url, tutor.accessToken);
        // The same key until it is acknowledged: sent once, whatever was killed in between.
        const answer = await client
          .send(
            `mutation ($r: ID!, $b: String!) { sendMessage(input: { roomId: $r, body: $b, clientMessageId: $b }) { message { id } } }`,
            { r: lesson.id, b: `message ${sent + 1}` },
          )
          .catch(() => null);
        if (answer?.data?.sendMessage) {
          sent++;
          open = false;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const writer = write();
    for (let kill = 0; kill < kills; kill++) {
      // Everyone is there again, and is being told.
      const before = sent;
      await eventually(
        () => all.filter(({ sequences }) => sequences.length < before + 5).length,
        (behind) => behind === 0,
        60_000,
      );
      api?.child.kill('SIGKILL');
      await api?.ended;
      url = await startApi();
    }
    writing = false;
    await writer;
    await eventually(
      () => all.filter(({ sequences }) => sequences.length < sent).length,
      (behind) => behind === 0,
      60_000,
    );
    for (const one of all) one.stop();
    expect(sent).toBeGreaterThanOrEqual(5 * kills);
    expect(all.map(({ sequences }) => flaw(sequences, sent)).filter(Boolean)).toEqual([]);
    expect(Math.min(...all.map(({ connects }) => connects))).toBeGreaterThan(kills);
  },
  60_000 + kills * 30_000,
);
