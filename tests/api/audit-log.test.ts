import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { recordAudit } from '../../src/platform/audit/record.js';
import { verifyAudit } from '../../src/platform/audit/verify.js';
import { encodeId, newId } from '../../src/shared/ids.js';
import { seededPassword } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';
import { refreshSession, signIn, signInAs, signOut } from './account-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const sql = <Row>(text: string, ...values: unknown[]) => app.foundation.database.sql<Row>(text, ...values);
const auditLog = `query ($action: String, $first: Int, $after: String) {
  auditLog(action: $action, first: $first, after: $after) {
    edges { cursor node { sequence occurredAt action subject detail actor { id displayName } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

describe('the audit log', () => {
  it('tells admins who signed in and out, who failed, and whose token was used twice', async () => {
    const school = await app.seed.school();
    const [admin, tutor] = await Promise.all([school.admin(), school.tutor()]);
    const wrong = { input: { email: tutor.email, password: 'not the password' } };
    await app.client().send(signIn, wrong);
    const { accessToken } = await signInAs(app.client(), tutor);
    await app.client(accessToken).data(signOut);
    const first = await signInAs(app.client(), tutor);
    const { refreshSession: second } = await app.client().data(refreshSession, { token: first.refreshToken });
    await app.client().data(refreshSession, { token: second.refreshToken });
    await app.client().error(refreshSession, { token: first.refreshToken });

    const { edges } = (await app.client(admin.accessToken).data(auditLog)).auditLog;
    const seen = edges.map(({ node }: { node: Record<string, unknown> }) => [
      node['sequence'],
      node['action'],
    ]);
    expect(seen).toEqual([
      [5, 'session.token-reused'],
      [4, 'session.opened'],
      [3, 'session.ended'],
      [2, 'session.opened'],
      [1, 'sign-in.failed'],
    ]);
    expect(edges[4].node).toMatchObject({ actor: null, subject: tutor.id, detail: '{}' });
    expect(edges[3].node).toMatchObject({ actor: { id: tutor.id, displayName: tutor.displayName } });
    expect(edges[3].node.subject).toMatch(/^session_/);
  });

  it('is read in pages, and by action', async () => {
    const school = await app.seed.school();
    const admin = await school.admin();
    for (let i = 0; i < 3; i++) await signInAs(app.client(), admin);
    await app.client().send(signIn, { input: { email: admin.email, password: 'wrong password' } });
    const client = app.client(admin.accessToken);
    const { edges, pageInfo } = (await client.data(auditLog, { action: 'session.opened', first: 2 }))
      .auditLog;
    expect(edges).toHaveLength(2);
    expect(pageInfo.hasNextPage).toBe(true);
    const rest = (await client.data(auditLog, { action: 'session.opened', after: pageInfo.endCursor }))
      .auditLog;
    expect(rest.edges.map(({ node }: { node: { sequence: number } }) => node.sequence)).toEqual([1]);
    const error = await client.error(auditLog, { action: 'session' });
    expect(error.extensions).toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it("is read in as many statements whatever the page, and never shows another school's", async () => {
    const [school, other] = [await app.seed.school(), await app.seed.school()];
    const admin = await school.admin();
    await signInAs(app.client(), await other.tutor());
    for (let i = 0; i < 5; i++) await signInAs(app.client(), await school.tutor());
    const few = await app.statements.during(() => app.client(admin.accessToken).data(auditLog, { first: 1 }));
    const many = await app.statements.during(() => app.client(admin.accessToken).data(auditLog));
    expect(many.result.auditLog.edges).toHaveLength(5);
    expect(many.statements).toHaveLength(few.statements.length);
  });

  it('is for admins alone', async () => {
    const { tutor, student } = await (await app.seed.school()).pair();
    for (const { accessToken } of [tutor, student]) {
      expect((await app.client(accessToken).error(auditLog)).extensions.code).toBe('FORBIDDEN');
    }
    expect((await app.client().error(auditLog)).extensions.code).toBe('UNAUTHENTICATED');
  });

  it('says nothing of an address that has no account, and writes it all the same', async () => {
    const before = await sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM audit_entry WHERE subject IS NULL`,
    );
    await app
      .client()
      .send(signIn, { input: { email: `${newId()}@test.example`, password: seededPassword } });
    const after = await sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM audit_entry WHERE subject IS NULL`,
    );
    expect((after[0]?.n ?? 0) - (before[0]?.n ?? 0)).toBe(1);
  });

  it('keeps one chain of entries that are written at the same time', async () => {
    const { organizationId } = await app.seed.school();
    const entry = { organizationId, actorId: null, action: 'session.opened', subject: null } as const;
    await Promise.all(Array.from({ length: 40 }, () => recordAudit(app.foundation.database, entry)));
    const report = await verifyAudit(app.foundation.database);
    expect(report.problems).toEqual([]);
    expect(report.ends).toContainEqual(expect.objectContaining({ organizationId, seq: 40 }));
  });
});

describe('a change of the audit log', () => {
  const tables = ['audit_entry', 'audit_head'];

  it.each(
    tables.flatMap((table) => [
      `UPDATE ${table} SET organization_id = organization_id`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table} CASCADE`,
      `SET session_replication_role = replica; DELETE FROM ${table}`,
    ]),
  )('is refused even to the superuser who owns it: %s', async (statement) => {
    await expect(execute(app.databaseUrl, statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('is refused by INSERT too: place, time and hashes are the trigger’s to give', async () => {
    const { organizationId } = await app.seed.school();
    await sql(
      `INSERT INTO audit_entry (organization_id, seq, occurred_at, action, previous_hash, hash)
       VALUES ($1, 77, '2000-01-01', 'plan.changed', '\\x01', '\\x02')`,
      organizationId,
    );
    const rows = await sql(
      "SELECT seq::int, occurred_at > now() - interval '1 hour' AS recent FROM audit_entry WHERE organization_id = $1",
      organizationId,
    );
    expect(rows).toEqual([{ seq: 1, recent: true }]);
    expect((await verifyAudit(app.foundation.database)).problems).toEqual([]);
    await expect(
      execute(
        app.databaseUrl,
        `INSERT INTO audit_head (organization_id, last_hash) VALUES ('${newId()}', '\\x')`,
      ),
    ).rejects.toMatchObject({ code: '42501' });
  });

  it('is not the application role’s to make, nor to make possible', async () => {
    const url = await asApplicationRole();
    const { organizationId } = await app.seed.school();
    // Nobody can give what is not theirs; PostgreSQL only warns.
    await execute(url, 'GRANT UPDATE ON audit_entry TO lectern_app');
    const refused = [
      'UPDATE audit_entry SET action = action',
      'DELETE FROM audit_entry',
      'TRUNCATE audit_entry',
      'UPDATE audit_head SET last_seq = 0',
      "INSERT INTO audit_head (organization_id, last_hash) VALUES (gen_random_uuid(), '')",
      'ALTER TABLE audit_entry DISABLE TRIGGER ALL',
      'DROP TRIGGER audit_entry_append_only ON audit_entry',
      'DROP TABLE audit_entry',
      'CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
      'SET session_replication_role = replica',
      'CREATE TABLE mine (id int)',
    ];
    for (const statement of refused) {
      await expect(execute(url, statement)).rejects.toMatchObject({ code: '42501' });
    }
    const insert = `INSERT INTO audit_entry (organization_id, action) VALUES ('${organizationId}', 'plan.changed')`;
    await expect(execute(url, insert)).resolves.toEqual([]);
  });

  it('is found when one byte of any column, anywhere, was changed', async () => {
    const { organizationId } = await app.seed.school();
    const other = await app.seed.school();
    const entry = {
      organizationId,
      actorId: newId(),
      action: 'plan.changed',
      subject: encodeId('user', newId()),
      detail: { plan: 'PREMIUM', name: 'лінія\u0001"\\' },
    } as const;
    for (let i = 0; i < 4; i++) await recordAudit(app.foundation.database, entry);
    const changes = [
      `organization_id = '${other.organizationId}'`,
      'seq = 9',
      `occurred_at = occurred_at + interval '1 millisecond'`,
      `actor_id = '${newId()}'`,
      'actor_id = NULL',
      `action = 'plan.changee'`,
      'subject = NULL',
      `detail = jsonb_set(detail, '{plan}', '"FREE"')`,
      'previous_hash = set_byte(previous_hash, 31, get_byte(previous_hash, 31) # 1)',
      'hash = set_byte(hash, 0, get_byte(hash, 0) # 1)',
    ];
    expect(await problemsAfter('SELECT 1')).toEqual([]);
    for (const change of changes) {
      const where = `organization_id = '${organizationId}' AND seq = 2`;
      expect([change, await problemsAfter(`UPDATE audit_entry SET ${change} WHERE ${where}`)]).not.toEqual([
        change,
        [],
      ]);
    }
    const ours = `organization_id = '${organizationId}'`;
    for (const cut of [
      `DELETE FROM audit_entry WHERE ${ours} AND seq = 1`,
      `DELETE FROM audit_entry WHERE ${ours} AND seq = 2`,
      `DELETE FROM audit_entry WHERE ${ours} AND seq = 4`,
      `DELETE FROM audit_entry WHERE ${ours}`,
      `DELETE FROM audit_head WHERE ${ours}`,
      `UPDATE audit_head SET last_seq = 3 WHERE ${ours}`,
    ]) {
      expect([cut, await problemsAfter(cut)]).not.toEqual([cut, []]);
    }
  });

  it('is found by a noted end even when the whole log was rewritten', async () => {
    const { organizationId } = await app.seed.school();
    const entry = { organizationId, actorId: null, action: 'plan.changed', subject: null } as const;
    for (let i = 0; i < 3; i++) await recordAudit(app.foundation.database, entry);
    const { ends } = await verifyAudit(app.foundation.database);
    const rewrite = `DELETE FROM audit_entry WHERE organization_id = '${organizationId}';
      DELETE FROM audit_head WHERE organization_id = '${organizationId}'`;
    expect(await problemsAfter(rewrite)).toEqual([]);
    expect(await problemsAfter(rewrite, ends)).toEqual([
      `${organizationId} 3: it was noted earlier and is gone`,
    ]);
  });

  /** What a check says after a change that the owner forced in, which is then rolled back. */
  async function problemsAfter(change: string, expected: Parameters<typeof verifyAudit>[1] = []) {
    const client = new pg.Client({ connectionString: app.databaseUrl });
    await client.connect();
    try {
      await client.query('BEGIN');
      // A superuser's way past both: triggers off, constraints not checked.
      await client.query(
        'ALTER TABLE audit_entry DISABLE TRIGGER ALL; ALTER TABLE audit_head DISABLE TRIGGER ALL',
      );
      await client.query(change);
      const on = {
        sql: async <Row>(text: string, ...values: unknown[]) =>
          (await client.query(text, values)).rows as Row[],
      };
      return (await verifyAudit(on as Parameters<typeof verifyAudit>[0], expected)).problems;
    } finally {
      await client.query('ROLLBACK');
      await client.end();
    }
  }

  async function asApplicationRole(): Promise<string> {
    await execute(
      app.databaseUrl,
      `DO $$ BEGIN CREATE ROLE lectern_app LOGIN PASSWORD 'app'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    const script = await readFile(new URL('../../prisma/application-role.sql', import.meta.url), 'utf8');
    await execute(app.databaseUrl, script);
    const url = new URL(app.databaseUrl);
    url.username = 'lectern_app';
    url.password = 'app';
    return url.href;
  }
});
