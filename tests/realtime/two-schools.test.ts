import { getNamedType } from 'graphql';
import { readConfig } from '../../src/config/config.js';
import { schema } from '../../src/graphql/schema.js';
import { connect } from '../api/transport-fixture.js';
import { eventually } from '../testkit/eventually.js';
import { createRandom } from '../testkit/random.js';
import type { Person, SeededLesson } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { randomSelection, turnedOff } from './selections.js';

/** More seeds than one are for a patient evening: `SCHOOL_SEEDS=20`. */
const seeds = Number(process.env['SCHOOL_SEEDS'] ?? 1);
const steps = 40;

let app: TestApp;
beforeAll(async () => {
  const { socketLimits, documentLimits } = readConfig({});
  const { socketsPerUser, socketsPerAddress, operationsPerSocket, messagesPerWindow } =
    turnedOff(socketLimits);
  app = await startApp({
    config: {
      documentLimits: turnedOff(documentLimits),
      socketLimits: {
        ...socketLimits,
        socketsPerUser,
        socketsPerAddress,
        operationsPerSocket,
        messagesPerWindow,
      },
    },
  });
});
afterAll(() => app.stop());

interface Lesson extends SeededLesson {
  readonly tutor: Person;
  readonly student: Person;
  readonly relationId: string;
  readonly admins: readonly Person[];
}

/** Somebody who has subscribed to everything, with all that ever came. */
interface Subscriber {
  readonly person: Person;
  readonly answers: Map<string, string>;
  text: string;
}

const eventTypeOf = (field: string) => {
  const type = schema.getSubscriptionType()?.getFields()[field]?.type;
  if (!type) throw new Error(`no subscription ${field}`);
  return getNamedType(type);
};

