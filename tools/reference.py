"""Writes docs/reference, and the drawings of docs/architecture.md, from the code.

Run `python tools/reference.py`. A test regenerates the pages and compares, so that they never say
what the code does not do.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools import rooms, shipped
from triaged.cli import _options
from triaged.cli.main import commands, parser_of
from triaged.config.reference import markdown, page_of
from triaged.config.schema_json import schema_for, schema_of
from triaged.core.alerts import copies
from triaged.core.records.model import Reason as Because
from triaged.core.records.reports import IgnoredReason, Remark
from triaged.core.text.lifecycle import condition_table, diagram
from triaged.dry_run.ruletests.tests_schema import TestFile
from triaged.http.server import routes
from triaged.ingest import Reason
from triaged.intake.decode import PARSER_FAILED, TOO_LARGE
from triaged.metrics import Metrics
from triaged.rules import reference as language

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
CODE = Path(__file__).parents[1] / "triaged"
_SUBJECTS = (
    "action|alerts?|away|checklist|contact|digest|drill|duty|gap|incident|override|page|phase"
    "|postmortem|report|review|role|severity|shift|status|swap|target|update"
)
_KIND = re.compile(rf'"((?:{_SUBJECTS})\.[a-z_]+|note|message|marker|correction)"')
HEAD = "Generated from the code by `tools/reference.py`.\n"


def pages() -> dict[str, str]:
    """File name in docs/reference to its text."""
    writers: Mapping[str, Callable[[], str]] = {
        "configuration.md": markdown,
        "rules.md": _rules,
        "tests.md": _tests,
        "shipped-rules.md": shipped.markdown,
        "http.md": _http,
        "metrics.md": _metrics,
        "commands.md": _commands,
        "words.md": _words,
    }
    return {name: write().rstrip("\n") + "\n" for name, write in writers.items()}


def schemas() -> Mapping[str, str]:
    """File name in docs/reference/schemas to its text: JSON Schemas, as `triaged schema` prints."""
    found = {
        "config.json": schema_of("config"),
        "rules.json": schema_of("rules"),
        "tests.json": schema_for("tests", TestFile),
    }
    return {name: f"{json.dumps(schema, indent=1)}\n" for name, schema in found.items()}


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _rules() -> str:
    return f"{markdown('rules').rstrip()}\n\n{language.markdown()}"


TESTS_HEAD = """\
# Tests of rules

