"""Calendar feeds are read: when each is due, by one daemon, parsed in a process of its own."""
