"""What API and pages answer alike: the reads and the published pages that both have."""
