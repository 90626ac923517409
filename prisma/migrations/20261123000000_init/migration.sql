-- btree_gist gives the exclusion constraints equality on uuid; it is a trusted extension, so the owner of the
-- database may create it.
CREATE EXTENSION IF NOT EXISTS "btree_gist";

-- CreateEnum
CREATE TYPE "role" AS ENUM ('OWNER', 'ADMIN', 'TUTOR', 'STUDENT');

-- CreateEnum
CREATE TYPE "plan" AS ENUM ('FREE', 'PREMIUM');

-- CreateEnum
CREATE TYPE "lesson_status" AS ENUM ('REQUESTED', 'SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'DECLINED', 'EXPIRED', 'NO_SHOW');

-- CreateEnum
CREATE TYPE "no_show_party" AS ENUM ('STUDENT', 'TUTOR', 'BOTH');

-- CreateEnum
CREATE TYPE "notification_channel" AS ENUM ('IN_APP', 'EMAIL', 'PUSH', 'WEBHOOK');

-- CreateEnum
CREATE TYPE "queue_status" AS ENUM ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED', 'SKIPPED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "relation_status" AS ENUM ('INVITED', 'ACTIVE', 'DECLINED', 'ENDED');

-- CreateTable
CREATE TABLE "organization" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "plan" "plan" NOT NULL DEFAULT 'FREE',
    "time_zone" TEXT NOT NULL DEFAULT 'Europe/Kyiv',
    "locale" TEXT NOT NULL DEFAULT 'uk',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_token" (
    "hash" BYTEA NOT NULL,
    "session_id" UUID NOT NULL,
    "generation" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "channel" (
    "id" TEXT NOT NULL,
    "last_seq" BIGINT NOT NULL DEFAULT 0,
    "last_tag" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "channel_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "channel_event" (
    "channel" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "tag" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "actor_id" UUID,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),

    CONSTRAINT "channel_event_pkey" PRIMARY KEY ("channel","seq")
);

-- CreateTable
CREATE TABLE "chat_message" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "lesson_id" UUID,
    "room_id" UUID NOT NULL GENERATED ALWAYS AS ("lesson_id") STORED,
    "sequence" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "author_id" UUID NOT NULL,
    "client_message_id" TEXT,
    "reply_to_id" UUID,
    "body" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "edited_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "chat_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chat_read_marker" (
    "user_id" UUID NOT NULL,
    "room_id" UUID NOT NULL,
    "up_to_sequence" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chat_read_marker_pkey" PRIMARY KEY ("user_id","room_id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "user_id" UUID NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "result_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("user_id","operation","key")
);

-- CreateTable
CREATE TABLE "lesson" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "tutor_id" UUID NOT NULL,
    "student_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "notes" TEXT,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "status" "lesson_status" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "cancellation_window_minutes" INTEGER NOT NULL DEFAULT 1440,
    "cancelled_by_id" UUID,
    "cancelled_at" TIMESTAMPTZ(3),
    "cancellation_reason" TEXT,
    "cancelled_late" BOOLEAN,
    "no_show_party" "no_show_party",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lesson_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "source_key" TEXT NOT NULL,
    "subject" TEXT,
    "data" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_queue_item" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID,
    "event_type" TEXT NOT NULL,
    "channel" "notification_channel",
    "payload" JSONB NOT NULL,
    "dedupe_key" TEXT,
    "status" "queue_status" NOT NULL DEFAULT 'PENDING',
    "priority" SMALLINT NOT NULL DEFAULT 0,
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "lost_leases" SMALLINT NOT NULL DEFAULT 0,
    "run_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_token" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "errors" JSONB NOT NULL DEFAULT '[]',
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_queue_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tutor_student_relation" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "tutor_id" UUID NOT NULL,
    "student_id" UUID NOT NULL,
    "status" "relation_status" NOT NULL,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "tutor_student_relation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE INDEX "app_user_school_idx" ON "app_user"("organization_id", "role", "display_name", "id");

-- CreateIndex
CREATE INDEX "session_user_idx" ON "session"("user_id", "last_used_at");

-- CreateIndex
CREATE UNIQUE INDEX "refresh_token_generation_key" ON "refresh_token"("session_id", "generation");

-- CreateIndex
CREATE INDEX "channel_event_xid_idx" ON "channel_event"("xid");

-- CreateIndex
CREATE INDEX "channel_event_retention_idx" ON "channel_event"("occurred_at");

