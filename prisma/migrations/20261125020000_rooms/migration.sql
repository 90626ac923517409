-- CreateEnum
CREATE TYPE "classroom_role" AS ENUM ('TUTOR', 'CO_TUTOR', 'MEMBER');

-- AlterTable
ALTER TABLE "chat_message" ADD COLUMN     "classroom_id" UUID,
ADD COLUMN     "deleted_by_id" UUID,
ADD COLUMN     "relation_id" UUID;

-- CreateTable
CREATE TABLE "chat_reaction" (
    "message_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "emoji" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chat_reaction_pkey" PRIMARY KEY ("message_id","emoji","user_id")
);

-- CreateTable
CREATE TABLE "chat_mention" (
    "message_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,

    CONSTRAINT "chat_mention_pkey" PRIMARY KEY ("message_id","user_id")
);

-- CreateTable
CREATE TABLE "classroom" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "tutor_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "member_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "classroom_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "classroom_member" (
    "classroom_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "role" "classroom_role" NOT NULL DEFAULT 'MEMBER',
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "joined_sequence" INTEGER NOT NULL DEFAULT 0,
    "left_at" TIMESTAMPTZ(3),

    CONSTRAINT "classroom_member_pkey" PRIMARY KEY ("classroom_id","user_id")
);

-- CreateIndex
CREATE INDEX "chat_reaction_user_idx" ON "chat_reaction"("user_id");

-- CreateIndex
CREATE INDEX "chat_mention_user_idx" ON "chat_mention"("user_id");

-- CreateIndex
CREATE INDEX "classroom_school_idx" ON "classroom"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "classroom_member_joined_idx" ON "classroom_member"("classroom_id", "joined_at", "user_id");

-- CreateIndex
CREATE INDEX "classroom_member_user_idx" ON "classroom_member"("user_id", "classroom_id");

-- CreateIndex
CREATE INDEX "classroom_msg_room_created_idx" ON "chat_message"("classroom_id", "created_at" DESC) WHERE "classroom_id" IS NOT NULL;

-- CreateIndex
CREATE INDEX "relation_msg_room_created_idx" ON "chat_message"("relation_id", "created_at" DESC) WHERE "relation_id" IS NOT NULL;

-- AddForeignKey
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_classroom_id_fkey" FOREIGN KEY ("classroom_id") REFERENCES "classroom"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_relation_id_fkey" FOREIGN KEY ("relation_id") REFERENCES "tutor_student_relation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_deleted_by_id_fkey" FOREIGN KEY ("deleted_by_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_reaction" ADD CONSTRAINT "chat_reaction_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_reaction" ADD CONSTRAINT "chat_reaction_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "chat_message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_reaction" ADD CONSTRAINT "chat_reaction_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_mention" ADD CONSTRAINT "chat_mention_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_mention" ADD CONSTRAINT "chat_mention_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "chat_message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat_mention" ADD CONSTRAINT "chat_mention_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classroom" ADD CONSTRAINT "classroom_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classroom" ADD CONSTRAINT "classroom_tutor_id_fkey" FOREIGN KEY ("tutor_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classroom_member" ADD CONSTRAINT "classroom_member_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classroom_member" ADD CONSTRAINT "classroom_member_classroom_id_fkey" FOREIGN KEY ("classroom_id") REFERENCES "classroom"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "classroom_member" ADD CONSTRAINT "classroom_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the Prisma schema cannot express -----------------------------------------------------------------------

-- A message has exactly one subject, and its room is that of the subject. Dropping the column drops its indexes.
ALTER TABLE "chat_message" DROP COLUMN "room_id";
ALTER TABLE "chat_message"
  ADD COLUMN "room_id" UUID NOT NULL GENERATED ALWAYS AS (coalesce("lesson_id", "classroom_id", "relation_id")) STORED,
  ADD CONSTRAINT "chat_message_subject" CHECK (num_nonnulls("lesson_id", "classroom_id", "relation_id") = 1);
CREATE UNIQUE INDEX "chat_message_room_sequence_key" ON "chat_message"("room_id", "sequence");
CREATE UNIQUE INDEX "chat_message_client_id_key" ON "chat_message"("room_id", "author_id", "client_message_id");

-- A classroom has one tutor, and 500 present members beside them at most, whoever adds how many at once.
CREATE UNIQUE INDEX "classroom_one_tutor" ON "classroom_member" ("classroom_id") WHERE "role" = 'TUTOR';
ALTER TABLE "classroom"
  ADD CONSTRAINT "classroom_name" CHECK (char_length("name") BETWEEN 1 AND 200),
  ADD CONSTRAINT "classroom_member_limit" CHECK ("member_count" BETWEEN 0 AND 500);
ALTER TABLE "classroom_member"
  ADD CONSTRAINT "classroom_member_times" CHECK ("left_at" >= "joined_at"),
  ADD CONSTRAINT "classroom_tutor_stays" CHECK ("role" <> 'TUTOR' OR "left_at" IS NULL);

CREATE FUNCTION classroom_member_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change integer := 0;
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.left_at IS NULL AND OLD.role <> 'TUTOR' THEN change := change - 1; END IF;
  IF TG_OP <> 'DELETE' AND NEW.left_at IS NULL AND NEW.role <> 'TUTOR' THEN change := change + 1; END IF;
  IF change <> 0 THEN
    UPDATE classroom SET member_count = member_count + change
     WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.classroom_id ELSE NEW.classroom_id END;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "classroom_member_counted" AFTER INSERT OR UPDATE OR DELETE ON "classroom_member"
  FOR EACH ROW EXECUTE FUNCTION classroom_member_counted();

ALTER TABLE "chat_reaction" ADD CONSTRAINT "chat_reaction_emoji" CHECK (char_length("emoji") BETWEEN 1 AND 32);
