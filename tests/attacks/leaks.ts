/** What no answer may hold: it tells how the server is built, or what somebody else wrote. */
const leaks: readonly (readonly [string, RegExp])[] = [
  ['a stack', /\n?\s+at (?:async )?[\w.<>[\] ]+ \(|node:internal|stacktrace/i],
  ['a path', /node_modules|\/(?:src|dist|home|root|work|usr|etc|var|tmp)\/[\w.-]+|[A-Z]:\\\\\w|file:\/\//],
  [
    'SQL',
    /syntax error at or near|\bSELECT\b.+\bFROM\b|relation "\w+"|pg_catalog|SQLSTATE|violates \w+ constraint|invalid input syntax/,
  ],
  ['the library', /prisma|postgres(?:ql)?:\/\/|ioredis|fastify|FST_ERR|graphql-js/i],
  ['an error of the system', /\bE(?:CONN|ADDR|HOST|PIPE|NOENT|ACCES|TIMEDOUT)[A-Z]*\b/],
  ['a hint', /did you mean|Perhaps you/i],
  ['a secret', /\$argon2|-----BEGIN|JWT_SECRET|"password(?:Hash)?"\s*:/],
  ['a file', /root:x:0|\[boot loader\]|127\.0\.0\.1\s+localhost/],
  ['an evaluated expression', /\b1787569\b/],
];

/** The leaks in a text, without the words that the attacker sent, and those of the schools that are none of theirs. */
export function leaksIn(text: string, sent: readonly string[], canaries: readonly string[]): string[] {
  let rest = text;
  for (const word of [...sent].sort((a, b) => b.length - a.length)) {
    if (word.length > 3) rest = rest.replaceAll(word, '').replaceAll(JSON.stringify(word).slice(1, -1), '');
  }
  const found = leaks.filter(([, pattern]) => pattern.test(rest)).map(([name]) => name);
  const seen = canaries.filter((canary) => text.includes(canary)).map((canary) => `the canary ${canary}`);
  return [...found, ...seen];
}

/** The words in what is sent. */
export function wordsOf(sent: unknown): string[] {
  const words: string[] = [];
  // Not by recursion: some of it is nested deeper than any stack.
  const waiting = [sent];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') words.push(value, ...value.split(/\s+/));
    else if (typeof value === 'object' && value !== null) {
      if (!Array.isArray(value)) words.push(...Object.keys(value));
      for (const inner of Object.values(value)) waiting.push(inner);
    }
  }
  return words;
}
