-- Postmortems with all their texts, and action items.
CREATE TABLE postmortems (
    id         TEXT   PRIMARY KEY,
    incident   BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('draft', 'in_review', 'published', 'waived')),
    due_at     BIGINT,
    updated_at BIGINT NOT NULL,
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX postmortems_of_incident ON postmortems (incident);
CREATE INDEX postmortems_due ON postmortems (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE postmortem_revisions (
    id       TEXT   PRIMARY KEY,
    incident BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX postmortem_revisions_of_incident ON postmortem_revisions (incident, at);

CREATE TABLE action_items (
    id         TEXT   PRIMARY KEY,
    incident   BIGINT NOT NULL,
    owner      TEXT   NOT NULL CHECK (owner <> ''),
    due        TEXT   NOT NULL CHECK (due <> ''),
    state      TEXT   NOT NULL CHECK (state IN ('open', 'in_progress', 'done', 'cancelled')),
    created_at BIGINT NOT NULL,
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX action_items_of_incident ON action_items (incident);
CREATE INDEX action_items_listed ON action_items (created_at, id);
CREATE INDEX action_items_unfinished ON action_items (due) WHERE state IN ('open', 'in_progress');
