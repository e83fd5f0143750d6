-- What customers report. `incident` is the notice about the report, `joined` the incident that it belongs to.
CREATE TABLE customer_reports (
    id       TEXT   PRIMARY KEY,
    incident BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    state    TEXT   NOT NULL
        CHECK (state IN ('new', 'opened', 'attached', 'declared', 'dismissed')),
    joined   BIGINT,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX customer_reports_of_incident ON customer_reports (incident);
CREATE INDEX customer_reports_at ON customer_reports (at, id);
CREATE INDEX customer_reports_new ON customer_reports (state) WHERE state = 'new';
