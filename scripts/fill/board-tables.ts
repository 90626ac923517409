import { roomOf } from './chat-tables.js';
import type { Shape } from './shape.js';
import { at, bytes, day, type Tables, table } from './table.js';

const operationsOfBoard = 40;

/** Boards of the first rooms: each element was put twice, by both who are in the room. */
export const boardTables: Tables = (shape: Shape, now) => {
  // Of every ten rooms one is direct, and has no board.
  const boards = Math.ceil(shape.otherRows / operationsOfBoard);
  const boardOf = (n: number) => {
    const round = Math.floor(n / 9);
    return roomOf(shape, round * 10 + (n % 9 === 0 ? 0 : (n % 9) + 1), now);
  };
  const operation = (n: number) => {
    const { id, school, writer } = boardOf(n % boards);
    const revision = Math.floor(n / boards) + 1;
    return { id, school, revision, author: writer(revision >> 1) };
  };
  const count = boards * operationsOfBoard;
  return [
    table('board', 'id organization_id lesson_id classroom_id', boards, (n) => {
      const { id, school, kind } = boardOf(n);
      return [id, school, kind === 'lesson' ? id : null, kind === 'classroom' ? id : null];
    }),
    table('channel', 'id last_seq last_tag', boards, (n) => [
      `board:${boardOf(n).id}`,
      operationsOfBoard,
      operationsOfBoard,
    ]),
    table(
      'board_operation',
      'board_id author_id op_id organization_id revision kind content_hash created_at',
      count,
      (n) => {
        const { id, school, revision, author } = operation(n);
        return [
          ...[id, author, `op${revision}`, school, revision, 'PUT', bytes(n)],
          at(now - 6 * day - (n % 500 ? 0 : 2 * day) + n),
        ];
      },
    ),
    table(
      'board_element',
      'board_id revision organization_id element_id kind data author_id ended_revision',
      count,
      (n) => {
        const { id, school, revision, author } = operation(n);
        const element = `e${(revision + 1) >> 1}`;
        return [
          ...[id, revision, school, element, 'STROKE', '{"points":[0,0,1,1]}', author],
          revision % 2 ? revision + 1 : null,
        ];
      },
    ),
  ];
};
