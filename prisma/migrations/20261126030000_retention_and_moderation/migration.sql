-- CreateEnum
CREATE TYPE "message_report_reason" AS ENUM ('HARASSMENT', 'INAPPROPRIATE', 'PERSONAL_DATA', 'SPAM', 'OTHER');

-- CreateEnum
CREATE TYPE "message_report_state" AS ENUM ('OPEN', 'DISMISSED', 'MESSAGE_REMOVED');

-- DropForeignKey
ALTER TABLE "chat_message" DROP CONSTRAINT "chat_message_reply_to_id_fkey";

-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "message_retention_days" INTEGER,
ADD COLUMN     "message_retention_set_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "chat_message" ADD COLUMN     "removed_by_school" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "message_report" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "room_id" UUID NOT NULL,
    "room_kind" TEXT NOT NULL,
    "author_id" UUID NOT NULL,
    "reporter_id" UUID NOT NULL,
    "reason" "message_report_reason" NOT NULL,
    "comment" TEXT,
    "body" TEXT,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "state" "message_report_state" NOT NULL DEFAULT 'OPEN',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by_id" UUID,
    "note" TEXT,
    "kept_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "message_report_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "message_report_school_idx" ON "message_report"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "message_report_state_idx" ON "message_report"("organization_id", "state", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "message_report_message_idx" ON "message_report"("message_id");

-- CreateIndex
CREATE INDEX "message_report_author_idx" ON "message_report"("author_id");

-- CreateIndex
CREATE INDEX "message_report_kept_idx" ON "message_report"("kept_until");

-- CreateIndex
CREATE UNIQUE INDEX "message_report_once_key" ON "message_report"("reporter_id", "message_id");

-- CreateIndex
CREATE INDEX "chat_message_author_idx" ON "chat_message"("author_id");

-- CreateIndex
CREATE INDEX "chat_message_deleted_by_idx" ON "chat_message"("deleted_by_id") WHERE "deleted_by_id" IS NOT NULL;

-- CreateIndex
CREATE INDEX "chat_message_reply_idx" ON "chat_message"("reply_to_id") WHERE "reply_to_id" IS NOT NULL;

-- AddForeignKey
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_reply_to_id_fkey" FOREIGN KEY ("reply_to_id") REFERENCES "chat_message"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_report" ADD CONSTRAINT "message_report_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_report" ADD CONSTRAINT "message_report_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_report" ADD CONSTRAINT "message_report_reporter_id_fkey" FOREIGN KEY ("reporter_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_report" ADD CONSTRAINT "message_report_resolved_by_id_fkey" FOREIGN KEY ("resolved_by_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the Prisma schema cannot express -----------------------------------------------------------------------

ALTER TABLE "organization"
  ADD CONSTRAINT "organization_message_retention" CHECK ("message_retention_days" BETWEEN 7 AND 3650);
ALTER TABLE "chat_message"
  ADD CONSTRAINT "chat_message_removed_by_school" CHECK ("deleted_at" IS NOT NULL OR NOT "removed_by_school");
ALTER TABLE "message_report"
  ADD CONSTRAINT "message_report_room_kind" CHECK ("room_kind" IN ('lesson', 'classroom', 'relation')),
  ADD CONSTRAINT "message_report_two_people" CHECK ("author_id" <> "reporter_id"),
  ADD CONSTRAINT "message_report_resolved" CHECK (("state" = 'OPEN') = ("resolved_at" IS NULL)),
  ADD CONSTRAINT "message_report_texts" CHECK (char_length("comment") <= 1000 AND char_length("note") <= 1000);
