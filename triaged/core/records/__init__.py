"""What is known, as Structs. Decisions about `storms` stand in a `storms` beside this room."""
