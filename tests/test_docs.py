import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tools.reference import pages, schemas
from tools.rooms import architecture, rooms
from triaged.cli.main import commands, parser_of
from triaged.config.read import load
from triaged.config.schema import Config
from triaged.core.text.lifecycle import diagram
from triaged.drills.reading import read_scenario
from triaged.dry_run.ruletests.case_results import result_of
from triaged.dry_run.ruletests.cases import play
from triaged.dry_run.ruletests.read_tests import TestContext, read_tests
from triaged.http.server import routes
from triaged.metrics import Metrics
from triaged.rules.evaluate import RuleSet
from triaged.yamlschema.document import parse

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ARCHITECTURE = DOCS / "architecture.md"
GUIDE = sorted((DOCS / "guide").glob("*.md"))
WRITTEN = [ROOT / "README.md", DOCS / "README.md", *GUIDE, ARCHITECTURE]
INTERFACE = DOCS / "reference" / "interface.md"
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


def test_the_reference_has_no_other_pages_but_the_promise() -> None:
    assert {path.name for path in REFERENCE} == {*pages(), INTERFACE.name}


def promised(heading: str) -> list[str]:
    """The lines of the first block of a section of the interface."""
    section = INTERFACE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return section.partition("```text\n")[2].partition("```")[0].splitlines()


def test_every_promised_command_exists() -> None:
    known = re.findall(r"^#+ triaged (.*)$", reference("commands.md"), re.MULTILINE)

    named: list[str] = []
    for _, command, *words in (line.split(" ") for line in promised("Commands")):
        has_verbs = command != "schema" and words and re.fullmatch("[a-z|]+", words[0])
        named += [f"{command} {verb}" for verb in words[0].split("|")] if has_verbs else [command]

    assert len(named) > 40
    assert set(named) - set(known) == set()


def test_every_promised_route_exists() -> None:
    known = {f"{route.method} {route.path}" for route in routes()}

    assert len(promised("HTTP")) > 30
    assert set(promised("HTTP")) - known == set()


def test_every_promised_metric_exists_with_its_labels() -> None:
    known = set()
    for row in re.findall(r"^\| `(triaged_.*)$", reference("metrics.md"), re.MULTILINE):
        name, _, labels, *_ = row.split(" | ")
        names = ",".join(re.findall(r"`([a-z_]+)`", labels))
        known.add(f"{name.rstrip('`')}{{{names}}}" if names else name.rstrip("`"))

    assert len(promised("Metrics")) > 20
    assert set(promised("Metrics")) - known == set()


def reference(name: str) -> str:
    return (DOCS / "reference" / name).read_text()


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
        case "drill.yaml":
            assert read_scenario(page, text.encode())[1] == [], page
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


def test_the_drawings_of_the_architecture_are_the_codes() -> None:
    assert ARCHITECTURE.read_text() == architecture(), "write it anew: python tools/reference.py"


def test_the_architecture_says_of_each_room_what_belongs_there() -> None:
    section = ARCHITECTURE.read_text().partition("## What belongs where")[2].partition("## The way")
    described = re.findall(r"^- `([^`]+)`:", section[0], re.MULTILINE)

    assert sorted(described) == sorted(rooms())


def test_the_modules_and_functions_that_the_architecture_names_exist() -> None:
    named = re.findall(r"`([a-z_/]+\.py)(?::([\w.]+))?`", ARCHITECTURE.read_text())
    wrong = [f"{path}:{name}" for path, name in named if not is_defined(path, name)]

    assert len(named) > 80
    assert wrong == []


def is_defined(path: str, name: str) -> bool:
    """Whether the module is there, and defines the function, class or method if one is named."""
    base = ROOT if path.startswith("tests/") else ROOT / "triaged"
    if not (base / path).is_file():
        return False
    return not name or name in set(definitions(ast.parse((base / path).read_text())))


def definitions(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"{prefix}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from definitions(node, f"{prefix}{node.name}.")


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
