/** A text file that goes along with an e-mail. */
export interface MailAttachment {
  readonly filename: string;
  /** Such as `text/calendar; charset=utf-8`. */
  readonly contentType: string;
  readonly content: string;
}

/** One e-mail to one person. */
export interface Mail {
  /** The recipient's address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same as HTML, for readers that show it. */
  readonly html?: string | undefined;
  /** Stays the same when the mail is sent again; it becomes the left part of the Message-ID, so that repeats can be told. */
  readonly messageId: string;
  readonly attachments?: readonly MailAttachment[] | undefined;
  /** A POST to it, without sign-in, ends mails of this kind (RFC 8058); none: they cannot be ended. */
  readonly unsubscribeUrl?: string | null | undefined;
}

/** Sends e-mail. */
export interface Mailer {
  /**
   * Resolves when the mail has been taken over by the next server. Throws `MailRejected` when this address will
   * never be accepted, and `MailServerDown` when the server takes no mail at all; any other error may be gone at the
   * next attempt. `signal` gives the attempt up.
   */
  send(mail: Mail, signal?: AbortSignal): Promise<void>;
  /** Ends idle connections; a mail under way is finished. */
  stop(): Promise<void>;
}

/** The server refuses the recipient for good: trying again is pointless. */
export class MailRejected extends Error {
  override readonly name = 'MailRejected';
}

/** The server cannot be reached, lets us not in, or has no time for anyone: it is not this mail's fault. */
export class MailServerDown extends Error {
  override readonly name = 'MailServerDown';
}
