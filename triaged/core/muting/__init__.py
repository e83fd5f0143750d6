"""What is muted, by what, and what that means for an incident."""
