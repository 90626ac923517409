import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

it('the template of the mails is what their MJML says: npm run mails writes it', async () => {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  // In a process of its own: MJML brings modules that the test runner's module loader does not take.
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/mails.ts', '--check'], {
    cwd,
  });
  await expect(run).resolves.toMatchObject({ stderr: '' });
});
