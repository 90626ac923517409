import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import PrismaPlugin, { queryFromInfo } from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { PrismaPg } from '@prisma/adapter-pg';
import { createYoga } from 'graphql-yoga';
import type PrismaTypes from '../generated/pothos.ts';
import { getDatamodel } from '../generated/pothos.ts';
import { type ChatMessage, PrismaClient } from '../generated/prisma/client.ts';
import { LessonStatus } from '../generated/prisma/enums.ts';
import { databaseUrl, host, type Lesson, memory, poolSize, port, type Viewer, viewerOf } from './settings.ts';

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: poolSize }) });

/** Over Prisma as the documentation of Pothos has it: its plugin makes one query of Prisma of what was asked for. */
function databaseSchema() {
  const builder = new SchemaBuilder<{
    PrismaTypes: PrismaTypes;
    Context: Viewer;
    Scalars: { DateTime: { Input: Date; Output: Date } };
    DefaultFieldNullability: false;
    DefaultEdgesNullability: false;
    DefaultNodeNullability: false;
  }>({
    plugins: [RelayPlugin, PrismaPlugin],
    defaultFieldNullability: false,
    relay: { clientMutationId: 'omit', cursorType: 'String', edgesFieldOptions: { nullable: false } },
    prisma: { client: prisma, dmmf: getDatamodel(), maxConnectionSize: 100, defaultConnectionSize: 20 },
  });
  builder.scalarType('DateTime', { serialize: (value) => value.toISOString() });
  const Status = builder.enumType(LessonStatus, { name: 'LessonStatus' });
  builder.prismaObject('User', {
    fields: (t) => ({ id: t.exposeID('id'), displayName: t.exposeString('displayName') }),
  });
  const ChatRoom = builder.prismaObject('Lesson', {
    variant: 'ChatRoom',
    fields: (t) => ({
      messages: t.relatedConnection('messages', { cursor: 'id', query: { orderBy: { sequence: 'asc' } } }),
    }),
  });
  const Message = builder.prismaObject('ChatMessage', {
    fields: (t) => ({
      id: t.exposeID('id'),
      sequence: t.exposeInt('sequence'),
      body: t.exposeString('body', { nullable: true }),
      createdAt: t.expose('createdAt', { type: 'DateTime' }),
      author: t.relation('author'),
    }),
  });
  builder.prismaObject('Lesson', {
    fields: (t) => ({
      id: t.exposeID('id'),
      title: t.exposeString('title'),
      status: t.expose('status', { type: Status }),
      startsAt: t.expose('startsAt', { type: 'DateTime' }),
      endsAt: t.expose('endsAt', { type: 'DateTime' }),
      version: t.exposeInt('version'),
      notes: t.exposeString('notes', { nullable: true }),
      tutor: t.relation('tutor'),
      student: t.relation('student'),
      chat: t.variant(ChatRoom),
    }),
  });
  builder.queryType({
    fields: (t) => ({
      lessons: t.prismaConnection({
        type: 'Lesson',
        cursor: 'id',
        resolve: (query, _root, _args, { userId }) =>
          prisma.lesson.findMany({
            ...query,
            where: { tutorId: userId },
            orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
          }),
      }),
      lesson: t.prismaField({
        type: 'Lesson',
        nullable: true,
        args: { id: t.arg.id({ required: true }) },
        resolve: (query, _root, { id }) => prisma.lesson.findUnique({ ...query, where: { id: String(id) } }),
      }),
    }),
  });
  const SendMessageInput = builder.inputType('SendMessageInput', {
    fields: (t) => ({
      roomId: t.id({ required: true }),
      body: t.string({ required: true }),
      clientMessageId: t.string(),
    }),
  });
  const Payload = builder.objectRef<{ readonly message: ChatMessage }>('ChatMessagePayload').implement({
    fields: (t) => ({ message: t.field({ type: Message, resolve: ({ message }) => message }) }),
  });
  builder.mutationType({
    fields: (t) => ({
      sendMessage: t.field({
        type: Payload,
        args: { input: t.arg({ type: SendMessageInput, required: true }) },
        resolve: async (_root, { input }, context, info) => {
          const { userId, organizationId } = context;
          const { body, clientMessageId } = input;
          const roomId = String(input.roomId);
          const query = queryFromInfo({ context, info, path: ['message'], typeName: 'ChatMessage' });
          const message = await prisma.$transaction(async (tx) => {
            const { lastSeq } = await tx.channel.update({
              where: { id: `chat:${roomId}` },
              data: { lastSeq: { increment: 1 } },
            });
            return tx.chatMessage.create({
              ...query,
              data: {
                ...{ organizationId, body, lessonId: roomId, authorId: userId, sequence: Number(lastSeq) },
                ...(clientMessageId ? { clientMessageId } : {}),
              },
            });
          });
          return { message };
        },
      }),
    }),
  });
  return builder.toSchema();
}

/** The same names over plain objects. */
function memorySchema(lessons: readonly Lesson[]) {
  const builder = new SchemaBuilder<{
    Context: Viewer;
    Scalars: { DateTime: { Input: Date; Output: Date } };
    DefaultFieldNullability: false;
    DefaultEdgesNullability: false;
    DefaultNodeNullability: false;
  }>({
    plugins: [RelayPlugin],
    defaultFieldNullability: false,
    relay: { clientMutationId: 'omit', cursorType: 'String' },
  });
  builder.scalarType('DateTime', { serialize: (value) => value.toISOString() });
  const Status = builder.enumType('LessonStatus', { values: Object.values(LessonStatus) });
  const User = builder.objectRef<Lesson['tutor']>('User').implement({
    fields: (t) => ({ id: t.exposeID('id'), displayName: t.exposeString('displayName') }),
  });
  const LessonRef = builder.objectRef<Lesson>('Lesson').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      title: t.exposeString('title'),
      status: t.field({ type: Status, resolve: ({ status }) => status as LessonStatus }),
      startsAt: t.expose('startsAt', { type: 'DateTime' }),
      endsAt: t.expose('endsAt', { type: 'DateTime' }),
      tutor: t.expose('tutor', { type: User }),
      student: t.expose('student', { type: User }),
    }),
  });
  builder.queryType({
    fields: (t) => ({
      lessons: t.connection({
        type: LessonRef,
        resolve: (_root, { first }) => {
          const rows = lessons.slice(0, first ?? 20);
          return {
            edges: rows.map((node) => ({ node, cursor: node.id })),
            pageInfo: {
              ...{ hasNextPage: lessons.length > rows.length, hasPreviousPage: false },
              ...{ startCursor: rows[0]?.id, endCursor: rows.at(-1)?.id },
            },
          };
        },
      }),
    }),
  });
  return builder.toSchema();
}

const yoga = createYoga<Record<string, never>, Viewer>({
  schema: memory ? memorySchema(memory) : databaseSchema(),
  context: ({ request: { headers } }) =>
    viewerOf({
      'x-user': headers.get('x-user') ?? '',
      'x-organization': headers.get('x-organization') ?? '',
    }),
});
createServer(yoga).listen(port, host);
