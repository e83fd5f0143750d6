"""Tests of rules as texts: read, played, judged, under the settings of the core's tests."""

from textwrap import dedent

from msgspec.structs import replace

from tests.core.alerts.test_expected_value_sets import ByCluster
from tests.core.world import settings
from triaged.core.records.expectations import Expectation
from triaged.core.records.model import Severity
from triaged.core.settings import Settings
from triaged.core.time.durations import HOUR, MINUTE
from triaged.dry_run.ruletests.case_results import CaseResult, result_of
from triaged.dry_run.ruletests.cases import Case, Played, play
from triaged.dry_run.ruletests.read_tests import TestContext, read_tests
from triaged.errors import Problem
from triaged.yamlschema.document import parse

RULES = frozenset(f"label-SEV-{number}" for number in (1, 2, 3, 4))
SOURCES = frozenset({"alertmanager", "grafana"})
EXPECTED = {
    "source:alertmanager": Expectation("source:alertmanager", 10 * MINUTE, Severity.SEV1),
    "rule:watchdog": Expectation("rule:watchdog", 5 * MINUTE),
    "rule:chains": Expectation("rule:chains", 5 * MINUTE, by=("cluster",)),
}
SETTINGS: Settings = replace(
    settings(),
    stale_after={"alertmanager": 25 * HOUR},
    expectations=EXPECTED,
    expected=ByCluster(),
)


def read(text: str) -> tuple[list[Case], list[Problem]]:
    """The cases of a file `t.yaml`, and what is wrong with it."""
    return read_tests(
        [parse("t.yaml", dedent(text).encode())], TestContext(SETTINGS, SOURCES, RULES)
    )


def one(text: str) -> Case:
    """The one test of a file whose list of tests has this element, a YAML map."""
    cases, problems = read(f"tests: [{{name: t, {text}}}]\n")
    assert [str(problem) for problem in problems] == []
    (case,) = cases
    return case


def played(text: str) -> Played:
    """What comes of it."""
    return play(one(text), SETTINGS)


def judged(text: str) -> CaseResult:
    """What is to be said of it."""
    return result_of(played(text))
