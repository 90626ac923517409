import { ApolloClient, InMemoryCache } from '@apollo/client';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import {
  createLiveSocket,
  createResumable,
  type LiveSocketOptions,
  type Resumable,
  type ResumableOptions,
  resumableLink,
} from '../../client/index.js';
import { chatEvents, createCollector } from './collector.js';
import { type LogServer, startLogServer, wireError } from './log-server.js';

const variables = { roomId: 'room_1' };
const atOnce = { wait: async () => {} };

let server: LogServer;
/** Ends what a test began: a subscription that is not stopped would come back for ever. */
const ends: Array<() => void> = [];

beforeEach(async () => {
  server = await startLogServer();
});

afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await server.stop();
});

function follower(
  options: ResumableOptions = {},
  token: () => Promise<string> = async () => 'token',
): Resumable {
  const connectionParams = async () => ({ accessToken: await token() });
  return resumableOn(liveSocket({ connectionParams }), options);
}

function liveSocket(options: Partial<LiveSocketOptions> = {}): Client {
  return createLiveSocket({ url: server.url, webSocketImpl: WebSocket, ...options });
}

function resumableOn(socket: Client, options: ResumableOptions = {}): Resumable {
  const resumable = createResumable(socket, { backoff: atOnce, ...options });
  return {
    subscribe(operation, sink) {
      const stop = resumable.subscribe(operation, sink);
      ends.push(stop);
      return stop;
    },
  };
}

function fromNow() {
  return { ...variables, after: server.end() };
}

/** Follows the room, and has joined it. */
async function joined(resumable = follower()) {
  const collector = createCollector();
  // With a cursor to begin with: an attempt that began there again would bring everything twice.
  const stop = resumable.subscribe({ query: chatEvents, variables: fromNow() }, collector);
  await collector.until(() => collector.events.length > 0);
  return { collector, stop };
}

