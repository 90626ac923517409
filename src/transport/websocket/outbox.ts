import type { Duplex } from 'node:stream';

/**
 * Frames go out at the end of the turn in which they come, but not sooner than this after those before: in a burst they
 * wait for one another. A timer of 1 ms fires within two.
 */
const coalesceMilliseconds = 1;
/** Most writes are smaller. */
const roomBytes = 16 * 1024;

/** No place. */
const none = -1;

/** What an outbox writes for. */
export interface OutboxHost {
  /** Too many bytes wait for the client. */
  overflowed(): void;
}

export interface FlusherOptions {
  /** Bytes that may wait for one client; 0 for any number. */
  readonly maxWaiting: number;
  /** Told how many bytes were written. */
  readonly onWritten: (bytes: number) => void;
}

/**
 * Writes what became due in one turn: many frames of a socket become one write. There is one for all sockets of a
 * process: one timer, and none while nothing is to be sent, and one piece of memory in which each write is put together.
 */
export class Flusher {
  #due: Outbox[] = [];
  /** When it was last written, in milliseconds of the process. */
  #writtenAt = 0;
  #room = Buffer.allocUnsafeSlow(roomBytes);
  /** The beginning of the room, as long as the last write: a thousand sockets are written the same number of bytes. */
  #part = this.#room.subarray(0, 0);
  /** The place of the shared part of the one frame that stands there; `none` when something else does. */
  #standing = none;
  /**
   * The parts of messages that are on their way. Outboxes, which are old, have their places: V8 notes every old object
   * that points at a new one, and a new part goes to a thousand of them.
   */
  #parts: Buffer[] = [];
  readonly #flush = () => {
    const outboxes = this.#due;
    this.#due = [];
    for (const outbox of outboxes) outbox.flush();
    this.#writtenAt = performance.now();
    if (this.#due.length > 0) return;
    this.#parts = [];
    this.#standing = none;
  };

  constructor(private readonly options: FlusherOptions) {}

  /** The outbox will be flushed soon. */
  schedule(outbox: Outbox): void {
    if (this.#due.length === 0) {
      if (performance.now() - this.#writtenAt >= coalesceMilliseconds) setImmediate(this.#flush);
      else setTimeout(this.#flush, coalesceMilliseconds);
    }
    this.#due.push(outbox);
  }

  /** The place of a part that an outbox is about to send, the same for all that send it in a row. */
  placeOf(part: Buffer): number {
    const parts = this.#parts;
    const last = parts.length - 1;
    return last >= 0 && parts[last] === part ? last : parts.push(part) - 1;
  }

  partAt(place: number): Buffer {
    return this.#parts[place] as Buffer;
  }

  /**
   * Writes what waits in an outbox, which is so many bytes; gives how many wait for the client now.
   * @param own whether the write needs memory of its own: what waits for a slow client must not be overwritten by the
   * next write, and not hold more than it needs.
   */
  write(wire: Duplex, bytes: number, outbox: Outbox, own: boolean): number {
    const shared = !own && bytes <= roomBytes;
    const into = shared ? this.#partOf(bytes) : Buffer.allocUnsafeSlow(bytes);
    if (shared) this.#standing = outbox.fill(into, this.#standing);
    else outbox.fill(into, none);
    wire.write(into);
    this.options.onWritten(bytes);
    const waiting = wire.writableLength;
    // As a rule the system has copied everything before `write` returns. If not, the room is the client's.
    if (shared && waiting > 0) {
      this.#room = Buffer.allocUnsafeSlow(roomBytes);
      this.#part = this.#room.subarray(0, 0);
    }
    return waiting;
  }

  /** Whether so much waits that the client is to be given up. */
  isTooMuch(waiting: number): boolean {
    return this.options.maxWaiting > 0 && waiting > this.options.maxWaiting;
  }

  #partOf(bytes: number): Buffer {
    if (this.#part.length !== bytes) {
      this.#part = this.#room.subarray(0, bytes);
      this.#standing = none;
    }
    return this.#part;
  }
}

/** The beginning of a message about an operation, before and after its id. */
const beforeId = Buffer.from('{"id":');
const afterId = Buffer.from(',"type":"next","payload":');

/** Text frames on their way to one socket, written in order and together. */
export class Outbox {
  /** Whom the first message that waits is about, and the place of the part of it that it shares with other sockets. */
  #id = '';
  #rest = none;
  /** The same of those behind it; mostly there are none. */
  #more: (string | number)[] | null = null;
  #bytes = 0;
  /** Whether something waited for the client after the last write. */
  #slow = false;

