-- What is expected to be seen again and again: `rule:NAME` (a dead man's switch) or `source:NAME`.
-- `source` and `fingerprint` are those of the alert that was seen last, whose own row is exact.
CREATE TABLE expectations (
    name        TEXT   NOT NULL PRIMARY KEY,
    since_at    BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    seen_at     BIGINT,
    source      TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    overdue     BIGINT NOT NULL CHECK (overdue IN (0, 1))
) STRICT;

-- By team: when its last incidents opened, and the umbrella of its storm.
CREATE TABLE storms (
    team     TEXT   NOT NULL PRIMARY KEY,
    last_at  BIGINT NOT NULL,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX storms_last ON storms (last_at);

-- The incidents that wait under an umbrella, which their timers name as `epoch`.
CREATE INDEX timers_storm ON timers (epoch) WHERE kind = 'storm';
