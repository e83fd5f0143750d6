"""The incident practice: who does what, what is told and when, and what follows from it."""
