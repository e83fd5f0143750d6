"""What several channels share; no channel kind is in here."""
