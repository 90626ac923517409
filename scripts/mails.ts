/**
 * Compiles the mails' MJML into the template that the worker fills, so that nothing of MJML is there at run time.
 *
 *   npm run mails; npx tsx scripts/mails.ts --check
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import mjml2html from 'mjml';

const folder = new URL('../src/modules/notifications/mail/', import.meta.url);
const target = new URL('template.ts', folder);

/** The module that holds the compiled template. */
export async function compileMails(): Promise<string> {
  const path = fileURLToPath(new URL('notification.mjml', folder));
  const { html } = await mjml2html(await readFile(path, 'utf8'), { validationLevel: 'strict' });
  // Indentation is a third of the mail.
  const lines = html.split('\n').map((line) => line.trim());
  const text = lines.filter((line) => line !== '').join('\n');
  if (/[`\\]|\$\{/.test(text))
    throw new Error('The template has characters that a template literal would change.');
  return `/** The mail of one or several notifications; made of notification.mjml by \`npm run mails\`. */
export const notificationTemplate = \`${text}
\`;
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const compiled = await compileMails();
  if (!process.argv.includes('--check')) await writeFile(target, compiled);
  else if ((await readFile(target, 'utf8')) !== compiled) {
    console.error(
      'src/modules/notifications/mail/template.ts is not what notification.mjml says: npm run mails',
    );
    process.exitCode = 1;
  }
}
