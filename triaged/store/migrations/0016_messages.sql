-- Messages from elsewhere that are on a timeline: each is imported once.
CREATE TABLE imported_messages (
    id       TEXT   PRIMARY KEY,
    incident BIGINT NOT NULL,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX imported_messages_of_incident ON imported_messages (incident);
