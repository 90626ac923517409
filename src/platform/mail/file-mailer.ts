import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Clock } from '../clock.js';
import { compose } from './composition.js';
import type { Mailer } from './mailer.js';

export interface FileMailerOptions {
  /** The folder for the mails; made when it is missing. */
  readonly directory: string;
  readonly from: string;
  readonly clock: Clock;
}

/** Writes each mail into a folder as an .eml file, named by time and id, so that any mail program can show it. */
export function createFileMailer({ directory, from, clock }: FileMailerOptions): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail) {
      const { message } = await transport.sendMail(compose(mail, from));
      await mkdir(directory, { recursive: true });
      const time = clock.now().toISOString().replaceAll(/[-:]/g, '');
      const file = join(directory, `${time}-${mail.messageId.replaceAll(/[^\w.-]/g, '_')}.eml`);
      // Nobody who watches the folder ever sees half a mail.
      await writeFile(`${file}.part`, message);
      await rename(`${file}.part`, file);
    },
    stop: async () => transport.close(),
  };
}
