-- AlterTable
ALTER TABLE "lesson_attendance" ADD COLUMN     "lost" BOOLEAN NOT NULL DEFAULT false;
