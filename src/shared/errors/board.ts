import type { ErrorGroup } from './definition.js';

export const boardErrors = {
  BOARD_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such board.',
    uk: 'Такої дошки немає.',
  },
  BOARD_NOT_ACCESSIBLE: {
    status: 403,
    retry: 'NO',
    en: 'You may see this but not its board.',
    uk: 'Ви можете це бачити, але не його дошку.',
  },
  BOARD_FROZEN: {
    status: 409,
    retry: 'NO',
    en: 'Nothing can be drawn here any more.',
    uk: 'Тут уже не можна малювати.',
  },
  BOARD_FULL: {
    status: 409,
    retry: 'NO',
    en: 'A board has room for {max} elements; remove some first.',
    uk: 'На дошці може бути не більше елементів, ніж {max}; спершу приберіть зайві.',
    example: { values: { max: 2_000 } },
  },
} as const satisfies ErrorGroup;
