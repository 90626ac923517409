import { GRAPHQL_TRANSPORT_WS_PROTOCOL, parseMessage } from 'graphql-ws';
import type { OperationRequest } from '../../graphql/execution.js';
import type { Connection, SocketProtocol } from './connection.js';
import { Operations, type OperationsOptions } from './operations.js';
import type { SignIn } from './sign-in.js';

export interface ProtocolOptions extends OperationsOptions {
  readonly signIn: SignIn;
  /** From the opening of a socket to its `connection_init`, in milliseconds; 0 for any time. */
  readonly initMs: number;
}

/**
 * The server's half of graphql-transport-ws on one socket, as PROTOCOL.md of the package graphql-ws has it: each message
 * has its place, and one out of place closes the socket with the code and the reason that the protocol names.
 */
export class Protocol implements SocketProtocol {
  readonly #operations: Operations;
  #initialised = false;
  #acknowledged = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly options: ProtocolOptions,
  ) {
    this.#operations = new Operations(connection, options);
  }

  opened(subprotocol: string): void {
    const { initMs } = this.options;
    if (subprotocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) this.#close(4406, 'Subprotocol not acceptable');
    else if (initMs > 0)
      this.#patience = setTimeout(() => this.#close(4408, 'Connection initialisation timeout'), initMs);
  }

  revokeSubscriptions(): boolean {
    return this.#operations.revokeSubscriptions();
  }

  closed(): void {
    clearTimeout(this.#patience);
    this.options.signIn.leave(this.connection);
    this.#operations.stopAll();
  }

  receive(text: string): Promise<void> | null {
    const message = read(text);
    switch (message?.type) {
      case 'connection_init':
        return this.#initialise(message.payload);
      case 'ping':
        // A payload that is null counts as none, as in graphql-ws.
        this.connection.outbox.send(
          JSON.stringify(message.payload ? { type: 'pong', payload: message.payload } : { type: 'pong' }),
        );
        break;
      case 'pong':
        break;
      case 'subscribe':
        this.#subscribe(message.id, message.payload);
        break;
      case 'complete':
        this.#operations.complete(message.id);
        break;
      default:
        // No message at all, or one that only servers send.
        this.#close(4400, 'Invalid message received');
    }
    return null;
  }

  async #initialise(parameters: Record<string, unknown> | null | undefined): Promise<void> {
    if (this.#initialised) {
      this.#close(4429, 'Too many initialisation requests');
      return;
    }
    this.#initialised = true;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    const { connection } = this;
    if (!(await this.options.signIn.admit(connection, parameters?.['accessToken']))) return;
    this.#acknowledged = true;
    connection.acknowledged();
    connection.outbox.send('{"type":"connection_ack"}');
  }

  #subscribe(id: string, request: OperationRequest): void {
    if (!this.#acknowledged) this.#close(4401, 'Unauthorized');
    else if (this.#operations.has(id)) this.#close(4409, duplicateReason(id));
    else this.#operations.start(id, request);
  }

  #close(code: ProtocolCode, reason: string): void {
    this.connection.end(code, reason);
  }
}

/** The codes with which the protocol punishes what is out of place. */
type ProtocolCode = 4400 | 4401 | 4406 | 4408 | 4409 | 4429;

function read(text: string): ReturnType<typeof parseMessage> | null {
  try {
    return parseMessage(text);
  } catch {
    return null;
  }
}

/** The reason of a close frame has 123 bytes at most (RFC 6455, 5.5), and a client chooses its ids. */
function duplicateReason(id: string): string {
  const reason = `Subscriber for ${id} already exists`;
  return Buffer.byteLength(reason) <= 123 ? reason : 'Subscriber already exists';
}
