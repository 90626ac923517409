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

  /** Writes what waits in an outbox, which is so many bytes. */
  write(wire: Duplex, bytes: number, outbox: Outbox): void {
    // What waits for a slow client must not be overwritten by the next write, and not hold more than it needs.
    const shared = bytes <= roomBytes && wire.writableLength === 0;
    const into = shared ? this.#room.subarray(0, bytes) : Buffer.allocUnsafeSlow(bytes);
    outbox.fill(into);
    wire.write(into);
    // As a rule the system has copied everything before `write` returns. If not, the room is the client's.
    if (shared && wire.writableLength > 0) this.#room = Buffer.allocUnsafeSlow(roomBytes);
  }
}

/** Text frames on their way to one socket, written in order and together. */
export class Outbox {
  /** Of each message its own part and the part that is shared with other sockets. */
  readonly #parts: Buffer[] = [];
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
    if (this.#parts.length === 0) this.flusher.schedule(this);
    this.#parts.push(own, shared);
    const length = own.length + shared.length;
    this.#bytes += headerBytes(length) + length;
  }

  /** Writes what waits, now: before a close frame, nothing may stay behind. */
  flush(): void {
    if (this.#parts.length === 0) return;
    const bytes = this.#bytes;
    if (this.wire.writable) {
      this.flusher.write(this.wire, bytes, this);
      this.#clear();
      this.onWritten(bytes, this.wire.writableLength);
    } else this.#clear();
  }

  #clear(): void {
    this.#parts.length = 0;
    this.#bytes = 0;
  }

  /** Puts all frames that wait into one piece of memory. */
  fill(into: Buffer): void {
    const parts = this.#parts;
    let at = 0;
    for (let n = 0; n < parts.length; n += 2) {
      const own = parts[n] as Buffer;
      const shared = parts[n + 1] as Buffer;
      at = writeHeader(into, at, own.length + shared.length);
      into.set(own, at);
      at += own.length;
      into.set(shared, at);
      at += shared.length;
    }
  }
}

const empty = Buffer.alloc(0);
/** FIN and the opcode of text (RFC 6455, 5.2). Frames of a server are not masked. */
const finalText = 0x81;

function headerBytes(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
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
