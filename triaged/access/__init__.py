"""Identities: API tokens with their scopes, and signed links in pages that act for one person."""
