"""Other rules: a directory, a whole configuration, a git revision."""

import subprocess
from pathlib import Path

import pytest

from tests.core.world import MONDAY
from triaged.cli._client import Failed
from triaged.cli._replaying import compare
from triaged.core.records.history import Episode
from triaged.core.time.durations import HOUR
from triaged.dry_run.replay.history import Head
from triaged.dry_run.replay.report import ReplayReport
from triaged.wire import encode

CONFIG = """
store: sqlite:triaged.db
rules: [rules/*.yaml]
channels: {console: {kind: console}}
people: {alice: {name: Alice, contacts: {desk: {channel: console}}}}
policies: {default: {steps: [{notify: ["person:alice"]}], catch_all: "person:alice"}}
"""
RULES = "rules: [{name: all, match: ['alertname!=\"\"'], set: {severity: %s}}]\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration in which everything is a SEV-1, and a history of one alert."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "all.yaml").write_text(RULES % "SEV-1")
    (tmp_path / "config.yaml").write_text(CONFIG)
    one = Episode(1, "am", "a", MONDAY, MONDAY, {"alertname": "Down"})
    lines = (encode(Head(MONDAY, MONDAY + HOUR)), encode(one))
    (tmp_path / "history").write_bytes(b"\n".join(lines))
    return tmp_path / "config.yaml"


def compared(config: Path, against: str) -> ReplayReport:
    """These rules and others over the history."""
    return compare(str(config.parent / "history"), config, against)


def severities(report: ReplayReport) -> list[str]:
    """Of the only incident, before and after."""
    (changed,) = report.difference.severities
    return [changed.before[0].severity.value, changed.after[0].severity.value]


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def test_rule_files_of_a_directory_replace_those_of_the_configuration(
    config: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "all.yaml").write_text(RULES % "SEV-4")

    assert severities(compared(config, str(other))) == ["SEV-1", "SEV-4"]


def test_a_revision_is_the_whole_configuration_at_that_time(config: Path) -> None:
    folder = config.parent
    git(folder, "init", "-q")
    git(folder, "add", "config.yaml", "rules")
    git(folder, "commit", "-q", "-m", "first")
    (folder / "rules" / "all.yaml").write_text(RULES % "SEV-3")

    assert severities(compared(config, "HEAD")) == ["SEV-3", "SEV-1"]


def test_what_is_neither_is_said(config: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(Failed, match="neither a directory nor a git revision"):
        compared(config, "no-such-thing")
    with pytest.raises(Failed, match=r"neither config\.yaml nor rule files"):
        compared(config, str(tmp_path / "empty"))