-- CreateIndex
CREATE INDEX "lesson_msg_lesson_created_idx" ON "chat_message"("lesson_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "chat_message_room_sequence_key" ON "chat_message"("room_id", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "chat_message_client_id_key" ON "chat_message"("room_id", "author_id", "client_message_id");

-- CreateIndex
CREATE INDEX "idempotency_key_created_idx" ON "idempotency_key"("created_at");

-- CreateIndex
CREATE INDEX "lesson_tutor_start_idx" ON "lesson"("tutor_id", "starts_at", "id");

-- CreateIndex
CREATE INDEX "lesson_student_start_idx" ON "lesson"("student_id", "starts_at", "id");

-- CreateIndex
CREATE INDEX "lesson_school_start_idx" ON "lesson"("organization_id", "starts_at", "id");

-- CreateIndex
CREATE INDEX "notif_user_read_idx" ON "notification"("user_id", "read_at");

-- CreateIndex
CREATE INDEX "notification_user_created_idx" ON "notification"("user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "notification_source_key" ON "notification"("user_id", "source_key");

-- CreateIndex
CREATE INDEX "relation_tutor_idx" ON "tutor_student_relation"("tutor_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "relation_student_idx" ON "tutor_student_relation"("student_id", "created_at" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_token" ADD CONSTRAINT "refresh_token_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_lesson_id_fkey" FOREIGN KEY ("lesson_id") REFERENCES "lesson"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_reply_to_id_fkey" FOREIGN KEY ("reply_to_id") REFERENCES "chat_message"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_read_marker" ADD CONSTRAINT "chat_read_marker_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_tutor_id_fkey" FOREIGN KEY ("tutor_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_student_id_fkey" FOREIGN KEY ("student_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_cancelled_by_id_fkey" FOREIGN KEY ("cancelled_by_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_queue_item" ADD CONSTRAINT "notification_queue_item_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_queue_item" ADD CONSTRAINT "notification_queue_item_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tutor_student_relation" ADD CONSTRAINT "tutor_student_relation_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tutor_student_relation" ADD CONSTRAINT "tutor_student_relation_tutor_id_fkey" FOREIGN KEY ("tutor_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tutor_student_relation" ADD CONSTRAINT "tutor_student_relation_student_id_fkey" FOREIGN KEY ("student_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the Prisma schema cannot express -----------------------------------------------------------------------

-- The organization that sign-up goes to.
INSERT INTO "organization" ("id", "name") VALUES ('01900000-0000-7000-8000-000000000001', 'Lectern School');

ALTER TABLE "app_user" ADD CONSTRAINT "app_user_email_lower" CHECK ("email" = lower("email"));

-- A pair has at most one active relation and at most one open invitation.
CREATE UNIQUE INDEX "unique_active_tutor_student" ON "tutor_student_relation" ("tutor_id", "student_id") WHERE "status" = 'ACTIVE';
CREATE UNIQUE INDEX "unique_invited_tutor_student" ON "tutor_student_relation" ("tutor_id", "student_id") WHERE "status" = 'INVITED';
ALTER TABLE "tutor_student_relation" ADD CONSTRAINT "relation_two_people" CHECK ("tutor_id" <> "student_id");

-- Nobody is in two lessons at once. Deferrable, so that one UPDATE may move a whole series.
ALTER TABLE "lesson"
  ADD CONSTRAINT "lesson_tutor_no_overlap" EXCLUDE USING gist ("tutor_id" WITH =, tstzrange("starts_at", "ends_at", '[)') WITH &&)
    WHERE ("status" IN ('SCHEDULED', 'IN_PROGRESS')) DEFERRABLE INITIALLY IMMEDIATE,
  ADD CONSTRAINT "lesson_student_no_overlap" EXCLUDE USING gist ("student_id" WITH =, tstzrange("starts_at", "ends_at", '[)') WITH &&)
    WHERE ("status" IN ('SCHEDULED', 'IN_PROGRESS')) DEFERRABLE INITIALLY IMMEDIATE,
  ADD CONSTRAINT "lesson_length" CHECK ("ends_at" >= "starts_at" + interval '5 minutes' AND "ends_at" <= "starts_at" + interval '8 hours'),
  ADD CONSTRAINT "lesson_two_people" CHECK ("tutor_id" <> "student_id"),
  ADD CONSTRAINT "lesson_cancellation" CHECK (("status" = 'CANCELLED') = ("cancelled_at" IS NOT NULL));

-- A deleted message keeps its place and loses its text.
ALTER TABLE "chat_message"
  ADD CONSTRAINT "chat_message_body" CHECK ("body" IS NULL OR char_length("body") BETWEEN 1 AND 4000),
  ADD CONSTRAINT "chat_message_tombstone" CHECK (("body" IS NULL) = ("deleted_at" IS NOT NULL));

-- The log: numbers start at 1 and an event never exists without its channel.
ALTER TABLE "channel_event"
  ADD CONSTRAINT "channel_event_seq" CHECK ("seq" > 0),
  ADD CONSTRAINT "channel_event_channel_fkey" FOREIGN KEY ("channel") REFERENCES "channel" ("id");

-- The queue: what is ready, what is claimed alone, what is leased, what may be cleaned away, and one unfinished item
-- per key. An index on run_at alone would tempt the planner to sort the whole backlog at every claim.
CREATE INDEX "queue_ready_idx" ON "notification_queue_item" ("priority", "run_at", "id") WHERE "status" = 'PENDING';
CREATE INDEX "queue_suspect_idx" ON "notification_queue_item" ("lost_leases", "run_at", "id") WHERE "status" = 'PENDING' AND "lost_leases" >= 2;
CREATE INDEX "queue_lease_idx" ON "notification_queue_item" ("lease_until") WHERE "status" = 'PROCESSING';
CREATE INDEX "queue_finished_idx" ON "notification_queue_item" ("finished_at") WHERE "finished_at" IS NOT NULL;
CREATE UNIQUE INDEX "queue_dedupe_key" ON "notification_queue_item" ("dedupe_key") WHERE "finished_at" IS NULL AND "dedupe_key" IS NOT NULL;
-- Every item leaves dead rows and index entries at the head of what is claimed next.
ALTER TABLE "notification_queue_item" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE "notification_queue_item"
  ADD CONSTRAINT "queue_lease" CHECK (("status" = 'PROCESSING') = ("lease_token" IS NOT NULL AND "lease_until" IS NOT NULL)),
  ADD CONSTRAINT "queue_finished" CHECK (("status" IN ('PENDING', 'PROCESSING')) = ("finished_at" IS NULL)),
  ADD CONSTRAINT "queue_attempts" CHECK ("attempts" BETWEEN 0 AND 4);
