"""Duty: who is on call by rotations, calendar feeds and overrides together."""
