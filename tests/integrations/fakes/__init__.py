"""Third parties in memory, which speak their documented protocols, refusals and limits included."""
