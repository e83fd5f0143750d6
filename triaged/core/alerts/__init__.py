"""What an alert means: its episode, its incident, its severity, and what should have come."""
