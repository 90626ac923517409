import DataLoader from 'dataloader';
import type { StreamItem } from '../../channels/events.js';
import type { ChannelStream } from '../../channels/stream.js';
import type { Queryable } from '../../platform/database/database.js';
import type { BoardElement } from './board.js';
import { type ElementKey, findElementsOfSchools } from './board-store.js';
import { type BoardChange, boardChangeOf, boardOfChannel } from './events.js';

type Durable = Extract<StreamItem, { type: 'event' }>;

/** An event of a board; one that put an element has it as it is when the event is given out. */
export type BoardItem =
  | (Durable & {
      readonly boardId: string;
      /** Null for the freeze. */
      readonly change: BoardChange | null;
      /** Null when it is no longer there, as a later event says. */
      readonly element: BoardElement | null;
    })
  | Exclude<StreamItem, Durable>;

/** Reads the elements of events: whoever asks in the same turn of the event loop shares one statement. */
export function createElementReader(on: Queryable): (key: ElementKey) => Promise<BoardElement | null> {
  // Nothing is kept: a later reader must see what was drawn meanwhile.
  const loader = new DataLoader((keys: readonly ElementKey[]) => findElementsOfSchools(on, keys), {
    cache: false,
  });
  return (key) => loader.load(key);
}

/** The items of a board's channel with their elements. */
export function withElements(
  items: ChannelStream,
  organizationId: string,
  read: (key: ElementKey) => Promise<BoardElement | null>,
): ChannelStream<BoardItem> {
  return items.map(async (item) => {
    if (item.type !== 'event') return item;
    const boardId = boardOfChannel(item.event.channel);
    const change = boardChangeOf(item.event);
    const puts = change?.operation === 'PUT' ? change.elementId : null;
    const element = puts === null ? null : await read({ organizationId, boardId, elementId: puts });
    return { ...item, boardId, change, element };
  });
}
