/** A part of a message around what was found in it. */
export interface Snippet {
  readonly text: string;
  /** Where in `text` the words are that were looked for, in order: offsets and lengths in UTF-16 code units. */
  readonly highlights: readonly { readonly start: number; readonly length: number }[];
}

/** UTF-16 code units of a snippet at most, and of them before the first word that was found. */
const longest = 160;
const lead = 40;
const ellipsis = '…';

/** A run of letters and digits with the marks and apostrophes that do not part a word. */
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’ʼ‘ʹ`´′＇]*/gu;
const ignored = /[\u0301'’ʼ‘ʹ`´′＇]/g;

/** A word as the database compares it (`searched_words`). */
const normal = (text: string) => text.normalize('NFC').toLowerCase().replace(ignored, '');

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The words of the body that begin with a word of the text, as the reader sees them. */
function matches(body: string, text: string): Span[] {
  const wanted = [...text.matchAll(word)].map(([found]) => normal(found));
  return [...body.matchAll(word)]
    .filter(([found]) => wanted.some((one) => normal(found).startsWith(one)))
    .map(({ 0: found, index }) => ({ start: index, end: index + found.length }));
}

/** The nearest offset that cuts no word, towards the middle of what is kept, unless the word is longer than that. */
function cut(body: string, offset: number, step: 1 | -1, reach: number): number {
  for (let tried = 0, at = offset; tried < reach; tried++, at += step)
    if (/\s/.test(body[at - 1] ?? ' ')) return at;
  // Never between the halves of a surrogate pair.
  return /[\udc00-\udfff]/.test(body[offset] ?? '') ? offset + step : offset;
}

/** The part of the body around the first word that the text was found by, with all such words in it marked. */
export function snippetOf(body: string, text: string): Snippet {
  const found = matches(body, text);
  const first = found[0]?.start ?? 0;
  const begin = body.length <= longest || first <= lead ? 0 : cut(body, first - lead, 1, lead);
  const end = body.length <= begin + longest ? body.length : cut(body, begin + longest, -1, lead);
  const [before, after] = [begin > 0 ? ellipsis : '', end < body.length ? ellipsis : ''];
  return {
    text: `${before}${body.slice(begin, end)}${after}`,
    highlights: found
      .filter((span) => span.start >= begin && span.end <= end)
      .map((span) => ({ start: span.start - begin + before.length, length: span.end - span.start })),
  };
}
