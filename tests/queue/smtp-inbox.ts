import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { eventually } from '../testkit/eventually.js';
import { parseMail, type ReceivedMail } from './received-mail.js';

/** A real SMTP server that keeps what it receives. */
export interface SmtpInbox {
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** From now on this recipient is answered with this SMTP code. */
  refuse(recipient: string, code: number): void;
  /** Recipients are accepted again. */
  forgive(): void;
  /** Resolves with all mails once there are so many. */
  until(count: number): Promise<readonly ReceivedMail[]>;
  stop(): Promise<void>;
}

/** Starts it on a free port. */
export async function startSmtpInbox(): Promise<SmtpInbox> {
  const mails: ReceivedMail[] = [];
  const refused = new Map<string, number>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 100,
    onRcptTo({ address }, _session, callback) {
      const code = refused.get(address);
      if (code === undefined) callback();
      else callback(Object.assign(new Error('no such mailbox here'), { responseCode: code }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        mails.push(parseMail(Buffer.concat(chunks).toString('utf8'), recipients));
        callback();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse: (recipient, code) => void refused.set(recipient, code),
    forgive: () => refused.clear(),
    until: (count) =>
      eventually(
        () => mails,
        ({ length }) => length >= count,
      ),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
