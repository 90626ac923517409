import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type * as ws from 'ws';
import type { WebSocket } from 'ws';
import { own } from './own.js';
import type { Contender } from './server.js';
import { joined, messageSent } from './workload.js';

const { WebSocketServer } = own('ws') as typeof ws;

/** One WebSocket frame, ready to be written to any number of sockets. */
function framed(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, payload]);
}

function listening(onSocket: (socket: WebSocket) => void) {
  const http = createServer();
  new WebSocketServer({ server: http, path: '/graphql' }).on('connection', onSocket);
  return () =>
    new Promise<number>((resolve) =>
      http.listen(0, '127.0.0.1', () => resolve((http.address() as AddressInfo).port)),
    );
}

const firstMessage = JSON.stringify({ id: '1', type: 'next', payload: { data: { chatEvents: joined } } });

/** As long as the id of a client is. */
const id = randomUUID();

/** The limit: the same bytes, framed once, written to each socket. It answers the handshake and knows nothing else. */
export function rawBroadcast(): Contender {
  const sockets = new Set<Socket>();
  const start = listening((socket) => {
    socket.on('message', (data) => {
      if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}');
      else {
        socket.send(firstMessage);
        sockets.add((socket as unknown as { _socket: Socket })._socket);
      }
    });
  });
  return {
    start,
    emit: (sequence) => {
      const payload = { data: { chatEvents: messageSent(sequence) } };
      const frame = framed(JSON.stringify({ id, type: 'next', payload }));
      for (const socket of sockets) socket.write(frame);
    },
  };
}

/** A connection of `ws` and nothing else, for the memory that it takes. */
export function bareWs(): Contender {
  const start = listening((socket) => {
    socket.on('message', (data) => {
      if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}');
      else socket.send(firstMessage);
    });
  });
  return { start, emit() {} };
}
