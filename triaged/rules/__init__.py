"""Rule files: read, compiled, and evaluated once per episode of an alert."""
