-- CreateEnum
CREATE TYPE "board_element_kind" AS ENUM ('STROKE', 'SHAPE', 'TEXT', 'IMAGE', 'NOTE');

-- CreateEnum
CREATE TYPE "board_operation_kind" AS ENUM ('PUT', 'DELETE', 'CLEAR');

-- CreateTable
CREATE TABLE "board" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "lesson_id" UUID,
    "classroom_id" UUID,

    CONSTRAINT "board_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "board_element" (
    "board_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "organization_id" UUID NOT NULL,
    "element_id" TEXT NOT NULL,
    "kind" "board_element_kind" NOT NULL,
    "data" TEXT NOT NULL,
    "author_id" UUID NOT NULL,
    "ended_revision" INTEGER,

    CONSTRAINT "board_element_pkey" PRIMARY KEY ("board_id","revision")
);

-- CreateTable
CREATE TABLE "board_operation" (
    "board_id" UUID NOT NULL,
    "author_id" UUID NOT NULL,
    "op_id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "kind" "board_operation_kind" NOT NULL,
    "content_hash" BYTEA NOT NULL,
    "undoes" INTEGER,
    "undone" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "board_operation_pkey" PRIMARY KEY ("board_id","author_id","op_id")
);

-- CreateIndex
CREATE INDEX "board_lesson_idx" ON "board"("lesson_id");

-- CreateIndex
CREATE INDEX "board_classroom_idx" ON "board"("classroom_id");

-- CreateIndex
CREATE INDEX "board_element_author_idx" ON "board_element"("author_id");

-- CreateIndex
CREATE INDEX "board_operation_author_idx" ON "board_operation"("author_id");

-- CreateIndex
CREATE INDEX "board_operation_retention_idx" ON "board_operation"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "board_operation_revision_key" ON "board_operation"("board_id", "revision");

-- AddForeignKey
ALTER TABLE "board" ADD CONSTRAINT "board_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "board" ADD CONSTRAINT "board_lesson_id_fkey" FOREIGN KEY ("lesson_id") REFERENCES "lesson"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "board" ADD CONSTRAINT "board_classroom_id_fkey" FOREIGN KEY ("classroom_id") REFERENCES "classroom"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "board_element" ADD CONSTRAINT "board_element_board_id_fkey" FOREIGN KEY ("board_id") REFERENCES "board"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "board_element" ADD CONSTRAINT "board_element_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "board_operation" ADD CONSTRAINT "board_operation_board_id_fkey" FOREIGN KEY ("board_id") REFERENCES "board"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "board_operation" ADD CONSTRAINT "board_operation_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A board has one subject and its id.
ALTER TABLE "board" ADD CONSTRAINT "board_subject_check" CHECK (num_nonnulls("lesson_id", "classroom_id") = 1 AND "id" = coalesce("lesson_id", "classroom_id"));

-- An element is there once.
CREATE UNIQUE INDEX "board_element_current_key" ON "board_element" ("board_id", "element_id") WHERE "ended_revision" IS NULL;

-- What has been replaced, for undo and for its removal.
CREATE INDEX "board_element_ended_idx" ON "board_element" ("board_id", "ended_revision") WHERE "ended_revision" IS NOT NULL;
