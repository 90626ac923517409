import { gql, type InMemoryCache } from '@apollo/client';
import {
  ChatEventsDocument,
  type ChatEventsSubscription,
  createCache,
  LessonChatDocument,
  type LessonChatQuery,
  LessonsDocument,
  type LessonsQuery,
  MoreLessonsDocument,
  NotificationsDocument,
  OlderMessagesDocument,
  RoomsDocument,
} from '../../client/index.js';

const person = { __typename: 'User', id: 'user_1', displayName: 'Olena', role: 'TUTOR' } as const;

function lesson(number: number, changes: object = {}) {
  return {
    __typename: 'Lesson' as const,
    id: `lesson_${number}`,
    version: 1,
    title: `Lesson ${number}`,
    status: 'SCHEDULED' as const,
    startsAt: '2030-01-01T10:00:00.000Z',
    endsAt: '2030-01-01T11:00:00.000Z',
    tutor: person,
    student: person,
    ...changes,
  };
}

function message(sequence: number, changes: object = {}) {
  return {
    __typename: 'ChatMessage' as const,
    id: `message_${sequence}`,
    version: 1,
    roomId: 'lesson_1',
    sequence,
    body: `message ${sequence}`,
    createdAt: '2030-01-01T10:00:00.000Z',
    editedAt: null,
    deletedAt: null,
    author: person,
    reactions: [],
    mentions: [],
    replyTo: null,
    ...changes,
  };
}

interface Ends {
  readonly hasNextPage?: boolean;
  readonly hasPreviousPage?: boolean;
}

