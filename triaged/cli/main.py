"""`triaged`: parse the arguments, import the one command, run it."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from triaged import __version__
from triaged.cli._client import Failed, complain
from triaged.plugins import kinds

USAGE_ERROR = 2
INTERRUPTED = 130


def commands() -> tuple[str, ...]:
    """The names of all commands."""
    return tuple(name for name in kinds("triaged.cli") if name != "main")


def parser_of(names: Sequence[str]) -> argparse.ArgumentParser:
    """The parser that knows the commands `names`."""
    parser = argparse.ArgumentParser(
        prog="triaged", description="From an alert to the person who answers it, on time."
    )
    parser.add_argument("--version", action="version", version=f"triaged {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        module = importlib.import_module(f"triaged.cli.{name}")
        command = subparsers.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
        command.set_defaults(run=module.run)
        module.arguments(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    known = commands()
    named = next((word for word in arguments if not word.startswith("-")), "")
    parser = parser_of([named] if named in known else known)
    try:
        options = parser.parse_args(arguments)
    except SystemExit as usage:
        return usage.code if isinstance(usage.code, int) else USAGE_ERROR
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except Failed as failure:
        return complain(failure)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `triaged … | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


if __name__ == "__main__":
    sys.exit(main())
