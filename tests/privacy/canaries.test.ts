import { randomBytes } from 'node:crypto';
import { booking, scheduleLesson } from '../api/lesson-operations.js';
import { scrape } from '../testkit/scrape.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const lines: string[] = [];
let app: TestApp;

beforeAll(async () => {
  // Everything is slow, so that the statements of every operation are logged.
  app = await startApp({ config: { slowOperationMs: 1 }, log: { write: (line) => void lines.push(line) } });
});

afterAll(() => app.stop());

/** A word that nothing else has. */
function canary(): string {
  return `canary${randomBytes(6).toString('hex')}`;
}

const signUp = `mutation ($input: SignUpInput!) {
  signUp(input: $input) { accessToken refreshToken user { id } }
}`;
const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';

it('addresses, names, passwords, tokens, texts and names of operations are in no line of the log and no metric', async () => {
  const [address, name, password, text, title, word] = Array.from({ length: 6 }, canary) as string[];
  const email = `${address}@test.example`;
  const client = app.client();
  const signedUp = await client.send(signUp, {
    input: { email, password, displayName: name, role: 'STUDENT' },
  });
  await client.send(signIn, { input: { email, password: `${password}-wrong` } });
  await client.send(`query ${word} { ${word} }`);
  await client.send(`query ${word} { __typename }`);
  await client.send('{ lesson(id: "no id") { id } }');
  const { accessToken, refreshToken } = signedUp.data.signUp;
  await app.client(`${accessToken}x`).send('{ viewer { id } }');

  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const lesson = await app
    .client(tutor.accessToken)
    .send(scheduleLesson, { input: booking(student, 30, { title }) });
  const roomId = lesson.data.scheduleLesson.lesson.id;
  const events = app
    .socket(student.accessToken)
    .subscribe(`subscription ($roomId: ID!) { chatEvents(roomId: $roomId) { __typename } }`, { roomId });
  await events.next();
  const sent = await app
    .client(tutor.accessToken)
    .send(send, { input: { roomId, body: text, clientMessageId: text } });
  expect(sent.errors).toBeUndefined();
  await events.next();
  await app.deliver();

  const log = lines.join('');
  expect(lines.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThan(7);
  expect(log).toContain('"msg":"a slow operation"');
  expect(log).toContain('"msg":"operation"');
  const { text: metrics } = await scrape(app.origin);
  const people = [tutor, student].flatMap((person) => [person.email, person.displayName, person.accessToken]);
  const secrets = [
    address,
    name,
    password,
    text,
    title,
    word,
    accessToken,
    refreshToken,
    ...people,
  ] as string[];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(8);
    expect(log).not.toContain(secret);
    expect(metrics).not.toContain(secret);
  }
});
