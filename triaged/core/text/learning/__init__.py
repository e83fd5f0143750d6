"""Texts about what is learned: postmortems and action items as documents, figures, reviews."""
