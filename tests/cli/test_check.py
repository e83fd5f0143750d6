import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.config.samples import SMALL
from tests.conftest import ROOT
from triaged.cli.main import main

RULES = """\
rules:
  - {name: down, match: ['alertname="Down"'], set: {severity: SEV-1, title: "{{ labels.shard }}"}}
  - {name: shop, match: ['alertname="Down"', 'service="shop"'], set: {severity: SEV-2}}
"""
TESTS = """\
tests:
  - {name: down, input: [{alertname: Down, service: shop}], expect: {rule: down}}
"""


@pytest.fixture
def _log_as_found() -> Iterator[None]:
    """The log that `--online` sets up is taken down: its stream is closed after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration without errors, with rules and a test."""
    sections = SMALL | {"rules": "[rules/*.yaml]"}
    (tmp_path / "rules/tests").mkdir(parents=True)
    (tmp_path / "rules/a.yaml").write_text(RULES)
    (tmp_path / "rules/tests/a.yaml").write_text(TESTS)
    path = tmp_path / "config.yaml"
    path.write_text("".join(f"{name}: {text}\n" for name, text in sections.items()))
    return path


def test_shipped_configuration_gives_no_warning(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["check", "--strict", "--config", str(ROOT / "config.example.yaml")])

    assert (status, capsys.readouterr().out) == (0, "")


def test_warnings_are_told_and_fail_only_if_strict(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = [main(["check", "--config", str(config), *more]) for more in ([], ["--strict"])]

    first, second = capsys.readouterr().out.splitlines()[:2]
    file = config.parent / "rules/a.yaml"
    assert statuses == [0, 1]
    assert first.startswith(f"{file}:2:77: warning: rule down: title: '{{{{ labels.shard }}}}'")
    assert second.startswith(f"{file}:3:5: warning: rule shop changes nothing")


def test_json_tells_errors_from_warnings(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "-o", "json", "--config", str(config)])
    with config.open("a") as file:
        file.write("listn: 1\n")
    main(["check", "-o", "json", "--config", str(config)])

    decoder = json.JSONDecoder()
    out = capsys.readouterr().out
    warned, end = decoder.raw_decode(out)
    failed, _ = decoder.raw_decode(out[end:].lstrip())
    assert (warned["ok"], failed["ok"]) == (True, False)
    assert [problem["severity"] for problem in warned["problems"]] == ["warning", "warning"]
    assert [problem["severity"] for problem in failed["problems"]] == ["error"]


def test_a_file_of_tests_that_is_broken_does_not_stop_the_check(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "rules/tests/a.yaml").write_text("tests: [{")

    status = main(["check", "--config", str(config)])

    assert status == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.usefixtures("_log_as_found")
def test_channels_are_tried_online(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hook = "hook: {kind: webhook, url: 'http://127.0.0.1:1/x'}, "
    config.write_text(config.read_text().replace("channels: {", "channels: {" + hook))

    statuses = [main(["check", "--config", str(config), *more]) for more in ([], ["--online"])]

    assert statuses == [0, 1]
    assert "channel hook does not work now" in capsys.readouterr().out


def test_a_duty_that_changes_now_is_a_warning(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rotation = "{primary: {timezone: UTC, rotations: [{people: [%s], every: 1w, from: '%s'}]}}\n"
    old = config.with_name("old.yaml")
    text = config.read_text().replace('notify: ["person:alice"]', 'notify: ["schedule:primary"]')
    text = text.replace("{alice:", "{bob: {contacts: {desk: {channel: console}}}, alice:")
    old.write_text(text + "schedules: " + rotation % ("alice", "2026-01-05T09:00"))

    statuses = []
    for people in ("alice", "bob"):
        config.write_text(text + "schedules: " + rotation % (people, "2026-01-05T09:00"))
        statuses.append(main(["check", "--config", str(config), "--against", str(old)]))
    gone = main(["check", "--config", str(config), "--against", "no-such"])

    (line,) = [line for line in capsys.readouterr().out.splitlines() if "primary" in line]
    assert (statuses, gone) == ([0, 0], 1)
    assert line.endswith("warning: primary now: alice → bob, for more than 12 weeks")
