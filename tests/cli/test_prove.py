"""Prove on a terminal: a table, counter-examples, an exit status for CI."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from triaged.cli.main import main

CONFIG = """
auth: none
rules: [rules.yaml]
channels: {console: {kind: console}}
people: {alice: {name: Alice, contacts: {desk: {channel: console}}}}
schedules:
  days:
    timezone: UTC
    rotations: [{people: [alice], every: 1w, from: "2026-01-05T00:00", only: "mon-sat"}]
policies: {default: {steps: [{notify: ["schedule:days", "channel:console"]}]}}
"""
RULES = "rules: [{name: all, set: {severity: SEV-1}}]\n"
FROM = "2026-10-19T00:00:00Z"


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return str(tmp_path / "config.yaml")


def test_a_gap_is_told_with_its_instants_and_fails(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["prove", "--config", config, "--from", FROM, "--weeks", "1"])
    out = capsys.readouterr().out

    assert status == 1
    assert "SEV-1 default, 2026-10-25 00:00 UTC to 2026-10-26 00:00 UTC: step 1 nobody on" in out
    assert "2 times no human is reached in time: 2 combinations" in out


def test_the_same_as_json(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["prove", "--config", config, "--from", FROM, "--weeks", "1", "-o", "json"])
    proof = json.loads(capsys.readouterr().out)

    assert [gap["from"] for gap in proof["gaps"]] == ["2026-10-25T00:00:00.000000Z"] * 2
    assert {row["seconds"] for row in proof["worst"]} == {86400.0}  # paged on until Monday


def test_the_example_configuration_reaches_somebody_always(
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = str(ROOT / "config.example.yaml")

    assert main(["prove", "--config", config, "--from", FROM, "--weeks", "4"]) == 0
    assert "every alert reaches a human in time" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--weeks", "0"], ["--weeks", "99"], ["--from", "soon"]])
def test_what_is_wrong_is_said(
    config: str, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prove", "--config", config, *wrong]) == 2
    assert "expected" in capsys.readouterr().err
