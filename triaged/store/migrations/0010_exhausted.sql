-- Whether all rounds of an open incident are over: a scrape counts them without reading bodies.

ALTER TABLE incidents ADD COLUMN exhausted BIGINT NOT NULL DEFAULT 0;
CREATE INDEX incidents_exhausted ON incidents (exhausted) WHERE exhausted = 1;
