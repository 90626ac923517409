import { lessonEvent, unless, withWhom } from './lesson-event.js';

/** A student asks the tutor for a lesson. */
export const lessonRequested = lessonEvent({
  name: 'lesson.requested',
  refusal: unless('REQUESTED'),
  text: {
    uk: (facts, formats) => ({
      title: `${facts.withName} просить про заняття «${facts.title}»`,
      body: `${withWhom(facts, formats, 'uk')} Прийміть або відхиліть запит.`,
    }),
    en: (facts, formats) => ({
      title: `${facts.withName} requests the lesson “${facts.title}”`,
      body: `${withWhom(facts, formats, 'en')} Accept or decline the request.`,
    }),
  },
});

/** The tutor has accepted the student's request. */
export const lessonAccepted = lessonEvent({
  name: 'lesson.accepted',
  refusal: unless('SCHEDULED', 'IN_PROGRESS'),
  text: {
    uk: (facts, formats) => ({
      title: `Запит на заняття «${facts.title}» прийнято`,
      body: withWhom(facts, formats, 'uk'),
    }),
    en: (facts, formats) => ({
      title: `Your request for “${facts.title}” is accepted`,
      body: withWhom(facts, formats, 'en'),
    }),
  },
});

/** The tutor has declined the student's request. */
export const lessonDeclined = lessonEvent({
  name: 'lesson.declined',
  refusal: unless('DECLINED'),
  text: {
    uk: (facts, formats) => ({
      title: `Запит на заняття «${facts.title}» відхилено`,
      body: withWhom(facts, formats, 'uk'),
    }),
    en: (facts, formats) => ({
      title: `Your request for “${facts.title}” is declined`,
      body: withWhom(facts, formats, 'en'),
    }),
  },
});
