import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../testkit/eventually.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

/** A span as OTLP has it. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

let receiver: Server;
let app: TestApp;
const spans: Span[] = [];
const lines: string[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString());
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  app = await startApp({
    config: { traces: { endpoint, serviceName: 'lectern-test', share: 1 } },
    log: { write: (line) => void lines.push(line) },
  });
});

afterAll(async () => {
  await app.stop();
  await new Promise((resolve) => receiver.close(resolve));
});

const schedule = `mutation Book($input: ScheduleLessonInput!) { scheduleLesson(input: $input) { lesson { id } } }`;

it('a trace leads from the HTTP request over GraphQL and SQL to the live event and the delivery of the worker', async () => {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const events = app.socket(student.accessToken).subscribe('subscription { lessonEvents { __typename } }');
  await events.next();
  const startsAt = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 86_400_000);
  const input = {
    studentId: student.id,
    title: 'Fractions',
    startsAt,
    endsAt: new Date(+startsAt + 3_600_000),
  };
  const [traceId, caller] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const response = await fetch(app.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${tutor.accessToken}`,
      traceparent: `00-${traceId}-${caller}-01`,
      'x-request-id': 'booking-1',
    },
    body: JSON.stringify({ query: schedule, variables: { input } }),
  });
  expect(await response.json()).toMatchObject({ data: { scheduleLesson: { lesson: {} } } });
  await events.next();
  await app.deliver();

  const names = (list: readonly Span[]) => list.map(({ name }) => name);
  const trace = await eventually(
    () => spans.filter((span) => span.traceId === traceId),
    (list) =>
      names(list).some((name) => name.startsWith('deliver email')) && names(list).includes('POST /graphql'),
    15_000,
  );
  const one = (name: string) => {
    const found = trace.find((span) => span.name === name);
    if (!found) throw new Error(`no ${name} in ${names(trace).join(', ')}`);
    return found;
  };
  const request = one('POST /graphql');
  expect(request.parentSpanId).toBe(caller);
  const graphql = one('GraphQL');
  expect(graphql.parentSpanId).toBe(request.spanId);
  expect(one('insert lesson').parentSpanId).toBe(graphql.spanId);
  expect(one('insert notification_queue_item').parentSpanId).toBeDefined();
  const expansion = one('expand lesson.scheduled');
  expect(expansion.parentSpanId).toBe(graphql.spanId);
  expect(one('insert notification').parentSpanId).toBe(expansion.spanId);
  expect(one('deliver email lesson.scheduled').parentSpanId).toBe(expansion.spanId);
  expect(one('event lesson.changed').parentSpanId).toBe(graphql.spanId);
  for (const { name, attributes } of trace) {
    const id = attributes.find(({ key }) => key === 'request.id')?.value.stringValue;
    if (id !== undefined) expect(`${name} ${id}`).toBe(`${name} booking-1`);
  }
  // Neither what was written nor for whom.
  expect(JSON.stringify(spans)).not.toMatch(/Fractions|@test\.example|Bearer/);
});

it('the request id is in the row of the item and of the event, without anybody tracing', async () => {
  const quiet = await startApp();
  const school = await quiet.seed.school();
  const { tutor, student } = await school.pair();
  const startsAt = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 86_400_000);
  const input = { studentId: student.id, title: 'Sums', startsAt, endsAt: new Date(+startsAt + 3_600_000) };
  await fetch(quiet.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${tutor.accessToken}`,
      'x-request-id': 'booking-2',
    },
    body: JSON.stringify({ query: schedule, variables: { input } }),
  });
  const causes = (table: string) =>
    quiet.foundation.database.sql<{ cause: string }>(`SELECT DISTINCT cause FROM ${table}`);
  expect(await causes('notification_queue_item')).toEqual([{ cause: 'booking-2' }]);
  expect(await causes('channel_event')).toEqual([{ cause: 'booking-2' }]);
  await quiet.deliver();
  // What the worker enqueues and appends for it goes back to the same request.
  expect(await causes('notification_queue_item')).toEqual([{ cause: 'booking-2' }]);
  expect(await causes('channel_event')).toEqual([{ cause: 'booking-2' }]);
  await quiet.stop();
});
