-- Planned absences of people.
CREATE TABLE away (
    id       TEXT   PRIMARY KEY,
    incident BIGINT,
    person   TEXT   NOT NULL,
    end_at   BIGINT NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('planned', 'confirmed', 'ended')),
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX away_end ON away (end_at, id);
