-- The same words as before, for less: every message that is written is cut into them.

-- Text as it is searched: composed, in small letters, without stress marks and apostrophes. Most text is composed and has
-- none of the marks; to ask costs a fifth of what the work does.
CREATE FUNCTION "folded_text"("given" text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN "given" IS NFC NORMALIZED AND "given" !~ U&'[\0301\0027\2019\02BC\2018\02B9\0060\00B4\2032\FF07]'
  THEN lower("given")
  ELSE translate(lower(normalize("given", NFC)), U&'\0301\0027\2019\02BC\2018\02B9\0060\00B4\2032\FF07', '')
  END;

-- The words of a text in which one can be too long for a lexeme.
CREATE FUNCTION "long_message_terms"("room_id" uuid, "sequence" integer, "body" text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT array_to_tsvector(coalesce(array_agg(message_block("room_id", "sequence" >> 12) || word), '{}'))
    FROM unnest(searched_words("body")) AS word);

-- Neither strict nor with a query in it, so that PostgreSQL puts the expression in place of the call.
CREATE OR REPLACE FUNCTION "message_terms"("room_id" uuid, "sequence" integer, "body" text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN char_length("body") <= 450
  THEN array_to_tsvector(string_to_array(
    right("room_id"::text, 8) || '/' || ("sequence" >> 12)::text || '/' || replace(
      btrim(regexp_replace(folded_text("body"), '[^[:alnum:]]+', ' ', 'g')),
      ' ', ' ' || right("room_id"::text, 8) || '/' || ("sequence" >> 12)::text || '/'),
    ' '))
  ELSE long_message_terms("room_id", "sequence", "body")
  END;
