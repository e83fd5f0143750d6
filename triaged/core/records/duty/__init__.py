"""Records of duty: overrides and swaps, calendar feeds, contacts, who is away, held messages."""
