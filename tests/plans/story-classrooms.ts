import { type Actor, idOfRow } from './actors.js';

/** What people do with classrooms and with boards: those that they make, and those that are full of rows. */
export async function classroomsStory(
  tutor: Actor,
  student: Actor,
  colleague: Actor,
  admin: Actor,
): Promise<void> {
  for (const person of [tutor, student, admin]) {
    const page = await person.ask('classrooms', { first: 5 }, 3);
    await person.ask('classrooms', { first: 5, after: page.pageInfo.endCursor }, 3);
    await person.ask('classrooms', { first: 5, archivedToo: true }, 3);
  }
  const full = await tutor.ask('classroom', { id: idOfRow('classroom', 0) }, 3);
  const members = (args: string) =>
    tutor.raw(
      `query ($id: ID!) { classroom(id: $id) { members(${args}) { pageInfo { endCursor } edges { node { id } } } } }`,
      { id: full.id },
    );
  const { endCursor } = (await members('first: 20')).classroom.members.pageInfo;
  await members(`first: 20, after: "${endCursor}"`);

  const { id } = (await tutor.change('createClassroom', { name: 'New' })).classroom;
  const [classroomId, userId] = [id, student.id];
  await tutor.change('renameClassroom', { classroomId, name: 'Renamed' });
  await tutor.change('addClassroomMember', { classroomId, userId });
  await admin.change('addClassroomMember', { classroomId, userId: colleague.id });
  await tutor.change('setClassroomMemberRole', { classroomId, userId: colleague.id, role: 'CO_TUTOR' });
  await student.ask('classroom', { id }, 3);
  await talk(tutor, student, id);
  await draw(student, id);
  await draw(tutor, full.id);
  await tutor.follow('chatEvents', { roomId: id }, 1);
  await tutor.change('removeClassroomMember', { classroomId, userId });
  await tutor.change('addClassroomMember', { classroomId, userId });
  await student.change('leaveClassroom', { classroomId });
  await tutor.change('archiveClassroom', { classroomId });
}

/** Messages that name somebody, are changed, answered with a sign and taken back. */
async function talk(tutor: Actor, student: Actor, roomId: string): Promise<void> {
  const send = async (person: Actor, more = {}) =>
    (await person.change('sendMessage', { roomId, body: 'слово', ...more })).message.id;
  const messageId = await send(tutor, { mentionIds: [student.id] });
  await tutor.change('editMessage', { messageId, body: 'інше слово' });
  for (let times = 0; times < 2; times++) await student.change('addReaction', { messageId, emoji: '👍' });
  await student.change('removeReaction', { messageId, emoji: '👍' });
  await tutor.change('deleteMessage', { messageId: await send(student) });
  await student.change('markRead', { roomId, upToSequence: 1 });
}

/** Elements that are put, replaced, removed and brought back. */
async function draw(person: Actor, roomId: string): Promise<void> {
  const board = await person.ask('board', { id: roomId.replace(/^[a-z]+_/, 'board_') });
  const boardId = board.id;
  const put = (opId: string, elementId: string) => ({
    ...{ opId, elementId, kind: 'PUT', elementKind: 'STROKE', data: '{"points":[0,0,1,1]}' },
  });
  const apply = (...operations: object[]) => person.change('applyBoardOperations', { boardId, operations });
  await apply(put('one', 'first'), put('two', 'second'));
  await apply(put('one', 'first'), put('two', 'second'));
  await apply(put('three', 'first'), { opId: 'four', kind: 'DELETE', elementId: 'second' });
  await person.change('undoBoardOperations', { boardId, opIds: ['four', 'three'] });
  await apply({ opId: 'five', kind: 'CLEAR' });
  await person.ask('board', { id: boardId });
  await person.follow('boardEvents', { boardId, after: board.eventCursor }, 1);
  await person.follow('boardPointers', { boardId }, 1);
}
