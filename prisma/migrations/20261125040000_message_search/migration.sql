-- What the schema cannot say. As in the search of lessons, the bodies are parsed here and now.

-- Where the words of a message are looked up: its room, and the block of 4,096 places of the room in which it is. With
-- this before every word, a search reads the entries of its own rooms alone, from the newest block on, and not those
-- of every message of everybody with a frequent word. Eight digits of the room's id: another room with the same ones
-- costs a look at its row, nothing more.
CREATE FUNCTION "message_block"("room_id" uuid, "block" integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN right("room_id"::text, 8) || '/' || "block"::text || '/';

-- The words of a message as they are indexed: those of searched_words. Made on every write, so a text in which no word
-- can be too long for a lexeme is cut without looking at single words, which takes a fifth of the time.
CREATE FUNCTION "message_terms"("room_id" uuid, "sequence" integer, "body" text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN char_length("body") <= 450
  THEN array_to_tsvector(string_to_array(
    right("room_id"::text, 8) || '/' || ("sequence" >> 12)::text || '/' || replace(
      btrim(regexp_replace(
        translate(lower(normalize("body", NFC)), U&'\0301\0027\2019\02BC\2018\02B9\0060\00B4\2032\FF07', ''),
        '[^[:alnum:]]+', ' ', 'g')),
      ' ', ' ' || right("room_id"::text, 8) || '/' || ("sequence" >> 12)::text || '/'),
    ' '))
  ELSE (
    SELECT array_to_tsvector(coalesce(array_agg(message_block("room_id", "sequence" >> 12) || word), '{}'))
      FROM unnest(searched_words("body")) AS word)
  END;

-- Matches the messages of a block in which each of the words begins a word. The words come from searched_words, so
-- there is nothing in them to quote.
CREATE FUNCTION "message_query"("room_id" uuid, "block" integer, "words" text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg('''' || message_block("room_id", "block") || word || ''':*', ' & ')::tsquery FROM unnest("words") AS word);

-- A deleted message has no words, and none is looked for.
CREATE INDEX "chat_message_search_idx" ON "chat_message" USING gin (message_terms("room_id", "sequence", "body")) WHERE "deleted_at" IS NULL;
