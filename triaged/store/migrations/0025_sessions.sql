-- Sessions of the console, and the one-time links that begin them: each by its SHA-256 alone.
CREATE TABLE sessions (
    digest     TEXT   NOT NULL PRIMARY KEY,
    actor      TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    token      TEXT   NOT NULL,
    browser    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
) STRICT;
CREATE INDEX sessions_of_actor ON sessions (actor, created_at);

CREATE TABLE sign_in_links (
    digest     TEXT   NOT NULL PRIMARY KEY,
    person     TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    made_by    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
) STRICT;