Generated from the code. `triaged test` plays them; the guide has examples. An alert is a map of
its labels and of the keys of [Input](#input), which begin with `_`. `triaged schema tests` prints
a JSON Schema for editors.
"""


def _tests() -> str:
    return page_of(TESTS_HEAD, "rules/tests/*.yaml", TestFile)


def _http() -> str:
    rows = (
        (_code(route.method), _code(route.path), route.scope.value, route.about)
        for route in sorted(routes(), key=lambda route: (route.path, route.method))
    )
    table = _table(("method", "path", "who", "what"), rows)
    about = (
        "Who may: `public` everybody; `metrics` readers, or everybody where the configuration's\n"
        "`public` says so; `form` likewise with `report`; `read`, `respond`, `admin`, `report` a\n"
        "token of that scope or one above it;\n"
        "`ingest` a token of `ingest:<source>`, or the source's signature; `link` whoever has it.\n"
        "`GET` answers `HEAD`, too. `GET /api/v1/openapi.json` describes bodies and answers.\n"
    )
    queries = _queries()
    return f"# HTTP\n\n{HEAD}\n{about}\n{table}\n## Queries\n\n{queries}"


def _queries() -> str:
    return _table(
        ("path", "parameter", "meaning"),
        (
            (_code(route.path), _code(parameter.name), parameter.about)
            for route in sorted(routes(), key=lambda route: route.path)
            for parameter in route.query
        ),
    )


def _metrics() -> str:
    metrics = Metrics()
    labels = {
        next(iter(metric.describe())).name: metric._labelnames
        for metric in vars(metrics).values()
        if isinstance(metric, MetricWrapperBase)
    }
    families = sorted(metrics.registry.collect(), key=lambda family: family.name)
    rows = (
        (
            _code(f"{family.name}_total" if family.type == "counter" else family.name),
            family.type,
            ", ".join(map(_code, labels.get(family.name, ()))),
            family.documentation,
        )
        for family in families
    )
    table = _table(("name", "type", "labels", "meaning"), rows)
    about = "`GET /metrics` shows them. A histogram has `_bucket`, `_sum` and `_count` series.\n"
    return f"# Metrics\n\n{HEAD}\n{about}\n{table}"


def _commands() -> str:
    parser = parser_of(commands())
    body = "".join(_command("triaged", name, below) for name, below in _below(parser))
    about = (
        "Results go to stdout, messages to stderr. Exit status: 0 done, 1 failed or not found,\n"
        "2 wrong usage, 78 bad configuration (`serve`).\n"
    )
    return f"# Commands\n\n{HEAD}\n{about}\n{body}"


def _below(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return list(action.choices.items())
    return []


def _helps(parser: argparse.ArgumentParser) -> dict[str, str]:
    """What each sub-command is for."""
    found = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found = {choice.dest: choice.help or "" for choice in action._choices_actions}
    return found


def _command(above: str, name: str, parser: argparse.ArgumentParser, about: str = "") -> str:
    level = "##" if above == "triaged" else "###"
    what = parser.description or about
    lines = [f"{level} {above} {name}", "", f"{what[:1].upper()}{what[1:]}.", ""]
    rows = [(_spelt(action), _help(action)) for action in _own(parser)]
    if rows:
        lines += [_table(("argument", "meaning"), iter(rows))]
    helps = _helps(parser)
    text = "\n".join(lines).rstrip("\n") + "\n\n"
    nested = (
        _command(f"{above} {name}", verb, below, helps.get(verb, ""))
        for verb, below in _below(parser)
    )
    return text + "".join(nested)


def _own(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
            yield action


def _spelt(action: argparse.Action) -> str:
    """`-o`, `--output` text or json."""
    wanted = "\\|".join(map(str, action.choices or ())) or action.dest.upper()
    if not action.option_strings:
        return _code(wanted.replace("\\|", "|"))
    value = "" if action.nargs == 0 else f" {wanted}".replace("\\|", "|")
    needed = " (required)" if action.required else ""
    return _code(", ".join(action.option_strings) + value) + needed


def _help(action: argparse.Action) -> str:
    """The help, with defaults as they are where no environment variable says otherwise."""
    default = _options.DEFAULT_URL if action.dest == "url" else action.default
    return (action.help or "").replace("%(default)s", str(default))


def kinds_of_entries() -> list[str]:
    """Every kind of timeline entry that the code writes."""
    sources = (path for folder in ("core", "store") for path in (CODE / folder).rglob("*.py"))
    return sorted({kind for path in sources for kind in _KIND.findall(path.read_text("utf-8"))})


def _words() -> str:
    quarantined = [*map(str, Reason), TOO_LARGE, PARSER_FAILED]
    return (
        f"# Words\n\n{HEAD}\n"
        "Scripts may rely on these; texts beside them are for people and may change.\n\n"
        f"## Kinds of timeline entries\n\n{_list(kinds_of_entries())}\n"
        f"## Reasons in the data of entries\n\n{_list(map(str, Because))}\n"
        f"## Why bodies are quarantined\n\n{_list(quarantined)}\n"
        f"## Why reports are ignored\n\n{_list(map(str, IgnoredReason))}\n"
        f"## What is remarked upon\n\n{_list(map(str, Remark))}\n"
        f"## An alert over its copies\n\n{_copies()}\n"
        f"## States of an incident\n\n```mermaid\n{diagram()}\n```\n\n"
        "## Conditions of an open or past incident\n\n"
        "A condition is finer than the state. Beside it some facts are always so and others never; "
        "what is named in neither column may be so or not. What is named under `By` is an event of "
        f"the core or a timer that fired.\n\n{condition_table()}\n"
    )


def _copies() -> str:
    """The table of an alert over its copies, as its module draws it, and the words below it."""
    about = copies.__doc__ or ""
    start = about.index("|")
    return about[start : about.index("\n\nWhat Prometheus does")].strip() + "\n"


def _list(words: Iterable[str]) -> str:
    return "".join(f"- `{word}`\n" for word in words)


def main() -> None:
    """Write the pages."""
    (FOLDER / "schemas").mkdir(parents=True, exist_ok=True)
    texts = pages() | {f"schemas/{name}": text for name, text in schemas().items()}
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")
    rooms.PAGE.write_text(rooms.architecture(), encoding="utf-8")
    print("docs/architecture.md")


if __name__ == "__main__":
    main()
