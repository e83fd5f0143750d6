"""`triaged prove`: every alert reaches a human in time, or the instants at which it does not."""
