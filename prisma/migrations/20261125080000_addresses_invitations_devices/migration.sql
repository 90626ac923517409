-- DropIndex
DROP INDEX "app_user_email_key";

-- An address belongs to one account at most that has proved it; others may name it (decision 84).
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email") WHERE "email_verified_at" IS NOT NULL;

-- CreateTable
CREATE TABLE "invitation" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "inviter_id" UUID NOT NULL,
    "role" "role" NOT NULL,
    "sealed_address" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "known_device" (
    "user_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_device_pkey" PRIMARY KEY ("user_id","hash")
);

-- CreateIndex
CREATE INDEX "invitation_inviter_idx" ON "invitation"("inviter_id", "created_at");

-- CreateIndex
CREATE INDEX "invitation_expiry_idx" ON "invitation"("expires_at");

-- CreateIndex
CREATE INDEX "known_device_seen_idx" ON "known_device"("seen_at");

-- CreateIndex
CREATE INDEX "app_user_email_idx" ON "app_user"("email", "created_at");

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_inviter_id_fkey" FOREIGN KEY ("inviter_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "known_device" ADD CONSTRAINT "known_device_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
