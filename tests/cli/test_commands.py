"""The commands besides `incident`, against a real daemon and on its files."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.desk import CONFIG, Desk, running
from tests.conftest import ROOT
from tests.e2e.peers import eventually
from triaged.cli.main import commands, main

BODY = '[{"labels": {"alertname": "Sent", "severity": "warning"}}]'


@pytest.mark.parametrize("name", commands())
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert "usage: triaged " in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["nonsense"], ["incident"], ["incident", "ack"]])
def test_a_wrong_call_is_a_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert "usage: triaged" in capsys.readouterr().err


def test_a_body_is_sent_to_the_source_of_its_shape(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text(BODY)

    status, out, _ = desk("send", str(tmp_path / "body.json"))

    assert (status, out) == (0, "prometheus: 1 accepted → INC-1\n")
    assert desk("send", str(tmp_path / "none.json"))[0] == 1


def test_quarantine_is_looked_at_and_emptied(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"alerts": 7}')
    sent = desk("send", str(tmp_path / "bad.json"), "--source", "alertmanager")
    (kept,) = desk.json("quarantine", "list")["quarantine"]

    assert sent[0] == 1
    assert kept["id"] in desk("quarantine", "list")[1]
    shown = desk("quarantine", "show", kept["id"])[1]
    assert '{"alerts": 7}' in shown
    assert "content-type: application/json\n" in shown
    assert desk("quarantine", "resubmit", kept["id"])[0] == 1
    assert desk("quarantine", "drop", kept["id"])[0] == 0
    assert desk.json("quarantine", "list")["quarantine"] == []


def test_who_is_on_call_is_told(desk: Desk) -> None:
    assert "alice" in desk("oncall", "show")[1]
    (row,) = desk.json("oncall", "at", "2025-01-01T00:00:00Z")["oncall"]
    assert row["people"] == []


def test_tokens_are_made_listed_and_revoked(desk: Desk) -> None:
    made = desk.json("token", "create", "prom", "--scope", "ingest:*", "--expires", "90d")

    assert made["token"].startswith("trg_")
    assert "prom" in desk("token", "list")[1]
    assert desk("token", "revoke", made["id"])[0] == 0
    assert "revoked" in desk("token", "list")[1]
    assert desk("token", "create", "x", "--scope", "everything")[0] == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--scope", "foo"), "$.scopes[0]: 'foo' is none of admin"),
        (("--scope", "ingest:nosuch"), "$.scopes[0]: 'ingest:nosuch' is none of admin"),
        (("--scope", "read", "--person", "alic"), "$.person: 'alic' is none of alice (did"),
        (("--scope", "read", "--expires", "foo"), "$.expires_in: expected a duration"),
        (("--scope", "read", "--expires", "0s"), "$.expires_in: expected some time"),
    ],
)
def test_a_token_that_cannot_be_is_not_made(
    words: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)

    status = main(["token", "create", "x", "--offline", "--config", str(config), *words])

    assert (status, told in capsys.readouterr().err) == (1, True)
    assert not (tmp_path / "triaged.db").exists()


def test_a_link_to_the_console_is_printed(desk: Desk) -> None:
    status, out, _ = desk("token", "create", "--person", "alice", "--login")

    assert status == 0
    assert "/login/" in out
    assert desk("token", "create", "--person", "mallory", "--login")[0] == 1
    for words in (["--login"], ["x", "--person", "alice", "--login"], [], ["x"]):
        assert desk("token", "create", *words)[0] == 1


def test_a_link_can_be_made_before_the_first_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("auth: none", ""))
    words = ["token", "create", "--login", "--offline", "--config", str(config), "--person"]

    assert main([*words, "alice"]) == 0
    assert "/login/" in capsys.readouterr().out
    assert main([*words, "mallory"]) == 1


def test_a_token_that_is_over_is_listed_as_such(desk: Desk) -> None:
    desk("token", "create", "short", "--scope", "read", "--expires", "1s")

    eventually(lambda: "expired" in desk("token", "list")[1], "the end of a token")


@pytest.fixture
def stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The files of a daemon that has had an incident."""
    with running(tmp_path, capsys) as desk:
        desk.fires("Down")
    return desk


