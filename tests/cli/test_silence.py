"""The commands of silences against a running daemon."""

from tests.cli.desk import Desk
from tests.e2e.peers import eventually


def add(desk: Desk, *more: str) -> str:
    """The id of a new silence of alerts named Down."""
    words = ("silence", "add", "alertname=Down", "-c", "moving", *more)
    return str(desk.json(*words)["id"])


def test_a_silence_is_previewed_set_and_ended(desk: Desk) -> None:
    desk.fires("Down", pod="a")
    desk.fires("Slow", pod="a")

    preview = desk("silence", "preview", "alertname=Down")[1]
    partly = desk.json("silence", "preview", "pod=a", "alertname=~Down|Slow")
    identity = add(desk, "-d", "1h", "-a", "bob")
    listed = desk("silence", "list")[1]
    muted = desk.json("incident", "show", "1")["muted_by"]
    ended = desk("silence", "expire", identity)[1]

    assert "1 firing alert match, in 1 incident" in preview
    assert "whole" in preview
    assert (partly["alerts"], partly["incidents_total"]) == (2, 2)
    assert identity in listed
    assert "bob" in listed
    assert muted == [f"silence:{identity}"]
    assert ended == f"{identity}  expired\n"
    assert desk.json("silence", "list")["silences"] == []
    assert [each["id"] for each in desk.json("silence", "list", "--state", "all")["silences"]] == [
        identity
    ]


def test_what_is_muted_pages_nobody_until_the_silence_ends(desk: Desk) -> None:
    identity = add(desk)

    desk.fires("Down")
    eventually(lambda: "page.held" in desk("incident", "timeline", "1")[1], "a held page")
    held = desk("incident", "timeline", "1")[1]
    desk("silence", "expire", identity)

    eventually(lambda: "page.sent" in desk("incident", "timeline", "1")[1], "a page")
    assert "page.sent" not in held
    assert "incident.muted" in held
    assert "incident.unmuted" in desk("incident", "timeline", "1")[1]


def test_a_silence_is_shown_and_said_when_added(desk: Desk) -> None:
    status, out, _ = desk("silence", "add", "a=b", "-c", "x", "--expire-when-clear")
    identity = out.split()[0]

    assert (status, " until " in out) == (0, True)
    shown = desk("silence", "show", identity)[1]
    assert "expire_when_clear  yes" in shown
    assert 'a="b"' in shown


def test_what_is_refused_is_said(desk: Desk) -> None:
    everything = desk("silence", "add", "a=~.*", "-c", "x")
    unknown = desk("silence", "show", "none")
    both = desk("silence", "add", "a=b", "-c", "x", "-d", "soon")
    gone = desk("silence", "expire", "none")

    assert [each[0] for each in (everything, unknown, both, gone)] == [1, 1, 1, 1]
    assert "would silence everything" in everything[2]
    assert "there is no silence" in unknown[2]
    assert "$.duration" in both[2]
    assert "there is no silence" in gone[2]
