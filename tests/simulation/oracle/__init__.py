"""The life of an incident by the published interface alone: a model that asks no decision of ours.

It reads the settings and the events as values, and says after each what is open, held and muted,
who is paged when, and who must not be.
"""
