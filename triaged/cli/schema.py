"""`triaged schema`: JSON Schemas, so that editors complete and check the files."""

import argparse

from triaged.cli._output import print_json

SUMMARY = "print the JSON Schema of config.yaml or of rule files"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which schema."""
    parser.add_argument("of", choices=("config", "rules"))


def run(options: argparse.Namespace) -> int:
    """Print it."""
    from triaged.config.schema_json import schema_of

    print_json(schema_of(options.of))
    return 0
