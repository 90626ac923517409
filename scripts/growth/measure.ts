import { readAround, readPages } from '../../src/modules/chats/message-store.js';
import { countUnread } from '../../src/modules/chats/read-store.js';
import { listRooms } from '../../src/modules/chats/room-store.js';
import { searchMessages } from '../../src/modules/chats/search-store.js';
import { createDatabase, type Database } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import { idOf, messagesOfRoom, type Shape } from '../fill/shape.js';
import { type RunPlan, recordPlans } from '../plans/plan-recorder.js';
import { readingOf } from '../plans/plan-rules.js';

/** One thing that was measured, in milliseconds. */
export interface Figure {
  readonly what: string;
  readonly median: number;
  readonly p95: number;
  /** Indexes of messages and read markers that its plan uses, with parameters that the planner does not know. */
  readonly indexes: readonly string[];
  readonly rowsRead: number;
  readonly rowsGiven: number;
}

/** The figures of one database. */
export interface Result {
  readonly messages: number;
  readonly largestRoom: number;
  readonly figures: readonly Figure[];
  readonly sizes: readonly { readonly name: string; readonly bytes: number }[];
}

const large = new Set(['chat_message', 'chat_read_marker']);
const forward = { limit: 50, backward: false, after: null, before: null };

/** What is measured: what a client asks for when it opens a room, the list of its rooms, and a search. */
async function questions(on: Database, shape: Shape): Promise<[string, () => Promise<unknown>][]> {
  const school = idOf('organization', 0);
  const tutor = idOf('user', 0);
  const largest = idOf('classroom', 0);
  const end = messagesOfRoom(shape, 0);
  const { rooms } = await listRooms(on, school, tutor, { ...forward, limit: 999 });
  const mine = rooms.map(({ room }) => room);
  const fifty = mine.slice(0, 50).map(({ id }) => id);
  const one = mine.filter(({ id }) => id === largest);
  const middle = String(Math.floor(end / 2));
  const found = (text: string, inRooms: typeof mine) =>
    searchMessages(
      on,
      { organizationId: school, rooms: inRooms, text, asOf: '2999-01-01T00:00:00.000Z' },
      { ...forward, limit: 20 },
    );
  const centre = (await readPages(on, school, [largest], { ...forward, limit: 1, after: [middle] })).get(
    largest,
  );
  return [
    [
      'newest page of the largest room',
      () => readPages(on, school, [largest], { ...forward, backward: true }),
    ],
    [
      'page in the middle of the largest room',
      () => readPages(on, school, [largest], { ...forward, after: [middle] }),
    ],
    [
      'page around a message in the middle',
      () => readAround(on, school, [{ roomId: largest, messageId: centre?.[0]?.id ?? '' }]),
    ],
    ['newest page of 50 rooms', () => readPages(on, school, fifty, { ...forward, backward: true })],
    ['first page of the list of rooms', () => listRooms(on, school, tutor, { ...forward, limit: 20 })],
    ['unread counts of 50 rooms', () => countUnread(on, school, tutor, fifty)],
    ['search for a frequent word in the largest room', () => found('урок', one)],
    ['search for a rare word in the largest room', () => found('рідкісне0', one)],
    ['search for a frequent word in all rooms', () => found('урок', mine)],
    ['search for a rare word in all rooms', () => found('рідкісне0', mine)],
  ];
}

async function timesOf(work: () => Promise<unknown>, rounds: number): Promise<number[]> {
  for (let n = 0; n < 10; n++) await work();
  const times: number[] = [];
  for (let n = 0; n < rounds; n++) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b);
}

/** Measures a filled database: times first, then the plans. */
export async function measure(databaseUrl: string, shape: Shape, rounds: number): Promise<Result> {
  const open = () =>
    createDatabase({ url: databaseUrl, logger: createLogger({ level: 'warn', pretty: true }), poolSize: 1 });
  const timed = open();
  const times = new Map<string, number[]>();
  for (const [what, work] of await questions(timed, shape)) times.set(what, await timesOf(work, rounds));
  const sizes = await timed.sql<{ name: string; bytes: number }>(
    `SELECT relname AS name, pg_relation_size(oid)::float8 AS bytes FROM pg_class
      WHERE relname = 'chat_message' OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'chat_message'::regclass)
      ORDER BY relname`,
  );
  await timed.sql(`ALTER DATABASE ${new URL(databaseUrl).pathname.slice(1)} RESET ALL`);
  await timed.stop();

  const plans: RunPlan[] = [];
  const end = await recordPlans(databaseUrl, (plan) => plans.push(plan));
  const explained = open();
  const figures: Figure[] = [];
  for (const [what, work] of await questions(explained, shape)) {
    plans.length = 0;
    await work();
    const readings = plans.map((plan) => readingOf(plan, large));
    const at = (share: number) => times.get(what)?.[Math.floor(rounds * share)] ?? Number.NaN;
    figures.push({
      ...{ what, median: at(0.5), p95: at(0.95) },
      indexes: [...new Set(readings.flatMap(({ indexes }) => indexes))].filter((name) =>
        /^chat_|_msg_/.test(name),
      ),
      rowsRead: readings.reduce((sum, { read }) => sum + read, 0),
      rowsGiven: readings.at(-1)?.given ?? 0,
    });
  }
  end();
  await explained.sql(`ALTER DATABASE ${new URL(databaseUrl).pathname.slice(1)} RESET ALL`);
  await explained.stop();
  return { messages: shape.messages, largestRoom: messagesOfRoom(shape, 0), figures, sizes };
}
