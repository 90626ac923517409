import { describeStatement } from '../../src/platform/database/statement-labels.js';

it.each([
  ['BEGIN', 'begin', 'none'],
  ['SELECT 1', 'select', 'none'],
  ['LISTEN lectern', 'other', 'none'],
  ['SELECT "public"."app_user"."id" FROM "public"."app_user" WHERE true', 'select', 'app_user'],
  ['UPDATE "public"."lesson" SET version = 2', 'update', 'lesson'],
  ['SELECT id FROM lesson FOR NO KEY UPDATE', 'select', 'lesson'],
  ['SELECT id FROM lesson FOR UPDATE SKIP LOCKED', 'select', 'lesson'],
  ['WITH a AS (SELECT 1) SELECT 1 FROM a JOIN lesson l ON true', 'select', 'lesson'],
  ['SELECT 1 FROM unnest($1::uuid[]) AS id', 'select', 'none'],
  [
    'INSERT INTO chat_read_marker (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1',
    'insert',
    'chat_read_marker',
  ],
  [
    'WITH e AS (INSERT INTO channel_event (a) VALUES (1)) INSERT INTO chat_message (a) VALUES (1)',
    'insert',
    'chat_message',
  ],
  ['WITH due AS (SELECT 1 FROM item FOR UPDATE SKIP LOCKED) UPDATE item AS i SET a = 1', 'update', 'item'],
  [
    'WITH m AS (INSERT INTO chat_message (a) VALUES (1) RETURNING *) INSERT INTO chat_mention (a) SELECT a FROM m',
    'insert',
    'chat_message',
  ],
])('%s is %s of %s', (text, operation, model) => {
  expect(describeStatement(text)).toEqual({ operation, model });
});

it('tables are bounded, whatever the statements say', () => {
  const models = new Set(
    Array.from({ length: 1_000 }, (_, n) => {
      const letters = [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
      return describeStatement(`SELECT 1 FROM t_${letters}`).model;
    }),
  );
  expect(models.size).toBeLessThanOrEqual(101);
  expect(models).toContain('other');
});
