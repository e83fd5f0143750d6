-- Proposals to swap shifts.
CREATE TABLE swaps (
    id         TEXT   PRIMARY KEY,
    incident   BIGINT,
    state      TEXT   NOT NULL
        CHECK (state IN ('proposed', 'accepted', 'declined', 'withdrawn', 'expired')),
    expires_at BIGINT NOT NULL,
    made_at    BIGINT NOT NULL,
    made_key   TEXT   NOT NULL,
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX swaps_proposed ON swaps (expires_at) WHERE state = 'proposed';
CREATE INDEX swaps_made ON swaps (made_at);
CREATE INDEX swaps_key ON swaps (made_key) WHERE made_key <> '';
