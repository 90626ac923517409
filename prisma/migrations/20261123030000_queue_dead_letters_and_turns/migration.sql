-- AlterTable
ALTER TABLE "notification_queue_item" ADD COLUMN     "unknown_since" TIMESTAMPTZ(3);

-- What the Prisma schema cannot express -----------------------------------------------------------------------

-- Dead letters of a school, the newest first.
CREATE INDEX "queue_dead_letter_idx" ON "notification_queue_item" ("organization_id", "finished_at" DESC, "id" DESC) WHERE "status" = 'FAILED';
-- What is ready school by school, so that a backlog of one keeps no other waiting.
CREATE INDEX "queue_school_idx" ON "notification_queue_item" ("priority", "organization_id", "run_at", "id") WHERE "status" = 'PENDING';
