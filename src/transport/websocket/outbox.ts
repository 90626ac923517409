import type { Duplex } from 'node:stream';

/** At most so long a frame waits for others to be written with it; a timer of 1 ms fires within two. */
const coalesceMilliseconds = 1;

/** Writes what became due in one turn: many frames of a socket become one write. */
export interface Flusher {
  /** The outbox will be flushed soon. */
  schedule(outbox: Outbox): void;
}

/** Creates the flusher of all sockets of a process: one timer for all, and none while nothing is to be sent. */
export function createFlusher(): Flusher {
  let due: Outbox[] = [];
  const flush = () => {
    const outboxes = due;
    due = [];
    for (const outbox of outboxes) outbox.flush();
  };
  return {
    schedule(outbox) {
      if (due.length === 0) setTimeout(flush, coalesceMilliseconds);
      due.push(outbox);
    },
  };
}

/** Text frames on their way to one socket, written in order and together. */
export class Outbox {
  #frames: Buffer[] = [];
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
    this.push(frame(Buffer.from(text), empty));
  }

  /** A message of two parts, of which the second is shared with other sockets. */
  sendParts(own: Buffer, shared: Buffer): void {
    this.push(frame(own, shared));
  }

  /** Writes what waits, now: before a close frame, nothing may stay behind. */
  flush(): void {
    const [first] = this.#frames;
    if (!first) return;
    const frames = this.#frames.length === 1 ? first : Buffer.concat(this.#frames, this.#bytes);
    this.#frames = [];
    this.#bytes = 0;
    if (!this.wire.writable) return;
    this.wire.write(frames);
    this.onWritten(frames.length, this.wire.writableLength);
  }

  private push(bytes: Buffer): void {
    if (this.#frames.length === 0) this.flusher.schedule(this);
    this.#frames.push(bytes);
    this.#bytes += bytes.length;
  }
}

const empty = Buffer.alloc(0);
/** FIN and the opcode of text (RFC 6455, 5.2). Frames of a server are not masked. */
const finalText = 0x81;

function frame(own: Buffer, shared: Buffer): Buffer {
  const length = own.length + shared.length;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = finalText;
  if (header === 2) {
    bytes[1] = length;
  } else if (header === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  own.copy(bytes, header);
  shared.copy(bytes, header + own.length);
  return bytes;
}
