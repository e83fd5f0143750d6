"""The command line: one module per command, found by its name.

A command module has `SUMMARY`, `arguments(parser)` and `run(options) -> int` (the exit status:
0 ok, 1 failed or not found, 2 usage, 78 bad configuration). It imports what it needs when it
runs, so that `triaged incident ack` answers at once.
"""
