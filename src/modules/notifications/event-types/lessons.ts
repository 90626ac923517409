import { lessonEvent, line, unless, withWhom } from './lesson-event.js';

/**
 * Nobody is told to come to a lesson that was cancelled meanwhile. The cancellation itself is told all the same: the
 * lesson was in the calendar from the moment it was booked.
 */
export const lessonScheduled = lessonEvent({
  name: 'lesson.scheduled',
  refusal: unless('SCHEDULED'),
  forUpcoming: true,
  text: {
    uk: (facts, formats) => ({
      title: `Заняття «${facts.title}» заплановано`,
      body: line(withWhom(facts, formats, 'uk'), facts.byName && `Хто запланував: ${facts.byName}.`),
    }),
    en: (facts, formats) => ({
      title: `Lesson “${facts.title}” is scheduled`,
      body: line(withWhom(facts, formats, 'en'), facts.byName && `Scheduled by ${facts.byName}.`),
    }),
  },
});

/** Critical: whoever does not hear of it waits for a lesson that does not take place. */
export const lessonCancelled = lessonEvent({
  critical: true,
  name: 'lesson.cancelled',
  refusal: unless('CANCELLED'),
  text: {
    uk: (facts, formats) => ({
      title: `Заняття «${facts.title}» скасовано`,
      body: line(
        withWhom(facts, formats, 'uk'),
        facts.byName && `Хто скасував: ${facts.byName}.`,
        facts.reason && `Причина: ${facts.reason}`,
      ),
    }),
    en: (facts, formats) => ({
      title: `Lesson “${facts.title}” is cancelled`,
      body: line(
        withWhom(facts, formats, 'en'),
        facts.byName && `Cancelled by ${facts.byName}.`,
        facts.reason && `Reason: ${facts.reason}`,
      ),
    }),
  },
});
