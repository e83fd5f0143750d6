import pytest

from triaged.cli._status_texts import (
    print_components,
    print_lints,
    print_post,
    print_preview,
    print_subscribers,
    print_text,
)

COMPONENT = {
    "key": "search",
    "status": "operational",
    "by": None,
    "automatically_reported": False,
    "proposed": None,
    "reason": None,
}


def test_a_component_says_what_is_proposed(capsys: pytest.CaptureFixture[str]) -> None:
    down = {"proposed": "major_outage", "reason": "INC-1 (SEV-1) open"}
    print_components([{**COMPONENT, **down}, {**COMPONENT, "automatically_reported": True}])

    out = capsys.readouterr().out.splitlines()
    assert out[1].split() == "search operational major_outage INC-1 (SEV-1) open".split()
    assert out[2].split() == ["search", "operational", "automatically"]


def test_control_characters_of_a_text_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_text("one\x1b[31m\ntwo")
    print_lints([{"text": "a\x07", "fix": "b"}])

    assert capsys.readouterr().out == "one[31m\ntwo\na: b\n"


def test_a_preview_says_to_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    preview = {
        "page": "Investigating: x",
        "components": {"search": "major_outage"},
        "recipients": 1,
        "mail_subject": "s",
        "mail": "m\n",
    }

    print_preview(preview)

    assert capsys.readouterr().out == (
        "Investigating: x\n\nsets search: major_outage\ngoes to 1 subscriber: s\n\nm\n"
    )


def test_a_post_shows_its_old_texts(capsys: pytest.CaptureFixture[str]) -> None:
    revision = {"until": "2026-03-30T10:00:00Z", "body": "old"}
    post: dict[str, object] = {"id": "p", "state": "published", "incident": None}
    post |= {"components": {}, "text": "new"}

    print_post({**post, "revisions": [revision]})

    assert "old" in capsys.readouterr().out


def test_subscribers_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    print_subscribers({"subscribers": [], "counts": {"active": 2, "unconfirmed": 1}})

    assert capsys.readouterr().out.endswith("2 active, 1 unconfirmed\n")
