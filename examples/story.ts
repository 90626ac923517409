/**
 * Plays the story of a lesson against a running Lectern, with @apollo/client and the client of this repository:
 *
 *   npm run example -- http://127.0.0.1:4000/graphql
 *
 * It ends with 0 when everything went as told, and with 1 otherwise.
 */
import { fileURLToPath } from 'node:url';
import {
  AcceptInvitationDocument,
  ChatEventsDocument,
  type ChatEventsSubscription,
  InviteStudentDocument,
  LessonChatDocument,
  MarkNotificationsReadDocument,
  NotificationEventsDocument,
  type NotificationEventsSubscription,
  NotificationsDocument,
  ScheduleLessonDocument,
  SendMessageDocument,
  SignOutDocument,
} from '../client/index.js';
import { type Following, follow } from './following.js';
import { type Person, signUp } from './people.js';

export interface StoryOptions {
  /** The GraphQL endpoint over HTTP. */
  readonly url: string;
  /** Takes the account, line by line. */
  readonly print: (line: string) => void;
}

type ChatEvent = NonNullable<ChatEventsSubscription['chatEvents']>;
type NotificationEvent = NonNullable<NotificationEventsSubscription['notificationEvents']>;

const hour = 3_600_000;

/** Plays the story with people of its own; rejects when anything is not as it should be. */
export async function playStory({ url, print }: StoryOptions): Promise<void> {
  const tutor = await signUp(url, 'Olena', 'TUTOR');
  const student = await signUp(url, 'Danylo', 'STUDENT');
  const open = [tutor, student];
  try {
    print(`${tutor.name} signed up as a tutor, ${student.name} as a student.`);
    await becomeTutorOf(tutor, student);
    print(`${tutor.name} invited ${student.name}, who accepted.`);

    const notifications = await followNotifications(student);
    const lesson = await schedule(tutor, student);
    print(`${tutor.name} scheduled "${lesson.title}" for ${lesson.startsAt}.`);

    const chats = {
      tutor: await followChat(tutor, lesson.id),
      student: await followChat(student, lesson.id),
    };
    print('Both opened the chat of the lesson and follow it live.');
    await talk(tutor, student, lesson.id, chats, print);
    await missNothing(tutor, student, lesson.id, chats.student, print);
    await readNotification(student, notifications, print);

    for (const following of [chats.tutor, chats.student, notifications]) following.stop();
    for (const { connection } of open) await connection.apollo.mutate({ mutation: SignOutDocument });
    print('Both signed out. The end.');
  } finally {
    for (const { connection } of open) await connection.close();
  }
}

/** An invitation that is accepted. */
export async function becomeTutorOf(tutor: Person, student: Person): Promise<void> {
  const invited = await tutor.connection.apollo.mutate({
    mutation: InviteStudentDocument,
    variables: { input: { studentEmail: student.email } },
  });
  const { relation } = present(invited.data).inviteStudent;
  await student.connection.apollo.mutate({
    mutation: AcceptInvitationDocument,
    variables: { input: { relationId: relation.id } },
  });
}

/** A lesson of the two tomorrow. */
export async function schedule(tutor: Person, student: Person) {
  const startsAt = new Date(Math.ceil(Date.now() / hour) * hour + 24 * hour);
  const scheduled = await tutor.connection.apollo.mutate({
    mutation: ScheduleLessonDocument,
    variables: {
      input: {
        studentId: student.id,
        title: 'Quadratic equations',
        startsAt: startsAt.toISOString(),
        endsAt: new Date(startsAt.getTime() + hour).toISOString(),
      },
    },
  });
  return present(scheduled.data).scheduleLesson.lesson;
}

/** Fetches the chat, then follows it from where that ended: nothing can fall in between. */
async function followChat({ connection }: Person, lessonId: string): Promise<Following<ChatEvent>> {
  const { data } = await connection.apollo.query({ query: LessonChatDocument, variables: { lessonId } });
  const { eventCursor } = present(present(data).lesson?.chat);
  const variables = { roomId: lessonId, after: eventCursor };
  const following = follow(connection.apollo, ChatEventsDocument, variables, (event) => event.chatEvents);
  await following.count(({ __typename }) => __typename === 'ChannelJoined', 1, 'answer to the subscription');
  return following;
}

