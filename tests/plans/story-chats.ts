import { type Actor, type Data, idOfRow } from './actors.js';

/** What people do in the rooms of all kinds. */
export async function chatsStory(tutor: Actor, student: Actor, stranger: Actor): Promise<void> {
  for (const person of [tutor, student]) {
    const page = await person.ask('rooms', { first: 50 });
    await person.ask('rooms', { first: 50, after: page.pageInfo.endCursor });
    await person.follow('inboxEvents', { after: page.eventCursor }, 1);
  }
  const kinds: Record<string, string> = {
    largest: idOfRow('classroom', 0),
    direct: idOfRow('relation', 0),
    lesson: (await tutor.ask('lessons', { last: 1, filter: { withUserId: student.id } })).edges[0].node.id,
  };
  for (const roomId of Object.values(kinds)) {
    const send = async (body: string, more = {}) =>
      (await tutor.change('sendMessage', { roomId, body, ...more })).message;
    const first = await send('перше слово', { clientMessageId: 'one' });
    await send('перше слово', { clientMessageId: 'one' });
    await send('друге', { replyToId: first.id });
    await tutor.change('markRead', { roomId, upToSequence: 1 });
    const events = await tutor.follow('chatEvents', { roomId }, 1);
    await send('третє');
    await tutor.follow('chatEvents', { roomId, after: events[0].chatEvents.cursor }, 2, () =>
      send('четверте'),
    );
    await tutor.ask('nodes', { ids: [first.id] });
    for (const text of ['слово', 'уро', 'рідкісне1']) await tutor.ask('searchMessages', { text, roomId });
    await history(tutor, roomId, first.id);
  }
  const { direct } = kinds;
  await student.follow('inboxEvents', {}, 2, () =>
    tutor.change('sendMessage', { roomId: direct, body: 'пʼяте' }),
  );
  for (const text of ['слово', 'уро', 'рідкісне1', 'вправа77']) {
    const page = await tutor.ask('searchMessages', { text, first: 5 });
    if (page.pageInfo.hasNextPage)
      await tutor.ask('searchMessages', { text, first: 5, after: page.pageInfo.endCursor });
    await student.ask('searchMessages', { text });
    await stranger.ask('searchMessages', { text });
  }
  await tutor.follow('presenceEvents', { roomId: kinds['lesson'] }, 1);
  await tutor.change('setTyping', { roomId: kinds['lesson'], typing: true }).catch(() => {});
}

/** Pages of a room both ways and around a message; the fields that nest are not asked for on every message. */
async function history(person: Actor, roomId: string, messageId: string): Promise<void> {
  const room = async (args: string) =>
    (
      await person.raw(
        `query ($id: ID!) {
    node(id: $id) { ... on Lesson { chat { ...page } } ... on Classroom { chat { ...page } } ... on TutorStudentRelation { chat { ...page } } } }
    fragment page on ChatRoom { unreadCount messages(${args}) { pageInfo { startCursor endCursor } edges { node { id body author { displayName } } } } }`,
        { id: roomId },
      )
    ).node.chat as Data;
  const newest = await room('last: 50');
  await room(`last: 50, before: "${newest.messages.pageInfo.startCursor}"`);
  const oldest = await room('first: 50');
  await room(`first: 50, after: "${oldest.messages.pageInfo.endCursor}"`);
  await room(`first: 50, around: "${messageId}"`);
}
