-- An alert over its copies (core/alerts/copies.py): who reported it last, and the copies as JSON
-- where there is more than one. `ignored` is the last report that changed nothing, as JSON.
ALTER TABLE alerts ADD COLUMN sender TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN copies TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN is_cut BIGINT NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN has_lapsed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN ignored TEXT NOT NULL DEFAULT '';

-- When each sender of a source was last heard; the empty sender stands for rows from before.
CREATE TABLE senders (
    source   TEXT   NOT NULL,
    sender   TEXT   NOT NULL,
    heard_at BIGINT NOT NULL,
    PRIMARY KEY (source, sender)
) STRICT;
INSERT INTO senders (source, sender, heard_at) SELECT name, '', heard_at FROM sources;
DROP TABLE sources;
