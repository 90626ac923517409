import { WebSocket } from 'ws';

/** Follows a room through whatever happens to its sockets, and keeps the sequences that it was given. */
export interface Subscriber {
  readonly sequences: number[];
  /** Why it was told that its history is gone, each time; from there on it goes on. */
  readonly resets: string[];
  /** Where it would go on now. */
  readonly cursor: string;
  /** Whether it has all that there was when it last connected. */
  readonly joined: boolean;
  /** How often it has connected. */
  readonly connects: number;
  /** How often the other side ended its socket without a word. */
  readonly cutOff: number;
  /** Cuts its socket, without a word. */
  cut(): void;
  stop(): void;
}

export interface SubscriberOptions {
  /** Where to connect now; asked before each connection. */
  readonly url: () => string;
  /** Asked for a fresh one before each connection, when it is a function: a token lives for 15 minutes. */
  readonly accessToken: string | (() => Promise<string>);
  readonly roomId: string;
  /** The cursor to begin at. */
  readonly after: string;
  readonly onEvent: () => void;
  /** Waited for before it connects again. */
  readonly pause?: () => Promise<void>;
  /** Whether its history may be lost; else that is thrown. */
  readonly mayReset?: boolean;
}

const query = `subscription ($roomId: ID!, $after: Cursor) { chatEvents(roomId: $roomId, after: $after) {
  __typename ... on ChannelEvent { cursor } ... on ChannelReset { reason } ... on MessageSent { message { sequence } } } }`;

/** Begins to follow; connects again at the last cursor whenever its socket closes. */
export function follow({
  url,
  accessToken,
  roomId,
  after: start,
  onEvent,
  ...options
}: SubscriberOptions): Subscriber {
  const sequences: number[] = [];
  const resets: string[] = [];
  let joined = false;
  let after = start;
  let socket: WebSocket | undefined;
  let stopped = false;
  let connects = 0;
  let cutOff = 0;
  /** Tries in a row that did not connect. */
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;

  /** Ends its socket itself. */
  function leave(): void {
    const left = socket;
    socket = undefined;
    left?.terminate();
  }

  function receive(text: string): void {
    const message = JSON.parse(text);
    if (message.type === 'connection_ack')
      socket?.send(
        JSON.stringify({ type: 'subscribe', id: '1', payload: { query, variables: { roomId, after } } }),
      );
    // Whatever is wrong, such as a database that is away: begin again at the last cursor.
    if (message.type === 'error') leave();
    const event = message.payload?.data?.chatEvents;
    if (message.type !== 'next' || !event) return;
    after = event.cursor;
    if (event.__typename === 'ChannelJoined') joined = true;
    if (event.__typename === 'ChannelReset') {
      if (!options.mayReset) throw new Error('the history was lost');
      resets.push(event.reason);
      // It has fetched everything anew, as it were.
      leave();
    }
    if (!event.message) return;
    sequences.push(event.message.sequence);
    onEvent();
  }

  function connect(): void {
    if (stopped) return;
    const next = new WebSocket(url(), 'graphql-transport-ws');
    socket = next;
    let opened = false;
    next.on('open', async () => {
      opened = true;
      connects++;
      const token = typeof accessToken === 'string' ? accessToken : await accessToken();
      if (socket === next)
        next.send(JSON.stringify({ type: 'connection_init', payload: { accessToken: token } }));
    });
    next.on('message', (data) => socket === next && receive(String(data)));
    next.on('error', () => {});
    next.on('close', (code) => {
      if (opened && code === 1006 && socket === next) cutOff++;
      joined = false;
      if (stopped) return;
      failures = opened ? 0 : failures + 1;
      const again = () => {
        retry = setTimeout(connect, 20 + Math.random() * Math.min(200 * 2 ** failures, 1_000));
      };
      if (options.pause) void options.pause().then(again);
      else again();
    });
  }
  connect();
  return {
    sequences,
    resets,
    get cursor() {
      return after;
    },
    get joined() {
      return joined;
    },
    get connects() {
      return connects;
    },
    get cutOff() {
      return cutOff;
    },
    cut: leave,
    stop() {
      stopped = true;
      clearTimeout(retry);
      leave();
    },
  };
}

/** Whether these are 1, 2, 3 … up to `last`: nothing missed, nothing twice, in order. */
export function flaw(sequences: readonly number[], last: number): string | null {
  const index = sequences.findIndex((sequence, position) => sequence !== position + 1);
  if (index !== -1) return `${sequences[index]} came where ${index + 1} was due`;
  return sequences.length === last ? null : `${sequences.length} of ${last} came`;
}
