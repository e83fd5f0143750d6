-- Facts about duty. `until_at` is the end of an override's effect; the version rises with each change.
CREATE TABLE overrides (
    id       TEXT   PRIMARY KEY,
    incident BIGINT,
    schedule TEXT   NOT NULL,
    start_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    made_at  BIGINT NOT NULL,
    made_key TEXT   NOT NULL,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX overrides_until ON overrides (until_at);
CREATE INDEX overrides_made ON overrides (made_at);
CREATE INDEX overrides_key ON overrides (made_key) WHERE made_key <> '';

CREATE TABLE feed_shifts (
    id       TEXT   PRIMARY KEY,
    incident BIGINT,
    schedule TEXT   NOT NULL,
    body     TEXT   NOT NULL
) STRICT;

INSERT INTO counters (name, next) VALUES ('override', 1), ('duty', 1);
