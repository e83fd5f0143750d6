"""Records of the incident practice: roles, updates, and what is learned, as structs only."""
