import { z } from 'zod';
import { encodeId } from '../../../shared/ids.js';
import { eventType, userOf } from './definition.js';

/** The name of the event type. */
export const announcement = 'announcement';

/** An admin tells people of the school something, in words of their own: it is not translated. */
export const announced = eventType({
  payload: z.object({
    announcementId: z.guid(),
    authorId: z.guid(),
    title: z.string(),
    body: z.string(),
  }),
  data: z.object({ title: z.string(), body: z.string() }),
  async expand(_on, cause) {
    const { announcementId, title, body } = cause.payload;
    return {
      kind: 'tell',
      sourceKey: `${announcement}:${announcementId}`,
      subject: encodeId('organization', cause.organizationId),
      recipients: [{ userId: userOf(cause), data: { title, body } }],
    };
  },
  obsolete: async (_on, { readAt }) => (readAt ? 'The notification was read meanwhile.' : null),
  text: { uk: ({ title, body }) => ({ title, body }), en: ({ title, body }) => ({ title, body }) },
});
