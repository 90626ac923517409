/** What the examples read of a message. */
export interface Message {
  readonly id: string;
  readonly version: number;
  readonly sequence: number;
  /** Null when it was deleted. */
  readonly body: string | null;
}

/** The messages of a room as a screen shows them, whether they were fetched, came live, or both. */
export class ChatLog {
  readonly #messages = new Map<string, Message>();

  /** Takes the present state of a message. It may come twice, but an older version never replaces a newer one. */
  put(message: Message): void {
    const known = this.#messages.get(message.id);
    if (!known || known.version <= message.version) this.#messages.set(message.id, message);
  }

  /** The texts, oldest first. */
  bodies(): (string | null)[] {
    return [...this.#messages.values()].sort((a, b) => a.sequence - b.sequence).map(({ body }) => body);
  }
}
