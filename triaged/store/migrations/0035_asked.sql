-- Whom an open incident has paged or who holds it, and live incidents in the order of the console. The
-- conditions are written so that SQLite takes these indexes and sorts nothing.
ALTER TABLE incidents ADD COLUMN asked TEXT NOT NULL DEFAULT '';
CREATE INDEX incidents_asked ON incidents (asked, number) WHERE asked <> '';
DROP INDEX incidents_board;
CREATE INDEX incidents_board ON incidents (severity, number DESC)
    WHERE state NOT IN ('resolved', 'closed', 'merged');
DROP INDEX incidents_live;
CREATE INDEX incidents_live ON incidents (state, severity, kind)
    WHERE state IN ('open', 'acknowledged');
