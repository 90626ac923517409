import { spawnSync } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { playStory } from '../../examples/story.js';
import { hasPrometheus } from '../../ops/prometheus.js';
import { addProcessMetrics } from '../../src/platform/metrics/registry.js';
import { eventually } from '../testkit/eventually.js';
import { type Series, scrape } from '../testkit/scrape.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

/** `npm run test:attacks` sends 10,000. */
const requests = Number(process.env['FLOOD'] ?? 1_000);

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  addProcessMetrics(app.foundation.metrics.registry);
});

afterAll(() => app.stop());

/** Sends many requests over a few connections. */
async function flood(count: number, of: (index: number) => { path: string; method?: string; body?: string }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const { hostname, port } = new URL(app.url);
  const one = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const { path, method = 'GET', body } = of(index);
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = httpRequest({ hostname, port, path, method, agent, headers }, (response) => {
        response.resume().once('end', resolve);
      });
      sent.once('error', reject).end(body);
    });
  await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
  agent.destroy();
}

function sum(series: readonly Series[], name: string): number {
  return series.reduce((total, one) => total + (one.name === name ? one.value : 0), 0);
}

describe('the story of the example client', () => {
  beforeAll(async () => {
    await app.worker().start();
    await playStory({ url: app.url, print: () => {} });
  }, 90_000);

  it('shows in all seven metrics, with their labels and plausible values', async () => {
    const metrics = await scrape(app.origin);
    expect(metrics.labelsOf('ws_connections_total')).toEqual(['status']);
    // Two people, and one of them came back.
    expect(metrics.value('ws_connections_total', { status: 'accepted' })).toBe(3);
    expect(metrics.value('ws_connections_total', { status: 'rejected' })).toBe(0);
    expect(metrics.value('ws_ping_timeout_total')).toBe(0);
    expect(metrics.labelsOf('chat_messages_total')).toEqual(['type']);
    expect(metrics.value('chat_messages_total', { type: 'lesson' })).toBe(6);
    expect(metrics.value('chat_messages_total', { type: 'classroom' })).toBe(0);
    expect(metrics.value('chat_messages_total', { type: 'direct' })).toBe(0);
    expect(metrics.labelsOf('notifications_sent_total')).toEqual(['channel']);
    expect(metrics.value('notifications_sent_total', { channel: 'in_app' })).toBeGreaterThanOrEqual(2);
    expect(metrics.value('notifications_sent_total', { channel: 'webhook' })).toBe(0);
    expect(metrics.labelsOf('api_request_latency_seconds_count')).toEqual(['method', 'path', 'status']);
    const post = { method: 'POST', path: '/graphql', status: '200' };
    expect(metrics.value('api_request_latency_seconds_count', post)).toBeGreaterThanOrEqual(15);
    expect(metrics.value('api_request_latency_seconds_sum', post)).toBeLessThan(60);
    expect(metrics.value('active_ws_connections')).toBe(0);
    expect(metrics.labelsOf('db_query_latency_seconds_count')).toEqual(['operation']);
    for (const operation of ['select', 'insert', 'update', 'commit'])
      expect(metrics.value('db_query_latency_seconds_count', { operation })).toBeGreaterThan(0);
  });

  it('shows in operations by name, type and code, in statements by table, and in the queue', async () => {
    const metrics = await scrape(app.origin);
    const sent = { operation: 'SendMessage', type: 'mutation', code: 'OK' };
    expect(metrics.value('graphql_operations_total', sent)).toBe(6);
    const followed = { operation: 'ChatEvents', type: 'subscription', code: 'OK' };
    expect(metrics.value('graphql_operations_total', followed)).toBe(3);
    expect(
      metrics.value('db_statements_total', { model: 'chat_message', operation: 'insert' }),
    ).toBeGreaterThanOrEqual(6);
    expect(metrics.value('db_pool_connections', { state: 'total' })).toBeGreaterThan(0);
    const expanded = { event_type: 'lesson.scheduled', channel: 'expand', outcome: 'completed' };
    expect(metrics.value('queue_outcomes_total', expanded)).toBe(1);
    expect(metrics.value('queue_dead_letters')).toBe(0);
    expect(metrics.value('subscription_resumes_total')).toBeGreaterThanOrEqual(1);
  });
});

(hasPrometheus ? it : it.skip)('promtool finds nothing to say about what was scraped', async () => {
  const { text } = await scrape(app.origin);
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});

