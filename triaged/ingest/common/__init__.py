"""Parts that several source kinds share: bodies, labels, instants, fingerprints, groups."""
