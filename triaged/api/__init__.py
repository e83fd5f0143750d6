"""The HTTP interface: a module per resource, found by the folder; each lists its `ROUTES`."""
