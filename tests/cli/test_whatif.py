"""`triaged whatif` as people call it, with the configuration that comes with triaged."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from triaged.cli.main import main

EXAMPLE = str(ROOT / "config.example.yaml")
BODY = """\
[{"labels": {"alertname": "Down", "severity": "critical"}, "startsAt": "2020-01-01T00:00:00Z"}]
"""
NIGHT = "2026-10-25T02:20:00+02:00"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def body(tmp_path: Path) -> str:
    (tmp_path / "body.json").write_text(BODY)
    return str(tmp_path / "body.json")


def call(capsys: Capture, *words: str) -> tuple[int, str, str]:
    """(exit status, stdout, stderr)."""
    status = main(["whatif", "--config", EXAMPLE, *words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_sequence_is_told_in_utc_and_on_the_readers_clock(body: str, capsys: Capture) -> None:
    status, out, err = call(capsys, body, "--at", NIGHT, "--until", "16m")

    assert status == 0
    assert out.splitlines() == [
        "prometheus: 1 alerts at 2026-10-25 00:20:00 UTC",
        "",
        "+0s      2026-10-25 00:20:00             INC-1 opened: SEV-2 Down, by rule:label-sev-2, "
        "policy default; respond by 00:35 UTC",
        "+0s      2026-10-25 00:20:00  09:20 JST  INC-1 PAGE bob by desk (console): round 1, "
        "step 1, schedule:primary",
        "+7m30s   2026-10-25 00:27:30             INC-1 escalated to bob "
        "(schedule:primary, round 1, step 2); next bob at 00:35 UTC",
        "+7m30s   2026-10-25 00:27:30  09:27 JST  INC-1 PAGE bob by desk (console): round 1, "
        "step 2, schedule:primary",
        "+11m15s  2026-10-25 00:31:15             INC-1 nobody has acknowledged yet: "
        "the response target is at risk, respond by 00:35 UTC",
        "+15m     2026-10-25 00:35:00             INC-1 the response target is missed: "
        "nobody acknowledged by 00:35 UTC",
        "+15m     2026-10-25 00:35:00             INC-1 escalated to bob "
        "(schedule:secondary, round 1, step 3); next bob, alice, channel:console at 00:50 UTC",
        "+15m     2026-10-25 00:35:00  09:35 JST  INC-1 PAGE bob by desk (console): round 1, "
        "step 3, schedule:secondary",
        "+16m     2026-10-25 00:36:00             INC-1 end: open, response missed, the next step "
        "is due 00:50 UTC",
    ]
    assert "overrides and calendar feeds are not seen" in err


def test_what_repeats_until_somebody_acts_is_told_twice(body: str, capsys: Capture) -> None:
    _, out, _ = call(capsys, body, "--at", NIGHT)

    lines = out.splitlines()
    assert sum("still not answered" in line for line in lines) == 2
    assert "times more" in lines[-2]
    assert "end: open" in lines[-1]
    assert len(lines) < 60


def test_json_says_what_happens_and_what_is_not_seen(body: str, capsys: Capture) -> None:
    status, out, _ = call(capsys, body, "--at", NIGHT, "--ack-after", "3m", "-o", "json")

    answer = json.loads(out)
    assert status == 0
    assert answer["first_page_at"] == "2026-10-25T00:20:00.000000Z"
    assert answer["moments"][1]["read_at"] == "09:20 JST"
    assert {"incident.acknowledged", "incident.unacknowledged", "end"} <= {
        moment["kind"] for moment in answer["moments"]
    }
    assert answer["incidents"][0]["id"] == "INC-1"
    assert len(answer["unseen"]) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("absent.json",), "cannot read absent.json"),
        (("BODY", "--at", "noon"), "--at 'noon'"),
        (("BODY", "--until", "soon"), "--until: expected a duration"),
        (("BODY", "--until", "1y"), "--until: at most 31d"),
        (("BODY", "--ack-after", "x"), "--ack-after: expected a duration"),
        (("BODY", "--source", "nagios"), "there is no source 'nagios'"),
        (("BODY", "--source", "alertmanager"), "as a body of alertmanager it cannot be used"),
    ],
)
def test_what_cannot_be_used_is_said(
    words: tuple[str, ...], message: str, body: str, capsys: Capture
) -> None:
    status, out, err = call(capsys, *(word.replace("BODY", body) for word in words))

    assert (status, out) == (2 if message.startswith("--") else 1, "")
    assert err.startswith(f"triaged: {message}")


def test_it_is_acknowledged_or_not(body: str, capsys: Capture) -> None:
    assert call(capsys, body, "--no-ack", "--ack-after", "3m")[0] == 2
    assert call(capsys, body, "--no-ack")[0] == 0
