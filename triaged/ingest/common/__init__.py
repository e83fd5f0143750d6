"""What several source kinds share: bodies, labels, instants, fingerprints, groups."""
