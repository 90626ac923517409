import { errorCatalogue } from '../shared/errors.js';
import { defaultLanguage } from '../shared/language.js';
import { builder } from './builder.js';

/** `ErrorCode`, made from the catalogue. No field has this type, since codes travel in `extensions`. */
builder.enumType('ErrorCode', {
  description: 'What `extensions.code` of an error may be. `extensions.detail` is for people.',
  values: Object.fromEntries(
    Object.entries(errorCatalogue).map(([code, texts]) => [
      code,
      { value: code, description: texts[defaultLanguage] },
    ]),
  ),
});
