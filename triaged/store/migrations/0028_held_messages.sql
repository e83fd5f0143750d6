-- Messages that people's quiet hours hold back, until a digest tells them.
CREATE TABLE held_messages (
    id       TEXT   PRIMARY KEY,
    incident BIGINT NOT NULL,
    person   TEXT   NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('held', 'told', 'dropped')),
    at       BIGINT NOT NULL,
    body     TEXT   NOT NULL
) STRICT;
CREATE INDEX held_messages_of_incident ON held_messages (incident);
CREATE INDEX held_messages_of_person ON held_messages (person, at);
CREATE INDEX held_messages_waiting ON held_messages (person, at) WHERE state = 'held';
