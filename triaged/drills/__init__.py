"""Scenarios of drills: the keys of their files, reading them, and those that are shipped."""
