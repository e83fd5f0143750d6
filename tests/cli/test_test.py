"""`triaged test` as people and CI servers call it."""

import json
import os
import pty
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.config.test_interface import CONFIGURATION, RULES, TESTS
from tests.conftest import ROOT
from triaged.cli.main import main

EXAMPLE = str(ROOT / "config.example.yaml")
GOOD = """\
tests:
  - name: disk full wakes somebody
    input: [{alertname: DiskFull, severity: critical}]
    expect: {severity: SEV-2, incidents: 1}
"""
BAD = """\
tests:
  - name: disk full is the worst
    input: [{alertname: DiskFull, severity: critical}]
    expect: {severity: SEV-1, pages: [{at: 1m, to: alice, via: desk}]}
"""
Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *words: str, config: str = EXAMPLE) -> tuple[int, str, str]:
    """(exit status, stdout, stderr)."""
    status = main(["test", "--config", config, *words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def good(tmp_path: Path) -> str:
    (tmp_path / "good.yaml").write_text(GOOD)
    return str(tmp_path / "good.yaml")


@pytest.fixture
def bad(tmp_path: Path) -> str:
    (tmp_path / "bad.yaml").write_text(BAD)
    return str(tmp_path / "bad.yaml")


def test_the_tests_of_the_shipped_rules_pass(capsys: Capture) -> None:
    status, out, err = call(capsys)

    assert (status, err) == (0, "")
    assert "PASS  the watchdog opens nothing\n" in out
    assert " 0 failed in " in out


def test_a_failure_shows_both_sides_and_fails(good: str, bad: str, capsys: Capture) -> None:
    status, out, _ = call(capsys, good, bad)

    assert status == 1
    lines = out.splitlines()
    assert lines[:8] == [
        "PASS  disk full wakes somebody",
        f"FAIL  disk full is the worst  ({bad}:2:5)",
        "      severity: expected SEV-1, got SEV-2",
        "      pages (- expected, + went out):",
        "        + 0s  alice by desk",
        "        - 1m  alice by desk",
        "      decided: INC-1 SEV-2 by rule:label-sev-2, policy default, open (alertname=DiskFull)",
        "      decided: matched: label-sev-2",
    ]
    assert lines[8].startswith("1 passed, 1 failed in ")
    assert re.fullmatch(r"rules: 1 of \d+ matched an alert of a test; --coverage .*", lines[9])


def test_rules_that_no_test_touches_are_listed(good: str, capsys: Capture) -> None:
    status, out, _ = call(capsys, good, "--coverage")

    assert status == 0
    assert "      label-sev-1\n" in out
    assert "      label-sev-2\n" not in out


def test_tests_are_chosen_by_name(good: str, bad: str, capsys: Capture) -> None:
    assert call(capsys, good, bad, "--run", "wakes .*body")[0] == 0
    assert call(capsys, good, bad, "--run", "worst$")[0] == 1
    status, _, err = call(capsys, good, "--run", "nothing")
    assert (status, err) == (2, "triaged: no test's name matches 'nothing'\n")
    status, _, err = call(capsys, good, "--run", "(")
    assert status == 2
    assert "is no regular expression" in err


def test_no_tests_are_a_usage_error(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "none.yaml").write_text("tests: []\n")
    (tmp_path / "config.yaml").write_text(
        "channels: {console: {kind: console}}\npeople: {a: {contacts: {c: {channel: console}}}}\n"
        "policies: {default: {steps: [{notify: ['person:a']}]}}\nrules: []\n"
    )

    assert call(capsys, str(tmp_path / "none.yaml"))[0] == 2
    status, _, err = call(capsys, config=str(tmp_path / "config.yaml"))
    assert status == 2
    assert "there are no tests" in err


def test_a_file_that_cannot_be_read_fails(tmp_path: Path, capsys: Capture) -> None:
    status, _, err = call(capsys, str(tmp_path / "absent.yaml"))

    assert (status, err.startswith("triaged: cannot read ")) == (1, True)


def test_a_folder_stands_for_its_files(good: str, capsys: Capture) -> None:
    status, out, _ = call(capsys, str(Path(good).parent))

    assert (status, "1 passed" in out) == (0, True)


def test_a_file_with_errors_fails_and_says_where(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(GOOD + "  - {name: x, input: [{a: b}], expect: {sevrity: SEV-1}}\n")

    status, out, _ = call(capsys, str(path))

    assert status == 1
    assert out.startswith(f"{path}:5:41: 'sevrity' is none of severity, ")
    assert "1 passed, 0 failed, 1 problems in the files" in out


def test_a_wrong_configuration_fails(tmp_path: Path, good: str, capsys: Capture) -> None:
    (tmp_path / "config.yaml").write_text("listn: 1\n")

    status, _, err = call(capsys, good, config=str(tmp_path / "config.yaml"))

    assert status == 1
    assert "'listn' is none of" in err


def test_junit_is_written_for_ci(tmp_path: Path, good: str, bad: str, capsys: Capture) -> None:
    report = tmp_path / "report.xml"

    status, _, _ = call(capsys, good, bad, "--junit", str(report))

    (suite,) = ET.parse(report).getroot()
    assert (status, suite.get("tests"), suite.get("failures")) == (1, "2", "1")
    assert call(capsys, good, "--junit", str(tmp_path / "no" / "x.xml"))[0] == 1


def test_json_has_everything(good: str, bad: str, capsys: Capture) -> None:
    status, out, _ = call(capsys, good, bad, "-o", "json")

    answer = json.loads(out)
    assert (status, answer["ok"], answer["passed"], answer["failed"]) == (1, False, 1, 1)
    assert answer["tests"][1]["differences"] == [
        {"field": "severity", "expected": "SEV-1", "got": "SEV-2"}
    ]
    assert "label-sev-1" in answer["coverage"]["untouched"]


@pytest.mark.parametrize(("more", "colours"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_it_does_not_want_them(
    more: dict[str, str], colours: bool, bad: str
) -> None:
    outer, inner = pty.openpty()
    words = [sys.executable, "-m", "triaged", "test", "--config", EXAMPLE, bad]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    if colours:
        environment.pop("NO_COLOR", None)
    done = subprocess.run(words, stdout=inner, env=environment, check=False, timeout=60)
    os.close(inner)
    shown = os.read(outer, 65_536)
    os.close(outer)

    assert done.returncode == 1
    assert (b"\x1b[31;1mFAIL\x1b[0m" in shown) is colours
    assert (b"\x1b" in shown) is colours


@pytest.fixture
def promised(tmp_path: Path) -> str:
    """The file of the promised configuration, with its rules."""
    (tmp_path / "rules" / "tests").mkdir(parents=True)
    (tmp_path / "config.yaml").write_text(CONFIGURATION)
    (tmp_path / "rules" / "10.yaml").write_text(RULES)
    return str(tmp_path / "config.yaml")


def test_the_example_that_users_are_promised_passes(
    tmp_path: Path, promised: str, capsys: Capture
) -> None:
    (tmp_path / "rules" / "tests" / "10.yaml").write_text(TESTS)

    status, out, err = call(capsys, config=promised)

    assert (status, err) == (0, ""), out
    assert out.startswith("PASS  ten pods down is a SEV-1\n1 passed, 0 failed in ")


def test_what_rules_mute_and_expect_can_be_tested(
    tmp_path: Path, promised: str, capsys: Capture
) -> None:
    (tmp_path / "muted.yaml").write_text(
        "tests:\n"
        "  - name: a silent watchdog pages\n"
        "    expecting: [watchdog]\n"
        "    input: [{alertname: Watchdog, _every: 1m, _last: 10m}]\n"
        "    expect: {severity: SEV-1, rule: watchdog, pages: [{at: 15m, to: alice, via: desk}]}\n"
        "    until: 16m\n"
        "  - name: patching pages nobody\n"
        "    at: 2026-04-04T02:30:00+02:00\n"
        "    input: [{alertname: Slow, env: staging}]\n"
        "    until: 1h\n"
        "    expect: {muted_by: ['maintenance:weekly-patching'], pages: []}\n"
        "  - name: a dead node explains the rest\n"
        "    input:\n"
        "      - {alertname: NodeDown, severity: critical, cluster: c, node: n}\n"
        "      - {alertname: Slow, severity: warning, cluster: c, node: n}\n"
        "      - {alertname: Full, severity: warning, cluster: c, node: m}\n"
        "    expect:\n"
        "      incidents:\n"
        "        - {title: NodeDown (cluster=c), muted_by: []}\n"
        "        - {title: Slow (cluster=c), muted_by: ['suppress:node-down']}\n"
        "        - {title: Full (cluster=c), muted_by: []}\n"
    )

    status, out, err = call(capsys, str(tmp_path / "muted.yaml"), config=promised)

    assert (status, err) == (0, ""), out
    assert out.count("PASS") == 3
