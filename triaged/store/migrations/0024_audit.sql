-- The next public post that was promised, while the public still waits for the end: the sweep asks
-- for those that have no timer. Rows of before get it with their next post.
ALTER TABLE status_incidents ADD COLUMN promised_at BIGINT;
CREATE INDEX status_incidents_promised ON status_incidents (promised_at)
    WHERE promised_at IS NOT NULL;
