-- Every node asks what has ended before it gives out an event; the few events of control channels are found by
-- themselves among all others.
CREATE INDEX "channel_event_ended_idx" ON "channel_event" ("xid") WHERE kind = 'ended';
