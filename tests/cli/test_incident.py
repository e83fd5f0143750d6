import json
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.e2e.peers import eventually, fetch_json


def test_incidents_are_listed_shown_and_acted_on(desk: Desk) -> None:
    desk.fires("Down")

    assert "INC-1" in desk("incident", "list")[1]
    status, out, _ = desk("incident", "ack", "1", "--note", "mine")
    assert (status, out) == (0, "INC-1  SEV-2  acknowledged by anonymous  Down\n")
    assert desk.json("incident", "show", "inc-1")["state"] == "acknowledged"
    assert "mine" in desk("incident", "timeline", "INC-1")[1]
    assert "acknowledged by" in desk("incident", "show", "1")[1]


def test_every_verb_does_what_it_says(desk: Desk) -> None:
    desk.json("incident", "declare", "Shop is slow", "--severity", "SEV-3", "--text", "since 9")
    acts = (
        ("severity", "1", "SEV-3", "--reason", "as bad as it was"),
        ("ack", "1"),
        ("unack", "1"),
        ("phase", "1", "mitigation"),
        ("assign", "1", "alice"),
        ("note", "1", "hello", "--at", "2026-11-23T10:00:00Z"),
        ("snooze", "1", "2h"),
        ("resolve", "1"),
        ("reopen", "1"),
        ("resolve", "1"),
        ("close", "1"),
    )

    states = [desk.json("incident", *words)["state"] for words in acts]

    assert states == [
        "open",
        "acknowledged",
        "open",
        "open",
        "open",
        "open",
        "acknowledged",
        "resolved",
        "open",
        "resolved",
        "closed",
    ]


def test_what_cannot_be_done_is_said_on_stderr(desk: Desk) -> None:
    desk.fires("Down")

    missing = desk("incident", "ack", "99")
    conflict = desk("incident", "close", "1")

    assert [missing[0], conflict[0]] == [1, 1]
    assert "INC-99" in missing[2] or "99" in missing[2]
    assert "possible now: acknowledge" in conflict[2]
    assert missing[1] == conflict[1] == ""


def test_alert_text_does_not_drive_the_terminal(desk: Desk) -> None:
    desk.fires("Do\x1b[31mwn\x07")

    said = [
        desk("incident", *words)[1]
        for words in (("list",), ("show", "1"), ("ack", "1"), ("resolve", "1"))
    ]
    said.append(desk("incident", "declare", "\x1b[2J\x07", "--severity", "SEV-3")[1])

    assert ["\x1b" in out or "\x07" in out for out in said] == [False] * 5


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("note", "1", " "), "a note says something"),
        (("snooze", "1", "x"), "'x' is neither an instant such as"),
        (("show", "INC-٣"), "'INC-٣' is neither"),
        (("export", "1", "--as-test", "-o", "json"), "--as-test prints YAML"),
    ],
)
def test_what_an_incident_does_not_take_is_a_usage_error(
    words: tuple[str, ...], told: str, desk: Desk
) -> None:
    status, _, err = desk("incident", *words)

    assert (status, told in err) == (2, True), err


def test_a_daemon_that_is_not_there_is_said(desk: Desk) -> None:
    status, _, err = desk.offline("incident", "list", "--url", "http://127.0.0.1:1")

    assert status == 1
    assert "is it running?" in err


def test_an_incident_is_exported_whole(desk: Desk) -> None:
    desk.fires("Down", pod="1")
    desk("incident", "ack", "1")

    status, out, _ = desk("incident", "export", "inc-1")

    answer = json.loads(out)
    assert status == 0
    assert answer["incident"]["id"] == "INC-1"
    assert {"incident.opened", "incident.acknowledged"} <= {
        entry["kind"] for entry in answer["timeline"]
    }
    assert [row["labels"]["pod"] for row in answer["alerts"]] == ["1"]
    assert [row["labels"]["pod"] for row in answer["episodes"]] == ["1"]
    assert {"pages", "timeline", "actions"} <= set(answer)
    assert answer["postmortem"]["state"] == "draft"
    assert desk("incident", "export", "INC-9")[0] == 1


def test_an_incident_that_happened_is_exported_as_a_test_that_passes(
    desk: Desk, tmp_path: Path
) -> None:
    for pod in "123":
        desk.fires("Down", pod=pod)
    desk.fires("Worse", severity="SEV-1")
    eventually(lambda: "page.sent" in desk("incident", "timeline", "1")[1], "a page")
    desk("incident", "ack", "1", "--note", "mine: 'now'")
    desk("incident", "severity", "1", "SEV-1", "--reason", "worse")
    desk("incident", "phase", "1", "mitigation")
    desk("incident", "resolve", "1")

    status, out, err = desk("incident", "export", "--as-test", "INC-1")
    (tmp_path / "night.yaml").write_text(out)
    config = ("--config", str(desk.folder / "config.yaml"))
    passed = desk.offline("test", str(tmp_path / "night.yaml"), *config)
    (tmp_path / "night.yaml").write_text(out.replace("severity: SEV-1\n", "severity: SEV-3\n"))
    failed = desk.offline("test", str(tmp_path / "night.yaml"), *config)

    assert (status, err) == (0, "")
    assert "resolve: anonymous" in out
    assert (passed[0], passed[1].splitlines()[0]) == (0, "PASS  INC-1 Down"), passed
    assert (failed[0], failed[1].splitlines()[1]) == (
        1,
        "      severity: expected SEV-3, got SEV-1",
    )


def test_an_incident_about_a_body_in_quarantine_is_no_test(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"alerts": 7}')
    desk("send", str(tmp_path / "bad.json"), "--source", "alertmanager")

    status, out, err = desk("incident", "export", "--as-test", "INC-1")

    assert (status, out) == (1, "")
    assert err == "triaged: no alert opened INC-1 (quarantine): it is no test\n"


def test_a_silence_is_exported_with_what_it_muted(desk: Desk, tmp_path: Path) -> None:
    wish = {
        "matchers": ['alertname="Down"'],
        "duration": "2h",
        "comment": "planned work",
    }
    fetch_json(f"{desk.url}/api/v1/silences", wish)
    desk.fires("Down")
    eventually(lambda: "incident.muted" in desk("incident", "timeline", "1")[1], "muting")

    status, out, err = desk("incident", "export", "--as-test", "1")
    (tmp_path / "muted.yaml").write_text(out)
    passed = desk.offline(
        "test", str(tmp_path / "muted.yaml"), "--config", str(desk.folder / "config.yaml")
    )

    assert (status, err) == (0, "")
    assert "match: ['alertname=\"Down\"']" in out
    assert "pages: []" in out
    assert passed[0] == 0, passed
