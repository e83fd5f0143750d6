-- Calls of providers that were taken: the same call again does nothing.
CREATE TABLE taken_calls (
    id       TEXT   PRIMARY KEY,
    incident BIGINT,
    at       BIGINT NOT NULL,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX taken_calls_at ON taken_calls (at);

-- Who listens to a provider that tells one listener alone, and where it goes on.
CREATE TABLE listener_leases (
    name      TEXT   PRIMARY KEY,
    holder    TEXT   NOT NULL,
    until     BIGINT NOT NULL,
    cursor    TEXT   NOT NULL
) STRICT;
