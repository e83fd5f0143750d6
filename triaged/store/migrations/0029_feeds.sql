-- How reading each calendar feed has gone, and when it is read next: whoever moves `due_at` reads it.
CREATE TABLE feeds (
    name   TEXT   NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL,
    body   TEXT   NOT NULL
) STRICT;

-- Addresses of calendars that triaged publishes, each by its token's SHA-256 alone. `sent` holds the
-- end and the sequence number of each shift as it was served last.
CREATE TABLE feed_links (
    digest   TEXT   NOT NULL PRIMARY KEY,
    kind     TEXT   NOT NULL,
    target   TEXT   NOT NULL,
    made_by  TEXT   NOT NULL,
    made_at  BIGINT NOT NULL,
    used_at  BIGINT,
    agent    TEXT   NOT NULL,
    sent     TEXT   NOT NULL
) STRICT;
