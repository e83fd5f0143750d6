-- The umbrella under which an incident waits, which its timer named as `epoch`.
ALTER TABLE timers ADD COLUMN umbrella BIGINT NOT NULL DEFAULT 0;
UPDATE timers SET umbrella = epoch, epoch = 0 WHERE kind = 'storm';
DROP INDEX timers_storm;
CREATE INDEX timers_umbrella ON timers (umbrella) WHERE kind = 'storm';

-- Up to when a store that was put back from a copy knows what happened (µs), until live incidents
-- say so; it was a counter.
CREATE TABLE restores (known_until BIGINT NOT NULL) STRICT;
INSERT INTO restores SELECT next FROM counters WHERE name = 'restored';
DELETE FROM counters WHERE name = 'restored';
