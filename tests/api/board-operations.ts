import { randomUUID } from 'node:crypto';
import { encodeId } from '../../src/shared/ids.js';
import type { Person } from '../testkit/seed.js';
import type { Received } from '../testkit/socket-client.js';
import type { TestApp } from '../testkit/start-app.js';

/** What a test draws. */
export interface Operation {
  readonly opId: string;
  readonly kind: 'PUT' | 'DELETE' | 'CLEAR';
  readonly elementId?: string;
  readonly elementKind?: string;
  readonly data?: string;
}

export const put = (elementId: string, n: number, elementKind = 'STROKE'): Operation => ({
  ...{ opId: randomUUID(), kind: 'PUT', elementId, elementKind },
  data: JSON.stringify({ n }),
});
export const del = (elementId: string): Operation => ({ opId: randomUUID(), kind: 'DELETE', elementId });
export const clear = (): Operation => ({ opId: randomUUID(), kind: 'CLEAR' });

/** The board of a lesson or a classroom. */
export const boardIdOf = ({ uuid }: { readonly uuid: string }) => encodeId('board', uuid);

const fields = 'id roomId revision frozen eventCursor elements { id kind data revision author { id } }';

export const boardQuery = `query ($id: ID!) { board(id: $id) { ${fields} } }`;

export async function readBoard(app: TestApp, as: Person, id: string) {
  return (await app.client(as.accessToken).data(boardQuery, { id })).board;
}

/** Draws and gives the payload, by default with the whole board. */
export async function draw(
  app: TestApp,
  as: Person,
  boardId: string,
  operations: readonly Operation[],
  selection = `board { ${fields} }`,
) {
  const mutation = `mutation ($input: ApplyBoardOperationsInput!) { applyBoardOperations(input: $input) { ${selection} } }`;
  return (await app.client(as.accessToken).data(mutation, { input: { boardId, operations } }))
    .applyBoardOperations;
}

const boardEvents = `subscription ($boardId: ID!, $after: Cursor) { boardEvents(boardId: $boardId, after: $after) {
  __typename ... on ChannelEvent { cursor }
  ... on BoardChanged { boardId revision kind opId undoes elementId by { id } element { id kind data revision } }
  ... on BoardFrozen { boardId } } }`;

/** Follows a board on a socket of its own. */
export function follow(app: TestApp, as: Person, boardId: string, after?: string): Received {
  return app.socket(as.accessToken).subscribe(boardEvents, { boardId, ...(after ? { after } : {}) });
}
