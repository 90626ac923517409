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
    // Keeps out-of-office replies away (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function domainOf(from: string): string {
  return /@([^\s<>@]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
}
