"""Listeners: loops that ask providers what is new, each by one daemon at a time."""
