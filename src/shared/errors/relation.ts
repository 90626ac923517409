import type { ErrorGroup } from './definition.js';

export const relationErrors = {
  STUDENT_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such student.',
    uk: 'Такого учня немає.',
    example: { fields: { 'input.studentEmail': [{ rule: 'STUDENT_ADDRESS' }] } },
  },
  TUTOR_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such tutor.',
    uk: 'Такого викладача немає.',
    example: { fields: { 'input.tutorId': [{ rule: 'TUTOR_ID' }] } },
  },
  RELATION_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such relation of a tutor and a student.',
    uk: 'Такого зв’язку викладача й учня немає.',
  },
  RELATION_NOT_ACTIVE: {
    status: 409,
    retry: 'NO',
    en: 'The tutor and the student have no active relation.',
    uk: 'Між викладачем і учнем немає чинного зв’язку.',
  },
  RELATION_ALREADY_EXISTS: {
    status: 409,
    retry: 'NO',
    en: 'The student is already invited or taught by this tutor.',
    uk: 'Цей викладач уже запросив цього учня або навчає його.',
    example: { fields: { 'input.studentEmail': [{ rule: 'RELATED_ALREADY' }] } },
  },
  RELATION_INVALID_TRANSITION: {
    status: 409,
    retry: 'REFRESHED',
    en: 'The relation is not in a state that allows this.',
    uk: 'Стан зв’язку цього не дозволяє.',
  },
} as const satisfies ErrorGroup;
