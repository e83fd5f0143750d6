import pytest

from tests.cli.desk import Desk
from tests.e2e.peers import eventually
from triaged.cli.main import main


def test_alerts_are_listed_and_shown(desk: Desk) -> None:
    desk.fires("Down", cluster="c1", pod="a")
    desk.fires("Up", cluster="c1")

    status, out, _ = desk("alert", "list")
    rows = desk.json("alert", "list", "--incident", "INC-1")["alerts"]
    name = f"{rows[0]['source']}/{rows[0]['fingerprint']}"
    shown = desk("alert", "show", name)
    as_json = desk.json("alert", "show", name)

    assert (status, len(out.splitlines())) == (0, 3)
    assert "cluster=c1 pod=a" in out
    assert name in out
    assert [row["labels"]["alertname"] for row in rows] == ["Down"]
    assert "sender" in shown[1]
    assert (as_json["sender"], as_json["ignored"]) == (rows[0]["sender"], None)
    assert "last reported by" in desk("explain", name)[1]


def test_an_alert_that_was_never_seen_is_said(desk: Desk) -> None:
    status, out, err = desk("alert", "show", "alertmanager/none")

    assert (status, out) == (1, "")
    assert "no alert alertmanager/none was ever seen" in err


@pytest.mark.parametrize("words", [("show", "x"), ("show", "/x"), ("list", "--state", "odd")])
def test_what_names_no_alert_is_a_usage_error(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alert", *words]) == 2


def test_an_incident_shows_its_alerts_who_has_it_and_who_is_next(desk: Desk) -> None:
    for pod in ("a", "b"):
        desk.fires("Down", cluster="c1", pod=pod)

    listed = desk("incident", "alerts", "INC-1")[1]
    shown = desk("incident", "show", "INC-1")[1]

    assert "pod=a" in listed
    assert "pod=b" in listed
    assert "where" in shown
    assert "cluster=c1" in shown
    assert "pod=b" in shown
    assert "next page" in shown
    eventually(lambda: "alice by desk" in desk("incident", "show", "1")[1], "who was paged")


def test_the_text_of_a_declared_incident_is_shown(desk: Desk) -> None:
    desk("incident", "declare", "Shop is slow", "--severity", "SEV-3", "--text", "since 9")

    assert "since 9" in desk("incident", "show", "INC-1")[1]
