-- What is known of people's contacts beyond the configuration, and when each was last reached.
CREATE TABLE contact_states (
    id          TEXT   PRIMARY KEY,
    incident    BIGINT,
    off_since   BIGINT,
    verified_at BIGINT,
    body        TEXT   NOT NULL
) STRICT;
CREATE INDEX contact_states_off ON contact_states (off_since) WHERE off_since IS NOT NULL;
CREATE TABLE contact_deliveries (
    person     TEXT   NOT NULL,
    contact    TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    reached_at BIGINT NOT NULL,
    failed_at  BIGINT NOT NULL,
    error      TEXT   NOT NULL,
    PRIMARY KEY (person, contact, address)
) STRICT;
