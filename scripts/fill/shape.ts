/** How many there are of everything in a generated database, from one number: the rows of each large table. */
export interface Shape {
  /** Lessons, notifications, queue items and events of channels. */
  readonly rows: number;
  /** Rows of each other large table. */
  readonly otherRows: number;
  readonly messages: number;
  readonly tutors: number;
  readonly students: number;
  /** Pairs with an active relation, which have all the lessons; the other relations are over or were never accepted. */
  readonly pairs: number;
  readonly classrooms: number;
  /** Students in each classroom, beside its tutor. */
  readonly membersOfClassroom: number;
  /** Rooms that take a share of all messages beyond the others': the largest has a quarter, these have a quarter together. */
  readonly busyRooms: number;
}

/** The shape of a database whose large tables have `rows` rows, but for messages and what there is beside the main tables. */
export function shapeOf(rows: number, messages = rows, otherRows = rows): Shape {
  const tutors = Math.max(12, 2 * Math.round(rows / 2_000));
  const students = Math.max(4 * tutors, Math.round(Math.min(rows / 4, 25_000 + rows / 20)));
  return {
    rows,
    otherRows,
    messages,
    tutors,
    students,
    classrooms: Math.max(20, Math.round(otherRows / 50)),
    membersOfClassroom: Math.min(49, Math.floor(students / tutors) - 1),
    pairs: Math.max(tutors, Math.round(rows / 100)),
    busyRooms: 50,
  };
}

/** The tables whose ids are made here. */
const kinds = [
  ...['organization', 'user', 'session', 'relation', 'series', 'lesson', 'classroom', 'message'],
  ...['notification', 'item', 'link', 'push', 'endpoint', 'node', 'other', 'invitation', 'export', 'report'],
] as const;
export type Kind = (typeof kinds)[number];

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
const prefixes = new Map(kinds.map((kind, index) => [kind, `-7${hex(index + 1, 3)}-8000-`]));

/**
 * The id of the n-th row of a kind: like UUIDv7, it sorts by n. Those of people lie as if by chance: if all tutors came
 * first, the planner would take every table by tutor for one whose end is soon reached.
 */
export function idOf(kind: Kind, n: number): string {
  const digits = hex(kind === 'user' ? Math.imul(n, 0x9e3779b1) >>> 0 : n, 12);
  return `0190${digits.slice(0, 4)}-${digits.slice(4, 8)}${prefixes.get(kind)}${digits}`;
}

/** A number that is the same in each run and looks like chance. */
export function scatter(n: number, below: number): number {
  let x = Math.imul(n + 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) % below;
}

/** The n-th person: tutors first, then students, then an admin of each school. Neighbours are in different schools. */
export const people = {
  tutor: (n: number) => n,
  student: ({ tutors }: Shape, n: number) => tutors + n,
  admin: ({ tutors, students }: Shape, school: number) => tutors + students + school,
  count: ({ tutors, students }: Shape) => tutors + students + 2,
};

/** 0 or 1: the school of a tutor, and of the students and lessons that this tutor has. */
export const schoolOfTutor = (tutor: number) => tutor % 2;

/** The school of a person. */
export function schoolOf(shape: Shape, person: number): number {
  if (person < shape.tutors) return schoolOfTutor(person);
  const student = person - shape.tutors;
  return student < shape.students ? schoolOfTutor(student % shape.tutors) : student - shape.students;
}

/** The n-th pair: its tutor and its student. */
export const pairOf = (shape: Shape, pair: number) => ({ tutor: pair % shape.tutors, student: pair });

/** Room and sequence of the n-th message: messages of a room lie scattered over the table, as they do when many write. */
export function placeOfMessage(shape: Shape, n: number): { room: number; sequence: number } {
  const { busyRooms, rows } = shape;
  const round = Math.floor(n / 4);
  if (n % 4 === 0) return { room: 0, sequence: round + 1 };
  if (n % 4 === 1) return { room: 1 + (round % busyRooms), sequence: Math.floor(round / busyRooms) + 1 };
  const quiet = rows - busyRooms - 1;
  const place = round * 2 + (n % 4) - 2;
  return { room: 1 + busyRooms + (place % quiet), sequence: Math.floor(place / quiet) + 1 };
}

/** How many messages a room has. */
export function messagesOfRoom(shape: Shape, room: number): number {
  const { messages, busyRooms, rows } = shape;
  const share = (of: number, among: number, place: number) => Math.floor((of - 1 - place) / among) + 1;
  const ofKind = (rest: number) => Math.floor((messages - 1 - rest) / 4) + 1;
  if (room === 0) return ofKind(0);
  if (room <= busyRooms) return Math.max(0, share(ofKind(1), busyRooms, room - 1));
  return Math.max(0, share(ofKind(2) + ofKind(3), rows - busyRooms - 1, room - 1 - busyRooms));
}

/** How many rooms have messages: the first ones. */
export function roomsWithMessages({ rows, messages, busyRooms }: Shape): number {
  return Math.min(rows, 1 + busyRooms + Math.ceil(messages / 2));
}

/** The subject of the n-th room: of every ten one is a classroom and one a direct chat, as long as there are any. */
export function subjectOfRoom(
  shape: Shape,
  room: number,
): { kind: 'lesson' | 'classroom' | 'relation'; n: number } {
  const n = Math.floor(room / 10);
  if (room % 10 === 0 && n < shape.classrooms) return { kind: 'classroom', n };
  if (room % 10 === 1 && n < shape.pairs) return { kind: 'relation', n };
  return { kind: 'lesson', n: room };
}

/** The n-th member of a classroom: its tutor first, then students of this tutor. */
export function memberOfClassroom(shape: Shape, classroom: number, n: number): number {
  const { tutors, students } = shape;
  const tutor = classroom % tutors;
  if (n === 0) return people.tutor(tutor);
  return people.student(shape, tutor + ((classroom * 7 + n) % Math.floor(students / tutors)) * tutors);
}
