import type { ErrorGroup } from './definition.js';

export const lessonErrors = {
  LESSON_NOT_FOUND: { status: 404, retry: 'NO', en: 'There is no such lesson.', uk: 'Такого заняття немає.' },
  LESSON_CONFLICT: {
    status: 409,
    retry: 'REFRESHED',
    en: 'The lesson was changed meanwhile.',
    uk: 'Заняття тим часом змінили.',
    example: { fields: { 'input.expectedVersion': [{ rule: 'IS_VERSION', version: 3 }] } },
  },
  LESSON_INVALID_TRANSITION: {
    status: 409,
    retry: 'REFRESHED',
    en: 'The lesson is not in a state that allows this.',
    uk: 'Стан заняття цього не дозволяє.',
  },
  SERIES_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such series of lessons.',
    uk: 'Такої серії занять немає.',
  },
  SLOT_TAKEN: {
    status: 409,
    retry: 'NO',
    en: 'The tutor or the student has another lesson at that time.',
    uk: 'Викладач або учень має в цей час інше заняття.',
    example: { fields: { 'input.startsAt': [{ rule: 'TUTOR_BUSY' }] } },
  },
} as const satisfies ErrorGroup;
