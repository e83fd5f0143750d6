"""What is known: Structs only. A decision about `storms` stands in a module of that name outside."""
