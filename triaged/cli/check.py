"""`triaged check`: everything that is wrong with the configuration and the rules, at once."""

import argparse
import os
import sys

from triaged.cli import _options
from triaged.cli._output import print_json

SUMMARY = "check configuration, rules, people, schedules and policies"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--config`, `--strict`."""
    _options.config(parser)
    _options.output(parser)
    parser.add_argument("--strict", action="store_true", help="warnings fail, too")


def run(options: argparse.Namespace) -> int:
    """Print FILE:LINE:COL: message for each problem; 1 if there is an error."""
    from triaged.config.read import load

    loaded = load(options.config, os.environ)
    errors = [problem for problem in loaded.problems if not problem.warning]
    warnings = [problem for problem in loaded.problems if problem.warning]
    failed = bool(errors) or (options.strict and bool(warnings))
    if options.output == "json":
        rows = [
            {"where": p.where, "message": p.message, "level": "warning" if p.warning else "error"}
            for p in loaded.problems
        ]
        print_json({"ok": not failed, "problems": rows})
        return int(failed)
    for problem in loaded.problems:
        level = "warning: " if problem.warning else ""
        print(f"{problem.where}: {level}{problem.message}")
    counts = f"{len(errors)} errors, {len(warnings)} warnings"
    print(f"{options.config}: {'FAILED' if failed else 'OK'} ({counts})", file=sys.stderr)
    return int(failed)
