/** What the state needs to know of an element; an application adds what it selects. */
export interface BoardElementLike {
  readonly id: string;
  readonly revision: number;
}

/** What `board` or a mutation has given. */
export interface BoardSnapshot<Element extends BoardElementLike> {
  readonly revision: number;
  readonly frozen: boolean;
  readonly elements: readonly Element[];
}

/** An event of `boardEvents`, with what is needed of it. */
export type BoardEventLike<Element extends BoardElementLike> =
  | {
      readonly __typename: 'BoardChanged';
      readonly revision: number;
      readonly kind: string;
      readonly elementId?: string | null | undefined;
      readonly element?: Element | null | undefined;
    }
  | { readonly __typename: 'BoardFrozen' }
  | { readonly __typename: 'ChannelJoined' | 'ChannelReset' };

/**
 * A board as a client has it. Snapshots and events may come in any order and more than once: whoever has been given
 * the same ones has the same board. Never changed in place.
 */
export interface BoardState<Element extends BoardElementLike> {
  readonly elements: ReadonlyMap<string, Element>;
  readonly frozen: boolean;
  /** What the board was up to this revision is known as a whole: news that are not newer are none. */
  readonly revision: number;
  /** Tombstones: elements that were removed after that, by the revision of their removal. */
  readonly removed: ReadonlyMap<string, number>;
}

/** Tombstones only matter to what comes late; older ones than so many are let go. */
const maxTombstones = 10_000;

/** A board of which nothing is known. */
export function emptyBoard<Element extends BoardElementLike>(): BoardState<Element> {
  return { elements: new Map(), frozen: false, revision: 0, removed: new Map() };
}

/** The board after a snapshot: what is newer than it is kept, what it does not have any more goes. */
export function withSnapshot<Element extends BoardElementLike>(
  state: BoardState<Element>,
  snapshot: BoardSnapshot<Element>,
): BoardState<Element> {
  const elements = new Map<string, Element>();
  for (const element of snapshot.elements)
    if (isNews(state, element) || state.elements.has(element.id)) elements.set(element.id, element);
  for (const element of state.elements.values()) {
    const other = elements.get(element.id);
    const isNewer = other ? element.revision > other.revision : element.revision > snapshot.revision;
    if (isNewer) elements.set(element.id, element);
  }
  const revision = Math.max(state.revision, snapshot.revision);
  return {
    elements,
    revision,
    frozen: state.frozen || snapshot.frozen,
    removed: newerThan(state.removed, revision),
  };
}

/** The board after an event. Gives the same state when the event brings nothing new. */
export function withEvent<Element extends BoardElementLike>(
  state: BoardState<Element>,
  event: BoardEventLike<Element>,
): BoardState<Element> {
  if (event.__typename === 'BoardFrozen') return state.frozen ? state : { ...state, frozen: true };
  if (event.__typename !== 'BoardChanged') return state;
  const { kind, element, elementId, revision } = event;
  if (kind === 'CLEAR') return cleared(state, revision);
  // An element that was put and is not there any more: a later event says what became of it.
  if (kind === 'PUT') return element ? withElement(state, element) : state;
  return elementId ? withoutElement(state, elementId, revision) : state;
}

function withElement<Element extends BoardElementLike>(
  state: BoardState<Element>,
  element: Element,
): BoardState<Element> {
  const known = state.elements.get(element.id)?.revision ?? 0;
  if (!isNews(state, element) || element.revision <= known) return state;
  const elements = new Map(state.elements);
  // The last in the map is the one that was changed last, as in a snapshot.
  elements.delete(element.id);
  elements.set(element.id, element);
  return { ...state, elements };
}

function withoutElement<Element extends BoardElementLike>(
  state: BoardState<Element>,
  id: string,
  revision: number,
): BoardState<Element> {
  if (revision <= state.revision || revision <= (state.removed.get(id) ?? 0)) return state;
  const removed = new Map(state.removed);
  removed.delete(id);
  removed.set(id, revision);
  const [oldest] = removed.keys();
  if (removed.size > maxTombstones && oldest !== undefined) removed.delete(oldest);
  if ((state.elements.get(id)?.revision ?? revision) >= revision) return { ...state, removed };
  const elements = new Map(state.elements);
  elements.delete(id);
  return { ...state, elements, removed };
}

/** Nothing of before is left: what the board was at this revision is known as a whole. */
function cleared<Element extends BoardElementLike>(
  state: BoardState<Element>,
  revision: number,
): BoardState<Element> {
  if (revision <= state.revision) return state;
  const elements = [...state.elements].filter(([, element]) => element.revision > revision);
  return { ...state, revision, elements: new Map(elements), removed: newerThan(state.removed, revision) };
}

function isNews<Element extends BoardElementLike>(state: BoardState<Element>, element: Element): boolean {
  return element.revision > state.revision && element.revision > (state.removed.get(element.id) ?? 0);
}

function newerThan(removed: ReadonlyMap<string, number>, revision: number): ReadonlyMap<string, number> {
  return new Map([...removed].filter(([, at]) => at > revision));
}