/** The same numbers at each run, so that a failure can be repeated. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe('a cut', () => {
  it('loses and doubles none of 200 messages by two authors for two subscribers whose sockets are cut ten times', async () => {
    const random = seededRandom(20);
    const { collector: plain } = await joined();
    const apollo = new ApolloClient({ cache: new InMemoryCache(), link: resumableLink(follower()) });
    const viaApollo = createCollector();
    apollo.subscribe({ query: chatEvents, variables: fromNow() }).subscribe(({ data, error }) => {
      if (error) viaApollo.error(error as never);
      else if (data) viaApollo.next({ data });
    });
    await viaApollo.until(() => viaApollo.events.length > 0);

    let sent = 0;
    let cuts = 0;
    const cutsAt = new Set<number>();
    while (cutsAt.size < 10) cutsAt.add(1 + Math.floor(random() * 199));
    const author = async (name: string) => {
      for (let count = 1; count <= 100; count++) {
        server.append(`${name} ${count}`);
        sent += 1;
        if (cutsAt.has(sent)) {
          await server.cut(random);
          cuts += 1;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all([author('tutor'), author('student')]);
    await Promise.all([plain, viaApollo].map((each) => each.until(() => each.bodies().length >= 200)));

    server.append('the end');
    await Promise.all([plain, viaApollo].map((each) => each.until(() => each.bodies().at(-1) === 'the end')));
    expect(cuts).toBe(10);
    expect(server.subscribed.length).toBeGreaterThanOrEqual(12);
    expect(plain.bodies()).toEqual(viaApollo.bodies());
    expect(new Set(plain.bodies()).size).toBe(201);
    expect(plain.bodies()).toHaveLength(201);
    for (const name of ['tutor', 'student']) {
      const own = plain.bodies().filter((body) => body.startsWith(name));
      expect(own).toEqual(Array.from({ length: 100 }, (_, index) => `${name} ${index + 1}`));
    }
  });

  it('is followed by a subscription after the last event that was handed over', async () => {
    const began = fromNow();
    const { collector } = await joined();
    server.append('one');
    await collector.until(() => collector.bodies().length === 1);
    const { cursor } = collector.events.at(-1) ?? {};
    const again = server.nextSubscription();
    for (const socket of server.sockets) socket.terminate();
    await again;
    expect(server.subscribed).toEqual([began, { ...variables, after: cursor }]);
  });

  it.each([1000, 1001, 1012, 1013, 4408, 4504])('by close code %d is resumed', async (code) => {
    const { collector } = await joined();
    const again = server.nextSubscription();
    server.append('before');
    await collector.until(() => collector.bodies().length === 1);
    for (const socket of server.sockets) socket.close(code);
    await again;
    server.append('after');
    await collector.until(() => collector.bodies().length === 2);
    expect(collector.bodies()).toEqual(['before', 'after']);
  });

  it.each([4400, 4401, 4406, 4409, 4429, 4500, 1008, 1009, 1011])(
    'by close code %d is final',
    async (code) => {
      const { collector } = await joined();
      for (const socket of server.sockets) socket.close(code);
      await expect(collector.ended).resolves.toMatchObject({ closeCode: code, code: null });
      expect(server.subscribed).toHaveLength(1);
    },
  );

  it('is waited out longer and longer, up to the limit, as long as nothing comes', async () => {
    await server.stop();
    const delays: number[] = [];
    const collector = createCollector();
    const backoff = { firstMilliseconds: 100, maxMilliseconds: 1_000, random: () => 1, ...atOnce };
    const onRetry = ({ delayMilliseconds }: { delayMilliseconds: number }) => delays.push(delayMilliseconds);
    follower({ backoff, onRetry, giveUpAfter: 7 }).subscribe({ query: chatEvents, variables }, collector);
    await expect(collector.ended).resolves.toMatchObject({ name: 'SubscriptionError', code: null });
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('of a server that is not there yet ends when it is', async () => {
    const { port } = new URL(server.url);
    await server.stop();
    let restarted: Promise<void> | undefined;
    const onRetry = () => {
      restarted ??= startLogServer(Number(port)).then((started) => {
        server = started;
      });
    };
    const wait = async () => restarted;
    const { collector } = await joined(follower({ onRetry, backoff: { wait } }));
    expect(collector.events[0]?.__typename).toBe('ChannelJoined');
  });

  it('of a network that went silent is noticed and resumed', async () => {
    const socket = liveSocket({ pingAfterMilliseconds: 20, answerWithinMilliseconds: 50 });
    const { collector } = await joined(resumableOn(socket));
    const again = server.nextSubscription();
    // The server neither reads nor answers, as behind a cable that was pulled.
    for (const one of server.sockets) one.pause();
    await again;
    server.append('one');
    await collector.until(() => collector.bodies().length === 1);
  });
});

describe('a reset', () => {
  async function forgotten(onReset?: () => Promise<string | undefined>) {
    const collector = createCollector();
    const resumable = follower();
    server.append('long ago');
    const after = server.end();
    server.forget();
    resumable.subscribe({ query: chatEvents, variables: { ...variables, after }, onReset }, collector);
    await collector.until(() => collector.events.some(({ __typename }) => __typename === 'ChannelJoined'));
    return collector;
  }

  it('is given to the hook, which fetches again, and followed by a subscription after its cursor', async () => {
    const fetched: string[] = [];
    const collector = await forgotten(async () => {
      fetched.push('again');
      return undefined;
    });
    expect(fetched).toEqual(['again']);
    expect(collector.events.map(({ __typename }) => __typename)).toEqual(['ChannelJoined']);
    expect(server.subscribed.at(-1)).toEqual({ ...variables, after: server.end() });
  });

  it('is followed by a subscription after the cursor that the hook gives', async () => {
    await forgotten(async () => {
      const fetchedAt = server.end();
      server.append('meanwhile');
      return fetchedAt;
    }).then((collector) => expect(collector.bodies()).toEqual(['meanwhile']));
  });

  it('is handed over like any event when there is no hook', async () => {
    const collector = await forgotten();
    expect(collector.events.map(({ __typename }) => __typename)).toEqual(['ChannelReset', 'ChannelJoined']);
  });

  it('comes again when the hook could not fetch', async () => {
    let calls = 0;
    await forgotten(async () => {
      calls += 1;
      if (calls === 1) throw new TypeError('fetch failed');
      return undefined;
    });
    expect(calls).toBe(2);
  });
});

describe('an error of the server', () => {
  it.each(['SUBSCRIPTION_REVOKED', 'FORBIDDEN', 'INTERNAL_ERROR'])(
    '%s ends the subscription',
    async (code) => {
      const { collector } = await joined();
      server.fail(wireError(code));
      await expect(collector.ended).resolves.toMatchObject({ code, errors: [wireError(code)] });
      expect(server.subscribed).toHaveLength(1);
      expect(server.sockets.size).toBeLessThanOrEqual(1);
    },
  );

  it('comes through Apollo as CombinedGraphQLErrors', async () => {
    const apollo = new ApolloClient({ cache: new InMemoryCache(), link: resumableLink(follower()) });
    server.refusals.push(wireError('ROOM_NOT_FOUND'));
    const error = await new Promise((resolve) =>
      apollo.subscribe({ query: chatEvents, variables }).subscribe((result) => resolve(result.error)),
    );
    expect(error).toMatchObject({ name: 'CombinedGraphQLErrors', errors: [wireError('ROOM_NOT_FOUND')] });
  });

  it('SERVICE_UNAVAILABLE is waited out', async () => {
    server.refusals.push(wireError('SERVICE_UNAVAILABLE'), wireError('SERVICE_UNAVAILABLE'));
    await joined();
    expect(server.subscribed).toHaveLength(3);
  });

  it('in place of an event that may not be read is handed over, and the subscription goes on', async () => {
    const { collector } = await joined();
    server.unreadable.push(wireError('LESSON_NOT_FOUND'));
    server.append('one');
    server.append('two');
    await collector.until(() => collector.bodies().length >= 1);
    expect(collector.refused).toEqual(['LESSON_NOT_FOUND']);
    expect(collector.bodies()).toEqual(['two']);
    expect(server.subscribed).toHaveLength(1);
  });

  it('in place of an event for a passing reason does not skip the event', async () => {
    const { collector } = await joined();
    server.unreadable.push(wireError('SERVICE_UNAVAILABLE'));
    server.append('one');
    server.append('two');
    await collector.until(() => collector.bodies().length >= 2);
    expect(collector.bodies()).toEqual(['one', 'two']);
  });
});

describe('a refused access token', () => {
  it('is replaced when the socket is closed with 4403', async () => {
    let token = 'old';
    server.accepts = (presented) => presented === 'new';
    const onUnauthenticated = async () => {
      token = 'new';
    };
    await joined(follower({ onUnauthenticated }, async () => token));
    expect(server.presented).toEqual(['old', 'new']);
  });

  it('is replaced when it runs out in the middle, and nothing is missed', async () => {
    let token = 'first';
    const onUnauthenticated = async () => {
      token = 'second';
    };
    const { collector } = await joined(follower({ onUnauthenticated }, async () => token));
    for (const socket of server.sockets) socket.close(4403);
    server.append('meanwhile');
    await collector.until(() => collector.bodies().length === 1);
    expect(server.presented).toEqual(['first', 'second']);
  });

  it('is replaced on a new socket when an open one is told UNAUTHENTICATED, and the others on it go on', async () => {
    let token = 'old';
    const onUnauthenticated = async () => {
      token = 'new';
    };
    const resumable = follower({ onUnauthenticated }, async () => token);
    const { collector: other } = await joined(resumable);
    server.refusals.push(wireError('UNAUTHENTICATED'));
    await joined(resumable);
    expect(server.presented).toEqual(['old', 'new']);
    server.append('one');
    await other.until(() => other.bodies().length === 1);
  });

  it('is replaced again and again in a long life', async () => {
    const { collector } = await joined();
    for (let count = 1; count <= 5; count++) {
      for (const socket of server.sockets) socket.close(4403);
      server.append(`message ${count}`);
      await collector.until(() => collector.bodies().length === count);
    }
    expect(server.presented).toHaveLength(6);
  });

  it('is replaced three times at most', async () => {
    server.accepts = () => false;
    const collector = createCollector();
    follower().subscribe({ query: chatEvents, variables }, collector);
    await expect(collector.ended).resolves.toMatchObject({ closeCode: 4403 });
    expect(server.presented).toHaveLength(4);
  });

  it('ends the subscription when there is no other one', async () => {
    server.accepts = () => false;
    const collector = createCollector();
    const sessionOver = Object.assign(new Error('over'), { errors: [wireError('SESSION_EXPIRED')] });
    const onUnauthenticated = () => Promise.reject(sessionOver);
    follower({ onUnauthenticated }).subscribe({ query: chatEvents, variables }, collector);
    await expect(collector.ended).resolves.toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(server.presented).toHaveLength(1);
  });
});

describe('the subscriber', () => {
  it('hears nothing more once it has stopped, while another goes on over the same socket', async () => {
    const resumable = follower();
    const { collector, stop } = await joined(resumable);
    const { collector: other } = await joined(resumable);
    stop();
    server.append('one');
    await other.until(() => other.bodies().length === 1);
    expect(collector.events.map(({ __typename }) => __typename)).toEqual(['ChannelJoined']);
    expect(server.presented).toHaveLength(1);
  });

  it('can stop while a cut is waited out', async () => {
    let aborted: AbortSignal | undefined;
    const waiting = new Promise<void>((resolve) => {
      const wait = (_: number, signal: AbortSignal) => {
        aborted = signal;
        resolve();
        return new Promise<void>((end) => signal.addEventListener('abort', () => end()));
      };
      void joined(follower({ backoff: { wait } })).then(({ stop }) => {
        for (const socket of server.sockets) socket.terminate();
        void waiting.then(stop);
      });
    });
    await waiting;
    await new Promise((resolve) => setImmediate(resolve));
    expect(aborted?.aborted).toBe(true);
    expect(server.subscribed).toHaveLength(1);
  });

  it('that throws ends its subscription with what it threw, and leaves the socket to others', async () => {
    const resumable = follower();
    const { collector: other } = await joined(resumable);
    const failing = createCollector();
    const broken = new Error('the list is broken');
    resumable.subscribe(
      { query: chatEvents, variables },
      {
        next: () => {
          throw broken;
        },
        error: failing.error,
        complete: failing.complete,
      },
    );
    await expect(failing.ended).resolves.toMatchObject({ message: 'the list is broken', cause: broken });
    server.append('one');
    await other.until(() => other.bodies().length === 1);
    expect(server.presented).toHaveLength(1);
  });
});
