/** The languages that people are written to. */
export type Language = 'en' | 'uk';

export const languages = ['en', 'uk'] as const satisfies readonly Language[];

/** What is written to whoever asks for no language of ours. */
export const defaultLanguage: Language = 'en';

/** Ukrainian for Ukrainian readers, English for all others. `locale` is BCP 47. */
export function languageOf(locale: string): Language {
  return /^uk\b/i.test(locale) ? 'uk' : 'en';
}
