-- The status page: components, public incidents, posts, maintenance, subscribers and mailings.
CREATE TABLE status_components (
    id       TEXT   PRIMARY KEY,
    incident BIGINT,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX status_components_of_incident ON status_components (incident);

CREATE TABLE status_incidents (
    id         TEXT   PRIMARY KEY,
    incident   BIGINT,
    created_at BIGINT NOT NULL,
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX status_incidents_of_incident ON status_incidents (incident);
CREATE INDEX status_incidents_created ON status_incidents (created_at);

CREATE TABLE status_posts (
    id         TEXT   PRIMARY KEY,
    incident   BIGINT,
    thread     TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    drafted_at BIGINT NOT NULL,
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX status_posts_of_incident ON status_posts (incident);
CREATE INDEX status_posts_of_thread ON status_posts (thread);
CREATE INDEX status_posts_drafted ON status_posts (drafted_at);

CREATE TABLE status_maintenance (
    id        TEXT   PRIMARY KEY,
    incident  BIGINT,
    starts_at BIGINT NOT NULL,
    due_at    BIGINT,
    body      TEXT   NOT NULL
) STRICT;
CREATE INDEX status_maintenance_starts ON status_maintenance (starts_at);
CREATE INDEX status_maintenance_due ON status_maintenance (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE status_subscribers (
    id         TEXT   PRIMARY KEY,
    incident   BIGINT,
    state      TEXT   NOT NULL,
    domain     TEXT   NOT NULL,
    token      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    delete_at  BIGINT,
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX status_subscribers_active ON status_subscribers (state, id);
CREATE INDEX status_subscribers_domain ON status_subscribers (domain);
CREATE UNIQUE INDEX status_subscribers_token ON status_subscribers (token);
CREATE INDEX status_subscribers_created ON status_subscribers (created_at);
CREATE INDEX status_subscribers_delete ON status_subscribers (delete_at)
    WHERE delete_at IS NOT NULL;

CREATE TABLE status_mailings (
    id         TEXT   PRIMARY KEY,
    incident   BIGINT,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT,
    body       TEXT   NOT NULL
) STRICT;
CREATE INDEX status_mailings_open ON status_mailings (created_at) WHERE ended_at IS NULL;