async function followNotifications({ connection }: Person): Promise<Following<NotificationEvent>> {
  const { data } = await connection.apollo.query({ query: NotificationsDocument });
  const variables = { after: present(data).notifications.eventCursor };
  return follow(
    connection.apollo,
    NotificationEventsDocument,
    variables,
    (event) => event.notificationEvents,
  );
}

async function say(person: Person, roomId: string, body: string): Promise<void> {
  await person.connection.apollo.mutate({
    mutation: SendMessageDocument,
    variables: { input: { roomId, body, clientMessageId: crypto.randomUUID() } },
  });
}

async function talk(
  tutor: Person,
  student: Person,
  roomId: string,
  chats: { readonly tutor: Following<ChatEvent>; readonly student: Following<ChatEvent> },
  print: (line: string) => void,
): Promise<void> {
  const lines = [
    { person: tutor, body: 'Привіт! Did you look at the exercises?' },
    { person: student, body: 'Yes, the third one is hard.' },
  ];
  for (const { person, body } of lines) {
    await say(person, roomId, body);
    for (const chat of [chats.tutor, chats.student]) {
      await chat.count((event) => bodyOf(event) === body, 1, `"${body}" in the chat`);
    }
    print(`  ${person.name}: ${body}`);
  }
}

/** The student's network goes away, the tutor writes on, and the student comes back. */
async function missNothing(
  tutor: Person,
  student: Person,
  roomId: string,
  chat: Following<ChatEvent>,
  print: (line: string) => void,
): Promise<void> {
  const before = messages(chat).length;
  const meanwhile = ['Then we begin with it.', 'Bring your drawings.', 'See you tomorrow!'];
  student.loseSocket();
  print(`${student.name} lost the connection.`);
  for (const body of meanwhile) {
    await say(tutor, roomId, body);
    print(`  ${tutor.name}: ${body} (${student.name} is away)`);
  }
  if (messages(chat).length > before) throw new Error('A message came through a socket that was cut.');
  student.comeBack();
  const lastWord = 'I am back and have read it all.';
  await chat.count((event) => bodyOf(event) === meanwhile.at(-1), 1, 'message after the cut');
  await say(student, roomId, lastWord);
  await chat.count((event) => bodyOf(event) === lastWord, 1, 'message of the student');
  const missed = messages(chat).slice(before);
  const expected = [...meanwhile, lastWord];
  if (missed.join('\n') !== expected.join('\n')) {
    throw new Error(`Expected ${JSON.stringify(expected)} after the cut, but got ${JSON.stringify(missed)}.`);
  }
  print(`${student.name} came back and got the ${meanwhile.length} missed messages, each once and in order.`);
  print(`  ${student.name}: ${lastWord}`);
}

async function readNotification(
  { name, connection }: Person,
  following: Following<NotificationEvent>,
  print: (line: string) => void,
): Promise<void> {
  const { notification } = await following.first(
    isAboutLesson,
    'notification (is a notification worker running?)',
  );
  print(`${name} was notified: ${notification.title} – ${notification.body}`);
  const marked = await connection.apollo.mutate({
    mutation: MarkNotificationsReadDocument,
    variables: { input: { ids: [notification.id] } },
  });
  const [read] = present(marked.data).markNotificationsRead.notifications;
  if (!read?.readAt) throw new Error('The notification was not marked as read.');
  print(`${name} read the notification.`);
}

function isAboutLesson(
  event: NotificationEvent,
): event is NotificationEvent & { __typename: 'NotificationAdded' } {
  return event.__typename === 'NotificationAdded' && event.notification.type === 'lesson.scheduled';
}

function bodyOf(event: ChatEvent): string | null {
  return event.__typename === 'MessageSent' ? event.message.body : null;
}

function messages({ events }: Following<ChatEvent>): string[] {
  return events.map(bodyOf).filter((body) => body !== null);
}

/** What was asked for; fails when the server gave none. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('The server gave no data.');
  return value;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.argv[2] ?? 'http://127.0.0.1:4000/graphql';
  await playStory({ url, print: console.log }).catch((error: unknown) => {
    console.error(`The story went wrong at ${url}:`, error);
    process.exitCode = 1;
  });
}
