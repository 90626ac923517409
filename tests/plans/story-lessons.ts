import { type Actor, type Data, idOfRow } from './actors.js';

const day = 86_400_000;
const node = ({ node: of }: { node: Data }) => of;

/** What tutors, students and admins do with lessons and series, and with what is open for them. */
export async function lessonsStory(tutor: Actor, student: Actor, admin: Actor): Promise<void> {
  const from = new Date().toISOString();
  for (const person of [tutor, student, admin]) {
    const page = await person.ask('lessons', { first: 20, filter: { from } });
    await person.ask('lessons', { first: 20, filter: { from }, after: page.pageInfo.endCursor });
    await person.ask('lessons', { last: 20 });
    await person.ask('lessons', { first: 20, filter: { status: ['SCHEDULED'] } });
    await person.ask('lessons', { first: 20, filter: { text: 'тему 77' } });
    await person.ask('lessons', {
      first: 20,
      filter: { withUserId: person === student ? tutor.id : student.id },
    });
    const [lesson] = page.edges.map(node);
    await person.ask('lesson', { id: lesson.id });
    await person.ask('nodes', { ids: page.edges.map((edge: { node: Data }) => edge.node.id) });
  }
  const window = { durationMinutes: 60, from, to: new Date(Date.now() + 14 * day).toISOString() };
  await tutor.change('setAvailability', {
    windows: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' })),
    exceptions: [{ date: new Date(Date.now() + 300 * day).toISOString().slice(0, 10), available: false }],
  });
  await student.ask('availability', { tutorId: tutor.id });
  await student.ask('freeSlots', { tutorId: tutor.id, ...window });
  await tutor.change('setCancellationPolicy', { windowMinutes: 60 });

  let days = 60;
  const time = () => {
    const start = Math.floor(Date.now() / day) * day + days++ * day + 3_600_000;
    return { startsAt: new Date(start).toISOString(), endsAt: new Date(start + 3_600_000).toISOString() };
  };
  const booked = async (more = {}) =>
    (await tutor.change('scheduleLesson', { studentId: student.id, title: 'T', ...time(), ...more })).lesson;
  const lesson = await booked({ idempotencyKey: `key ${Date.now()}` });
  await tutor.change('updateLesson', { lessonId: lesson.id, title: 'Title', notes: 'notes' });
  await tutor.change('rescheduleLesson', { lessonId: lesson.id, ...time() });
  await tutor.change('cancelLesson', { lessonId: lesson.id, reason: 'ill' });
  const asked = async () =>
    (await student.change('requestLesson', { tutorId: tutor.id, title: 'T', ...time() })).lesson.id;
  await tutor.change('acceptLessonRequest', { lessonId: await asked() });
  await tutor.change('declineLessonRequest', { lessonId: await asked() });
  const lessons = [1, 2].map(() => ({ studentId: student.id, title: 'T', ...time() }));
  const once = { lessons, idempotencyKey: `many ${Date.now()}` };
  for (let times = 0; times < 2; times++) await tutor.change('scheduleLessons', once);
  await tutor.change('scheduleLessons', { lessons: [{ ...lessons[0], ...time() }], dryRun: true });

  const begin = Math.ceil(Date.now() / 60_000) * 60_000 + 5 * 60_000;
  const soon = await booked({
    startsAt: new Date(begin).toISOString(),
    endsAt: new Date(begin + 5 * 60_000).toISOString(),
  }).catch(() => null);
  if (soon) {
    await tutor.change('joinLesson', { lessonId: soon.id });
    await tutor.change('startLesson', { lessonId: soon.id });
    await tutor.change('leaveLesson', { lessonId: soon.id });
    await tutor.change('completeLesson', { lessonId: soon.id });
    await admin.change('correctLessonOutcome', {
      lessonId: soon.id,
      status: 'NO_SHOW',
      noShowParty: 'STUDENT',
    });
  }

  const series = async () => {
    const { startsAt } = time();
    days += 7;
    return (
      await tutor.change('scheduleLessonSeries', {
        ...{ studentId: student.id, title: 'Series', localStart: startsAt.slice(0, 16), timeZone: 'UTC' },
        ...{ durationMinutes: 30, rrule: 'FREQ=DAILY;COUNT=6', skipConflicts: true },
      })
    ).series;
  };
  const made = await series();
  await tutor.ask('node', { id: made.id });
  const places = (
    await tutor.ask('lessons', { first: 50, filter: { from: new Date(Date.now() + 61 * day).toISOString() } })
  ).edges
    .map(node)
    .filter((one: Data) => one.series?.id === made.id);
  const third = places[2];
  const later = new Date(Date.parse(third.startsAt) + 3_600_000);
  const moved = {
    startsAt: later.toISOString(),
    endsAt: new Date(later.getTime() + 1_800_000).toISOString(),
  };
  await tutor.change('rescheduleLesson', { lessonId: third.id, ...moved, scope: 'THIS_AND_FOLLOWING' });
  await tutor.change('rescheduleLesson', { lessonId: places[3].id, ...time(), scope: 'THIS' });
  await tutor.change('cancelLesson', { lessonId: places[0].id, scope: 'ALL', reason: 'over' });
  await tutor.ask('node', { id: idOfRow('series', 0) });
  await tutor.follow('lessonEvents', {}, 1);
  await tutor.follow('lessonEvents', { lessonId: lesson.id, after: lesson.eventCursor }, 2);
}
