import { z } from 'zod';
import { encodeId } from '../../../shared/ids.js';
import { type ReportReason, reportReasons } from '../../moderation/report.js';
import { findReportFacts } from '../room-facts.js';
import { eventType } from './definition.js';

const resolved = 'The report was resolved meanwhile.';

const reasons: Readonly<Record<'uk' | 'en', Readonly<Record<ReportReason, string>>>> = {
  uk: {
    HARASSMENT: 'образи, погрози чи тиск',
    INAPPROPRIATE: 'неприйнятний вміст',
    PERSONAL_DATA: 'чужі особисті дані',
    SPAM: 'спам',
    OTHER: 'інша',
  },
  en: {
    HARASSMENT: 'insults, threats or pressure',
    INAPPROPRIATE: 'inappropriate content',
    PERSONAL_DATA: 'somebody’s private data',
    SPAM: 'spam',
    OTHER: 'another',
  },
};

/** Somebody has reported a message: told to the school's admins, without names and without the text. */
export const messageReported = eventType({
  payload: z.object({ reportId: z.guid() }),
  data: z.object({ reason: z.enum(reportReasons) }),
  async expand(on, { organizationId, payload: { reportId } }) {
    const admins = await findReportFacts(on, { organizationId, reportId, userId: null });
    const told = admins.filter(({ open }) => open);
    if (told.length === 0)
      return { kind: 'nobody', reason: admins.length > 0 ? resolved : 'There is nobody to tell.' };
    return {
      kind: 'tell',
      sourceKey: `message.reported:${reportId}`,
      subject: encodeId('report', reportId),
      recipients: told.map(({ userId, reason }) => ({ userId, data: { reason } })),
    };
  },
  async obsolete(on, { organizationId, userId, subjectId, readAt }) {
    if (readAt) return 'The notification was read meanwhile.';
    const [facts] = await findReportFacts(on, { organizationId, reportId: subjectId, userId });
    return facts?.open ? null : resolved;
  },
  text: {
    uk: ({ reason }) => ({
      title: 'Скарга на повідомлення',
      body: `Причина: ${reasons.uk[reason]}. Текст — у скарзі.`,
    }),
    en: ({ reason }) => ({
      title: 'A message was reported',
      body: `Reason: ${reasons.en[reason]}. The text is in the report.`,
    }),
  },
});
