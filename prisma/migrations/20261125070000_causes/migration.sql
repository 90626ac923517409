-- What an event or an item goes back to: the id of the request and, while it is traced, its place in the trace.
-- Nullable and without a default: no row is rewritten.
ALTER TABLE "channel_event" ADD COLUMN "cause" TEXT;
ALTER TABLE "notification_queue_item" ADD COLUMN "cause" TEXT;
