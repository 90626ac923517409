import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as graphqlWs from 'graphql-ws/use/ws';
import type * as ws from 'ws';
import { own } from './own.js';
import type { Contender } from './server.js';
import { joined, messageSent, schemaOf } from './workload.js';

const { useServer } = own('graphql-ws/use/ws') as typeof graphqlWs;
const { WebSocketServer } = own('ws') as typeof ws;

/** graphql-ws and graphql-js as their documentation has them, over the leanest source in memory. */
export function stock(): Contender {
  const rooms = new Map<string, Set<(event: unknown) => void>>();
  const schema = schemaOf((room) => {
    const waiting: unknown[] = [joined];
    let wake: ((result: IteratorResult<unknown>) => void) | null = null;
    const push = (event: unknown) => {
      if (wake) wake({ done: false, value: event });
      else waiting.push(event);
      wake = null;
    };
    const subscribers = rooms.get(room) ?? new Set();
    rooms.set(room, subscribers.add(push));
    return {
      next: () =>
        waiting.length > 0
          ? Promise.resolve({ done: false, value: waiting.shift() })
          : new Promise((resolve) => {
              wake = resolve;
            }),
      async return() {
        subscribers.delete(push);
        wake?.({ done: true, value: undefined });
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    } as AsyncIterableIterator<unknown>;
  });
  const http = createServer();
  useServer({ schema, context: {} }, new WebSocketServer({ server: http, path: '/graphql' }));
  return {
    start: () =>
      new Promise((resolve) =>
        http.listen(0, '127.0.0.1', () => resolve((http.address() as AddressInfo).port)),
      ),
    emit: (sequence) => {
      const message = messageSent(sequence);
      for (const push of rooms.get('all') ?? []) push(message);
    },
  };
}
