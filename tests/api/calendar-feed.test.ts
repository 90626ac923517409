import ICAL from 'ical.js';
import type { GraphqlClient } from '../testkit/graphql-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { cancel, inHours, pairWithClients } from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ config: { publicUrl: 'https://school.example.org' } });
});
afterAll(() => app.stop());

async function urlOf(client: GraphqlClient): Promise<string> {
  return here((await client.data('{ calendarFeed { url } }')).calendarFeed.url);
}

/** An address that was given out, at the port that the test's server has taken. */
function here(url: string): string {
  return url.replace('https://school.example.org', app.origin);
}

/** The events of a feed, as a calendar program reads them. */
async function read(url: string) {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const text = await response.text();
  const calendar = new ICAL.Component(ICAL.parse(text));
  return {
    response,
    text,
    calendar,
    events: calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one)),
  };
}

const property = (event: ICAL.Event | undefined, name: string) =>
  event?.component.getFirstPropertyValue(name);

describe('the calendar feed', () => {
  it('has the lessons of tutor and student, as calendar programs read them', async () => {
    const { school, tutor, student, asTutor, asStudent } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student, { title: 'Алгебра; частина 1, \\ вступ' });
    for (const [client, other] of [
      [asTutor, student],
      [asStudent, tutor],
    ] as const) {
      const { response, calendar, events } = await read(await urlOf(client));
      expect(response.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
      expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
      expect(calendar.getFirstPropertyValue('method')).toBe('PUBLISH');
      expect(calendar.getFirstPropertyValue('x-wr-calname')).toBe('A school');
      expect(events).toHaveLength(1);
      expect(events[0]?.uid).toBe(`${lesson.id}@lectern`);
      expect(events[0]?.summary).toBe(`Алгебра; частина 1, \\ вступ (${other.displayName})`);
      expect(events[0]?.startDate.toJSDate()).toEqual(lesson.startsAt);
      expect(events[0]?.endDate.toJSDate()).toEqual(lesson.endsAt);
      expect(events[0]?.startDate.zone.tzid).toBe('UTC');
      expect(property(events[0], 'status')).toBe('CONFIRMED');
    }
  });

  it('keeps the UID, raises the SEQUENCE and tells a cancellation', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const url = await urlOf(asTutor);
    const before = (await read(url)).events[0];
    await cancel(asTutor, { lessonId: lesson.id });
    const after = (await read(url)).events[0];
    expect(after?.uid).toBe(before?.uid);
    expect([before?.sequence, after?.sequence]).toEqual([1, 2]);
    expect(property(after, 'status')).toBe('CANCELLED');
  });

  it('is folded at 75 octets between characters, every line ended with CRLF', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const title = 'Довга назва заняття з алгебри 🎓 '.repeat(6).trim();
    await school.lesson(tutor, student, { title });
    const { text, events } = await read(await urlOf(asTutor));
    expect(events[0]?.summary).toBe(`${title} (${student.displayName})`);
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    const lines = text.split('\r\n');
    expect(lines.every((line) => !/[\r\n]/.test(line))).toBe(true);
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
    expect(text).not.toContain('\uFFFD');
  });

  it('cannot be broken by what people type', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const notes = 'Read this:\nEND:VEVENT\r\nBEGIN:VEVENT\nUID:x, y; z\\n';
    const update = 'mutation ($input: UpdateLessonInput!) { updateLesson(input: $input) { lesson { id } } }';
    await asTutor.data(update, { input: { lessonId: lesson.id, notes } });
    const { events } = await read(await urlOf(asTutor));
    expect(events).toHaveLength(1);
    expect(events[0]?.description).toBe(notes.replace('\r\n', '\n'));
  });

  it('has nothing of other people, and nothing older than 90 days', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const other = await school.pair();
    await school.lesson(other.tutor, other.student);
    await school.lesson(tutor, student, { startsAt: inHours(-24 * 92), status: 'COMPLETED' });
    const recent = await school.lesson(tutor, student, { startsAt: inHours(-24 * 89), status: 'COMPLETED' });
    const { events } = await read(await urlOf(asTutor));
    expect(events.map(({ uid }) => uid)).toEqual([`${recent.id}@lectern`]);
  });

  it('keeps its address until it is rotated, and then the old one ends at once', async () => {
    const { asTutor } = await pairWithClients(app);
    const url = await urlOf(asTutor);
    expect(url).toMatch(new RegExp(`^${app.origin}/calendar/[\\w-]{43}\\.ics$`));
    expect(await urlOf(asTutor)).toBe(url);
    const { rotateCalendarFeed } = await asTutor.data(
      'mutation { rotateCalendarFeed { calendarFeed { url } } }',
    );
    const rotated = here(rotateCalendarFeed.calendarFeed.url);
    expect(rotated).not.toBe(url);
    expect(await urlOf(asTutor)).toBe(rotated);
    expect((await fetch(url)).status).toBe(404);
    await read(rotated);
  });

  it('has one address, however many ask for the first time at once', async () => {
    const { asTutor } = await pairWithClients(app);
    const urls = await Promise.all(Array.from({ length: 10 }, () => urlOf(asTutor)));
    expect(new Set(urls).size).toBe(1);
  });

  it('is for people who are signed in, and its secret is not in the database', async () => {
    const nobody = app.client();
    expect((await nobody.error('{ calendarFeed { url } }')).extensions.code).toBe('UNAUTHENTICATED');
    const rotate = 'mutation { rotateCalendarFeed { calendarFeed { url } } }';
    expect((await nobody.error(rotate)).extensions.code).toBe('UNAUTHENTICATED');
    const { asTutor, tutor } = await pairWithClients(app);
    const secret = /([\w-]{43})\.ics$/.exec(await urlOf(asTutor))?.[1] as string;
    const [row] = await app.foundation.database.sql<{ text: string; hash: string }>(
      `SELECT calendar_feed::text AS text, encode(secret_hash, 'hex') AS hash FROM calendar_feed WHERE user_id = $1`,
      tutor.uuid,
    );
    expect(row?.text).not.toContain(secret);
    expect(row?.hash).toHaveLength(64);
  });

  it('answers alike whatever is no address of a feed', async () => {
    const paths = ['x.ics', `${'A'.repeat(43)}.ics`, 'A'.repeat(43), `${'A'.repeat(43)}.ics/`, '%00.ics'];
    const answers = await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(`${app.origin}/calendar/${path}`);
        return [response.status, await response.text()];
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.[0]).toBe(404);
    expect(JSON.parse(answers[0]?.[1] as string)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('is not sent again to who has it', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const lesson = await school.lesson(tutor, student);
    const url = await urlOf(asTutor);
    const etag = (await fetch(url)).headers.get('etag') as string;
    const again = (known: string) => fetch(url, { headers: { 'if-none-match': known } });
    expect((await again(etag)).status).toBe(304);
    expect((await again(`"other", W/${etag}`)).status).toBe(304);
    await cancel(asTutor, { lessonId: lesson.id });
    expect((await again(etag)).status).toBe(200);
  });

  it('costs two statements, however many lessons', async () => {
    const { school, tutor, student, asTutor } = await pairWithClients(app);
    const url = await urlOf(asTutor);
    const empty = await app.statements.during(() => read(url));
    await school.lessons(tutor, student, 50);
    const full = await app.statements.during(() => read(url));
    expect(full.result.events).toHaveLength(50);
    expect(full.statements).toEqual(empty.statements);
    expect(full.statements).toHaveLength(2);
  });
});