describe('labels', () => {
  it('are bounded: random names of operations and paths add no series', async () => {
    const random = () => `x${Math.random().toString(36).slice(2)}`;
    const send = (body: unknown) => ({ path: '/graphql', method: 'POST', body: JSON.stringify(body) });
    const cheap = [
      () => ({ path: `/${random()}/${random()}` }),
      () => ({ path: `/health/${random()}?${random()}` }),
      () => ({ path: `/${random()}`, method: 'DELETE' }),
      () => send({ query: `query ${random()} {`, operationName: random() }),
    ];
    const dear = [
      () => send({ query: '{ __typename }', operationName: random() }),
      () => send({ query: `mutation ${random()} { ${random()} }` }),
      () => send({ query: `query ${random()} { __typename }` }),
      () => send({ query: `query A { __typename } query ${random()} { __typename }`, operationName: 'A' }),
    ];
    const of = (index: number) => {
      const kinds = index % 10 === 0 ? dear : cheap;
      return (kinds[Math.floor(index / 10 + index) % kinds.length] as (typeof kinds)[number])();
    };
    await flood(80, of);
    const before = await scrape(app.origin);
    const counted = sum(before.series, 'api_request_latency_seconds_count');
    await flood(requests, of);
    // The last answers arrive before they are counted.
    const after = await eventually(
      () => scrape(app.origin),
      ({ series }) => sum(series, 'api_request_latency_seconds_count') >= counted + requests,
    );
    // How many names are slow depends on the machine; that they are known ones is asked below.
    const ofClients = ({ name }: Series) => /^(api|graphql)_/.test(name) && !/slow/.test(name);
    expect(after.series.filter(ofClients).length).toBe(before.series.filter(ofClients).length);
    expect(after.text).not.toMatch(/x[0-9a-z]{9}/);
  }, 60_000);
});

describe('the endpoint', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${app.origin}${path}`, { headers });

  it.each(['/metrics', '/metrics/', '/metrics/json', '/metrics/json/'])('%s answers', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toMatch(
      path.includes('json') ? /^application\/json/ : /^text\/plain; version=0\.0\.4/,
    );
  });

  it('gives OpenMetrics to who asks for it, and still the text of Prometheus to others', async () => {
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    const response = await get('/metrics', { accept });
    expect(response.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    const text = await response.text();
    expect(text).toMatch(/^# TYPE chat_messages counter$/m);
    expect(text).toMatch(/^chat_messages_total\{type="lesson"\} \d+$/m);
    expect(text).not.toMatch(/\n\n/);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(await (await get('/metrics')).text()).toMatch(/^# TYPE chat_messages_total counter$/m);
  });

  it('gives people counts, means and quantiles', async () => {
    await get('/health/live');
    const metrics = (await (await get('/metrics/json')).json()) as Record<
      string,
      { type: string; values: unknown[] }
    >;
    expect(metrics['active_ws_connections']).toMatchObject({ type: 'gauge', values: [{ value: 0 }] });
    expect(metrics['api_request_latency_seconds']?.values).toContainEqual({
      labels: { method: 'GET', path: '/health/live', status: '200' },
      count: expect.any(Number),
      mean: expect.any(Number),
      p50: expect.any(Number),
      p99: expect.any(Number),
    });
  });
});

it('a token closes the metrics; a port of their own takes them off the public one', async () => {
  const token = 'a-token-that-scrapers-have';
  const closed = await startApp({ config: { metricsToken: token } });
  const get = (headers: Record<string, string>) => fetch(`${closed.origin}/metrics`, { headers });
  expect((await get({})).status).toBe(401);
  expect((await get({ authorization: 'Bearer another-token-as-long-as-it' })).status).toBe(401);
  expect((await fetch(`${closed.origin}/metrics/json`)).status).toBe(401);
  expect((await get({ authorization: `Bearer ${token}` })).status).toBe(200);
  await closed.stop();

  const lines: string[] = [];
  const apart = await startApp({
    config: { metricsPort: 0 },
    log: { write: (line) => void lines.push(line) },
  });
  expect((await fetch(`${apart.origin}/metrics`)).status).toBe(404);
  const [, port] = /"port":(\d+),"msg":"metrics are at/.exec(lines.join('')) ?? [];
  expect((await scrape(`http://127.0.0.1:${port}`)).value('active_ws_connections')).toBe(0);
  await apart.stop();
});
