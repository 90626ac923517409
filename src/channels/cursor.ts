/** A position in a channel: after the event with this sequence, whose random tag tells it from a namesake. */
export interface Cursor {
  readonly channel: string;
  readonly seq: number;
  /** 64 bits, kept as text; "0" at the start of a channel. */
  readonly tag: string;
}

const shape = /^([a-z]+:[0-9a-f-]{36})\/(\d{1,15})\/(-?\d{1,19})$/;

/** The opaque text that clients keep. */
export function encodeCursor({ channel, seq, tag }: Cursor): string {
  return Buffer.from(`${channel}/${seq}/${tag}`).toString('base64url');
}

/** The position inside a cursor, or null when the text is none. */
export function decodeCursor(text: string): Cursor | null {
  const [, channel, seq, tag] = shape.exec(Buffer.from(text, 'base64url').toString('utf8')) ?? [];
  return channel && seq && tag ? { channel, seq: Number(seq), tag } : null;
}
