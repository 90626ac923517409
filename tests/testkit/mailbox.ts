import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMail, type ReceivedMail } from '../queue/received-mail.js';

/** The mails in the data folder to this address, the oldest first. */
export async function mailsTo(dataDir: string, address: string): Promise<ReceivedMail[]> {
  const folder = join(dataDir, 'mail');
  const files = await readdir(folder).catch(() => []);
  const mails = await Promise.all(
    files
      .filter((file) => file.endsWith('.eml'))
      .sort()
      .map(async (file) => parseMail(await readFile(join(folder, file), 'utf8'), [])),
  );
  return mails.filter(({ headers }) => headers['to']?.includes(address));
}

/** The token of the link in a mail. */
export function tokenIn({ text }: ReceivedMail): string {
  const token = /#token=([\w-]+)/.exec(text)?.[1];
  if (!token) throw new Error(`there is no link in: ${text}`);
  return token;
}
