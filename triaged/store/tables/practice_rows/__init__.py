"""Tables of the records of the incident practice, one module each."""
