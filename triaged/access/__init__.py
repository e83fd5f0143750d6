"""Who may talk to triaged: API tokens, and the links in pages that act for one person."""
