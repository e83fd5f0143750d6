"""What triaged keeps for itself: numbers handed out, tokens, secrets, last good rules."""