function page<Node extends { id: string }>(nodes: Node[], ends: Ends = {}) {
  const cursorOf = (node: Node | undefined) => (node ? `at ${node.id}` : null);
  return {
    edges: nodes.map((node) => ({ cursor: `at ${node.id}`, node })),
    pageInfo: {
      __typename: 'PageInfo' as const,
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: cursorOf(nodes[0]),
      endCursor: cursorOf(nodes.at(-1)),
      ...ends,
    },
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

let cache: InMemoryCache;

beforeEach(() => {
  cache = createCache();
});

describe('a list of lessons', () => {
  const first = (numbers: number[], eventCursor: string, ends?: Ends) =>
    cache.writeQuery({
      query: LessonsDocument,
      data: {
        lessons: {
          ...page(
            numbers.map((number) => lesson(number)),
            ends,
          ),
          eventCursor,
        },
      },
    });
  const more = (numbers: number[], after: number, ends?: Ends) =>
    cache.writeQuery({
      query: MoreLessonsDocument,
      variables: { after: `at lesson_${after}` },
      data: {
        lessons: page(
          numbers.map((number) => lesson(number)),
          ends,
        ),
      },
    });
  const read = () => cache.readQuery<LessonsQuery>({ query: LessonsDocument })?.lessons;
  const ids = () => read()?.edges.map(({ node }) => node.id);
  const lessonIds = (numbers: number[]) => numbers.map((number) => `lesson_${number}`);

  it('grows by its further pages', () => {
    first([1, 2], 'c1', { hasNextPage: true });
    more([3, 4], 2, { hasPreviousPage: true });
    expect(ids()).toEqual(lessonIds([1, 2, 3, 4]));
    expect(read()?.pageInfo).toMatchObject({
      hasPreviousPage: false,
      hasNextPage: false,
      startCursor: 'at lesson_1',
      endCursor: 'at lesson_4',
    });
  });

  it('keeps the event cursor of its first page, which covers the further ones', () => {
    first([1, 2], 'c1');
    cache.writeQuery({
      query: gql`query ($after: String!) { lessons(after: $after) { eventCursor edges { cursor } } }`,
      variables: { after: 'at lesson_2' },
      data: { lessons: { eventCursor: 'c9', edges: [] } },
    });
    expect(read()?.eventCursor).toBe('c1');
  });

  it('begins anew with a new first page', () => {
    first([1, 2], 'c1');
    more([3, 4], 2);
    first([2, 5], 'c2');
    expect(ids()).toEqual(lessonIds([2, 5]));
    expect(read()?.eventCursor).toBe('c2');
  });

  it('holds once what is in two of its pages', () => {
    first([1, 2], 'c1');
    more([3, 1], 2);
    expect(ids()).toEqual(lessonIds([2, 3, 1]));
  });

  it('keeps what follows when a page in the middle is read again', () => {
    first([1, 2], 'c1');
    more([3, 4], 2);
    more([5, 6], 4);
    more([3, 4], 2, { hasNextPage: true });
    expect(ids()).toEqual(lessonIds([1, 2, 3, 4, 5, 6]));
    expect(read()?.pageInfo.hasNextPage).toBe(false);
  });

  it('begins anew with a page whose start is not known', () => {
    first([1, 2], 'c1');
    more([8, 9], 7);
    expect(ids()).toEqual(lessonIds([8, 9]));
  });

  it('is another one for each filter', () => {
    first([1, 2], 'c1');
    cache.writeQuery({
      query: LessonsDocument,
      variables: { filter: { status: ['CANCELLED'] } },
      data: { lessons: { ...page([lesson(3)]), eventCursor: 'c1' } },
    });
    expect(ids()).toEqual(lessonIds([1, 2]));
  });
});

describe('the messages of a room', () => {
  const room = { __typename: 'ChatRoom', id: 'room_1', roomId: 'lesson_1' } as const;
  const messages = (numbers: number[], ends?: Ends) =>
    page(
      numbers.map((number) => message(number)),
      ends,
    );
  const newest = (numbers: number[], ends?: Ends) => {
    const chat = { ...room, unreadCount: 0, eventCursor: 'c1', messages: messages(numbers, ends) };
    cache.writeQuery({
      query: LessonChatDocument,
      variables: { lessonId: 'lesson_1', last: 50 },
      data: { lesson: { __typename: 'Lesson', id: 'lesson_1', chat } as LessonChatQuery['lesson'] },
    });
  };
  const older = (numbers: number[], before: number, ends?: Ends) =>
    cache.writeQuery({
      query: OlderMessagesDocument,
      variables: { lessonId: 'lesson_1', last: 50, before: `at message_${before}` },
      data: {
        lesson: {
          __typename: 'Lesson',
          id: 'lesson_1',
          chat: { ...room, messages: messages(numbers, ends) },
        },
      } as never,
    });
  const preview = (number: number) =>
    cache.writeQuery({
      query: RoomsDocument,
      data: {
        rooms: page([{ ...room, unreadCount: 1, messages: messages([number], { hasPreviousPage: true }) }]),
      },
    });
  const read = () =>
    cache.readQuery({ query: LessonChatDocument, variables: { lessonId: 'lesson_1', last: 50 } })?.lesson
      ?.chat;
  const sequences = () => read()?.messages.edges.map(({ node }) => node.sequence);

  it('grow backward, oldest first', () => {
    newest(range(51, 100), { hasPreviousPage: true });
    older(range(1, 50), 51, { hasNextPage: true });
    expect(sequences()).toEqual(range(1, 100));
    expect(read()?.messages.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: false });
  });

  it('stay when a list of rooms shows the last one', () => {
    newest(range(51, 100), { hasPreviousPage: true });
    preview(100);
    expect(sequences()).toEqual(range(51, 100));
    expect(read()?.unreadCount).toBe(1);
  });

  it('begin anew when the newest page does not touch what is known', () => {
    newest(range(1, 50));
    newest(range(151, 200), { hasPreviousPage: true });
    expect(sequences()).toEqual(range(151, 200));
    expect(read()?.messages.pageInfo.hasPreviousPage).toBe(true);
  });

  it('go on when the newest page touches what is known', () => {
    newest(range(1, 50));
    newest(range(31, 80), { hasPreviousPage: true });
    expect(sequences()).toEqual(range(1, 80));
    expect(read()?.messages.pageInfo.hasPreviousPage).toBe(false);
  });
});

it('a count that is read alone leaves the list as it is', () => {
  const notification = {
    __typename: 'Notification' as const,
    id: 'notification_1',
    type: 'lesson.scheduled',
    title: 'A lesson',
    body: 'Tomorrow',
    createdAt: '2030-01-01T10:00:00.000Z',
    readAt: null,
    subject: null,
  };
  const list = { ...page([notification]), unreadCount: 1, eventCursor: 'c1' };
  cache.writeQuery({ query: NotificationsDocument, data: { notifications: list } });
  cache.writeQuery({
    query: gql`{ notifications { unreadCount } }`,
    data: { notifications: { unreadCount: 0 } },
  });
  const read = cache.readQuery({ query: NotificationsDocument })?.notifications;
  expect(read?.unreadCount).toBe(0);
  expect(read?.edges).toHaveLength(1);
});

describe('a version', () => {
  const fields = gql`fragment Fields on Lesson { id version title notes }`;
  const write = (version: number, title: string, more: object = {}) =>
    cache.writeQuery({
      query: gql`query ($id: ID!) { lesson(id: $id) { id version title notes @include(if: true) } }`,
      variables: { id: 'lesson_1' },
      data: { lesson: { __typename: 'Lesson', id: 'lesson_1', version, title, notes: null, ...more } },
    });
  const read = () => cache.readFragment<Record<string, unknown>>({ id: 'Lesson:lesson_1', fragment: fields });

  it('that is higher overwrites', () => {
    write(1, 'old');
    write(2, 'new');
    expect(read()).toMatchObject({ version: 2, title: 'new' });
  });

  it('that is lower does not', () => {
    write(2, 'new');
    write(1, 'old', { notes: 'old' });
    expect(read()).toMatchObject({ version: 2, title: 'new', notes: null });
  });

  it('that is the same overwrites, since the same state may have been read with more', () => {
    write(2, 'new');
    write(2, 'new', { notes: 'read now' });
    expect(read()).toMatchObject({ notes: 'read now' });
  });

  it('that is lower still tells what was not known', () => {
    cache.writeFragment({
      id: 'Lesson:lesson_1',
      fragment: gql`fragment Title on Lesson { id version title }`,
      data: { __typename: 'Lesson', id: 'lesson_1', version: 2, title: 'new' },
    });
    write(1, 'old', { notes: 'known' });
    expect(read()).toMatchObject({ version: 2, title: 'new', notes: 'known' });
  });

  it('that is lower does not win by an event either, and watchers see no step back', () => {
    const event = (version: number, body: string): ChatEventsSubscription => ({
      chatEvents: {
        __typename: 'MessageSent',
        cursor: `c${version}`,
        occurredAt: '2030-01-01T10:00:00.000Z',
        message: message(1, { version, body }),
      },
    });
    const receive = (result: ChatEventsSubscription) =>
      cache.write({
        query: ChatEventsDocument,
        variables: { roomId: 'r' },
        dataId: 'ROOT_SUBSCRIPTION',
        result,
      });
    receive(event(2, 'edited'));
    const fragment = gql`fragment Body on ChatMessage { id body }`;
    const seen: unknown[] = [];
    cache.watch<{ body: string }>({
      query: gql`query { ...Body } ${fragment}`,
      id: 'ChatMessage:message_1',
      optimistic: true,
      immediate: true,
      callback: ({ result }) => seen.push(result?.body),
    });
    receive(event(1, 'as sent'));
    const body = cache.readFragment<{ body: string }>({ id: 'ChatMessage:message_1', fragment })?.body;
    expect(body).toBe('edited');
    expect(seen).toEqual(['edited']);
    receive(event(3, 'edited again'));
    expect(seen).toEqual(['edited', 'edited again']);
  });
});
