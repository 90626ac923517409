import { Redis } from 'ioredis';
import { readConfig } from '../../src/config/config.js';
import { signIn, signUp } from '../api/account-operations.js';
import { eventually } from '../testkit/eventually.js';
import { mailsTo, tokenIn } from '../testkit/mailbox.js';
import { hasRedis, type RedisServer, startRedis } from '../testkit/redis-server.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const withRedis = hasRedis ? describe : describe.skip;
if (!hasRedis) process.stdout.write('no redis-server here: the test of erasure in Redis is skipped\n');

const email = 'canary-address@test.example';
const displayName = 'canary-name-кенар';
const password = 'canary-password one';
const wrongPassword = 'canary-password wrong';
const body = 'canary-message-кенар';

withRedis('Redis, after a life with every limit counted in it and deleteAccount', () => {
  let server: RedisServer;
  let redis: Redis;
  let app: TestApp;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    // DUMP would compress long texts, and a canary in them would not be seen.
    await redis.config('SET', 'rdbcompression', 'no');
    const { operationBudgets, attemptLimits } = readConfig({});
    app = await startApp({ config: { redisUrl: server.url, operationBudgets, attemptLimits } });
    // Until the app has its connection, it counts in its own memory.
    await eventually(
      async () => {
        await app.client().send('{ __typename }');
        return redis.dbsize();
      },
      (keys) => keys > 0,
    );
  });
  afterAll(async () => {
    await app.stop();
    redis.disconnect();
    await server.dispose();
  });

  /** Every key with its value as Redis would write it to a file, of whatever type it is. */
  async function dump(): Promise<{ key: string; bytes: Buffer }[]> {
    const entries = [];
    for await (const keys of redis.scanBufferStream()) {
      for (const key of keys as Buffer[]) {
        const value = await redis.dumpBuffer(key);
        entries.push({ key: key.toString(), bytes: Buffer.concat([key, value]) });
      }
    }
    return entries;
  }

  /** Signs up by invitation, mistypes, signs in, asks for a reset, writes; gives the tokens that were held. */
  async function life() {
    const tutor = app.client((await (await app.seed.school()).tutor()).accessToken);
    const newestToken = async () => {
      await app.deliver();
      const mail = (await mailsTo(app.dataDir, email)).at(-1);
      if (!mail) throw new Error('no mail came');
      return tokenIn(mail);
    };
    await tutor.data(
      'mutation ($input: CreateInvitationInput!) { createInvitation(input: $input) { invitation { id } } }',
      { input: { email, role: 'STUDENT' } },
    );
    const invitationToken = await newestToken();
    const person = { email, password, displayName, role: 'STUDENT', invitationToken };
    const joined = (await app.client().data(signUp, { input: person })).signUp;
    const failed = await app.client().error(signIn, { input: { email, password: wrongPassword } });
    expect(failed.extensions.code).toBe('INVALID_CREDENTIALS');
    const signedIn = (await app.client().data(signIn, { input: { email, password } })).signIn;
    await app
      .client()
      .data('mutation ($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { ok } }', {
        email,
      });
    const resetToken = await newestToken();

    const startsAt = new Date(Date.now() + 86_400_000).toISOString();
    const endsAt = new Date(Date.now() + 90_000_000).toISOString();
    const { scheduleLesson } = await tutor.data(
      'mutation ($input: ScheduleLessonInput!) { scheduleLesson(input: $input) { lesson { id } } }',
      { input: { studentId: joined.user.id, title: 'Algebra', startsAt, endsAt } },
    );
    for (const _ of [1, 2]) {
      await app
        .client(signedIn.accessToken)
        .data('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }', {
          input: { roomId: scheduleLesson.lesson.id, body },
        });
    }
    await app.deliver();
    expect(resetToken).not.toBe(invitationToken);
    const tokens = [joined, signedIn].flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]);
    return { accessToken: signedIn.accessToken, tokens: [...tokens, invitationToken, resetToken] };
  }

  it('holds counts of what the person did, and nothing of what was planted, in no key and no value', async () => {
    const { accessToken, tokens } = await life();
    const before = await dump();
    await app
      .client(accessToken)
      .data('mutation ($password: String!) { deleteAccount(input: { password: $password }) { ok } }', {
        password,
      });
    await app.deliver();
    const after = await dump();

    for (const limit of ['failures', 'account', 'sign-ups', 'resets', 'account-resets']) {
      const counted = after.some(({ key }) => key.startsWith(`lectern:limit:${limit}:`));
      expect({ limit, counted }).toEqual({ limit, counted: true });
    }
    const canaries = ['canary', 'кенар', ...tokens];
    const found = [...before, ...after].filter(({ bytes }) => canaries.some((one) => bytes.includes(one)));
    expect(found.map(({ key }) => key)).toEqual([]);
  });

  it('would be caught with a canary, in a key or in a value of any type', async () => {
    await redis.flushdb();
    await redis.set('canary-in-a-key', 1);
    await redis.set('text', `${'long '.repeat(50)}canary`);
    await redis.hset('hash', { field: `${'long '.repeat(50)}canary` });
    await redis.rpush('list', 'canary');
    const found = (await dump()).filter(({ bytes }) => bytes.includes('canary')).map(({ key }) => key);
    expect(found.sort()).toEqual(['canary-in-a-key', 'hash', 'list', 'text']);
  });
});
