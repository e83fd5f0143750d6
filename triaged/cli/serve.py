"""`triaged serve`: the daemon."""

import argparse

from triaged.cli import _options

SUMMARY = "run the daemon"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--config`."""
    _options.config(parser)


def run(options: argparse.Namespace) -> int:
    """Run the daemon until a signal ends it; the exit status."""
    from triaged.daemon.serve import serve

    return serve(options.config)
