import type { WordingGroup } from './wording.js';

/** What accounts and the relations of tutors and students ask of an input. */
const peopleRules = {
  COMMON_PASSWORD: {
    en: 'is one of the most common passwords',
    uk: 'є одним із найпоширеніших паролів',
  },
  OWN_NAME: { en: 'must not be your name or address', uk: 'не може бути вашим ім’ям чи адресою' },
  OWN_PASSWORD: { en: 'is not your password', uk: 'не є вашим паролем' },
  HAS_ACCOUNT: { en: 'has an account already', uk: 'вже має обліковий запис' },
  INVITED_ADDRESS: { en: 'is not the address that was invited', uk: 'не є адресою із запрошення' },
  LINK_NOT_VALID: { en: 'is not valid any more', uk: 'більше не дійсний' },
  USER_ID: { en: 'is not the id of a user', uk: 'не є ідентифікатором користувача' },
  STUDENT_ID: { en: 'is not the id of a student', uk: 'не є ідентифікатором учня' },
  STUDENT_ADDRESS: { en: 'is not the address of a student', uk: 'не є адресою учня' },
  TUTOR_ID: { en: 'is not the id of a tutor', uk: 'не є ідентифікатором викладача' },
  OWN_TUTOR_ID: { en: 'is not the id of a tutor of yours', uk: 'не є ідентифікатором вашого викладача' },
  RELATED_ALREADY: {
    en: 'is invited or taught by you already',
    uk: 'уже має ваше запрошення або навчається у вас',
  },
  NO_RELATION: { en: 'has no active relation with you', uk: 'не має чинного зв’язку з вами' },
} as const satisfies WordingGroup;

/** What lessons and availability ask of an input. */
const lessonRules = {
  IN_FUTURE: { en: 'must be in the future', uk: 'має бути в майбутньому' },
  AFTER: { en: 'must be after {other}', uk: 'має бути після {other}' },
  MINUTES_AFTER: {
    en: 'must be at least {min} minutes after {other}',
    uk: 'має бути щонайменше на {min} хв пізніше за {other}',
  },
  HOURS_AFTER: {
    en: 'must be at most {max} hours after {other}',
    uk: 'має бути не більш ніж на {max} год пізніше за {other}',
  },
  DAYS_AFTER: {
    en: 'must be at most {max} days after {other}',
    uk: 'має бути не більш ніж на {max} дн. пізніше за {other}',
  },
  TUTOR_BUSY: { en: 'the tutor has another lesson', uk: 'викладач має інше заняття' },
  STUDENT_BUSY: { en: 'the student has another lesson', uk: 'учень має інше заняття' },
  TUTOR_BUSY_AT: { en: 'the tutor has another lesson at {at}', uk: 'викладач має інше заняття: {at}' },
  STUDENT_BUSY_AT: { en: 'the student has another lesson at {at}', uk: 'учень має інше заняття: {at}' },
  OVERLAPS_ITEM: {
    en: 'overlaps lessons.{index} of this input',
    uk: 'перетинається з lessons.{index} цих даних',
  },
  OUTSIDE_AVAILABILITY: {
    en: 'is outside the availability of the tutor',
    uk: 'є поза часом, коли викладач доступний',
  },
  IS_VERSION: { en: 'is {version}', uk: 'зараз {version}' },
  DID_COME: { en: 'did come to the lesson', uk: 'були на занятті' },
  NEEDED_WITH: { en: 'is needed with {other}', uk: 'потрібне разом із {other}' },
  ONLY_WITH: { en: 'goes with {other} only', uk: 'можливе лише разом із {other}' },
  KEY_BESIDE_LIST: { en: 'belongs beside the list', uk: 'має бути поруч зі списком' },
  TIME_OF_DAY: { en: 'must be a time of day as HH:MM', uk: 'має бути часом доби як HH:MM' },
  TIME_TO_MIDNIGHT: {
    en: 'must be a time from 00:00 to 24:00, as HH:MM',
    uk: 'має бути часом від 00:00 до 24:00 як HH:MM',
  },
  OTHER_TIME: { en: 'must be another time than {other}', uk: 'має бути іншим часом, ніж {other}' },
  WEEKDAY: { en: 'must be 1 (Monday) to 7', uk: 'має бути від 1 (понеділок) до 7' },
  OVERLAPS_WINDOW: {
    en: 'overlaps another window of this weekday',
    uk: 'перетинається з іншим проміжком цього дня тижня',
  },
  OVERLAPS_EXCEPTION: {
    en: 'overlaps another exception of this date',
    uk: 'перетинається з іншим винятком цієї дати',
  },
} as const satisfies WordingGroup;

