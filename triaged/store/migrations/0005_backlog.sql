-- Bodies that were accepted and are not decided yet, several to a row, in the order in which they
-- came (store.backlog says how `bodies` is written). A row goes in the transaction that writes what
-- its alerts led to.
CREATE TABLE backlog (
    id          BIGINT NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL,
    alerts      BIGINT NOT NULL,
    body_bytes  BIGINT NOT NULL,
    bodies      BLOB   NOT NULL
) STRICT;
