-- The public holidays of each place as they were known last: another version of the library may move one.
CREATE TABLE holidays_told (
    place TEXT NOT NULL PRIMARY KEY,
    body  TEXT NOT NULL
) STRICT;
