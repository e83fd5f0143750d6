"""What rules can never do, or can hardly be meant to: what `triaged check` warns of."""
