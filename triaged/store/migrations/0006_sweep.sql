-- The auditor walks through everything that is not over, not through what is open alone.
CREATE INDEX incidents_live_number ON incidents (number) WHERE state IN ('open', 'acknowledged');
DROP INDEX incidents_open;
