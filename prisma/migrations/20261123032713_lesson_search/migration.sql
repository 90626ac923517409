-- What the schema cannot say. The bodies are parsed here and now (RETURN), so they do not depend on a search path, which
-- is not ours while an index is built.

-- The words that a text is searched by: letters of one form and case, without stress marks, apostrophes of every kind
-- (п'ять, п’ять, пʼять) left out so that a word is one word; all that is no letter and no digit separates. PostgreSQL
-- has no Ukrainian configuration, and a dictionary would need files on the server: words and their beginnings are
-- compared, in Ukrainian and English alike. A lexeme may have 2,046 bytes.
CREATE FUNCTION "searched_words"("given" text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT coalesce(array_agg(left(word, 500)), '{}')
    FROM regexp_split_to_table(
           translate(lower(normalize(given, NFC)), U&'\0301\0027\2019\02BC\2018\02B9\0060\00B4\2032\FF07', ''),
           '[^[:alnum:]]+') AS word
   WHERE word <> ''
);

CREATE FUNCTION "search_vector"("given" text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_to_tsvector(searched_words(given));

-- Matches when every word of the text begins a word; null for a text without any.
CREATE FUNCTION "search_query"("given" text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg('''' || word || ''':*', ' & ')::tsquery FROM unnest(searched_words(given)) AS word);

-- Stored: a tutor's own lessons are narrowed without making their vectors anew.
ALTER TABLE "lesson" ADD COLUMN "search" tsvector GENERATED ALWAYS AS (search_vector("title" || ' ' || coalesce("notes", ''))) STORED;

CREATE INDEX "lesson_search_idx" ON "lesson" USING gin ("search");
