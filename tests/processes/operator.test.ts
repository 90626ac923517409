import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { signIn } from '../api/account-operations.js';
import { entryArguments } from '../testkit/entry-arguments.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs an entry against the app's database, as an operator would. */
function run(entry: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    DATABASE_URL: app.databaseUrl,
    LECTERN_DATA_DIR: app.dataDir,
    AUTO_MIGRATE: 'false',
    LOG_LEVEL: 'error',
  };
  return new Promise((resolve) => {
    const command = [...entryArguments(entry), ...args];
    execFile(process.execPath, command, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

it('makes an admin and a school, whose password signs in, and refuses the address a second time', async () => {
  const made = await run('admin-create', '--email', 'Head@school.example', '--organization', 'A new school');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const [first, userId, email, password] = made.stdout.split('\n').map((line) => line.trim());
  expect(first).toMatch(/^Made the school A new school \(organization_/);
  const { signIn: signedIn } = await app.client().data(signIn, { input: { email, password } });
  expect(signedIn.user).toMatchObject({ id: userId, role: 'ADMIN', organization: { name: 'A new school' } });
  const again = await run('admin-create', '--email', 'head@school.example');
  expect(again).toEqual({ code: 1, stdout: '', stderr: 'This address has an account already.\n' });
  const second = await run(
    'admin-create',
    '--email',
    'o@school.example',
    '--organization',
    'A new school',
    '--owner',
  );
  expect(second.stdout).toMatch(/^In the school A new school/);
});

it('gives out what is known about a person, and erases them', async () => {
  const student = await (await app.seed.school()).student();
  const exported = await run('account-data', 'export', '--email', student.email);
  expect(JSON.parse(exported.stdout).data.app_user).toMatchObject([{ email: student.email }]);
  expect((await run('account-data', 'erase', '--email', student.email)).stderr).toContain('--yes');
  const erased = await run('account-data', 'erase', '--email', student.email, '--yes');
  expect(erased).toEqual({ code: 0, stdout: 'The account was erased.\n', stderr: '' });
  const gone = await run('account-data', 'export', '--email', student.email);
  expect(gone).toMatchObject({ code: 1, stderr: 'Nobody has this address.\n' });
});

it('checks the audit log, and prints ends that a later check takes', async () => {
  const checked = await run('audit-verify');
  expect(checked.stdout).toMatch(/^([0-9a-f-]{36} \d+ [0-9a-f]{64}\n)+$/);
  expect(checked).toMatchObject({ code: 0, stderr: expect.stringContaining(' 0 problems') });
});
