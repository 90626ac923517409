-- AlterTable
ALTER TABLE "lesson" ADD COLUMN     "series_id" UUID,
ADD COLUMN     "series_local_start" TIMESTAMP(0),
ADD COLUMN     "series_position" INTEGER;

-- CreateTable
CREATE TABLE "lesson_series" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "tutor_id" UUID NOT NULL,
    "student_id" UUID NOT NULL,
    "rrule" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "local_start" TIMESTAMP(0) NOT NULL,
    "duration_minutes" INTEGER NOT NULL,
    "occurrences" INTEGER NOT NULL,
    "skipped" TIMESTAMPTZ(3)[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lesson_series_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "lesson_series_position_key" ON "lesson"("series_id", "series_position");

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_series_id_fkey" FOREIGN KEY ("series_id") REFERENCES "lesson_series"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_series" ADD CONSTRAINT "lesson_series_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_series" ADD CONSTRAINT "lesson_series_tutor_id_fkey" FOREIGN KEY ("tutor_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_series" ADD CONSTRAINT "lesson_series_student_id_fkey" FOREIGN KEY ("student_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- What the Prisma schema cannot express -----------------------------------------------------------------------

ALTER TABLE "lesson_series"
  ADD CONSTRAINT "lesson_series_duration" CHECK ("duration_minutes" BETWEEN 5 AND 480),
  ADD CONSTRAINT "lesson_series_occurrences" CHECK ("occurrences" BETWEEN 1 AND 200);
ALTER TABLE "lesson"
  ADD CONSTRAINT "lesson_series_place" CHECK (("series_id" IS NULL) = ("series_position" IS NULL) AND ("series_id" IS NULL) = ("series_local_start" IS NULL)),
  ADD CONSTRAINT "lesson_series_position" CHECK ("series_position" BETWEEN 1 AND 200);