  constructor(
    /** The connection under the WebSocket. It takes whole frames between those that `ws` writes itself. */
    private readonly wire: Duplex,
    private readonly flusher: Flusher,
    private readonly host: OutboxHost,
  ) {}

  /** A message in one text frame. */
  send(text: string): void {
    this.#add('', Buffer.from(text));
  }

  /** A message about an operation, given by what comes after its id: its type, its payload, and the end of it. */
  sendAbout(id: string, rest: string): void {
    this.send(`{"id":${Buffer.from(id, 'latin1')},${rest}`);
  }

  /**
   * A `next` message of an operation.
   * @param id see `idOnWire`.
   * @param rest the payload and the end of the message, shared with other sockets and not changed any more.
   */
  sendNext(id: string, rest: Buffer): void {
    this.#add(id, rest);
  }

  #add(id: string, rest: Buffer): void {
    const place = this.flusher.placeOf(rest);
    if (this.#bytes === 0) {
      this.flusher.schedule(this);
      this.#id = id;
      this.#rest = place;
    } else {
      this.#more ??= [];
      this.#more.push(id, place);
    }
    const length = beginningBytes(id) + rest.length;
    this.#bytes += headerBytes(length) + length;
  }

  /** Writes what waits, now: before a close frame, nothing may stay behind. */
  flush(): void {
    const bytes = this.#bytes;
    if (bytes === 0) return;
    const waiting = this.wire.writable ? this.flusher.write(this.wire, bytes, this, this.#slow) : 0;
    this.#id = '';
    this.#rest = none;
    this.#more = null;
    this.#bytes = 0;
    this.#slow = waiting > 0;
    if (this.#slow && this.flusher.isTooMuch(waiting)) this.host.overflowed();
  }

  /**
   * Puts all frames that wait into one piece of memory, as long as they are. Of a thousand sockets that get the same
   * payload each differs from the one before by its id alone.
   * @param standing the place of the shared part of the one frame that fills it already; gives that of the one that does now.
   */
  fill(into: Buffer, standing: number): number {
    const { flusher } = this;
    const id = this.#id;
    const rest = this.#rest;
    const more = this.#more;
    const alone = more === null && id !== '';
    // As many bytes with the same shared part: an id of the same length.
    if (alone && standing === rest) {
      const length = beginningBytes(id) + flusher.partAt(rest).length;
      writeId(into, headerBytes(length) + beforeId.length, id);
      return rest;
    }
    let at = writeFrame(into, 0, id, flusher.partAt(rest));
    if (more)
      for (let n = 0; n < more.length; n += 2)
        at = writeFrame(into, at, more[n] as string, flusher.partAt(more[n + 1] as number));
    return alone ? rest : none;
  }
}

/** An id as it stands in a message, with its quotes and one character for each byte: nothing is to be encoded later. */
export function idOnWire(id: string): string {
  const quoted = JSON.stringify(id);
  return Buffer.byteLength(quoted) === quoted.length ? quoted : Buffer.from(quoted).toString('latin1');
}

/** Bytes before the shared part; a message without an id has none. */
function beginningBytes(id: string): number {
  return id === '' ? 0 : beforeId.length + id.length + afterId.length;
}

/** FIN and the opcode of text (RFC 6455, 5.2). Frames of a server are not masked. */
const finalText = 0x81;

function headerBytes(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** Writes a frame; gives where the next one begins. */
function writeFrame(into: Buffer, from: number, id: string, rest: Buffer): number {
  let at = writeHeader(into, from, beginningBytes(id) + rest.length);
  if (id !== '') {
    into.set(beforeId, at);
    at += beforeId.length;
    writeId(into, at, id);
    at += id.length;
    into.set(afterId, at);
    at += afterId.length;
  }
  into.set(rest, at);
  return at + rest.length;
}

/** Ids are short: a call out of JavaScript takes longer. */
function writeId(into: Buffer, at: number, id: string): void {
  for (let n = 0; n < id.length; n++) into[at + n] = id.charCodeAt(n);
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
