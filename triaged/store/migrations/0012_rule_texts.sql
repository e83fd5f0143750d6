-- The rule files of the configuration that was loaded last, for a start at which one of them is bad.
CREATE TABLE rule_texts (
    path      TEXT   PRIMARY KEY,
    text      BLOB   NOT NULL,
    loaded_at BIGINT NOT NULL
) STRICT;
