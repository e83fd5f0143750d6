"""Configuration: config.yaml read, checked, and made into the values the daemon works with."""
