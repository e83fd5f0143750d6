-- Destinations that have another address now, by their provider's word: a group that became a supergroup.
CREATE TABLE moved_addresses (
    channel   TEXT   NOT NULL,
    address   TEXT   NOT NULL,
    moved_to  TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
) STRICT;
