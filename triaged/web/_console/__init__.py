"""What the pages of the console share: frame, clock, style sheet and scripts, refusals, rows."""
