"""Why the rules made of an alert what they did, and how that is shown."""
