"""The public status page: components, posts, maintenance, subscribers."""
