import { unsafeStatements } from '../../scripts/migration-safety.js';

const timeout = `SET LOCAL lock_timeout = '2s';`;

describe('a migration of a system in use', () => {
  it.each([
    ['adds a column', `${timeout} ALTER TABLE lesson ADD COLUMN colour text;`],
    ['builds an index concurrently', 'CREATE INDEX CONCURRENTLY lesson_colour_idx ON lesson (colour);'],
    [
      'makes a table with its indexes',
      `${timeout} CREATE TABLE t (id uuid PRIMARY KEY, n int); CREATE INDEX i ON t (n);`,
    ],
    [
      'adds a rule for new rows, and checks the others later',
      `${timeout} ALTER TABLE lesson ADD CONSTRAINT c CHECK (title <> '') NOT VALID;`,
    ],
  ])('may be one that %s', (_what, sql) => {
    expect(unsafeStatements(sql)).toEqual([]);
  });

  it.each([
    ['waits for a lock without an end', 'ALTER TABLE lesson ADD COLUMN colour text;', 'require-lock-timeout'],
    [
      'builds an index while nobody may write',
      `${timeout} CREATE INDEX i ON lesson (title);`,
      'require-concurrent-index-creation',
    ],
    [
      'writes every row anew',
      `${timeout} ALTER TABLE lesson ALTER COLUMN version TYPE bigint;`,
      'changing-column-type',
    ],
    [
      'gives every row a value of its own',
      `${timeout} ALTER TABLE lesson ADD COLUMN k uuid DEFAULT gen_random_uuid();`,
      'adding-field-with-default',
    ],
    [
      'checks every row under a lock',
      `${timeout} ALTER TABLE lesson ADD CONSTRAINT c CHECK (title <> '');`,
      'constraint-missing-not-valid',
    ],
    [
      'takes away what the previous release uses',
      `${timeout} ALTER TABLE lesson DROP COLUMN notes;`,
      'ban-drop-column',
    ],
    [
      'builds an index concurrently among other statements',
      `${timeout} CREATE INDEX CONCURRENTLY i ON lesson (title);`,
      'a migration of its own',
    ],
  ])('may not be one that %s', (_what, sql, complaint) => {
    expect(unsafeStatements(sql).join('\n')).toContain(complaint);
  });
});
