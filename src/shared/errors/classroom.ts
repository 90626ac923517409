import type { ErrorGroup } from './definition.js';

export const classroomErrors = {
  CLASSROOM_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such classroom.',
    uk: 'Такого класу немає.',
  },
  CLASSROOM_FULL: {
    status: 409,
    retry: 'NO',
    en: 'The classroom has {max} members already.',
    uk: 'У класі вже стільки учасників, скільки дозволено: {max}.',
    example: { values: { max: 500 } },
  },
  CLASSROOM_ARCHIVED: {
    status: 409,
    retry: 'NO',
    en: 'The classroom is archived: it can only be read.',
    uk: 'Клас в архіві: його можна лише читати.',
  },
} as const satisfies ErrorGroup;
