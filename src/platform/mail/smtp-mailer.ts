import { createTransport } from 'nodemailer';
import { asError } from '../../shared/errors.js';
import { compose } from './composition.js';
import { type Mailer, MailRejected, MailServerDown } from './mailer.js';

export interface SmtpMailerOptions {
  /** Such as `smtps://user:password@smtp.example.org`. */
  readonly url: string;
  readonly from: string;
  /** Connections at most; each is kept for further mails. */
  readonly connections?: number;
}

/** Sends over SMTP through a small pool of connections. Every wait ends before a queue handler's time is up. */
export function createSmtpMailer({ url, from, connections = 5 }: SmtpMailerOptions): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    maxMessages: 100,
    // The queue tries again, and waits in between.
    maxRequeues: 1,
    dnsTimeout: 5_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  });
  return {
    async send(mail, signal) {
      try {
        await transport.sendMail({ ...compose(mail, from), ...(signal ? { signal } : {}) });
      } catch (thrown) {
        const error = asError(thrown);
        if (refusesRecipient(error)) throw new MailRejected(error.message, { cause: error });
        throw refusesEverything(error) ? new MailServerDown(error.message, { cause: error }) : error;
      }
    },
    stop: async () => transport.close(),
  };
}

interface SmtpFailure extends Error {
  readonly code?: string;
  /** What the failed command was; `API` when the address was refused before anything was sent. */
  readonly command?: string;
  readonly responseCode?: number;
}

/**
 * Only a 5xx reply to RCPT TO is about this person for ever (RFC 5321, 4.2.1). A 5xx to a sign-in, to the sender or to
 * the contents is as a rule our configuration, which someone may correct before the last attempt.
 */
function refusesRecipient({ code, command, responseCode, message }: SmtpFailure): boolean {
  if (code !== 'EENVELOPE') return false;
  if (command === 'API') return message.startsWith('Invalid recipient');
  return command === 'RCPT TO' && responseCode !== undefined && responseCode >= 500;
}

const outages = new Set([
  'ECONNECTION',
  'ETIMEDOUT',
  'ESOCKET',
  'EDNS',
  'ETLS',
  'EAUTH',
  'ENOAUTH',
  'EOAUTH2',
]);

/** No connection, no sign-in, or 421, which closes the connection whatever was asked (RFC 5321, 3.8). */
function refusesEverything({ code, responseCode }: SmtpFailure): boolean {
  return responseCode === 421 || outages.has(code ?? '');
}
