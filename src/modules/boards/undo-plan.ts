/** An operation of somebody on a board. */
export interface KnownOperation {
  readonly opId: string;
  readonly revision: number;
  readonly authorId: string;
  /** Whether it is itself an undoing. */
  readonly isUndo: boolean;
  readonly undone: boolean;
}

/** A time that an element was on the board as one operation had made it. */
export interface ElementSpan {
  readonly elementId: string;
  readonly revision: number;
  /** Null for the one that is there now. */
  readonly endedRevision: number | null;
}

/** What takes an element back to how it was before an operation. */
export interface Restoration {
  readonly elementId: string;
  /** The revision whose state comes back; null when the element was not there. */
  readonly source: number | null;
  /** The operation that is undone; the earliest when there are several of this element. */
  readonly undoes: Pick<KnownOperation, 'opId' | 'revision'>;
}

export interface UndoPlan {
  readonly restorations: readonly Restoration[];
  /** Elements that are left as they are, since somebody else has changed them since. */
  readonly kept: readonly string[];
  /** The revisions that are undone now. */
  readonly undone: readonly number[];
}

/**
 * How to undo operations of one author, the last first. An element is restored when every operation on it since is the
 * author's own and undone itself: what somebody else did to it meanwhile is never lost. `spans` has every state of
 * the elements in question from the first of these operations on, `known` every operation that began or ended one.
 */
export function planUndo(
  operations: readonly KnownOperation[],
  spans: readonly ElementSpan[],
  known: ReadonlyMap<number, KnownOperation>,
): UndoPlan {
  const elements = new Map<string, ElementSpan[]>();
  for (const span of spans) elements.set(span.elementId, [...(elements.get(span.elementId) ?? []), span]);
  const restorations = new Map<string, Restoration>();
  const kept = new Set<string>();
  const undone = new Set<number>();

  const isOwnAndUndone = (revision: number, authorId: string) => {
    const other = known.get(revision);
    return other?.authorId === authorId && (other.isUndo || other.undone || undone.has(revision));
  };
  const newestFirst = [...operations].filter((one) => !one.undone).sort((a, b) => b.revision - a.revision);
  for (const operation of newestFirst) {
    const { revision, authorId } = operation;
    for (const [elementId, states] of elements) {
      const made = states.some((span) => span.revision === revision);
      const before = states.find((span) => span.endedRevision === revision);
      if (!made && !before) continue;
      const since = states.flatMap((span) => [span.revision, span.endedRevision ?? 0]);
      if (since.every((at) => at <= revision || isOwnAndUndone(at, authorId))) {
        restorations.set(elementId, { elementId, source: before?.revision ?? null, undoes: operation });
      } else kept.add(elementId);
    }
    undone.add(revision);
  }
  const isThere = (elementId: string) =>
    (elements.get(elementId) ?? []).some(({ endedRevision }) => endedRevision === null);
  return {
    // In the order in which they came about, so that what lay above another does so again.
    restorations: [...restorations.values()]
      .filter(({ elementId, source }) => source !== null || isThere(elementId))
      .sort((a, b) => (a.source ?? 0) - (b.source ?? 0)),
    kept: [...kept],
    undone: [...undone],
  };
}
