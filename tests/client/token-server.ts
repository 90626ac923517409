import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server makes of one request. */
type Answer = { readonly status?: number; readonly body: unknown };

interface Request {
  readonly authorization: string | null;
  readonly operationName: string | null;
  readonly variables: { readonly input?: { readonly refreshToken?: string } };
}

/** A real HTTP endpoint that knows one access token and gives the next one for its refresh token. */
export interface TokenServer {
  readonly url: string;
  readonly requests: readonly Request[];
  /** How many refreshes there were. */
  refreshes(): number;
  /** The answer to the next refresh, if it is not to succeed. */
  refreshAnswer: Answer | null;
  /** From now on only the tokens of the next refresh are good. */
  rotate(): void;
  stop(): Promise<void>;
}

export const expiresAt = '2030-01-01T00:00:00.000Z';

/** The nth tokens of the one session. */
export function tokensOf(generation: number) {
  return {
    accessToken: `access ${generation}`,
    accessTokenExpiresAt: expiresAt,
    refreshToken: `refresh ${generation}`,
  };
}

export function refusal(code: string): Answer {
  return { body: { data: null, errors: [{ message: code, extensions: { code } }] } };
}

export async function startTokenServer(): Promise<TokenServer> {
  const requests: Request[] = [];
  let generation = 1;

  const answer = (request: Request): Answer => {
    const { refreshToken } = request.variables.input ?? {};
    if (refreshToken !== undefined) {
      const prepared = server.refreshAnswer;
      server.refreshAnswer = null;
      if (prepared) return prepared;
      if (refreshToken !== `refresh ${generation - 1}`) return refusal('SESSION_EXPIRED');
      const user = { __typename: 'User', id: 'user_1', displayName: 'Olena', role: 'TUTOR' };
      return { body: { data: { refreshSession: { ...tokensOf(generation), user } } } };
    }
    const good = request.authorization === `Bearer access ${generation}` || request.authorization === null;
    return good ? { body: { data: { viewer: null } } } : refusal('UNAUTHENTICATED');
  };

  const http = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { operationName = null, variables = {} } = JSON.parse(Buffer.concat(chunks).toString());
    const request = { authorization: incoming.headers.authorization ?? null, operationName, variables };
    requests.push(request);
    const { status = 200, body } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const server: TokenServer = {
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    refreshes: () => requests.filter(({ variables }) => variables.input?.refreshToken !== undefined).length,
    refreshAnswer: null,
    rotate() {
      generation += 1;
    },
    stop: async () => {
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
