-- Of those messages alone that have a key. As an index of all messages by room it would be taken for pages too, which
-- would then be sorted from all messages of the room.
DROP INDEX "chat_message_client_id_key";
CREATE UNIQUE INDEX "chat_message_client_id_key" ON "chat_message" ("room_id", "author_id", "client_message_id") WHERE "client_message_id" IS NOT NULL;
