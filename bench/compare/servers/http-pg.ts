import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import {
  databaseUrl,
  host,
  memory,
  poolSize,
  port,
  toConnection,
  type Viewer,
  viewerOf,
} from './settings.ts';

/**
 * The limit: no GraphQL at all. One prepared statement for each operation, in which PostgreSQL itself writes the JSON of
 * the answer, and node:http sends the text on.
 */
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });

const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const person = (alias: string) =>
  `json_build_object('id', ${alias}.id, 'displayName', ${alias}.display_name)`;
const message = (alias: string, author: string) =>
  `json_build_object('id', ${alias}.id, 'sequence', ${alias}.sequence, 'body', ${alias}.body,
     'createdAt', ${iso(`${alias}.created_at`)}, 'author', ${person(author)})`;

const lessons = `
  SELECT json_build_object('data', json_build_object('lessons', json_build_object(
    'edges', coalesce(json_agg(json_build_object('node', json_build_object(
        'id', l.id, 'title', l.title, 'status', l.status, 'startsAt', ${iso('l.starts_at')},
        'endsAt', ${iso('l.ends_at')}, 'tutor', ${person('t')}, 'student', ${person('s')}))
      ORDER BY l.starts_at, l.id) FILTER (WHERE l.n <= $2), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > $2, 'hasPreviousPage', false))))::text AS answer
    FROM (SELECT *, row_number() OVER (ORDER BY starts_at, id) AS n
            FROM (SELECT * FROM lesson WHERE tutor_id = $1::uuid ORDER BY starts_at, id LIMIT $2::int + 1) page) l
    JOIN app_user t ON t.id = l.tutor_id JOIN app_user s ON s.id = l.student_id`;

const lesson = `
  SELECT json_build_object('data', json_build_object('lesson', json_build_object(
    'id', l.id, 'title', l.title, 'status', l.status, 'notes', l.notes, 'version', l.version,
    'startsAt', ${iso('l.starts_at')}, 'endsAt', ${iso('l.ends_at')},
    'tutor', ${person('t')}, 'student', ${person('s')})))::text AS answer
    FROM lesson l JOIN app_user t ON t.id = l.tutor_id JOIN app_user s ON s.id = l.student_id
   WHERE l.id = $1::uuid`;

const messages = `
  SELECT json_build_object('data', json_build_object('lesson', json_build_object('id', $1::uuid, 'chat', json_build_object(
    'messages', json_build_object(
      'edges', coalesce(json_agg(json_build_object('node', ${message('m', 'a')}) ORDER BY m.sequence)
        FILTER (WHERE m.n <= $2), '[]'),
      'pageInfo', json_build_object('hasPreviousPage', count(*) > $2))))))::text AS answer
    FROM (SELECT *, row_number() OVER (ORDER BY sequence DESC) AS n
            FROM (SELECT * FROM chat_message WHERE room_id = $1::uuid ORDER BY sequence DESC LIMIT $2::int + 1) page) m
    JOIN app_user a ON a.id = m.author_id`;

const send = `
  WITH counted AS (
    UPDATE channel SET last_seq = last_seq + 1 WHERE id = 'chat:' || $3::text RETURNING last_seq
  ), m AS (
    INSERT INTO chat_message (id, organization_id, lesson_id, sequence, author_id, client_message_id, body)
    SELECT uuidv7(), $2::uuid, $3::uuid, last_seq, $1::uuid, $4, $5 FROM counted RETURNING *
  )
  SELECT json_build_object('data', json_build_object('sendMessage', json_build_object(
    'message', ${message('m', 'a')})))::text AS answer
    FROM m JOIN app_user a ON a.id = m.author_id`;

interface Asked {
  readonly operationName: string;
  readonly variables: {
    readonly id: string;
    readonly first: number;
    readonly last: number;
    readonly input: { readonly roomId: string; readonly clientMessageId: string; readonly body: string };
  };
}

async function ask(name: string, text: string, values: unknown[]): Promise<string> {
  const { rows } = await pool.query<{ answer: string }>({ name, text, values });
  return rows[0]?.answer ?? '{"data":null}';
}

function answer(
  { operationName, variables }: Asked,
  { userId, organizationId }: Viewer,
): Promise<string> | string {
  switch (operationName) {
    case 'Lessons':
      if (memory) return JSON.stringify({ data: { lessons: toConnection(memory, variables.first) } });
      return ask('lessons', lessons, [userId, variables.first]);
    case 'Lesson':
      return ask('lesson', lesson, [variables.id]);
    case 'Messages':
      return ask('messages', messages, [variables.id, variables.last]);
    default: {
      const { roomId, clientMessageId, body } = variables.input;
      return ask('send', send, [userId, organizationId, roomId, clientMessageId, body]);
    }
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

createServer(async (request, response) => {
  try {
    const body = await answer(JSON.parse(await read(request)), viewerOf(request.headers));
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(port, host);
