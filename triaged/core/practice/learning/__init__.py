"""What is learned from incidents: postmortems, action items, figures, the review."""
