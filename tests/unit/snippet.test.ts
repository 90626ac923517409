import { snippetOf } from '../../src/modules/chats/snippet.js';

const marked = (body: string, text: string) => {
  const snippet = snippetOf(body, text);
  return snippet.highlights.map(({ start, length }) => snippet.text.slice(start, start + length));
};

describe('a snippet', () => {
  it('is all of a short text', () => {
    expect(snippetOf('урок завтра', 'завтра').text).toBe('урок завтра');
  });

  it.each([
    ["п'ять", 'П’ЯТЬ яблук', ['П’ЯТЬ']],
    ['зор', 'ранкова зо́ря', ['зо́ря']],
    ['ї', 'ї́жак', ['ї́жак']],
    ['a b', 'b, a; ab c', ['b', 'a', 'ab']],
    ['zebra', 'no such word', []],
  ])('marks %s in %s', (text, body, words) => {
    expect(marked(body, text)).toEqual(words);
  });

  it('begins before the first word and cuts no word', () => {
    const body = `${'слово '.repeat(100)}ціль ${'слово '.repeat(100)}`;
    const { text } = snippetOf(body, 'ціль');
    expect(text.length).toBeLessThanOrEqual(162);
    expect(text).toMatch(/^…(слово )+ціль( слово)+ ?…$/);
  });

  it('cuts no character in two, in a text without spaces', () => {
    const { text } = snippetOf(`${'😀'.repeat(300)}ціль${'😀'.repeat(301)}`, 'ціль');
    expect(text).not.toMatch(/\p{Surrogate}/u);
    expect(marked(`${'😀'.repeat(300)}ціль${'😀'.repeat(301)}`, 'ціль')).toEqual(['ціль']);
  });
});
