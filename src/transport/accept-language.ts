import { type Language, languages } from '../shared/language.js';

/**
 * The language of ours that an Accept-Language header likes best (RFC 9110, section 12.5.4); null when it names none.
 * Among equals the earlier counts. A wildcard names none: what we know of the person decides then.
 */
export function preferredLanguage(header: string | undefined): Language | null {
  let best: { readonly language: Language; readonly quality: number } | null = null;
  for (const range of (header ?? '').toLowerCase().split(',').slice(0, maxRanges)) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    const language = languages.find((one) => tag === one || tag.startsWith(`${one}-`));
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    if (language && quality > (best?.quality ?? 0)) best = { language, quality };
  }
  return best?.language ?? null;
}

/** Nobody reads more languages than this. */
const maxRanges = 20;
