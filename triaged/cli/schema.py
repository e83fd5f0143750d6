"""`triaged schema`: JSON Schemas, so that editors complete and check the files."""

import argparse

from triaged.cli import _options
from triaged.cli._output import print_json

SUMMARY = "print the JSON Schema of config.yaml, of rule files or of their tests"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of the schema; it is printed as JSON in any case."""
    _options.output(parser)
    parser.add_argument("of", choices=("config", "rules", "tests"))


def run(options: argparse.Namespace) -> int:
    """Print the schema; the exit status."""
    from triaged.config.schema_json import schema_for, schema_of
    from triaged.dry_run.ruletests.tests_schema import TestFile

    print_json(schema_for("tests", TestFile) if options.of == "tests" else schema_of(options.of))
    return 0
