"""`triaged oncall override|cover|swap` against a daemon."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import CONFIG, Desk, running
from triaged.cli._client import Misused
from triaged.cli._oncall_acts import instant
from triaged.dry_run.replay.history import read

PEOPLE = "people: {alice: {name: Alice, contacts: {desk: {channel: console}}}}"
TWO = CONFIG.replace(
    PEOPLE,
    """people:
  alice: {contacts: {desk: {channel: console}}}
  bob: {contacts: {desk: {channel: console}}}""",
)


@pytest.fixture
def rota(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """A daemon by which alice is always on call, and bob could be."""
    with running(tmp_path, capsys, TWO) as desk:
        yield desk


def test_an_override_is_added_listed_and_ended(rota: Desk) -> None:
    span = ("--from", "2099-01-05T09:00:00Z", "--for", "8h")

    added = rota("oncall", "override", "add", "primary", "bob", *span, "--reason", "dentist")

    listed = rota.json("oncall", "override", "list")["overrides"]
    table = rota("oncall", "override", "list", "--schedule", "primary")[1]
    ended = rota("oncall", "override", "end", "1")
    assert added[0] == 0, added[2]
    assert added[1].startswith("override 1: bob by primary, Mon 05 Jan")
    assert added[1].rstrip().endswith("; anonymous: dentist")
    assert [(one["person"], one["state"]) for one in listed] == [("bob", "pending")]
    assert table.splitlines()[1].split()[:4] == ["1", "pending", "primary", "bob"]
    assert ended[1].startswith("ended: override 1")
    assert rota.json("oncall", "override", "list")["overrides"] == []
    assert len(rota.json("oncall", "override", "list", "--all")["overrides"]) == 1


def test_a_gap_is_said_before_it_is_made(rota: Desk) -> None:
    wish = ("oncall", "override", "add", "primary", "nobody", "--for", "2h")

    refused = rota(*wish)
    before = rota.json("oncall", "show")["oncall"][0]["people"]
    made = rota(*wish, "--yes")

    assert refused[0] == 1
    assert "nobody is on call by primary" in refused[2]
    assert "with --yes" in refused[2]
    assert before == ["alice"]
    assert made[0] == 0
    assert rota.json("oncall", "show")["oncall"][0]["people"] == []
    assert "! primary: nobody" in rota("oncall", "show", "--week")[1]


def test_the_pager_is_taken_and_given_back(rota: Desk) -> None:
    taken = rota("oncall", "cover", "--for", "2h", "--person", "bob", "--reason", "run")

    during = rota.json("oncall", "show")["oncall"][0]["people"]
    view = rota("oncall", "show", "--week")[1]
    undone = rota("oncall", "cover", "--undo")
    again = rota("oncall", "cover", "--undo")
    assert (taken[0], during) == (0, ["bob"]), taken[2]
    assert "told: alice, bob" in taken[1]
    assert "undo within ten minutes" in taken[1]
    assert "BO*" in view
    assert "* cover 1: bob by primary" in view
    assert undone[1].startswith("undone: cover 1")
    assert rota.json("oncall", "show")["oncall"][0]["people"] == ["alice"]
    assert (again[0], "no cover within the last ten minutes" in again[2]) == (1, True)


def test_a_swap_is_proposed_and_accepted(rota: Desk) -> None:
    span = "2099-01-05T09:00:00Z/2099-01-06T09:00:00Z"

    asked = rota(
        *("oncall", "swap", "propose", "primary", "--with", "bob", "--person", "alice"),
        *("--give", span),
    )
    unasked = rota("oncall", "swap", "accept", "1", "--person", "alice")
    agreed = rota("oncall", "swap", "accept", "1", "--person", "bob")

    assert asked[1].startswith("swap 1 is proposed: bob takes primary Mon 05 Jan"), asked[2]
    assert unasked[0] == 1
    assert agreed[1].startswith("swap 1 is accepted")
    assert rota.json("oncall", "at", "2099-01-05T10:00:00Z")["oncall"][0]["people"] == ["bob"]
    assert rota("oncall", "swap", "list")[1].splitlines()[1].split()[:3] == [
        "1",
        "accepted",
        "alice",
    ]


def test_shifts_are_shown_by_schedule_and_by_person(rota: Desk) -> None:
    by_schedule = rota("oncall", "show", "--schedule", "primary")
    by_person = rota("oncall", "show", "--person", "alice")

    assert by_schedule[1].splitlines()[1].split()[-2:] == ["alice", "rotation:1"]
    assert by_person[1].splitlines()[1].split()[-3:] == ["primary", "rotation:1", "-"]
    assert rota("oncall", "show", "--schedule", "x")[0] == 1
    assert len(rota.json("oncall", "show", "--week")["schedules"]) == 1


def test_a_time_on_the_wall_is_the_next_of_its_kind_here() -> None:
    assert instant("2026-12-24T18:00:00+01:00", "--to") == "2026-12-24T18:00:00+01:00"
    assert instant("2026-12-24T18:00", "--to").startswith("2026-12-24T18:00:00")
    assert "T18:30:00" in instant("18:30", "--to")
    for wrong in ("25:00", "soon", "2026-13-01T00:00"):
        with pytest.raises(Misused):
            instant(wrong, "--to")


def test_prove_and_whatif_see_overrides_with_a_daemon(rota: Desk, tmp_path: Path) -> None:
    config = str(tmp_path / "config.yaml")
    assert rota("oncall", "override", "add", "primary", "nobody", "--for", "2h", "--yes")[0] == 0
    body = tmp_path / "body.json"
    body.write_text('[{"labels": {"alertname": "Down", "severity": "critical"}}]')
    whatif = ("whatif", str(body), "--config", config, "--source", "prometheus", "--until", "1m")

    seen = rota(*whatif)
    proved = rota("prove", "--config", config, "--weeks", "1")
    blind = rota.offline(*whatif)
    unproved = rota.offline("prove", "--config", config, "--weeks", "1")

    assert "schedule:primary: nobody on call" in seen[1]
    assert "schedule:primary: nobody on call" not in blind[1]
    assert "overrides and calendar feeds are not seen (--url fetches them)" in blind[2]
    assert "overrides and calendar feeds" not in seen[2]
    assert "overrides and calendar feeds are not seen" in unproved[2]
    assert "overrides and calendar feeds" not in proved[2]


def test_a_saved_history_holds_the_overrides(rota: Desk, tmp_path: Path) -> None:
    assert rota("oncall", "cover", "--for", "2h", "--person", "bob")[0] == 0
    saved = tmp_path / "saved"

    status, _, err = rota(
        "replay", "--config", str(tmp_path / "config.yaml"), "--save", str(saved), "--since", "1h"
    )

    assert status == 0, err
    with saved.open("rb") as file:
        assert [one.person for one in read(file).head.overrides] == ["bob"]
