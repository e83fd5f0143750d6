-- A start that we only assume is compared with nothing that senders say later, and a person's choice
-- of a severity holds against the alerts that were there: NULL, of rows from before, is always there.
ALTER TABLE alerts ADD COLUMN start_given BIGINT NOT NULL DEFAULT 1;
ALTER TABLE alerts ADD COLUMN attached_at BIGINT;
