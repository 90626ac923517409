import { fillDatabase } from '../../scripts/fill/fill.js';
import { idOf, messagesOfRoom, placeOfMessage, shapeOf } from '../../scripts/fill/shape.js';
import { createTestDatabase, execute } from '../testkit/test-database.js';

it('the generated rows obey every rule of the database, foreign keys too', async () => {
  const database = await createTestDatabase();
  try {
    const shape = shapeOf(1_000, 2_000);
    await fillDatabase({ databaseUrl: database.url, shape, checked: true });

    const [counts] = await execute<Record<string, number>>(
      database.url,
      `SELECT (SELECT count(*)::int FROM lesson) AS lessons, (SELECT count(*)::int FROM chat_message) AS messages,
              (SELECT count(*)::int FROM notification) AS notifications`,
    );
    expect(counts).toEqual({ lessons: 1_000, messages: 2_000, notifications: 1_000 });
    const [missing] = await execute(
      database.url,
      `SELECT FROM channel c JOIN chat_message m ON c.id = 'chat:' || m.room_id
        GROUP BY c.id, c.last_seq HAVING max(m.sequence) <> c.last_seq OR count(*) <> c.last_seq`,
    );
    expect(missing).toBeUndefined();
  } finally {
    await database.drop();
  }
});

it('a room has as many messages as are placed in it', () => {
  const shape = shapeOf(1_000, 9_999);
  const counted = new Map<number, number>();
  let outOfOrder = 0;
  for (let n = 0; n < shape.messages; n++) {
    const { room, sequence } = placeOfMessage(shape, n);
    counted.set(room, (counted.get(room) ?? 0) + 1);
    if (sequence !== counted.get(room)) outOfOrder++;
  }
  expect(outOfOrder).toBe(0);
  expect([...counted].filter(([room, count]) => messagesOfRoom(shape, room) !== count)).toEqual([]);
});

it('the ids sort by their number', () => {
  expect(idOf('message', 2 ** 33) > idOf('message', 2 ** 33 - 1)).toBe(true);
});
