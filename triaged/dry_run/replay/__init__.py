"""`triaged replay`: a period of history through other rules, and the difference."""
