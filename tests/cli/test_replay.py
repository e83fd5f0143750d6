"""`triaged replay` against a running daemon, and offline from what it saved."""

import json
from pathlib import Path

from tests.cli.desk import Desk
from tests.e2e.peers import eventually

SOFT = """
rules:
  - {name: soft, match: ['severity="critical"'], set: {severity: SEV-4}}
"""


def saved(desk: Desk) -> Path:
    """A history of two incidents, one acknowledged by a person."""
    desk.fires("Down", pod="<img src=x onerror=alert(1)>")
    desk.fires("Full")
    assert desk("incident", "ack", "INC-1")[0] == 0
    path = desk.folder / "history.ndjson"
    status, _, err = desk(
        "replay", "--config", str(desk.folder / "config.yaml"), "--save", str(path)
    )
    assert status == 0, err
    return path


def test_replaying_the_rules_of_the_time_gives_what_happened(desk: Desk) -> None:
    desk.fires("Down")
    desk.fires("Full")
    eventually(lambda: "page.sent" in desk("incident", "timeline", "1")[1], "a page")
    eventually(lambda: "page.sent" in desk("incident", "timeline", "2")[1], "a page")
    assert desk("incident", "ack", "INC-1")[0] == 0

    status, out, err = desk("replay", "--config", str(desk.folder / "config.yaml"), "-o", "json")

    found = json.loads(out)
    assert status == 0, err
    assert found["episodes"] == 2
    assert found["fidelity"]["nothing"], found
    assert found["acts"]["unmatched"] == 0


def test_other_rules_offline_with_limits(desk: Desk) -> None:
    path = saved(desk)
    rules = desk.folder / "soft"
    rules.mkdir()
    (rules / "soft.yaml").write_text(SOFT)
    words = ["replay", "--config", str(desk.folder / "config.yaml"), "--history", str(path)]
    words += ["--against", str(rules)]

    status, out, _ = desk.offline(*words, "-o", "markdown", "--fail-if", "sev4 > +1")
    page_status, page, _ = desk.offline(*words, "-o", "html", "--fail-if", "sev1 > 0")

    assert status == 1
    assert "Other severity" in out
    assert page_status == 0
    assert "<img" not in page
    assert "<svg" in page


def test_what_cannot_be_used_is_said(desk: Desk) -> None:
    config = str(desk.folder / "config.yaml")

    def complaint(*words: str, because: int = 1) -> str:
        status, _, err = desk.offline("replay", "--config", config, *words)
        assert status == because
        return err

    (desk.folder / "none").write_text("{}\n")
    assert "is none of incidents, pages" in complaint("--fail-if", "pagse > 1", because=2)
    assert "holds no history" in complaint("--history", str(desk.folder / "none"))
    assert "cannot read" in complaint("--history", str(desk.folder / "absent"))
