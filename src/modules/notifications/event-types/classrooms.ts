import { z } from 'zod';
import { encodeId } from '../../../shared/ids.js';
import { findClassroomFacts } from '../room-facts.js';
import { eventType, userOf } from './definition.js';

const payload = z.object({ classroomId: z.guid(), actorId: z.guid(), changeId: z.guid() });
const data = z.object({ classroomName: z.string(), byName: z.string() });

type Text = (facts: z.output<typeof data>) => { readonly title: string; readonly body: string };

/** That somebody is in a classroom from now on, or is not any more: told as long as that is so. */
function membership(name: string, member: boolean, text: { readonly uk: Text; readonly en: Text }) {
  const undone = 'It was undone meanwhile.';
  return eventType({
    payload,
    data,
    async expand(on, cause) {
      const userId = userOf(cause);
      const { classroomId, actorId, changeId } = cause.payload;
      const facts = await findClassroomFacts(on, { ...cause, userId, classroomId, actorId });
      if (facts?.member !== member) return { kind: 'nobody', reason: undone };
      const { classroomName, byName } = facts;
      return {
        kind: 'tell',
        sourceKey: `${name}:${changeId}`,
        subject: encodeId('classroom', classroomId),
        recipients: [{ userId, data: { classroomName, byName } }],
      };
    },
    async obsolete(on, { subjectId, ...told }) {
      const facts = await findClassroomFacts(on, { ...told, classroomId: subjectId, actorId: null });
      return facts?.member === member ? null : undone;
    },
    text,
  });
}

/** Somebody was added to a classroom. */
export const classroomAdded = membership('classroom.added', true, {
  uk: ({ classroomName, byName }) => ({
    title: `Вас додано до класу «${classroomName}»`,
    body: `Додав(-ла): ${byName}.`,
  }),
  en: ({ classroomName, byName }) => ({
    title: `You are in the classroom “${classroomName}” now`,
    body: `${byName} has added you.`,
  }),
});

/** Somebody was removed from a classroom. */
export const classroomRemoved = membership('classroom.removed', false, {
  uk: ({ classroomName, byName }) => ({
    title: `Вас вилучено з класу «${classroomName}»`,
    body: `Вилучив(-ла): ${byName}.`,
  }),
  en: ({ classroomName, byName }) => ({
    title: `You are not in the classroom “${classroomName}” any more`,
    body: `${byName} has removed you.`,
  }),
});