def test_the_store_of_a_stopped_daemon_can_be_worked_on(stopped: Desk, tmp_path: Path) -> None:
    config = ("--config", str(tmp_path / "config.yaml"))
    copy = str(tmp_path / "copy.db")

    answers = {
        verb: stopped.offline("store", *words, *config, "-o", "json")
        for verb, words in {
            "info": ("info",),
            "verify": ("verify",),
            "backup": ("backup", copy),
            "again": ("backup", copy),
            "prune": ("prune",),
            "restore": ("restore", copy),
            "migrate": ("migrate",),
        }.items()
    }

    assert {verb: status for verb, (status, _, _) in answers.items()} == {
        **dict.fromkeys(("info", "verify", "backup", "prune", "restore", "migrate"), 0),
        "again": 1,
    }
    assert json.loads(answers["info"][1])["incidents"] == 1
    assert json.loads(answers["restore"][1])["replaced"] == f"{tmp_path}/triaged.db.replaced"
    assert json.loads(answers["verify"][1])["sound"] is True
    assert stopped.offline("store", "prune", *config)[1] == "nothing is past its retention\n"
    assert "exists already" in answers["again"][2]


def test_a_store_is_copied_while_the_daemon_runs(desk: Desk, tmp_path: Path) -> None:
    desk.fires("Down")
    copy = tmp_path / "copy.db"

    status, _, _ = desk.offline("store", "backup", str(copy), "--config", f"{tmp_path}/config.yaml")

    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT title FROM incidents").fetchall() == [("Down",)]
    assert status == 0


@pytest.mark.parametrize(("verb", "program"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_postgresql_has_its_own_tools(
    stopped: Desk, tmp_path: Path, verb: str, program: str
) -> None:
    config = tmp_path / "other.yaml"
    config.write_text(CONFIG.replace("store: sqlite:triaged.db", "store: postgresql://nowhere/x"))

    status, _, said = stopped.offline("store", verb, "copy", "--config", str(config))

    assert (status, program in said) == (1, True)


def test_a_token_file_that_is_not_there_is_said(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAGED_TOKEN_FILE", f"{tmp_path}/none")

    status, _, said = desk("incident", "list")

    assert status == 1
    assert f"TRIAGED_TOKEN_FILE is {tmp_path}/none: no such file or directory" in said


def test_a_token_can_be_made_before_the_first_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("auth: none", ""))

    status = main(
        ["token", "create", "me", "--scope", "admin", "--offline", "--config", str(config)]
    )

    assert status == 0
    assert capsys.readouterr().out.startswith("trg_")


@pytest.mark.parametrize(
    "words",
    ["store verify", "store info", "store prune", "store backup copy", "token list --offline"],
)
def test_no_store_is_made_by_looking(
    words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)

    status = main([*words.split(), "--config", str(config)])

    said = capsys.readouterr().err
    assert status == 1
    assert f"there is no store at {tmp_path}/triaged.db; of a daemon under systemd" in said
    assert "STATE_DIRECTORY=/var/lib/triaged" in said
    assert not (tmp_path / "triaged.db").exists()


def test_a_running_daemons_store_is_not_touched(desk: Desk) -> None:
    status, _, err = desk.offline("store", "info", "--config", str(desk.folder / "config.yaml"))

    assert status == 1
    assert "in use by process" in err


def test_check_tells_every_problem_with_its_position(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("listn: 1\npolicies: {default: {steps: [{notify: ['person:bob']}]}}\n")

    status = main(["check", "--config", str(config)])

    out = capsys.readouterr().out
    assert status == 1
    assert f"{config}:1:1: 'listn' is none of" in out
    assert "bob" in out


def test_the_example_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--strict", "--config", str(ROOT / "config.example.yaml")]) == 0
    assert main(["check", "-o", "json", "--config", str(ROOT / "config.example.yaml")]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


@pytest.mark.parametrize("of", ["config", "rules", "tests"])
def test_a_schema_is_json(of: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", of, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org")


def test_help_does_not_load_the_daemon() -> None:
    code = (
        "import sys; from triaged.cli.main import main; main(['incident', '--help']);"
        "heavy = {'aiohttp', 'prometheus_client', 'msgspec', 'asyncio'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("incident show foo", "an incident is written INC-12, or 12; 'foo' is neither"),
        ("incident ack INC-", "'INC-' is neither"),
        (
            "silence add a=b -c x --end tomorrow",
            "argument --end: 'tomorrow' is no date, time and zone such as 2026-",
        ),
        ("silence add a=b -c x --start 2026-11-24T08:00:00", "argument --start: "),
    ],
)
def test_what_cannot_be_meant_is_said_before_it_is_asked(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 2
    assert told in capsys.readouterr().err
