import type { Duplex } from 'node:stream';

/** At most so long a frame waits for others to be written with it; a timer of 1 ms fires within two. */
const coalesceMilliseconds = 1;
/** Most writes are smaller. */
const roomBytes = 16 * 1024;

/**
 * Writes what became due in one turn: many frames of a socket become one write. There is one for all sockets of a
 * process: one timer, and none while nothing is to be sent, and one piece of memory in which each write is put together.
 */
export class Flusher {
  #due: Outbox[] = [];
  #room = Buffer.allocUnsafeSlow(roomBytes);
  readonly #flush = () => {
    const outboxes = this.#due;
    this.#due = [];
    for (const outbox of outboxes) outbox.flush();
  };

  /** The outbox will be flushed soon. */
  schedule(outbox: Outbox): void {
    if (this.#due.length === 0) setTimeout(this.#flush, coalesceMilliseconds);
    this.#due.push(outbox);
  }

  /** Writes what waits in an outbox, which is so many bytes; gives how many wait for the client now. */
  write(wire: Duplex, bytes: number, outbox: Outbox): number {
    // What waits for a slow client must not be overwritten by the next write, and not hold more than it needs.
    const shared = bytes <= roomBytes && wire.writableLength === 0;
    const into = shared ? this.#room.subarray(0, bytes) : Buffer.allocUnsafeSlow(bytes);
    outbox.fill(into);
    wire.write(into);
    const waiting = wire.writableLength;
    // As a rule the system has copied everything before `write` returns. If not, the room is the client's.
    if (shared && waiting > 0) this.#room = Buffer.allocUnsafeSlow(roomBytes);
    return waiting;
  }
}

const empty = Buffer.alloc(0);
const none: readonly Buffer[] = [];

/** Text frames on their way to one socket, written in order and together. */
export class Outbox {
  /** The own part of the first message that waits, and the part that it shares with other sockets. */
  #own: Buffer = empty;
  #shared: Buffer = empty;
  /** The parts of those behind it; mostly there are none. */
  #more: Buffer[] | null = null;
  #bytes = 0;

  constructor(
    /** The connection under the WebSocket. It takes whole frames between those that `ws` writes itself. */
    private readonly wire: Duplex,
    private readonly flusher: Flusher,
    /** Told after each write how many bytes wait for the client. */
    private readonly onWritten: (bytes: number, waiting: number) => void,
  ) {}

  /** A message in one text frame. */
  send(text: string): void {
    this.sendParts(Buffer.from(text), empty);
  }

  /** A message of two parts, of which the second is shared with other sockets and not changed any more. */
  sendParts(own: Buffer, shared: Buffer): void {
    if (this.#bytes === 0) {
      this.flusher.schedule(this);
      this.#own = own;
      this.#shared = shared;
    } else {
      this.#more ??= [];
      this.#more.push(own, shared);
    }
    const length = own.length + shared.length;
    this.#bytes += headerBytes(length) + length;
  }

  /** Writes what waits, now: before a close frame, nothing may stay behind. */
  flush(): void {
    const bytes = this.#bytes;
    if (bytes === 0) return;
    const { wire } = this;
    const waiting = wire.writable ? this.flusher.write(wire, bytes, this) : null;
    this.#own = this.#shared = empty;
    this.#more = null;
    this.#bytes = 0;
    if (waiting !== null) this.onWritten(bytes, waiting);
  }

  /** Puts all frames that wait into one piece of memory. */
  fill(into: Buffer): void {
    let at = writeFrame(into, 0, this.#own, this.#shared);
    const more = this.#more ?? none;
    for (let n = 0; n < more.length; n += 2)
      at = writeFrame(into, at, more[n] as Buffer, more[n + 1] as Buffer);
  }
}

/** FIN and the opcode of text (RFC 6455, 5.2). Frames of a server are not masked. */
const finalText = 0x81;

function headerBytes(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** Writes a frame; gives where the next one begins. */
function writeFrame(into: Buffer, at: number, own: Buffer, shared: Buffer): number {
  const length = own.length + shared.length;
  const text = writeHeader(into, at, length);
  into.set(own, text);
  into.set(shared, text + own.length);
  return text + length;
}

/** Writes the header of a frame; gives where its text begins. */
function writeHeader(into: Buffer, at: number, length: number): number {
  into[at] = finalText;
  if (length < 126) {
    into[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    into[at + 1] = 126;
    into[at + 2] = length >> 8;
    into[at + 3] = length & 255;
    return at + 4;
  }
  into[at + 1] = 127;
  into.writeBigUInt64BE(BigInt(length), at + 2);
  return at + 10;
}
