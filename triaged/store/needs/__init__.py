"""The rows that a batch is decided on, as its events name them."""
