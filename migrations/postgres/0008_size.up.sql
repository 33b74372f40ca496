-- What a screen asks for costs the same, however many tickets there are and however long they are.

-- The words of subjects, for "/find": a word is found by its beginning. Symbols count as letters, so
-- that an emoji can be looked for too; what separates words is named here, since the server's own
-- idea of it depends on its locale. An index takes no word that is very long.
CREATE FUNCTION words_of(folded text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(left(word, 256) ORDER BY place)
    FROM unnest(regexp_split_to_array(folded,
        '[\u0001-\u0020!"#%&''()*,./:;?@\[\\\]_{}\u007f-\u00a1§«¶·»¿\u0300-\u036f\u1680\u2000-\u206f\u3000-\u3003\u3008-\u3011\u3014-\u301f-]+'
    )) WITH ORDINALITY AS words (word, place)
    WHERE word <> ''
$$;

-- What is looked for: a JSON list of words. What comes last in each is the beginning of a word, but
-- a single letter is a whole one, since too much begins with it.
CREATE FUNCTION words_query(list text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CAST(string_agg(
        '''' || part || ''''
            || CASE WHEN place = cardinality(parts) AND char_length(word) > 1 THEN ':*' ELSE '' END,
        ' & ') AS tsquery)
    FROM json_each(list) AS given,
         LATERAL (SELECT given.value #>> '{}' AS word, words_of(given.value #>> '{}') AS parts) AS w,
         LATERAL unnest(w.parts) WITH ORDINALITY AS one (part, place)
$$;

CREATE INDEX tickets_by_words ON tickets USING gin (array_to_tsvector(words_of(subject_folded)));

-- Who of the staff has answered, and their last answers, without a look at what the user wrote.
CREATE INDEX ticket_messages_answers ON ticket_messages (ticket_id, sender_id, id)
    WHERE sender_type = 'admin' AND note = 0;
-- The albums of a ticket, which count as one message each.
CREATE INDEX ticket_messages_albums ON ticket_messages (ticket_id, album, id, note)
    WHERE album IS NOT NULL;

-- The statistics read these indexes alone.
DROP INDEX tickets_by_opening;
CREATE INDEX tickets_by_opening ON tickets (created_at, first_answer_at);
DROP INDEX tickets_by_closing;
CREATE INDEX tickets_by_closing ON tickets (closed_at, created_at) WHERE closed_at IS NOT NULL;
