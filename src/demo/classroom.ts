import { defaultOrganizationId } from '../modules/accounts/service.js';
import { chatChannel } from '../modules/chats/events.js';
import type { UnitOfWork } from '../platform/database/database.js';
import { createRandom } from './random.js';
import type { DemoPerson, DemoSchool, Material } from './school.js';

/** The classroom of the demo school, and what is said in it. */
interface DemoClassroom {
  readonly id: string;
  readonly name: string;
  readonly tutor: DemoPerson;
  readonly coTutor: DemoPerson;
  readonly members: readonly DemoPerson[];
  readonly createdAt: Date;
  readonly messages: readonly {
    readonly id: string;
    readonly author: DemoPerson;
    readonly body: string;
    readonly at: Date;
  }[];
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** A classroom of the first tutor with all of their students, led by the second tutor too. */
function composeClassroom(words: Material, { people, pairs }: DemoSchool, now: Date): DemoClassroom | null {
  const [tutor, coTutor] = people.filter(({ role }) => role === 'TUTOR');
  if (!tutor || !coTutor) return null;
  const random = createRandom(20_261_125);
  const members = pairs.filter((pair) => pair.tutor === tutor).map(({ student }) => student);
  const createdAt = new Date(now.getTime() - 30 * day);
  const authors = [tutor, ...members.slice(0, 3), coTutor];
  const messages = words.classroom.messages.map((body, index) => {
    const at = new Date(now.getTime() - 2 * day + index * 9 * minute);
    return { id: random.id(at), author: authors[index % authors.length] ?? tutor, body, at };
  });
  return {
    id: random.id(createdAt),
    name: words.classroom.name,
    tutor,
    coTutor,
    members,
    createdAt,
    messages,
  };
}

/** Adds the classroom with its messages and the events that they would have left. */
export async function insertDemoClassroom(
  tx: UnitOfWork,
  words: Material,
  school: DemoSchool,
  now: Date,
): Promise<void> {
  const classroom = composeClassroom(words, school, now);
  if (!classroom) return;
  const { id, name, tutor, coTutor, members, createdAt } = classroom;
  await tx.sql(
    `INSERT INTO classroom (id, organization_id, tutor_id, name, created_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::timestamptz)`,
    id,
    defaultOrganizationId,
    tutor.id,
    name,
    createdAt,
  );
  await tx.sql(
    `INSERT INTO classroom_member (classroom_id, user_id, organization_id, role, joined_at)
     SELECT $1::uuid, "user", $2::uuid, role::classroom_role, $3::timestamptz
       FROM jsonb_to_recordset($4::jsonb) AS m ("user" uuid, role text)`,
    id,
    defaultOrganizationId,
    createdAt,
    JSON.stringify([
      { user: tutor.id, role: 'TUTOR' },
      { user: coTutor.id, role: 'CO_TUTOR' },
      ...members.map((member) => ({ user: member.id, role: 'MEMBER' })),
    ]),
  );
  const rows = classroom.messages.map(({ author, ...message }, index) => ({
    ...message,
    author: author.id,
    sequence: index + 1,
    // A tag only has to differ from that of another history; here it is part of the message's id.
    tag: BigInt.asIntN(64, BigInt(`0x${message.id.replaceAll('-', '').slice(16)}`)).toString(),
  }));
  await tx.sql(
    `WITH m AS MATERIALIZED (
       SELECT * FROM jsonb_to_recordset($4::jsonb)
         AS m (id uuid, sequence int, author uuid, body text, at timestamptz, tag bigint)
     ), head AS (
       INSERT INTO channel (id, last_seq, last_tag) SELECT $3::text, sequence, tag FROM m ORDER BY sequence DESC LIMIT 1
     ), events AS (
       INSERT INTO channel_event (channel, seq, tag, kind, actor_id, payload, occurred_at)
       SELECT $3::text, sequence, tag, 'message.sent', author, jsonb_build_object('messageId', id), at FROM m
     )
     INSERT INTO chat_message (id, organization_id, classroom_id, sequence, author_id, body, created_at)
     SELECT id, $2::uuid, $1::uuid, sequence, author, body, at FROM m`,
    id,
    defaultOrganizationId,
    chatChannel(id),
    JSON.stringify(rows),
  );
}
