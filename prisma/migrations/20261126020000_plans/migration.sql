-- The lessons, relations and audit entries of a school are read one status or action after the other, in their order.
DROP INDEX "lesson_school_start_idx";
CREATE INDEX "lesson_school_start_idx" ON "lesson"("organization_id", "status", "starts_at", "id");
CREATE INDEX "relation_school_idx" ON "tutor_student_relation"("organization_id", "status", "created_at" DESC, "id" DESC);
CREATE INDEX "audit_entry_action_idx" ON "audit_entry"("organization_id", "action", "seq");

-- What an erasure and an export of a person read by the person.
CREATE INDEX "audit_entry_actor_idx" ON "audit_entry"("actor_id");
CREATE INDEX "audit_entry_subject_idx" ON "audit_entry"("subject");
CREATE INDEX "lesson_history_by_idx" ON "lesson_history"("by_id");
CREATE INDEX "lesson_attendance_user_idx" ON "lesson_attendance"("user_id");
CREATE INDEX "room_export_user_idx" ON "room_export"("user_id");

-- A board has the id of its subject.
DROP INDEX "board_classroom_idx";

-- What the Prisma schema cannot express -----------------------------------------------------------------------

CREATE INDEX "lesson_cancelled_by_idx" ON "lesson" ("cancelled_by_id") WHERE "cancelled_by_id" IS NOT NULL;
CREATE INDEX "notification_subject_idx" ON "notification" ("subject") WHERE "subject" IS NOT NULL;

-- Accounts whose address was never proved are few, and forgotten after a while.
CREATE INDEX "app_user_unproven_idx" ON "app_user" ("created_at", "id") WHERE "email_verified_at" IS NULL AND "erased_at" IS NULL;
