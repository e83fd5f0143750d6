-- The schedules by which people were last told who is on call: whose duty a change moves is told once.
CREATE TABLE schedules_told (
    name    TEXT   PRIMARY KEY,
    told_at BIGINT NOT NULL,
    body    TEXT   NOT NULL
) STRICT;
