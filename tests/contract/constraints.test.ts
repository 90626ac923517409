import type { Prisma } from '../../src/generated/prisma/client.js';
import { constraintErrors } from '../../src/graphql/constraint-errors.js';
import { expectedError } from '../../src/graphql/format-error.js';
import { createDatabase, type Database } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import { newId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../testkit/test-database.js';

/**
 * Constraints that no input can reach: what the system writes about itself. Primary and foreign keys are so unless they
 * are mapped, for ids are made here and rows are looked up before anything refers to them.
 */
const internal: Readonly<Record<string, string>> = {
  audit_entry: 'the audit log writes itself',
  board_element_current_key: 'an operation closes the element before it under the lock of the board',
  board_operation_revision_key: 'revisions are counted under a lock',
  board_subject_check: 'the kind of the room decides',
  calendar_feed_secret_key: 'a random secret',
  channel_event: 'sequences are counted',
  chat_message_room_sequence_key: 'sequences are counted under a lock',
  chat_message_subject: 'the kind of the room decides',
  chat_message_tombstone: 'body and deletion are written together',
  classroom_member_times: 'both are set by the clock',
  classroom_one_tutor: 'the tutor is written with the classroom',
  classroom_tutor_stays: 'a tutor is never removed',
  lesson_cancellation: 'written together with the status',
  lesson_history: 'the recorder writes it',
  lesson_no_show: 'written together with the status',
  lesson_series_place: 'a lesson gets all of its place at once',
  lesson_series_position: 'positions are counted',
  chat_message_removed_by_school: 'written together with the deletion',
  message_report_: 'the input is bounded, and a second report gives the first',
  organization_message_retention: 'the input is bounded',
  notification_defaults_preferences: 'always an object',
  notification_hidden_is_read: 'written by the worker',
  notification_settings_preferences: 'always an object',
  notification_source_key: 'a second delivery is ignored',
  push_subscription_endpoint_key: 'a browser that registers again is updated',
  queue_: 'the queue writes itself',
  refresh_token_generation_key: 'generations are counted under a lock',
  room_export_: 'the worker writes it, and its secret is random',
  webhook_endpoint_overlap: 'written together',
};

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  database = createDatabase({ url: test.url, logger: createLogger({ level: 'silent', pretty: false }) });
});
afterAll(async () => {
  await database.stop();
  await test.drop();
});

interface Constraint {
  readonly name: string;
  /** `c` check, `u` unique, `x` exclusion, `p` primary key, `f` foreign key. */
  readonly kind: string;
}

function constraints(): Promise<Constraint[]> {
  return database.sql(
    `SELECT conname::text AS name, contype::text AS kind FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'x', 'p', 'f')
     UNION
     SELECT c.relname::text, 'u' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = 'public'::regnamespace`,
  );
}

it('every constraint is mapped to a code, or declared to be out of reach of any input', async () => {
  const undecided = (await constraints()).filter(
    ({ name, kind }) =>
      !Object.hasOwn(constraintErrors, name) &&
      kind !== 'p' &&
      kind !== 'f' &&
      !name.startsWith('_prisma') &&
      !Object.keys(internal).some((prefix) => name.startsWith(prefix)),
  );
  expect(undecided).toEqual([]);
});

it('no constraint is mapped or declared that does not exist', async () => {
  const names = (await constraints()).map(({ name }) => name);
  expect(Object.keys(constraintErrors).filter((name) => !names.includes(name))).toEqual([]);
  expect(Object.keys(internal).filter((prefix) => !names.some((name) => name.startsWith(prefix)))).toEqual(
    [],
  );
});

describe('a violation is told by its code', () => {
  const email = 'twice@test.example';
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => expectedError(error)?.code ?? 'unexpected',
    );
  const insert = (on: Pick<Database, 'sql'>, address: string) =>
    on.sql(
      `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role, locale, time_zone,
                             email_verified_at)
       SELECT $1::uuid, id, $2, '', 'Somebody', 'TUTOR', 'en', 'UTC', now() FROM organization LIMIT 1`,
      newId(),
      address,
    );

  it('when pg says it, when Prisma does, and in a transaction', async () => {
    await insert(database, email);
    expect(await failure(insert(database, email))).toBe('EMAIL_TAKEN');
    expect(await failure(database.transaction((tx) => insert(tx, email)))).toBe('EMAIL_TAKEN');
    const { id } = await database.prisma.organization.findFirstOrThrow();
    const data: Prisma.UserUncheckedCreateInput = {
      id: newId(),
      organizationId: id,
      email,
      passwordHash: '',
      displayName: 'Somebody',
      role: 'TUTOR',
      locale: 'en',
      timeZone: 'UTC',
      emailVerifiedAt: new Date(),
    };
    expect(await failure(database.prisma.user.create({ data }))).toBe('EMAIL_TAKEN');
    expect(await failure(insert(database, 'UPPER@test.example'))).toBe('VALIDATION_ERROR');
  });

  it('with its values, and so is a check', async () => {
    const full = database.sql(
      `INSERT INTO classroom (id, organization_id, tutor_id, name, member_count)
       SELECT $1::uuid, organization_id, id, 'A classroom', 501 FROM app_user LIMIT 1`,
      newId(),
    );
    expect(await failure(full)).toBe('CLASSROOM_FULL');
  });

  it('and one that is not mapped stays unexpected', async () => {
    const twice = newId();
    const channel = () =>
      database.sql(`INSERT INTO channel (id, last_seq, last_tag) VALUES ($1, 0, 0)`, twice);
    await channel();
    expect(await failure(channel())).toBe('unexpected');
  });
});
