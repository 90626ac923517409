-- CreateTable
CREATE TABLE "audit_entry" (
    "organization_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "actor_id" UUID,
    "action" TEXT NOT NULL,
    "subject" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "previous_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("organization_id","seq")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "organization_id" UUID NOT NULL,
    "last_seq" BIGINT NOT NULL DEFAULT 0,
    "last_hash" BYTEA NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("organization_id")
);

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "audit_head" ADD CONSTRAINT "audit_head_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;


-- What the Prisma schema cannot express -----------------------------------------------------------------------

-- The text that an entry's hash is of: a JSON array of texts, so that no two entries have the same one.
CREATE FUNCTION "audit_text"(e "audit_entry") RETURNS text LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT json_build_array(e."organization_id"::text, e."seq"::text,
    trunc(extract(epoch FROM e."occurred_at") * 1000)::text, e."actor_id"::text, e."action", e."subject",
    e."detail"::text, encode(e."previous_hash", 'hex'))::text
$$;

-- Whoever inserts gives the action alone: place, time and hashes come from here. As the owner of the tables, so that
-- the application's role needs no right to touch the end of a chain.
CREATE FUNCTION "audit_chain"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE head "audit_head";
BEGIN
  INSERT INTO "audit_head" ("organization_id", "last_hash") VALUES (NEW."organization_id", '\x')
    ON CONFLICT DO NOTHING;
  SELECT * INTO STRICT head FROM "audit_head" WHERE "organization_id" = NEW."organization_id" FOR UPDATE;
  NEW."seq" := head."last_seq" + 1;
  NEW."occurred_at" := date_trunc('milliseconds', clock_timestamp());
  NEW."previous_hash" := head."last_hash";
  NEW."hash" := sha256(convert_to("audit_text"(NEW), 'UTF8'));
  UPDATE "audit_head" SET "last_seq" = NEW."seq", "last_hash" = NEW."hash"
    WHERE "organization_id" = NEW."organization_id";
  RETURN NEW;
END $$;

CREATE FUNCTION "audit_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The end of a chain moves by the trigger above, never by a statement of anybody's.
  IF TG_TABLE_NAME = 'audit_head' AND TG_OP IN ('INSERT', 'UPDATE') AND pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER "audit_entry_chain" BEFORE INSERT ON "audit_entry"
  FOR EACH ROW EXECUTE FUNCTION "audit_chain"();
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();
CREATE TRIGGER "audit_head_append_only" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "audit_head"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();

-- ALWAYS: session_replication_role = replica would otherwise switch them off.
ALTER TABLE "audit_entry" ENABLE ALWAYS TRIGGER "audit_entry_chain", ENABLE ALWAYS TRIGGER "audit_entry_append_only";
ALTER TABLE "audit_head" ENABLE ALWAYS TRIGGER "audit_head_append_only";

-- The owner too gives up what nobody may do; it could take the right back, which is what a separate role is for.
REVOKE UPDATE, DELETE, TRUNCATE ON "audit_entry" FROM PUBLIC, CURRENT_USER;
