/** An error as clients see it. */
export interface ClientError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly detail: string;
    readonly fields: Record<string, string[]>;
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it has asked for
type Data = any;

/** An answer as it came over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data;
  readonly errors: readonly ClientError[] | undefined;
}

/** Sends GraphQL over real HTTP. */
export interface GraphqlClient {
  send(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** The data; throws when there is an error. */
  data(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** The only error; throws when there is none. */
  error(query: string, variables?: Record<string, unknown>): Promise<ClientError>;
}

export function createGraphqlClient(url: string, accessToken: string | null): GraphqlClient {
  async function send(query: string, variables?: Record<string, unknown>): Promise<Answer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as { data?: Data; errors?: ClientError[] };
    return { status: response.status, headers: response.headers, data: body.data, errors: body.errors };
  }
  return {
    send,
    async data(query, variables) {
      const { data, errors } = await send(query, variables);
      if (errors) throw new Error(`unexpected errors: ${JSON.stringify(errors)}`);
      return data;
    },
    async error(query, variables) {
      const { errors, data } = await send(query, variables);
      const [error] = errors ?? [];
      if (!error || errors?.length !== 1)
        throw new Error(`expected one error: ${JSON.stringify({ errors, data })}`);
      return error;
    },
  };
}
