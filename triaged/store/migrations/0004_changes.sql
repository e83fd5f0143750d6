-- What people changed (deployments, configuration, flags). Identity (source, id): what comes again
-- completes the row. `body` is the rest (core.changes.Change as JSON).
CREATE TABLE changes (
    source   TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    service  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (source, id)
) STRICT;
CREATE INDEX changes_service ON changes (service, at);
CREATE INDEX changes_at ON changes (at);

-- Live incidents of a service: what else fires on what an incident depends on.
CREATE INDEX incidents_live_service ON incidents (service, number)
    WHERE state IN ('open', 'acknowledged') AND service <> '';

-- Which words stand in incidents that are over: similar ones are found by them. `incidents_read`
-- says up to which change of an incident its words are known.
CREATE TABLE incident_words (
    word     TEXT   NOT NULL,
    incident BIGINT NOT NULL,
    PRIMARY KEY (word, incident)
) STRICT;
CREATE INDEX incident_words_incident ON incident_words (incident);
CREATE TABLE incidents_read (
    incident   BIGINT NOT NULL PRIMARY KEY,
    changed_at BIGINT NOT NULL
) STRICT;
CREATE INDEX incidents_read_changed ON incidents_read (changed_at);