/** What series of lessons ask of an input. */
const seriesRules = {
  LOCAL_TIME: {
    en: 'must be a local date and time, as YYYY-MM-DDTHH:MM',
    uk: 'має бути місцевою датою й часом як YYYY-MM-DDTHH:MM',
  },
  WHOLE_MINUTE: { en: 'must be a whole minute for a series', uk: 'для серії має бути цілою хвилиною' },
  SERIES_IN_PAST: {
    en: 'would put a lesson of the series into the past',
    uk: 'перенесло б заняття серії в минуле',
  },
  RRULE: { en: 'is not a valid rule', uk: 'не є коректним правилом' },
  RRULE_REACH: {
    en: 'must yield its lessons within reach',
    uk: 'має давати заняття в досяжному майбутньому',
  },
  RRULE_EMPTY: { en: 'must yield at least one lesson', uk: 'має давати хоча б одне заняття' },
  RRULE_LESSONS: {
    en: 'must not yield more than {max} lessons',
    uk: 'має давати не більше занять, ніж {max}',
  },
  RRULE_UNTIL: { en: 'has an UNTIL that is no date', uk: 'має UNTIL, що не є датою' },
  RRULE_UNSUPPORTED: {
    en: 'has a part that is not supported: {part}',
    uk: 'має частину, яка не підтримується: {part}',
  },
  RRULE_TWICE: { en: 'has {part} twice', uk: 'має {part} двічі' },
  RRULE_PART: { en: 'has a {part} that is not valid', uk: 'має некоректну частину {part}' },
  RRULE_FREQ: {
    en: 'must have a FREQ of DAILY, WEEKLY, MONTHLY or YEARLY',
    uk: 'має містити FREQ зі значенням DAILY, WEEKLY, MONTHLY або YEARLY',
  },
  RRULE_TWO_ENDS: {
    en: 'must not have both COUNT and UNTIL',
    uk: 'не може містити COUNT і UNTIL водночас',
  },
  RRULE_ENDLESS: {
    en: 'must end: give COUNT or UNTIL',
    uk: 'має закінчуватися: вкажіть COUNT або UNTIL',
  },
} as const satisfies WordingGroup;

/** What chats and notifications ask of an input. */
const messageRules = {
  OTHER_MESSAGE: { en: 'was used for another message', uk: 'використано для іншого повідомлення' },
  IN_ROOM: { en: 'must be somebody who is in the room', uk: 'має бути учасником кімнати' },
  ONE_EMOJI: { en: 'must be one emoji', uk: 'має бути одним емодзі' },
  AT_MOST_REACTIONS: {
    en: 'the message has {max} different reactions already',
    uk: 'повідомлення вже має стільки різних реакцій: {max}',
  },
  SCHOOL_TUTOR: { en: 'must be a tutor of the school', uk: 'має бути викладачем школи' },
  NOTIFICATION_TYPE: { en: 'is not a type of notification', uk: 'не є типом сповіщення' },
  NO_NOTIFICATION_TYPE: {
    en: '{name} is not a type of notification',
    uk: '{name} не є типом сповіщення',
  },
  SCHOOLS_CHANNEL: {
    en: 'is the school’s, see webhookEndpoints',
    uk: 'належить школі, див. webhookEndpoints',
  },
  CRITICAL: { en: 'cannot be false: {type} is critical', uk: 'не може бути false: {type} є критичним' },
  P256_KEY: {
    en: 'must be a public key on P-256 in base64url',
    uk: 'має бути відкритим ключем P-256 у base64url',
  },
  AT_MOST_ENDPOINTS: {
    en: 'a school has at most {max} endpoints',
    uk: 'школа має не більше адрес, ніж {max}',
  },
} as const satisfies WordingGroup;

/** What boards ask of an input. */
const boardRules = {
  OTHER_OPERATION: { en: 'was used for another operation', uk: 'використано для іншої операції' },
  NAME_CHARACTERS: {
    en: 'must have 1 to {max} letters, digits and {others}',
    uk: 'має містити від 1 до {max} латинських літер, цифр і {others}',
  },
  OTHER_KIND: { en: 'is not for this kind of operation', uk: 'не для цього виду операції' },
  NOT_UNDOABLE: {
    en: 'is no operation of yours here that can still be undone',
    uk: 'не є вашою операцією тут, яку ще можна скасувати',
  },
} as const satisfies WordingGroup;

export const featureRules = {
  ...peopleRules,
  ...lessonRules,
  ...seriesRules,
  ...messageRules,
  ...boardRules,
} as const;
