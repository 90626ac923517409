-- CreateTable
CREATE TABLE "room_export" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "room_id" UUID NOT NULL,
    "room_kind" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "last_sequence" INTEGER NOT NULL,
    "exported_sequence" INTEGER NOT NULL DEFAULT 0,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "room_export_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "room_export_secret_key" ON "room_export"("secret_hash");

-- CreateIndex
CREATE INDEX "room_export_created_idx" ON "room_export"("created_at");

-- AddForeignKey
ALTER TABLE "room_export" ADD CONSTRAINT "room_export_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "room_export" ADD CONSTRAINT "room_export_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the Prisma schema cannot express -----------------------------------------------------------------------

ALTER TABLE "room_export"
  ADD CONSTRAINT "room_export_room_kind" CHECK ("room_kind" IN ('lesson', 'classroom', 'relation')),
  ADD CONSTRAINT "room_export_format" CHECK ("format" IN ('JSON_LINES', 'TEXT')),
  ADD CONSTRAINT "room_export_times" CHECK ("started_at" IS NOT NULL OR "finished_at" IS NULL);
