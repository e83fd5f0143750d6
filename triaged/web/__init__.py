"""Pages for people, made on the server; each lists its `ROUTES`, which the folder makes known."""
