import type { WordingGroup } from './wording.js';

/** What a request must be: paths are its parts, such as `query`, `variables`, `body`, `accept` and `accessToken`. */
export const requestRules = {
  JSON: { en: 'is not valid JSON', uk: 'не є коректним JSON' },
  ONCE: { en: 'must come once', uk: 'має бути один раз' },
  TAKES_JSON: { en: 'must take JSON', uk: 'має приймати JSON' },
  BEARER: { en: 'must be "Bearer" and a token', uk: 'має складатися з «Bearer» і токена' },
  TOKEN_NOT_VALID: { en: 'is not valid', uk: 'недійсний' },
  TOKEN_EXPIRED: { en: 'has expired', uk: 'прострочений' },
  NAMES_OPERATION: {
    en: 'must name an operation of the document',
    uk: 'має називати операцію з документа',
  },
  NEEDS_SOCKET: {
    en: 'is a subscription, which needs a WebSocket (graphql-transport-ws)',
    uk: 'є підпискою, а їй потрібен WebSocket (graphql-transport-ws)',
  },
  NEEDS_POST: {
    en: 'is no query, and must be sent by POST',
    uk: 'не є запитом на читання й має надсилатися через POST',
  },
  ABOUT_A_SOCKET: {
    en: 'is about a WebSocket, and must be sent over it',
    uk: 'стосується WebSocket і має надсилатися через нього',
  },
  OF_THIS_SESSION: {
    en: 'must be of the session that the socket was opened with',
    uk: 'має належати до сеансу, з яким відкрито сокет',
  },
  AT_MOST_BYTES: { en: 'must have at most {max} bytes', uk: 'має містити не більше байтів, ніж {max}' },
  AT_MOST_TOKENS: { en: 'must have at most {max} tokens', uk: 'має містити не більше лексем, ніж {max}' },
  AT_MOST_DEEP: {
    en: 'must not have fields nested more than {max} deep',
    uk: 'має містити поля з вкладеністю не більше ніж {max}',
  },
  AT_MOST_ALIASES: {
    en: 'must have at most {max} aliases',
    uk: 'має містити не більше псевдонімів, ніж {max}',
  },
  AT_MOST_SELECTIONS: {
    en: 'must have at most {max} fields and fragments',
    uk: 'має містити не більше полів і фрагментів, ніж {max}',
  },
  AT_MOST_COMPARISONS: {
    en: 'must have at most {max} comparisons of repeated fields',
    uk: 'має містити не більше порівнянь повторюваних полів, ніж {max}',
  },
  AT_MOST_DIRECTIVES: {
    en: 'must have at most {max} directives',
    uk: 'має містити не більше директив, ніж {max}',
  },
  AT_MOST_COST: {
    en: 'has a cost of {cost}, and {max} is the most',
    uk: 'має вартість {cost}, а найбільша дозволена — {max}',
  },
  AT_MOST_NESTED: {
    en: 'must not be nested more than {max} deep',
    uk: 'має бути з вкладеністю не більше ніж {max}',
  },
  AT_MOST_VALUES: {
    en: 'must have at most {max} values',
    uk: 'має містити не більше значень, ніж {max}',
  },
} as const satisfies WordingGroup;
