"""The real core on rows in memory, under a time that passes when it is told to."""
