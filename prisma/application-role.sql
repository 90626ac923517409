-- The role that API and worker connect as where the owner of the database does not: it reads and writes data, and can
-- neither change the schema nor anything in the audit log. Run it as the owner, after the migrations, once and again
-- after each release (AUTO_MIGRATE=false; the owner runs npm run db:migrate):
--
--   psql "$OWNER_URL" -v ON_ERROR_STOP=1 -f prisma/application-role.sql
--
-- The role itself is made before:  CREATE ROLE lectern_app LOGIN PASSWORD '…';

GRANT USAGE ON SCHEMA public TO lectern_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lectern_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO lectern_app;
REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations, audit_head FROM lectern_app;
REVOKE UPDATE, DELETE ON audit_entry FROM lectern_app;
