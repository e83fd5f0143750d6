-- The incident practice: who held which role when, and the updates that were sent.
CREATE TABLE role_periods (
    id        TEXT   PRIMARY KEY,
    incident  BIGINT NOT NULL,
    begins_at BIGINT NOT NULL,
    body      TEXT   NOT NULL
) STRICT;
CREATE INDEX role_periods_of_incident ON role_periods (incident);
CREATE INDEX role_periods_begun ON role_periods (begins_at);

CREATE TABLE incident_updates (
    id       TEXT   PRIMARY KEY,
    incident BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX incident_updates_of_incident ON incident_updates (incident);
CREATE INDEX incident_updates_at ON incident_updates (at);
