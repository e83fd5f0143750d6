"""`triaged serve`: the daemon."""

import argparse

from triaged.cli import _options

SUMMARY = "run the daemon"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--config`."""
    _options.config(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from triaged.daemon import serve

    return serve(options.config)
