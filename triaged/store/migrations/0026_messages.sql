-- Messages that providers keep: edited as the incident changes, and found when somebody answers.
CREATE TABLE messages (
    id        TEXT   PRIMARY KEY,
    incident  BIGINT NOT NULL,
    channel   TEXT   NOT NULL,
    ref       TEXT   NOT NULL,
    posted_at BIGINT NOT NULL,
    body      TEXT   NOT NULL
) STRICT;
CREATE INDEX messages_of_incident ON messages (incident, channel, posted_at);
CREATE INDEX messages_of_ref ON messages (channel, ref);
