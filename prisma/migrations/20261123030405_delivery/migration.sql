-- CreateEnum
CREATE TYPE "digest_frequency" AS ENUM ('IMMEDIATE', 'HOURLY', 'DAILY');

-- AlterTable
ALTER TABLE "notification" ADD COLUMN     "digest_at" TIMESTAMPTZ(3),
ADD COLUMN     "shown" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "notification_settings" (
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "preferences" JSONB NOT NULL DEFAULT '{}',
    "quiet_from" SMALLINT,
    "quiet_to" SMALLINT,
    "digest" "digest_frequency" NOT NULL DEFAULT 'IMMEDIATE',

    CONSTRAINT "notification_settings_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "notification_defaults" (
    "organization_id" UUID NOT NULL,
    "preferences" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "notification_defaults_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "push_subscription" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "endpoint" TEXT NOT NULL,
    "p256dh" BYTEA NOT NULL,
    "auth" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "push_subscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_endpoint" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[],
    "secret" BYTEA NOT NULL,
    "previous_secret" BYTEA,
    "previous_secret_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "push_subscription_endpoint_key" ON "push_subscription"("endpoint");

-- CreateIndex
CREATE INDEX "push_subscription_user_idx" ON "push_subscription"("user_id");

-- CreateIndex
CREATE INDEX "push_subscription_session_idx" ON "push_subscription"("session_id");

-- CreateIndex
CREATE INDEX "webhook_endpoint_school_idx" ON "webhook_endpoint"("organization_id", "created_at");

-- AddForeignKey
ALTER TABLE "notification_settings" ADD CONSTRAINT "notification_settings_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_settings" ADD CONSTRAINT "notification_settings_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_defaults" ADD CONSTRAINT "notification_defaults_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push_subscription" ADD CONSTRAINT "push_subscription_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push_subscription" ADD CONSTRAINT "push_subscription_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push_subscription" ADD CONSTRAINT "push_subscription_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Quiet hours are two different minutes of the day, or none.
ALTER TABLE "notification_settings"
  ADD CONSTRAINT "notification_settings_preferences" CHECK (jsonb_typeof("preferences") = 'object'),
  ADD CONSTRAINT "notification_settings_quiet_hours" CHECK (
    ("quiet_from" IS NULL AND "quiet_to" IS NULL)
    OR ("quiet_from" BETWEEN 0 AND 1439 AND "quiet_to" BETWEEN 0 AND 1439 AND "quiet_from" <> "quiet_to"));
ALTER TABLE "notification_defaults"
  ADD CONSTRAINT "notification_defaults_preferences" CHECK (jsonb_typeof("preferences") = 'object');

ALTER TABLE "push_subscription"
  ADD CONSTRAINT "push_subscription_keys" CHECK (octet_length("p256dh") = 65 AND octet_length("auth") = 16);
ALTER TABLE "webhook_endpoint"
  ADD CONSTRAINT "webhook_endpoint_events" CHECK (cardinality("events") > 0),
  ADD CONSTRAINT "webhook_endpoint_overlap" CHECK (("previous_secret" IS NULL) = ("previous_secret_until" IS NULL));

-- What is hidden is never unread, so that unread ones are counted by the index alone.
ALTER TABLE "notification" ADD CONSTRAINT "notification_hidden_is_read" CHECK ("shown" OR "read_at" IS NOT NULL);
CREATE INDEX "notification_digest_idx" ON "notification" ("user_id", "digest_at") WHERE "digest_at" IS NOT NULL;
