-- AlterTable
ALTER TABLE "app_user" ADD COLUMN     "cancellation_window_minutes" INTEGER NOT NULL DEFAULT 1440;

-- AlterTable
ALTER TABLE "lesson" ADD COLUMN     "batch_id" UUID,
ADD COLUMN     "outcome_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "lesson_history" (
    "lesson_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by_id" UUID,
    "change" TEXT NOT NULL,
    "from" TEXT,
    "to" TEXT,

    CONSTRAINT "lesson_history_pkey" PRIMARY KEY ("lesson_id","version")
);

-- CreateTable
CREATE TABLE "lesson_attendance" (
    "lesson_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "present" BOOLEAN NOT NULL,
    "organization_id" UUID NOT NULL,

    CONSTRAINT "lesson_attendance_pkey" PRIMARY KEY ("lesson_id","user_id","session_id","at")
);

-- AddForeignKey
ALTER TABLE "lesson_history" ADD CONSTRAINT "lesson_history_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_history" ADD CONSTRAINT "lesson_history_lesson_id_fkey" FOREIGN KEY ("lesson_id") REFERENCES "lesson"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_history" ADD CONSTRAINT "lesson_history_by_id_fkey" FOREIGN KEY ("by_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_attendance" ADD CONSTRAINT "lesson_attendance_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_attendance" ADD CONSTRAINT "lesson_attendance_lesson_id_fkey" FOREIGN KEY ("lesson_id") REFERENCES "lesson"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_attendance" ADD CONSTRAINT "lesson_attendance_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the Prisma schema cannot express -----------------------------------------------------------------------

ALTER TABLE "app_user" ADD CONSTRAINT "app_user_cancellation_window" CHECK ("cancellation_window_minutes" BETWEEN 0 AND 43200);

ALTER TABLE "lesson" ADD CONSTRAINT "lesson_no_show" CHECK (("status" = 'NO_SHOW') = ("no_show_party" IS NOT NULL));

ALTER TABLE "lesson_history"
  ADD CONSTRAINT "lesson_history_version" CHECK ("version" > 0),
  ADD CONSTRAINT "lesson_history_change" CHECK ("change" IN ('SCHEDULED', 'REQUESTED', 'ACCEPTED', 'DECLINED', 'MOVED',
    'EDITED', 'STARTED', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'EXPIRED', 'CORRECTED'));

-- What the clock will end by itself: small, whatever the number of lessons that are over.
CREATE INDEX "lesson_open_end_idx" ON "lesson" ("ends_at", "id") WHERE "status" IN ('SCHEDULED', 'IN_PROGRESS');
CREATE INDEX "lesson_request_start_idx" ON "lesson" ("starts_at", "id") WHERE "status" = 'REQUESTED';
CREATE INDEX "lesson_request_made_idx" ON "lesson" ("created_at", "id") WHERE "status" = 'REQUESTED';
CREATE INDEX "lesson_batch_idx" ON "lesson" ("batch_id") WHERE "batch_id" IS NOT NULL;
