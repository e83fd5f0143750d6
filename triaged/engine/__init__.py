"""One way in: a batch of events is locked, loaded, classified, decided, saved and committed."""
