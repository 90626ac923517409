/**
 * Browser script: `createFetcher(endpoint, session)` sends what GraphiQL runs. Queries and mutations are POSTs;
 * each subscription has a WebSocket of its own (the graphql-transport-ws protocol), so that it always carries the
 * identity of the moment when it was started.
 */
export const fetcherScript = String.raw`
const createFetcher = (endpoint, session) => {
  const running = new Set();
  // A subscription never outlives the identity that it was started with.
  let identity = null;
  session.onChange((user) => {
    const next = user ? user.id : null;
    if (next !== identity) for (const stop of [...running]) stop();
    identity = next;
  });

  // What is typed under "Headers" wins over the session.
  const headersFor = async (typed) => {
    const headers = {};
    for (const [name, value] of Object.entries(typed || {})) headers[name.toLowerCase()] = String(value);
    if (!('authorization' in headers)) {
      const token = await session.accessToken();
      if (token) headers.authorization = 'Bearer ' + token;
    }
    return headers;
  };

  const failure = (error) => ({ errors: [{ message: error.message }] });

  const post = async (request, typedHeaders) => {
    try {
      return await postGraphql(endpoint, request, await headersFor(typedHeaders));
    } catch (error) {
      return failure(error);
    }
  };

  const connect = (request, headers, handlers) => {
    const url = new URL(endpoint, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const send = (message) => socket.send(JSON.stringify(message));
    const token = (headers.authorization || '').replace(/^Bearer\s+/i, '');
    socket.onopen = () => send({ type: 'connection_init', payload: token ? { accessToken: token } : {} });
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: request });
      else if (message.type === 'ping') send({ type: 'pong' });
      else if (message.type === 'next') handlers.next(message.payload);
      else if (message.type === 'error') handlers.end({ errors: message.payload });
      else if (message.type === 'complete') handlers.end();
    };
    socket.onclose = (event) => {
      const reason = event.reason ? ': ' + event.reason : '';
      handlers.end(failure(new Error('The connection was closed with code ' + event.code + reason)));
    };
    return socket;
  };

  const subscribe = (request, typedHeaders) => ({
    subscribe(observer) {
      let socket = null;
      let ended = false;
      const end = (last) => {
        if (ended) return;
        ended = true;
        running.delete(end);
        if (socket) socket.close(1000);
        if (last) observer.next(last);
        observer.complete();
      };
      running.add(end);
      headersFor(typedHeaders).then((headers) => {
        if (!ended) socket = connect(request, headers, { next: (result) => observer.next(result), end });
      }).catch((error) => end(failure(error)));
      return { unsubscribe: () => end() };
    },
  });

  const isSubscription = (document, operationName) =>
    Boolean(document) && document.definitions.some((definition) =>
      definition.operation === 'subscription' &&
      (!operationName || (definition.name && definition.name.value === operationName)));

  return (request, options = {}) =>
    isSubscription(options.documentAST, request.operationName)
      ? subscribe(request, options.headers)
      : post(request, options.headers);
};
`;
