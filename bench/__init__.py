"""Every number that triaged promises, measured beside a peer or a limit: `python -m bench`."""
