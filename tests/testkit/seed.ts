import type { LessonStatus } from '../../src/generated/prisma/enums.js';
import { createTokenSigner } from '../../src/modules/accounts/access-tokens.js';
import { hashPassword } from '../../src/modules/accounts/passwords.js';
import { type Clock, systemClock } from '../../src/platform/clock.js';
import type { Database } from '../../src/platform/database/database.js';
import { encodeId, newId } from '../../src/shared/ids.js';
import type { Role } from '../../src/shared/viewer.js';

/** Somebody who is signed in. */
export interface Person {
  /** As clients see it. */
  readonly id: string;
  readonly uuid: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly accessToken: string;
  readonly sessionId: string;
}

/** A lesson as the seed made it. */
export interface SeededLesson {
  readonly id: string;
  readonly uuid: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** A classroom as the seed made it. */
export interface SeededClassroom {
  readonly id: string;
  readonly uuid: string;
}

export interface LessonSeed {
  readonly startsAt?: Date;
  readonly minutes?: number;
  readonly status?: LessonStatus;
  readonly title?: string;
}

/** A school of a test's own: nothing that it does touches another test. */
export interface School {
  readonly organizationId: string;
  tutor(changes?: PersonSeed): Promise<Person>;
  student(changes?: PersonSeed): Promise<Person>;
  admin(changes?: PersonSeed): Promise<Person>;
  /** An active relation; gives its id as clients see it. */
  relation(tutor: Person, student: Person): Promise<string>;
  lesson(tutor: Person, student: Person, seed?: LessonSeed): Promise<SeededLesson>;
  /** Many lessons of one pair, one a day, in one statement. */
  lessons(tutor: Person, student: Person, count: number): Promise<SeededLesson[]>;
  /** A classroom of the tutor's with these members. */
  classroom(tutor: Person, members: readonly Person[]): Promise<SeededClassroom>;
  /** A tutor and a student with an active relation. */
  pair(): Promise<{ tutor: Person; student: Person; relationId: string }>;
}

export interface PersonSeed {
  readonly displayName?: string;
  readonly locale?: string;
  readonly timeZone?: string;
}

export interface Seed {
  school(): Promise<School>;
  /** The access token of somebody's session that is in the database already. */
  tokenOf(userId: string, sessionId: string): Promise<string>;
}

/** The password of every seeded person. */
export const seededPassword = 'correct horse battery';

const day = 86_400_000;
let hash: Promise<string> | undefined;

/** Makes schools straight in the database; tokens are signed with the app's secret, at its time. */
export function createSeed(database: Database, secret: string, clock: Clock = systemClock): Seed {
  const signer = createTokenSigner({ current: secret });

  async function person(organizationId: string, role: Role, seed: PersonSeed = {}): Promise<Person> {
    hash ??= hashPassword(seededPassword);
    const [uuid, sessionId] = [newId(), newId()];
    const email = `${role.toLowerCase()}-${uuid}@test.example`;
    const displayName = seed.displayName ?? `${role[0]}${role.slice(1).toLowerCase()} ${uuid.slice(-6)}`;
    await database.sql(
      `WITH person AS (
         INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role, locale, time_zone)
         VALUES ($1, $2, $3, $4, $5, $6::role, $7, $8) RETURNING id
       )
       INSERT INTO session (id, user_id, expires_at) SELECT $9, id, greatest(now(), $10::timestamptz) + interval '1 year' FROM person`,
      uuid,
      organizationId,
      email,
      await hash,
      displayName,
      role,
      seed.locale ?? 'en',
      seed.timeZone ?? 'Europe/Kyiv',
      sessionId,
      clock.now(),
    );
    const { token } = await signer.sign({ userId: uuid, sessionId }, clock.now());
    return { id: encodeId('user', uuid), uuid, email, displayName, role, accessToken: token, sessionId };
  }

  async function school(): Promise<School> {
    const organizationId = newId();
    await database.sql('INSERT INTO organization (id, name) VALUES ($1, $2)', organizationId, 'A school');

    // Lessons without a time are a day apart, so that nobody is in two at once.
    const tomorrow = Math.ceil(Date.now() / day) * day + 9 * 3_600_000;
    let days = 0;

    async function insertLessons(
      tutor: Person,
      student: Person,
      seeds: LessonSeed[],
    ): Promise<SeededLesson[]> {
      const rows = seeds.map(({ startsAt, minutes = 60, status = 'SCHEDULED', title }, index) => {
        const start = startsAt ?? new Date(tomorrow + days++ * day);
        const ends = new Date(start.getTime() + minutes * 60_000);
        return {
          uuid: newId(),
          startsAt: start,
          endsAt: ends,
          status,
          title: title ?? `Lesson ${index + 1}`,
        };
      });
      await database.sql(
        `INSERT INTO lesson (id, organization_id, tutor_id, student_id, title, starts_at, ends_at, status, cancelled_at,
           no_show_party)
         SELECT uuid, $1, $2, $3, title, "startsAt", "endsAt", status::lesson_status,
           CASE WHEN status = 'CANCELLED' THEN now() END, CASE WHEN status = 'NO_SHOW' THEN 'STUDENT'::no_show_party END
         FROM jsonb_to_recordset($4::jsonb)
           AS l (uuid uuid, title text, "startsAt" timestamptz, "endsAt" timestamptz, status text)`,
        organizationId,
        tutor.uuid,
        student.uuid,
        JSON.stringify(rows),
      );
      return rows.map(({ uuid, startsAt, endsAt }) => ({
        id: encodeId('lesson', uuid),
        uuid,
        startsAt,
        endsAt,
      }));
    }

    async function relation(tutor: Person, student: Person): Promise<string> {
      const uuid = newId();
      await database.sql(
        `INSERT INTO tutor_student_relation (id, organization_id, tutor_id, student_id, status)
         VALUES ($1, $2, $3, $4, 'ACTIVE')`,
        uuid,
        organizationId,
        tutor.uuid,
        student.uuid,
      );
      return encodeId('relation', uuid);
    }

    const made: School = {
      organizationId,
      tutor: (seed) => person(organizationId, 'TUTOR', seed),
      student: (seed) => person(organizationId, 'STUDENT', seed),
      admin: (seed) => person(organizationId, 'ADMIN', seed),
      relation,
      async lesson(tutor, student, seed = {}) {
        const [lesson] = await insertLessons(tutor, student, [seed]);
        return lesson as SeededLesson;
      },
      lessons: (tutor, student, count) =>
        insertLessons(
          tutor,
          student,
          Array.from({ length: count }, () => ({})),
        ),
      async classroom(tutor, members) {
        const uuid = newId();
        await database.sql(
          `INSERT INTO classroom (id, organization_id, tutor_id, name) VALUES ($1, $2, $3, 'A classroom')`,
          uuid,
          organizationId,
          tutor.uuid,
        );
        await database.sql(
          `INSERT INTO classroom_member (classroom_id, user_id, organization_id, role)
           SELECT $1, id, $2, (CASE id WHEN $3 THEN 'TUTOR' ELSE 'MEMBER' END)::classroom_role
             FROM unnest($4::uuid[]) AS member (id)`,
          uuid,
          organizationId,
          tutor.uuid,
          [tutor, ...members].map((one) => one.uuid),
        );
        return { id: encodeId('classroom', uuid), uuid };
      },
      async pair() {
        const [tutor, student] = await Promise.all([made.tutor(), made.student()]);
        return { tutor, student, relationId: await relation(tutor, student) };
      },
    };
    return made;
  }
  const tokenOf = async (userId: string, sessionId: string) =>
    (await signer.sign({ userId, sessionId }, clock.now())).token;
  return { school, tokenOf };
}
