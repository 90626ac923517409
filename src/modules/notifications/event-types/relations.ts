import { z } from 'zod';
import { encodeId } from '../../../shared/ids.js';
import { findInvitationFacts } from '../facts.js';
import { eventType, userOf } from './definition.js';

const answered = (status: string | undefined) =>
  status === 'INVITED' ? null : 'The invitation is not open any more.';

/** A tutor invites a student. */
export const relationInvited = eventType({
  payload: z.object({ relationId: z.guid(), tutorId: z.guid(), studentId: z.guid() }),
  data: z.object({ tutorName: z.string(), note: z.string().nullable() }),
  async expand(on, cause) {
    const userId = userOf(cause);
    const { relationId } = cause.payload;
    const facts = await findInvitationFacts(on, { ...cause, userId, relationId });
    const reason = answered(facts?.status);
    if (!facts || reason) return { kind: 'nobody', reason: reason ?? 'There is no such invitation.' };
    return {
      kind: 'tell',
      sourceKey: `relation.invited:${relationId}`,
      subject: encodeId('relation', relationId),
      recipients: [{ userId, data: { tutorName: facts.tutorName, note: facts.note } }],
    };
  },
  async obsolete(on, { subjectId, ...told }) {
    const facts = await findInvitationFacts(on, { ...told, relationId: subjectId });
    return answered(facts?.status);
  },
  text: {
    uk: ({ tutorName, note }) => ({
      title: `${tutorName} запрошує вас на заняття`,
      body: note ? `«${note}»` : 'Прийміть або відхиліть запрошення.',
    }),
    en: ({ tutorName, note }) => ({
      title: `${tutorName} invites you to lessons`,
      body: note ? `“${note}”` : 'Accept or decline the invitation.',
    }),
  },
});
