import { createHash } from 'node:crypto';
import type { Queryable } from '../database/database.js';

/** The end of a school's chain: whoever keeps it elsewhere can tell later that nothing before it was changed. */
export interface ChainEnd {
  readonly organizationId: string;
  readonly seq: number;
  /** SHA-256 of the last entry, in hex. */
  readonly hash: string;
}

/** What a check of the whole log found. */
export interface AuditReport {
  readonly entries: number;
  readonly ends: readonly ChainEnd[];
  /** What does not fit, for people; empty when nothing was changed. */
  readonly problems: readonly string[];
}

interface StoredEntry {
  readonly organizationId: string;
  readonly seq: string;
  readonly occurredAtMs: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly subject: string | null;
  readonly detail: string;
  readonly previousHash: string;
  readonly hash: string;
}

const pageSize = 1_000;
const start = { organizationId: '00000000-0000-0000-0000-000000000000', seq: '0' };

/**
 * Reads the whole audit log and computes every hash anew, here and not in the database. `expected` are ends that were
 * noted earlier: without one, a log that was rewritten as a whole, or cut together with its end, could not be told.
 */
export async function verifyAudit(on: Queryable, expected: readonly ChainEnd[] = []): Promise<AuditReport> {
  const problems: string[] = [];
  const ends = new Map<string, ChainEnd>();
  const noted = new Map(expected.map((end) => [`${end.organizationId} ${end.seq}`, end.hash]));
  let entries = 0;
  for (let after: Pick<StoredEntry, 'organizationId' | 'seq'> = start; ; ) {
    const page = await readPage(on, after);
    for (const entry of page) {
      const { organizationId, hash } = entry;
      const seq = Number(entry.seq);
      const last = ends.get(organizationId) ?? { seq: 0, hash: '' };
      const place = `${organizationId} ${seq}`;
      if (seq !== last.seq + 1) problems.push(`${place}: entries before it are missing`);
      if (entry.previousHash !== last.hash) problems.push(`${place}: it does not follow the entry before it`);
      if (hashOf(entry) !== hash) problems.push(`${place}: it was changed`);
      if (noted.has(place) && noted.get(place) !== hash)
        problems.push(`${place}: it is not the one noted earlier`);
      noted.delete(place);
      ends.set(organizationId, { organizationId, seq, hash });
      entries++;
    }
    const next = page.at(-1);
    if (!next) break;
    after = next;
  }
  for (const place of noted.keys()) problems.push(`${place}: it was noted earlier and is gone`);
  problems.push(...(await compareEnds(on, ends)));
  return { entries, ends: [...ends.values()], problems };
}

function readPage(on: Queryable, after: Pick<StoredEntry, 'organizationId' | 'seq'>): Promise<StoredEntry[]> {
  return on.sql(
    `SELECT organization_id::text AS "organizationId", seq::text,
       trunc(extract(epoch FROM occurred_at) * 1000)::text AS "occurredAtMs", actor_id::text AS "actorId", action,
       subject, detail::text AS detail, encode(previous_hash, 'hex') AS "previousHash", encode(hash, 'hex') AS hash
     FROM audit_entry e WHERE (e.organization_id, e.seq) > ($1::uuid, $2::bigint)
     ORDER BY e.organization_id, e.seq LIMIT ${pageSize}`,
    after.organizationId,
    after.seq,
  );
}

/** Ends in the heads' table that are not those of the entries: the log was cut, or written past its trigger. */
async function compareEnds(on: Queryable, ends: ReadonlyMap<string, ChainEnd>): Promise<string[]> {
  const heads = await on.sql<{ organizationId: string; seq: string; hash: string }>(
    `SELECT organization_id::text AS "organizationId", last_seq::text AS seq, encode(last_hash, 'hex') AS hash
     FROM audit_head ORDER BY organization_id`,
  );
  const problems: string[] = [];
  const left = new Set(ends.keys());
  for (const { organizationId, seq, hash } of heads) {
    const end = ends.get(organizationId) ?? { seq: 0, hash: '' };
    left.delete(organizationId);
    if (Number(seq) !== end.seq || hash !== end.hash) {
      problems.push(`${organizationId} ${seq}: the log ends at ${end.seq}, or its last entry is another one`);
    }
  }
  for (const organizationId of left) problems.push(`${organizationId}: the end of its log is not recorded`);
  return problems;
}

/** The same text that the database hashes: see `audit_text` in the migration. */
function hashOf(entry: StoredEntry): string {
  const { organizationId, seq, occurredAtMs, actorId, action, subject, detail, previousHash } = entry;
  const parts = [organizationId, seq, occurredAtMs, actorId, action, subject, detail, previousHash];
  const text = `[${parts.map((part) => JSON.stringify(part)).join(', ')}]`;
  return createHash('sha256').update(text).digest('hex');
}
