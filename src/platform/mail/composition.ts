import type { SendMailOptions } from 'nodemailer';
import type { Mail } from './mailer.js';

/** The message as nodemailer takes it. `from` is an address, or a name with an address: `Lectern <school@example.org>`. */
export function compose(mail: Mail, from: string): SendMailOptions {
  return {
    from,
    // As an object it is one address, whatever characters it has; as text it would be parsed as a list.
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    ...(mail.html === undefined ? {} : { html: mail.html }),
    ...(mail.attachments?.length ? { attachments: mail.attachments.map((one) => ({ ...one })) } : {}),
    messageId: `<${mail.messageId}@${domainOf(from)}>`,
    headers: {
      // Keeps out-of-office replies away (RFC 3834).
      'Auto-Submitted': 'auto-generated',
      // What a provider behind the server can drop repeats by, since some write a Message-ID of their own.
      'Idempotency-Key': mail.messageId,
      ...(mail.unsubscribeUrl ? unsubscribeHeaders(mail.unsubscribeUrl) : {}),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** RFC 2369 and, for one click, RFC 8058. */
function unsubscribeHeaders(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

function domainOf(from: string): string {
  return /@([^\s<>@]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
}
