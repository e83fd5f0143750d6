import re
import shlex
from pathlib import Path

import pytest
import yaml

from tools.reference import pages, schemas
from triaged.cli.main import commands, parser_of
from triaged.config.read import load
from triaged.config.schema import Config
from triaged.core.lifecycle import diagram
from triaged.dry_run.ruletests.case_results import result_of
from triaged.dry_run.ruletests.cases import play
from triaged.dry_run.ruletests.read_tests import TestContext, read_tests
from triaged.http.server import routes
from triaged.metrics import Metrics
from triaged.rules.evaluate import RuleSet
from triaged.yamlschema.document import parse

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITTEN = [ROOT / "README.md", DOCS / "README.md", *sorted((DOCS / "guide").glob("*.md"))]
REFERENCE = sorted((DOCS / "reference").glob("*.md"))
CODE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
SECTION = re.compile(r"^(?=#?[a-z_]+:)", re.MULTILINE)
EXAMPLE = (ROOT / "config.example.yaml").read_text()


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (path.name, text)
        for path in WRITTEN
        for found, text in CODE.findall(path.read_text())
        if found == language
    ]


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def sections(text: str) -> dict[str, str]:
    """Top-level key to its lines."""
    parts = (part for part in SECTION.split(text) if re.match("[a-z_]+:", part))
    return {part.partition(":")[0]: part for part in parts}


def errors(folder: Path, config: dict[str, str], rules: str) -> list[str]:
    """What is wrong with the configuration, a missing secret aside."""
    (folder / "rules").mkdir()
    (folder / "rules" / "10.yaml").write_text(rules)
    path = folder / "config.yaml"
    path.write_text("".join(f"{part.rstrip()}\n" for part in config.values()))
    loaded = load(path, {"CREDENTIALS_DIRECTORY": str(folder)})
    return [str(problem) for problem in loaded.problems if not problem.warning]


def failures(tests: str) -> list[str]:
    """What fails of these tests of rules, with the example and the rules that come with it."""
    configuration = load(ROOT / "config.example.yaml", {}).configuration
    assert configuration is not None
    rules = configuration.settings.rules
    assert isinstance(rules, RuleSet)
    sources = frozenset(configuration.sources)
    context = TestContext(configuration.settings, sources, frozenset(rules.names))
    cases, problems = read_tests([parse("tests", tests.encode())], context)
    verdicts = [result_of(play(case, configuration.settings)) for case in cases]
    return [*map(str, problems), *(verdict.name for verdict in verdicts if not verdict.passed)]


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_of_the_reference_says_what_the_code_says(name: str) -> None:
    written = (DOCS / "reference" / name).read_text()
    assert written == pages()[name], "write it anew: python tools/reference.py"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_beside_the_reference_is_what_the_command_prints(name: str) -> None:
    written = (DOCS / "reference" / "schemas" / name).read_text()
    assert written == schemas()[name], "write it anew: python tools/reference.py"


SHIPPED = [ROOT / "config.example.yaml", *sorted((ROOT / "rules").rglob("*.yaml"))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_shipped_file_names_the_schema_by_which_editors_check_it(path: Path) -> None:
    first = path.read_text().partition("\n")[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    kind = {"tests": "tests", "rules": "rules"}.get(path.parent.name, "config")
    assert (path.parent / named).resolve() == DOCS / "reference" / "schemas" / f"{kind}.json"


def test_the_reference_has_no_other_pages() -> None:
    assert {path.name for path in REFERENCE} == set(pages())


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_a_block_of_yaml_is_what_its_first_line_says(tmp_path: Path, page: str, text: str) -> None:
    kind, _, _ = text.partition("\n")
    example = sections(EXAMPLE)
    match kind.removeprefix("# "):
        case name if name.startswith("rules/tests/"):
            assert failures(text) == [], page
        case "in config.yaml":
            assert errors(tmp_path, example | sections(text), "rules: []\n") == [], page
        case name if name.startswith("rules/"):
            assert errors(tmp_path, example, text) == [], page
        case "prometheus.yml" | "alertmanager.yml":
            assert isinstance(yaml.safe_load(text), dict), page
        case _:
            pytest.fail(f"{page}: the first line of a block says what it is, not {kind!r}")


@pytest.mark.parametrize("path", [*WRITTEN, *REFERENCE], ids=lambda path: str(path.name))
def test_links_lead_somewhere(path: Path) -> None:
    for file, anchor in LINK.findall(path.read_text()):
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{path.name}: {file}"
        if anchor:
            assert anchor in anchors(target), f"{path.name}: {file}#{anchor}"


def test_every_page_of_the_docs_is_linked_from_their_first_page() -> None:
    linked = {(DOCS / file).resolve() for file, _ in LINK.findall((DOCS / "README.md").read_text())}
    assert {*WRITTEN[2:], *REFERENCE} <= linked


def test_every_route_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "http.md").read_text()
    for route in routes():
        assert f"| `{route.method}` | `{route.path}` |" in text


def test_every_metric_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "metrics.md").read_text()
    for family in Metrics().registry.collect():
        assert f"| `{family.name}" in text


def test_every_command_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "commands.md").read_text()
    for name in commands():
        assert f"## triaged {name}\n" in text


def test_the_metrics_that_the_guide_names_exist() -> None:
    known = {family.name for family in Metrics().registry.collect()}
    for path in WRITTEN:
        for name in re.findall(r"\btriaged_[a-z_]+", path.read_text()):
            assert name.removesuffix("_total") in known, f"{path.name}: {name}"


def test_the_events_that_the_guide_explains_are_logged() -> None:
    code = "".join(path.read_text() for path in (ROOT / "triaged").rglob("*.py"))
    logged = set(re.findall(r'"([a-z]+\.[a-z_]+)"', code))
    log = (DOCS / "guide" / "operating.md").read_text().partition("## Log")[2]
    rows = re.findall(r"^\| (`.*?) \|", log.partition("## Disk")[0], re.MULTILINE)
    explained = {event for row in rows for event in re.findall(r"`([a-z]+\.[a-z_]+)`", row)}
    assert len(explained) > 15
    assert explained - logged == set()


def test_the_life_cycle_that_the_guide_draws_is_the_codes() -> None:
    drawn = [text for page, text in blocks("mermaid") if page == "incidents.md"]
    assert drawn == [f"{diagram()}\n"]


def test_every_key_of_the_configuration_is_in_the_example() -> None:
    keys = set(re.findall(r"^#?([a-z_]+):", EXAMPLE, re.MULTILINE))
    assert keys == set(Config.__struct_encode_fields__)


def test_the_commands_that_the_docs_show_are_understood() -> None:
    parser = parser_of(commands())
    shown = [
        line.removeprefix("$ ")
        for _, text in blocks("console")
        for line in text.splitlines()
        if line.startswith("$ triaged ")
    ]
    table = (DOCS / "guide" / "incidents.md").read_text()
    shown += re.findall(r"^\| `(triaged [^`]*)`", table, re.MULTILINE)
    assert len(shown) > 15
    for line in shown:
        parser.parse_args(shlex.split(line)[1:])


def test_the_targets_of_make_that_the_readme_names_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"[`$] ?make ([a-z]+)", (ROOT / "README.md").read_text()))
    assert {"run", "test"} <= named <= targets
