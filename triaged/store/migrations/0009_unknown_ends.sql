-- The end of an alert that its sender has not fired, one for each sender: an end that is past and
-- comes again later shows that the sender's clock is slow (core/alerts/remarks.py).
ALTER TABLE senders ADD COLUMN unknown_fingerprint TEXT NOT NULL DEFAULT '';
ALTER TABLE senders ADD COLUMN unknown_ends_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE senders ADD COLUMN unknown_at BIGINT NOT NULL DEFAULT 0;
