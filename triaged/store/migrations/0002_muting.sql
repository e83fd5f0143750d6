-- What mutes: silences, and the alerts that suppress others while they fire.

-- `body` is the whole silence (core.muting.Silence as JSON); the columns are what SQL asks for.
CREATE TABLE silences (
    id         TEXT   NOT NULL PRIMARY KEY,
    starts_at  BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX silences_end ON silences (ends_at);

ALTER TABLE alerts ADD COLUMN inhibits BIGINT NOT NULL DEFAULT 0;
CREATE INDEX alerts_inhibit ON alerts (source, fingerprint) WHERE firing = 1 AND inhibits = 1;
