-- Requests to outsiders and third parties: the outbox below that of pages.
CREATE TABLE requests (
    id          TEXT   PRIMARY KEY,
    incident    BIGINT REFERENCES incidents (number),
    kind        TEXT   NOT NULL,
    lane        TEXT   NOT NULL,
    topic       TEXT   NOT NULL,
    ref         TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    token       BIGINT NOT NULL,
    ended_at    BIGINT,
    body        TEXT   NOT NULL
) STRICT;
CREATE INDEX requests_of_incident ON requests (incident);
CREATE INDEX requests_due ON requests (lane, due_at, id) WHERE state = 'due';
CREATE INDEX requests_of_topic ON requests (topic) WHERE topic <> '';
CREATE INDEX requests_of_ref ON requests (lane, ref) WHERE ref <> '';
CREATE INDEX requests_ended ON requests (ended_at) WHERE state <> 'due';
CREATE INDEX requests_listed ON requests (created_at, id);
