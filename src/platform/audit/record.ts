import type { Queryable } from '../database/database.js';

/** The actions that the audit log knows, with what each tells. */
export const auditActions = {
  'account.created': 'Somebody signed up, or an operator made an account.',
  'account.erased': 'An account and what it held about its owner was erased.',
  'account.exported': 'The data about a person was given out.',
  'email.verified': 'The owner of an address proved that it is theirs.',
  'invitation.created': 'Somebody was invited into the school.',
  'invitation.revoked': 'An invitation was ended before it was used.',
  'message-report.made': 'Somebody reported a message to the school.',
  'message-report.resolved':
    'An admin dismissed a report, or removed the message; `reports` counts those of the message.',
  'message-retention.set': 'For how many days the school keeps messages was changed; null is for ever.',
  'password.changed': 'Somebody changed their password, knowing the old one.',
  'password.reset': 'A one-time link set a new password.',
  'password.reset-requested': 'A one-time link to set a new password was mailed.',
  'plan.changed': "Somebody's plan was set.",
  'session.opened': 'Somebody signed in.',
  'session.ended': 'A session was ended by its owner.',
  'session.token-reused': 'A refresh token came a second time, so its session was ended.',
  'sign-in.failed': 'A sign-in was refused; the subject is missing when the address has no account.',
} as const;

/** What happened, as `<thing>.<what>`. */
export type AuditAction = keyof typeof auditActions;

/** An entry to add. It outlives the people in it: ids and plain facts only, never a name, an address or a text. */
export interface AuditRecord {
  readonly organizationId: string;
  /** The UUID of who did it; null for the system, for operators and for those who are not signed in. */
  readonly actorId: string | null;
  readonly action: AuditAction;
  /** TypeID of what it was done to. */
  readonly subject: string | null;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The beginning of a statement that adds entries together with what they are about; `select` gives these columns. */
export function auditInsert(select: string): string {
  return `INSERT INTO audit_entry (organization_id, actor_id, action, subject, detail) ${select}`;
}

/**
 * Adds an entry to its school's chain. Within a transaction it locks the end of the chain until the commit: call it
 * after every lock on people and domain rows, and before channels.
 */
export async function recordAudit(on: Queryable, entry: AuditRecord): Promise<void> {
  await on.sql(
    auditInsert('VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::jsonb)'),
    entry.organizationId,
    entry.actorId,
    entry.action,
    entry.subject,
    JSON.stringify(entry.detail ?? {}),
  );
}
