import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { projectFolder } from '../config/config.js';
import { createRandom, type Random } from './random.js';

const material = z.object({
  organization: z.string(),
  password: z.string(),
  people: z.object({
    admin: z.object({ email: z.string(), name: z.string() }),
    tutor: z.object({ email: z.string(), name: z.string(), subject: z.string() }),
    student: z.object({ email: z.string(), name: z.string() }),
  }),
  tutors: z.array(z.object({ name: z.string(), subject: z.string() })),
  firstNames: z.array(z.string()),
  lastNames: z.array(z.string()),
  subjects: z.record(z.string(), z.array(z.string())),
  dialogues: z.array(z.array(z.string())),
  notes: z.array(z.string().nullable()),
  classroom: z.object({ name: z.string(), messages: z.array(z.string()) }),
});

/** What the demo school is made of: names, subjects and talk. */
export type Material = z.infer<typeof material>;

export async function readMaterial(): Promise<Material> {
  const text = await readFile(join(projectFolder, 'prisma', 'demo', 'school.json'), 'utf8');
  return material.parse(JSON.parse(text));
}

export interface DemoPerson {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'ADMIN' | 'TUTOR' | 'STUDENT';
  readonly subject: string | null;
  readonly locale: string;
}
export interface DemoPair {
  readonly id: string;
  readonly tutor: DemoPerson;
  readonly student: DemoPerson;
}
/** With the time of their lesson in the week. */
interface SlottedPair extends DemoPair {
  readonly offset: number;
}
export interface DemoLesson {
  readonly id: string;
  readonly pair: DemoPair;
  readonly title: string;
  readonly notes: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly status: 'SCHEDULED' | 'COMPLETED' | 'CANCELLED';
}
export interface DemoMessage {
  readonly id: string;
  readonly lesson: DemoLesson;
  /** From 1, in the lesson's chat. */
  readonly sequence: number;
  readonly author: DemoPerson;
  readonly body: string;
  readonly at: Date;
}
export interface DemoSchool {
  readonly people: readonly DemoPerson[];
  readonly pairs: readonly DemoPair[];
  readonly lessons: readonly DemoLesson[];
  readonly messages: readonly DemoMessage[];
}

const hour = 3_600_000;
const day = 24 * hour;
const students = 100;
const weeksBack = 6;
const weeksAhead = 3;
/** Hours of the day in UTC at which lessons begin: with one's first tutor, and with a second one. */
const firstTutorHour = 12;
const secondTutorHour = 17;

/**
 * The demo school around the week of `now`: a dozen tutors, a hundred students, lessons before and after, and talk.
 * It is the same at every call in one week.
 */
export function composeSchool(words: Material, now: Date): DemoSchool {
  const random = createRandom(20_261_123);
  // Monday 00:00 UTC of this week, so that two starts in one week make the same school.
  const monday = new Date(Math.floor((now.getTime() - 4 * day) / (7 * day)) * 7 * day + 4 * day);
  const founded = new Date(monday.getTime() - 400 * day);

  const person = (role: DemoPerson['role'], name: string, email: string, subject: string | null = null) => {
    const locale = /[а-яіїєґ]/i.test(name) ? 'uk' : 'en';
    return { id: random.id(founded), email, name, role, subject, locale } satisfies DemoPerson;
  };
  const { people } = words;
  const admin = person('ADMIN', people.admin.name, people.admin.email);
  const tutors = [
    person('TUTOR', people.tutor.name, people.tutor.email, people.tutor.subject),
    ...words.tutors.map(({ name, subject }, n) =>
      person('TUTOR', name, `tutor${n + 2}@lectern.example`, subject),
    ),
  ];
  const learners = [
    person('STUDENT', people.student.name, people.student.email),
    ...Array.from({ length: students - 1 }, (_, n) => {
      const first = words.firstNames[n % words.firstNames.length];
      const last = words.lastNames[(n * 7 + Math.floor(n / 20)) % words.lastNames.length];
      return person('STUDENT', `${first} ${last}`, `student${n + 2}@lectern.example`);
    }),
  ];
  const pairs = pairUp(random, tutors, learners, founded);
  const lessons = pairs.flatMap((pair, n) => lessonsOf(random, words, pair, n, monday, now));
  const talked = lessons.filter((lesson) => lesson.pair.tutor === tutors[0] || random.below(9) === 0);
  return {
    people: [admin, ...tutors, ...learners],
    pairs,
    lessons,
    messages: talked.flatMap((lesson) => talk(random, words, lesson)),
  };
}

/** Every student has a tutor, every fifth a second one; the first student is the first tutor's. */
function pairUp(
  random: Random,
  tutors: readonly DemoPerson[],
  learners: readonly DemoPerson[],
  at: Date,
): SlottedPair[] {
  const taken = new Map<string, number>();
  const pair = (student: DemoPerson, index: number, firstHour: number): SlottedPair[] => {
    const tutor = tutors[index % tutors.length];
    if (!tutor) return [];
    // The tutor's n-th place in the week, so that nobody is in two lessons at once.
    const key = `${tutor.id} ${firstHour}`;
    const place = taken.get(key) ?? 0;
    taken.set(key, place + 1);
    const offset = (place % 5) * day + (firstHour + Math.floor(place / 5)) * hour;
    return [{ id: random.id(at), tutor, student, offset }];
  };
  return learners.flatMap((student, n) => [
    ...pair(student, n, firstTutorHour),
    ...(n % 5 === 0 ? pair(student, n + 5, secondTutorHour) : []),
  ]);
}

/** One lesson a week at the pair's place in it. */
function lessonsOf(
  random: Random,
  words: Material,
  pair: SlottedPair,
  n: number,
  monday: Date,
  now: Date,
): DemoLesson[] {
  const topics = words.subjects[pair.tutor.subject ?? ''] ?? ['Lesson'];
  const lessons: DemoLesson[] = [];
  for (let week = -weeksBack; week <= weeksAhead; week++) {
    const startsAt = new Date(monday.getTime() + week * 7 * day + pair.offset);
    const endsAt = new Date(startsAt.getTime() + hour * (n % 3 === 0 ? 0.75 : 1));
    const past = endsAt.getTime() < now.getTime();
    const cancelled = random.below(14) === 0;
    lessons.push({
      id: random.id(new Date(startsAt.getTime() - 14 * day)),
      pair,
      title: `${pair.tutor.subject}: ${random.pick(topics)}`,
      notes: random.pick(words.notes),
      startsAt,
      endsAt,
      status: cancelled ? 'CANCELLED' : past ? 'COMPLETED' : 'SCHEDULED',
    });
  }
  return lessons;
}

/** One or two conversations, four weeks before the lesson so that they are past even for the last one. */
function talk(random: Random, words: Material, lesson: DemoLesson): DemoMessage[] {
  const { tutor, student } = lesson.pair;
  const lines = [
    ...random.pick(words.dialogues),
    ...(random.below(3) === 0 ? random.pick(words.dialogues) : []),
  ];
  const begin = lesson.startsAt.getTime() - 28 * day;
  return lines.map((body, index) => {
    const at = new Date(begin + index * 7 * 60_000 + random.below(60_000));
    return { id: random.id(at), lesson, sequence: index + 1, author: index % 2 ? tutor : student, body, at };
  });
}
