-- Drills, and the kind of each incident, by which everything that counts leaves them out.
CREATE TABLE drills (
    id         TEXT   PRIMARY KEY,
    incident   BIGINT NOT NULL,
    scenario   TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('running', 'ended', 'aborted')),
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX drills_of_incident ON drills (incident);
CREATE INDEX drills_of_scenario ON drills (scenario, incident);
CREATE INDEX drills_running ON drills (state) WHERE state = 'running';

ALTER TABLE incidents ADD COLUMN kind TEXT NOT NULL DEFAULT 'incident';
UPDATE incidents SET kind = 'drill' WHERE key LIKE '[["triaged","drill:%';
UPDATE incidents SET kind = 'notice' WHERE key LIKE '[["triaged","duty:%';
