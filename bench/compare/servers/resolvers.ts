import { PrismaPg } from '@prisma/adapter-pg';
import { GraphQLScalarType } from 'graphql';
import { PrismaClient } from '../generated/prisma/client.ts';
import { databaseUrl, memory, poolSize, toConnection, type Viewer } from './settings.ts';

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: poolSize }) });

interface LessonRow {
  readonly id: string;
  readonly tutorId: string;
  readonly studentId: string;
  readonly tutor?: unknown;
  readonly student?: unknown;
}

const people = { tutor: true, student: true } as const;

/**
 * Resolvers over Prisma as its documentation has them: relations of a list are included, those of one row are found with
 * findUnique, which Prisma puts together into one statement.
 */
export const resolvers = {
  DateTime: new GraphQLScalarType<Date, string>({
    name: 'DateTime',
    serialize: (value) => (value as Date).toISOString(),
  }),

  Query: {
    async lessons(_root: unknown, { first = 20 }: { first?: number }, { userId }: Viewer) {
      if (memory) return toConnection(memory, first);
      const rows = await prisma.lesson.findMany({
        where: { tutorId: userId },
        orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
        take: first + 1,
        include: people,
      });
      return toConnection(rows, first);
    },
    lesson: (_root: unknown, { id }: { id: string }) => prisma.lesson.findUnique({ where: { id } }),
  },

  Lesson: {
    tutor: ({ tutor, tutorId }: LessonRow) => tutor ?? prisma.user.findUnique({ where: { id: tutorId } }),
    student: ({ student, studentId }: LessonRow) =>
      student ?? prisma.user.findUnique({ where: { id: studentId } }),
    chat: ({ id }: LessonRow) => ({ roomId: id }),
  },

  ChatRoom: {
    async messages({ roomId }: { roomId: string }, { last = 20 }: { last?: number }) {
      const rows = await prisma.chatMessage.findMany({
        where: { roomId },
        orderBy: { sequence: 'desc' },
        take: last + 1,
        include: { author: true },
      });
      const page = rows.slice(0, last).reverse();
      return {
        edges: page.map((node) => ({ node })),
        pageInfo: { hasNextPage: false, hasPreviousPage: rows.length > last },
      };
    },
  },

  Mutation: {
    async sendMessage(
      _root: unknown,
      { input }: { input: { roomId: string; body: string; clientMessageId?: string } },
      { userId, organizationId }: Viewer,
    ) {
      const { roomId, body, clientMessageId } = input;
      const message = await prisma.$transaction(async (tx) => {
        const { lastSeq } = await tx.channel.update({
          where: { id: `chat:${roomId}` },
          data: { lastSeq: { increment: 1 } },
        });
        return tx.chatMessage.create({
          data: {
            ...{ organizationId, body, lessonId: roomId, authorId: userId, sequence: Number(lastSeq) },
            ...(clientMessageId === undefined ? {} : { clientMessageId }),
          },
          include: { author: true },
        });
      });
      return { message };
    },
  },
};
