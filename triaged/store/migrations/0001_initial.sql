-- One text for SQLite and PostgreSQL. store/database.py replaces the words that differ:
-- BIGINT (SQLite: INTEGER), BLOB (PostgreSQL: BYTEA), STRICT (PostgreSQL: nothing).
-- Instants are µs UTC. Maps are JSON text.

-- The state of each alert; identity (source, fingerprint). On SQLite it is a rowid table on
-- purpose: rows arrive in order, only the narrow index is random.
CREATE TABLE alerts (
    source         TEXT   NOT NULL,
    fingerprint    TEXT   NOT NULL,
    firing         BIGINT NOT NULL CHECK (firing IN (0, 1)),
    episode        BIGINT NOT NULL,
    starts_at      BIGINT NOT NULL,
    last_seen_at   BIGINT NOT NULL,
    ended_at       BIGINT,
    lapse_check_at BIGINT,
    lapses_at      BIGINT,
    repeats        BIGINT NOT NULL DEFAULT 0,
    incident       BIGINT,
    observation    BIGINT,
    severity       TEXT,
    rule           TEXT,
    labels         TEXT   NOT NULL,
    annotations    TEXT   NOT NULL,
    url            TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (source, fingerprint)
) STRICT;
CREATE INDEX alerts_lapse ON alerts (lapse_check_at) WHERE lapse_check_at IS NOT NULL;
CREATE INDEX alerts_incident ON alerts (incident) WHERE incident IS NOT NULL;
CREATE INDEX alerts_ended ON alerts (ended_at) WHERE ended_at IS NOT NULL;

-- One row per episode: what classification saw and said, and how the episode ended. Ids are in
-- order of arrival, so that rows go to the end: an index by fingerprint would write a page of its
-- own for each row. The alert knows the id of its last episode.
CREATE TABLE observations (
    id          BIGINT NOT NULL PRIMARY KEY,
    source      TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    episode     BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    starts_at   BIGINT NOT NULL,
    annotations TEXT   NOT NULL,
    outcome     TEXT   NOT NULL,
    incident    BIGINT,
    ended_at    BIGINT,
    ended_by    TEXT,
    repeats     BIGINT NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX observations_ended ON observations (ended_at) WHERE ended_at IS NOT NULL;

-- `body` is the whole incident (core.model.Incident as JSON); the columns are what SQL asks for.
CREATE TABLE incidents (
    number      BIGINT NOT NULL PRIMARY KEY,
    key         TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    severity    TEXT   NOT NULL,
    service     TEXT   NOT NULL,
    team        TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    opened_at   BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    body        TEXT   NOT NULL
) STRICT;
CREATE UNIQUE INDEX incidents_live_key ON incidents (key)
    WHERE state IN ('open', 'acknowledged') AND key <> '[]';
CREATE INDEX incidents_key ON incidents (key, number) WHERE key <> '[]';
CREATE INDEX incidents_live ON incidents (state, severity) WHERE state IN ('open', 'acknowledged');
CREATE INDEX incidents_open ON incidents (number) WHERE state = 'open';
CREATE INDEX incidents_done ON incidents (changed_at) WHERE state NOT IN ('open', 'acknowledged');

CREATE TABLE timers (
    incident BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    due_at   BIGINT NOT NULL,
    epoch    BIGINT NOT NULL DEFAULT 0,
    round    BIGINT NOT NULL DEFAULT 0,
    step     BIGINT NOT NULL DEFAULT 0,
    reopens  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (incident, kind)
) STRICT;
CREATE INDEX timers_due ON timers (due_at);

-- The outbox. `id` is derived from (incident, epoch, round, step, target, contact): two deciders
-- of the same step make one row.
CREATE TABLE pages (
    id           TEXT   NOT NULL PRIMARY KEY,
    incident     BIGINT NOT NULL,
    channel      TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('due', 'sent', 'failed', 'superseded')),
    severity     TEXT   NOT NULL,
    due_at       BIGINT NOT NULL,
    lease_until  BIGINT NOT NULL DEFAULT 0,
    token        BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    body         TEXT   NOT NULL
) STRICT;
-- Claims take the worst first; what is due next is asked for often; few are leased at a time.
CREATE INDEX pages_worst ON pages (channel, severity, due_at, id) WHERE state = 'due';
CREATE INDEX pages_due ON pages (channel, due_at) WHERE state = 'due';
CREATE INDEX pages_leased ON pages (channel, lease_until)
    WHERE state = 'due' AND lease_until > due_at;
CREATE INDEX pages_incident ON pages (incident);
CREATE INDEX pages_done ON pages (created_at) WHERE state <> 'due';

CREATE TABLE timeline (
    incident    BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    actor       TEXT   NOT NULL,
    text        TEXT   NOT NULL,
    data        TEXT   NOT NULL,
    hash        TEXT   NOT NULL,
    PRIMARY KEY (incident, seq)
) STRICT;

CREATE TABLE quarantine (
    id          TEXT   NOT NULL PRIMARY KEY,
    source      TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    detail      TEXT   NOT NULL,
    body        BLOB   NOT NULL,
    headers     TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    count       BIGINT NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX quarantine_age ON quarantine (last_at);

CREATE TABLE sources (
    name     TEXT   NOT NULL PRIMARY KEY,
    heard_at BIGINT NOT NULL
) STRICT;

CREATE TABLE tokens (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    digest     TEXT   NOT NULL UNIQUE,
    scopes     TEXT   NOT NULL,
    person     TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
) STRICT;

-- Keys that live and die with the store (the one that signs action links).
CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE counters (
    name TEXT   NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
) STRICT;
INSERT INTO counters (name, next) VALUES ('incident', 1), ('observation', 1);
