import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import { createFileMailer } from './file-mailer.js';
import type { Mailer } from './mailer.js';
import { createSmtpMailer } from './smtp-mailer.js';

export interface MailerOptions {
  /** The SMTP server; none: mail is written into `directory`. */
  readonly smtpUrl: string | null;
  /** The sender: an address, or a name with an address. */
  readonly from: string;
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The mailer that the configuration asks for; the log says where mail goes when it is not sent. */
export function createMailer({ smtpUrl, from, directory, clock, logger }: MailerOptions): Mailer {
  if (smtpUrl !== null) return createSmtpMailer({ url: smtpUrl, from });
  logger.info({ directory }, 'SMTP_URL is not set: e-mail is written to files');
  return createFileMailer({ directory, from, clock });
}
