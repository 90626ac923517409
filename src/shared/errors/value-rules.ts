import type { WordingGroup } from './wording.js';

/** What a value itself must be, whatever it is for. Each text goes on after the path of the input. */
export const valueRules = {
  REQUIRED: { en: 'is required', uk: 'є обов’язковим' },
  NOT_NULL: { en: 'must not be null', uk: 'не може бути null' },
  DEFINED: { en: 'is not defined', uk: 'тут не передбачено' },
  RIGHT_TYPE: { en: 'has the wrong type', uk: 'має неправильний тип' },
  VALID: { en: 'is not valid', uk: 'має некоректне значення' },
  WHOLE_NUMBER: {
    en: 'must be a whole number from -2147483648 to 2147483647',
    uk: 'має бути цілим числом від -2147483648 до 2147483647',
  },
  NUMBER: { en: 'must be a number', uk: 'має бути числом' },
  BOOLEAN: { en: 'must be true or false', uk: 'має бути true або false' },
  TEXT: { en: 'must be a text', uk: 'має бути текстом' },
  ID: { en: 'must be an id', uk: 'має бути ідентифікатором' },
  ID_OF: { en: 'must be the id of a {kind}', uk: 'має бути ідентифікатором виду {kind}_…' },
  ID_OF_ANY: {
    en: 'must be an id that begins with one of {prefixes}',
    uk: 'має бути ідентифікатором, що починається одним із: {prefixes}',
  },
  ENUM_VALUE: {
    en: 'is not one of the values of its enum',
    uk: 'не є одним зі значень свого переліку',
  },
  ONE_OF: { en: 'must be one of {values}', uk: 'має бути одним із: {values}' },
  OBJECT: { en: 'must be an object', uk: 'має бути об’єктом' },
  DATE_TIME: {
    en: 'must be a date and time with an offset, such as 2026-03-29T10:15:00+03:00',
    uk: 'має бути датою й часом зі зміщенням, наприклад 2026-03-29T10:15:00+03:00',
  },
  DATE: { en: 'must be a date, such as 2026-03-29', uk: 'має бути датою, наприклад 2026-03-29' },
  YEARS: { en: 'must be within the years {min} to {max}', uk: 'має бути в межах років від {min} до {max}' },
  TIME_ZONE: {
    en: 'must be the name of a time zone, such as Europe/Kyiv',
    uk: 'має бути назвою часового поясу, наприклад Europe/Kyiv',
  },
  EMAIL_ADDRESS: { en: 'is not an e-mail address', uk: 'не є адресою електронної пошти' },
  LOCALE: {
    en: 'must be a language tag, such as uk or en-GB',
    uk: 'має бути кодом мови, наприклад uk або en-GB',
  },
  CURSOR: { en: 'is not a cursor of a channel', uk: 'не є курсором каналу' },
  OTHER_CHANNEL: { en: 'is a cursor of another channel', uk: 'є курсором іншого каналу' },
  LIST_CURSOR: { en: 'is not a cursor of this list', uk: 'не є курсором цього списку' },
  BETWEEN: { en: 'must be between {min} and {max}', uk: 'має бути від {min} до {max}' },
  AT_LEAST: { en: 'must be at least {min}', uk: 'має бути не менше ніж {min}' },
  AT_MOST: { en: 'must be at most {max}', uk: 'має бути не більше ніж {max}' },
  CHARACTERS: { en: 'must have {min} to {max} characters', uk: 'має містити від {min} до {max} символів' },
  AT_LEAST_CHARACTERS: {
    en: 'must have at least {min} characters',
    uk: 'має містити щонайменше символів: {min}',
  },
  AT_MOST_CHARACTERS: {
    en: 'must have at most {max} characters',
    uk: 'має містити не більше символів, ніж {max}',
  },
  CONTROL_CHARACTERS: {
    en: 'must not contain control characters',
    uk: 'не може містити керівних символів',
  },
  UNICODE: { en: 'must be valid Unicode', uk: 'має бути коректним Юнікодом' },
  ONE_LINE: { en: 'must be on one line', uk: 'має бути в один рядок' },
  NOT_BLANK: { en: 'must not be blank', uk: 'не може бути порожнім' },
  LETTER_OR_DIGIT: { en: 'must have a letter or a digit', uk: 'має містити літеру або цифру' },
  ITEMS: { en: 'must have {min} to {max} items', uk: 'має містити від {min} до {max} елементів' },
  AT_LEAST_ITEMS: {
    en: 'must have at least {min} items',
    uk: 'має містити щонайменше елементів: {min}',
  },
  AT_MOST_ITEMS: {
    en: 'must have at most {max} items',
    uk: 'має містити не більше елементів, ніж {max}',
  },
  BYTES: { en: 'must be {bytes} bytes in base64url', uk: 'має бути {bytes} байтами в base64url' },
  CANNOT_COMBINE: { en: 'cannot be combined with {other}', uk: 'не поєднується з {other}' },
  COMES_WITH: { en: 'must come with {other}', uk: 'має бути разом із {other}' },
  THERE_IS_NO: { en: 'there is no {id}', uk: 'немає {id}' },
  URL: { en: 'must be a URL', uk: 'має бути URL-адресою' },
  HTTPS: { en: 'must start with https://', uk: 'має починатися з https://' },
  URL_WITHOUT_USER: {
    en: 'must not have a user or a password',
    uk: 'не може містити імені користувача чи пароля',
  },
  PUBLIC_ADDRESS: { en: 'must not have a private address', uk: 'не може мати приватної адреси' },
} as const satisfies WordingGroup;