/** Subscribes to everything in both schools, each with a selection at random; resolves when all is answered. */
async function subscribeToAll(person: Person, lessons: readonly Lesson[], seed: number): Promise<Subscriber> {
  const socket = await connect(Number(new URL(app.origin).port), {});
  await socket.init(person.accessToken);
  const subscriber: Subscriber = { person, answers: new Map(), text: '' };
  socket.socket.on('message', (data) => {
    subscriber.text += data;
    const { id, type, payload } = JSON.parse(String(data));
    if (!subscriber.answers.has(id))
      subscriber.answers.set(id, type === 'error' ? payload[0].extensions.code : type);
  });
  const fields = lessons.flatMap(({ id }) => [
    `chatEvents(roomId: "${id}")`,
    `lessonEvents(lessonId: "${id}")`,
  ]);
  fields.push('lessonEvents', 'notificationEvents', 'inboxEvents');
  fields.forEach((field, n) => {
    const name = field.replace(/\(.*/, '');
    socket.subscribe(field, `subscription { ${field} ${randomSelection(eventTypeOf(name), seed + n)} }`);
  });
  // Whatever was selected at random, the texts of the chats come in these.
  for (const { id } of lessons)
    socket.subscribe(
      `bodies ${id}`,
      `subscription { chatEvents(roomId: "${id}") { __typename ... on MessageSent { message { body } } } }`,
    );
  await eventually(
    () => subscriber.answers.size,
    (size) => size === fields.length + lessons.length,
    20_000,
  );
  return subscriber;
}

async function makeSchool(): Promise<{ people: Person[]; lessons: Lesson[] }> {
  const school = await app.seed.school();
  const [first, second, one, other, admin] = await Promise.all([
    school.tutor(),
    school.tutor(),
    school.student(),
    school.student(),
    school.admin(),
  ]);
  const pairs = [
    [first, one],
    [first, other],
    [second, other],
  ] as const;
  const lessons = await Promise.all(
    pairs.map(async ([tutor, student]) => {
      const relationId = await school.relation(tutor, student);
      return { ...(await school.lesson(tutor, student)), tutor, student, relationId, admins: [admin] };
    }),
  );
  return { people: [first, second, one, other, admin], lessons };
}

async function play(seed: number): Promise<void> {
  const random = createRandom(seed);
  const schools = [await makeSchool(), await makeSchool()];
  const people = schools.flatMap((one) => one.people);
  const lessons = schools.flatMap((one) => one.lessons);
  // One after the other: all at once they are a rush on the database, which is another test's subject.
  const subscribers: Subscriber[] = [];
  for (const [n, person] of people.entries())
    subscribers.push(await subscribeToAll(person, lessons, seed * 1_000 + n * 50));

  // Who may subscribe to what.
  const partiesOf = ({ tutor, student }: Lesson) => [tutor, student];
  for (const { person, answers } of subscribers)
    for (const lesson of lessons) {
      const inChat = partiesOf(lesson).includes(person);
      const inLesson = inChat || lesson.admins.includes(person);
      expect(answers.get(`chatEvents(roomId: "${lesson.id}")`)).toBe(inChat ? 'next' : 'ROOM_NOT_FOUND');
      expect(answers.get(`lessonEvents(lessonId: "${lesson.id}")`)).toBe(
        inLesson ? 'next' : 'LESSON_NOT_FOUND',
      );
    }

  /** What only some may ever be given, and those who must have been. */
  const canaries: { text: string; allowed: readonly Person[]; told: readonly Person[] }[] = [];
  const gone = new Set<Person>();
  const ended = new Set<Lesson>();
  const present = (all: readonly Person[]) => all.filter((person) => !gone.has(person));
  const run = (person: Person, mutation: string, variables: object) =>
    app.client(person.accessToken).data(mutation, { ...variables });
  const say = `mutation ($id: ID!, $text: String!) { sendMessage(input: { roomId: $id, body: $text }) { message { id } } }`;
  const rename = `mutation ($id: ID!, $text: String!) { updateLesson(input: { lessonId: $id, title: $text }) { lesson { id } } }`;

  for (let step = 0; step < steps; step++) {
    const lesson = random.pick(lessons.filter((one) => !ended.has(one)));
    const text = `canary-${seed}-${step}-`;
    const author = random.pick(present(partiesOf(lesson)));
    if (random.chance(0.6)) {
      const parties = present(partiesOf(lesson));
      canaries.push({ text, allowed: parties, told: parties });
      await run(author, say, { id: lesson.id, text });
    } else if (!gone.has(lesson.tutor)) {
      const allowed = present([...partiesOf(lesson), ...lesson.admins]);
      canaries.push({ text, allowed, told: [] });
      await run(lesson.tutor, rename, { id: lesson.id, text });
    }
    if (step === 15) {
      const leaving = (lessons[0] as Lesson).student;
      await app.client(leaving.accessToken).data('mutation { signOut { ok } }');
      gone.add(leaving);
    }
    if (step === 25) {
      const last = lessons.at(-1) as Lesson;
      const end =
        'mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { id } } }';
      await run(last.tutor, end, { id: last.relationId });
      ended.add(last);
    }
  }
  // Notifications are events, too.
  await app.deliver();
  for (const { people: members } of schools)
    for (const person of members) {
      const admins = members.filter(({ role }) => role === 'ADMIN');
      canaries.push({ text: person.email, allowed: [person, ...admins], told: [] });
    }

  for (const subscriber of subscribers)
    await eventually(
      () =>
        canaries.filter(
          ({ told, text }) => told.includes(subscriber.person) && !subscriber.text.includes(text),
        ),
      (missing) => missing.length === 0,
    );
  const leaks = subscribers.flatMap(({ person, text: all }) =>
    canaries
      .filter(({ text, allowed }) => !allowed.includes(person) && all.includes(text))
      .map(({ text }) => `${person.role} ${person.id} was given ${text}`),
  );
  expect(leaks).toEqual([]);
}

it('no subscriber in two schools ever receives an event or a field that it may not see', async () => {
  for (let seed = 0; seed < seeds; seed++) await play(seed);
}, 120_000);
