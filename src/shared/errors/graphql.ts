import type { ErrorGroup } from './definition.js';

/** `reason` is what GraphQL says, in English: it is for whoever writes the document. */
export const graphqlErrors = {
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    retry: 'NO',
    en: 'The document does not parse: {reason}',
    uk: 'Документ не розбирається: {reason}',
    example: { values: { reason: 'Syntax Error: Expected Name, found <EOF>.' } },
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    retry: 'NO',
    en: 'The document is not valid: {reason}',
    uk: 'Документ некоректний: {reason}',
    example: { values: { reason: 'Cannot query field "foo" on type "Query".' } },
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    retry: 'NO',
    en: 'The operation to run could not be determined.',
    uk: 'Не вдалося визначити, яку операцію виконати.',
    example: { fields: { operationName: [{ rule: 'NAMES_OPERATION' }] } },
  },
  DOCUMENT_TOO_COMPLEX: {
    status: 400,
    retry: 'NO',
    en: 'The document exceeds a limit.',
    uk: 'Документ перевищує обмеження.',
    example: { fields: { query: [{ rule: 'AT_MOST_DEEP', max: 12 }] } },
  },
  // Clients that try persisted queries look for this very text, and then send the document.
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    socket: 'HTTP',
    retry: 'NO',
    en: 'PersistedQueryNotSupported',
    uk: 'PersistedQueryNotSupported',
  },
  // The same: an unknown hash is answered by the document itself.
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    retry: 'NO',
    en: 'PersistedQueryNotFound',
    uk: 'PersistedQueryNotFound',
  },
  DOCUMENT_NOT_LISTED: {
    status: 403,
    retry: 'NO',
    en: 'Only the documents of known clients are run here.',
    uk: 'Тут виконуються лише документи відомих клієнтів.',
  },
} as const satisfies ErrorGroup;
