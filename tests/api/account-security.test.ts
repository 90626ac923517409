import { browserOf, networkOf } from '../../src/modules/accounts/devices.js';
import { mailsTo } from '../testkit/mailbox.js';
import { type Person, seededPassword } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { signIn } from './account-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const newerFirefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const changePassword =
  'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }';
const told = '{ notifications { unreadCount edges { node { type title body subject { id } } } } }';
const sql = <Row>(text: string, ...values: unknown[]) => app.foundation.database.sql<Row>(text, ...values);

async function signInFrom(userAgent: string, { email }: Person): Promise<void> {
  const answer = await fetch(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ query: signIn, variables: { input: { email, password: seededPassword } } }),
  });
  expect(await answer.json()).not.toHaveProperty('errors');
}

const subjects = async ({ email }: Person) =>
  (await mailsTo(app.dataDir, email)).map(({ headers }) => headers['subject']);

describe('a sign-in from a new device', () => {
  it('is told to the owner, in the application and by mail, and none from a device that they have used', async () => {
    const person = await (await app.seed.school()).tutor();
    for (const agent of [firefox, newerFirefox, safari, firefox, safari]) await signInFrom(agent, person);
    await app.deliver();
    const { notifications } = await app.client(person.accessToken).data(told);
    expect(notifications.edges).toEqual([
      {
        node: {
          type: 'account.new_sign_in',
          title: 'A sign-in from a new device',
          body: expect.stringMatching(/^Safari, iOS, .*\d{4}.*Europe|^Safari, iOS, .*\d{4}/),
          subject: { id: person.id },
        },
      },
    ]);
    expect(await subjects(person)).toEqual(['A sign-in from a new device']);
  });

  it('is written to Ukrainians in Ukrainian', async () => {
    const person = await (await app.seed.school()).tutor({ locale: 'uk' });
    for (const agent of [firefox, safari]) await signInFrom(agent, person);
    await app.deliver();
    expect(await subjects(person)).toEqual(['Вхід із нового пристрою']);
    expect((await mailsTo(app.dataDir, person.email))[0]?.text).toContain('Safari, iOS');
  });

  it('keeps nothing of what the device was, and goes with the account', async () => {
    const person = await (await app.seed.school()).tutor();
    await signInFrom(firefox, person);
    const rows = await sql<{ text: string }>(
      'SELECT d::text AS text FROM known_device d WHERE user_id = $1',
      person.uuid,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toMatch(/Firefox|Windows|127\.0/);
    await app
      .client(person.accessToken)
      .data('mutation ($password: String!) { deleteAccount(input: { password: $password }) { ok } }', {
        password: seededPassword,
      });
    expect(await sql('SELECT 1 FROM known_device WHERE user_id = $1', person.uuid)).toEqual([]);
  });

  it.each([
    [firefox, 'Firefox, Windows'],
    [safari, 'Safari, iOS'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge, Linux',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
      'Chrome, Android',
    ],
    ['curl/8.5.0', null],
    [null, null],
  ])('knows the kind of %s', (userAgent, kind) => {
    expect(browserOf(userAgent)).toBe(kind);
  });

  it.each([
    ['203.0.113.7', '203.0'],
    ['::ffff:203.0.113.7', '203.0'],
    ['2001:db8:1:2::3', '2001:db8'],
  ])('takes the network of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('a changed password', () => {
  it('is told in the application and by mail, though the owner wants no mail and it is their quiet time', async () => {
    const person = await (await app.seed.school()).tutor();
    const own = app.client(person.accessToken);
    const update = `mutation ($input: UpdateNotificationPreferencesInput!) {
      updateNotificationPreferences(input: $input) { preferences { digest } }
    }`;
    const quietHours = { from: '00:00', to: '23:59' };
    await own.data(update, { input: { quietHours, digest: 'DAILY' } });
    const off = { type: 'account.password_changed', channel: 'EMAIL', enabled: false };
    expect((await own.error(update, { input: { preferences: [off] } })).extensions.code).toBe(
      'VALIDATION_ERROR',
    );
    const input = { currentPassword: seededPassword, newPassword: 'a fresh and longer one' };
    const { changePassword: payload } = await own.data(changePassword, { input });
    await app.deliver();
    const { notifications } = await app.client(payload.accessToken).data(told);
    expect(notifications.edges[0].node).toMatchObject({
      type: 'account.password_changed',
      title: 'Your password was changed',
    });
    expect(await subjects(person)).toEqual(['Your password was changed']);
  });

  it('is no business of the school’s webhooks', async () => {
    const admin = await (await app.seed.school()).admin();
    const create = `mutation ($input: CreateWebhookEndpointInput!) {
      createWebhookEndpoint(input: $input) { endpoint { id } }
    }`;
    const input = { url: 'https://hooks.example.org/', events: ['account.password_changed'] };
    const error = await app.client(admin.accessToken).error(create, { input });
    expect(error.extensions.code).toBe('VALIDATION_ERROR');
  });
});
