-- The incident that has taken a merged one in: retention keeps both for as long as it keeps one.
ALTER TABLE incidents ADD COLUMN merged_into BIGINT;
