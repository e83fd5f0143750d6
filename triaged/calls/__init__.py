"""Calls of providers: verified by their channel, handled here in one way for every channel."""
