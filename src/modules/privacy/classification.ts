import type { IdKind } from '../../shared/ids.js';

/** What an erasure does with the rows in which a column names the person. */
type Fate =
  | 'delete'
  /** The row belongs to others too, or to nobody: it stays, naming a user of whom nothing is known any more. */
  | 'keep'
  /** The row stays for others; these columns are set to an SQL expression, in which `now()` is the time of the erasure. */
  | { readonly clear: Readonly<Record<string, string>> };

/** A table that knows of people. */
export interface TableRule {
  /** The columns that name a person by UUID, with what becomes of their rows. */
  readonly people: Readonly<Record<string, Fate>>;
  /**
   * A table whose rows these belong to, by which column: they are exported with them, and go with them where the foreign
   * key says so. Where those stay, `clear` says what is taken out of these.
   */
  readonly via?: {
    readonly column: string;
    readonly table: string;
    readonly clear?: Readonly<Record<string, string>>;
  };
  /** Columns of `people` that an export does not follow: what it would show is kept from the person for the sake of others. */
  readonly withheld?: readonly string[];
  /** Columns that an export leaves out: what proves who somebody is, and what others have said in confidence. */
  readonly secret?: readonly string[];
  /** Columns that can hold text and are kept, since no text of people comes into them. */
  readonly harmless?: readonly string[];
  /** The ids under which notifications of others tell of a row: these are removed with the person. */
  readonly toldAs?: readonly { readonly kind: IdKind; readonly column: string }[];
}

const lessonTexts = { title: `'–'`, notes: 'NULL', cancellation_reason: 'NULL' };
const relationTexts = { note: 'NULL' };

/**
 * Every table that knows of people, and what export and erasure do with it. A test compares it with the catalogue of
 * the database: a new table, a new reference to a user and a new text in a table that keeps its rows have to be put
 * here before anything is merged.
 */
export const personalData: Readonly<Record<string, TableRule>> = {
  app_user: {
    people: {
      id: {
        clear: {
          email: `'erased-' || id || '@erased.invalid'`,
          password_hash: `''`,
          display_name: `'Deleted account'`,
          time_zone: 'DEFAULT',
          locale: 'DEFAULT',
          email_verified_at: 'NULL',
          erased_at: 'now()',
        },
      },
    },
    secret: ['password_hash'],
  },
  session: { people: { user_id: 'delete' } },
  refresh_token: { people: {}, via: { column: 'session_id', table: 'session' }, secret: ['hash'] },
  account_link: { people: { user_id: 'delete' } },
  invitation: { people: { inviter_id: 'delete' }, secret: ['sealed_address'] },
  known_device: { people: { user_id: 'delete' }, secret: ['hash'] },
  idempotency_key: { people: { user_id: 'delete' }, secret: ['input_hash'] },
  audit_entry: {
    people: { actor_id: 'keep' },
    secret: ['previous_hash', 'hash'],
    harmless: ['action', 'subject', 'detail', 'previous_hash', 'hash'],
  },
  tutor_student_relation: {
    people: { tutor_id: { clear: relationTexts }, student_id: { clear: relationTexts } },
    toldAs: [
      { kind: 'relation', column: 'id' },
      { kind: 'room', column: 'id' },
    ],
  },
  lesson: {
    people: {
      tutor_id: { clear: lessonTexts },
      student_id: { clear: lessonTexts },
      cancelled_by_id: { clear: { cancellation_reason: 'NULL' } },
    },
    toldAs: [
      { kind: 'lesson', column: 'id' },
      { kind: 'room', column: 'id' },
    ],
  },
  lesson_history: {
    people: { by_id: 'keep' },
    via: { column: 'lesson_id', table: 'lesson', clear: { from: 'NULL', to: 'NULL' } },
    harmless: ['change'],
  },
  lesson_attendance: { people: { user_id: 'keep' } },
  lesson_series: {
    people: { tutor_id: 'keep', student_id: 'keep' },
    harmless: ['rrule', 'time_zone', 'skipped'],
  },
  availability_window: { people: { tutor_id: 'delete' } },
  availability_exception: { people: { tutor_id: 'delete' } },
  room_export: {
    people: { user_id: 'delete' },
    secret: ['secret_hash'],
  },
  calendar_feed: { people: { user_id: 'delete' }, secret: ['secret_hash'] },
  presence: { people: { user_id: 'delete' } },
  presence_typing: { people: { user_id: 'delete' } },
  notification_settings: { people: { user_id: 'delete' } },
  push_subscription: { people: { user_id: 'delete' }, secret: ['auth', 'p256dh'] },
  classroom: {
    people: { tutor_id: { clear: { name: `'–'` } } },
    toldAs: [
      { kind: 'classroom', column: 'id' },
      { kind: 'room', column: 'id' },
    ],
  },
  classroom_member: {
    people: { user_id: 'keep' },
    toldAs: [
      { kind: 'classroom', column: 'classroom_id' },
      { kind: 'room', column: 'classroom_id' },
    ],
  },
  chat_reaction: { people: { user_id: 'delete' } },
  chat_mention: { people: { user_id: 'delete' } },
  chat_message: {
    people: {
      deleted_by_id: 'keep',
      author_id: {
        clear: {
          body: 'NULL',
          client_message_id: 'NULL',
          deleted_at: 'coalesce(deleted_at, now())',
          version: 'version + 1',
        },
      },
    },
    toldAs: [
      { kind: 'room', column: 'room_id' },
      { kind: 'message', column: 'id' },
    ],
  },
  // After the messages: a report that is being made holds its message, so that an erasure sees it.
  message_report: {
    people: {
      author_id: { clear: { body: 'NULL', note: 'NULL' } },
      reporter_id: { clear: { comment: 'NULL', note: 'NULL' } },
      resolved_by_id: 'keep',
    },
    // Whom it is about is not told who has reported them.
    withheld: ['author_id', 'resolved_by_id'],
    secret: ['author_id', 'body', 'note', 'resolved_by_id'],
    harmless: ['room_kind'],
  },
  board: { people: {}, via: { column: 'lesson_id', table: 'lesson' } },
  board_element: { people: { author_id: 'delete' } },
  board_operation: { people: { author_id: 'delete' }, secret: ['content_hash'] },
  chat_read_marker: { people: { user_id: 'delete' } },
  notification: { people: { user_id: 'delete' } },
  notification_queue_item: { people: { user_id: 'delete' } },
};

/** Tables that know of nobody, each for a reason. */
export const impersonal: Readonly<Record<string, string>> = {
  organization: 'It is about a school.',
  presence_node: 'A lease of a node.',
  notification_defaults: 'It is about a school.',
  webhook_endpoint: 'It is about a school.',
  channel: 'Ids alone, of rooms, lessons and people.',
  channel_event: 'Ids alone, kept for 7 days.',
  audit_head: 'The end of each chain: numbers and hashes.',
  _prisma_migrations: 'The history of the schema.',
};
