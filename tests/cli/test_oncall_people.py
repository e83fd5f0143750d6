"""`triaged oncall people|person|verify|contact`: how people are reached."""

import re

from tests.cli.desk import Desk


def test_a_person_is_shown_with_contacts_and_shifts(desk: Desk) -> None:
    desk("oncall", "test", "alice")

    status, out, err = desk("oncall", "person", "alice")
    unknown = desk("oncall", "person", "alise")

    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "alice: Alice, UTC"
    assert "paged by default step 1 as schedule:primary" in lines
    assert "paged by default catch-all as person:alice" in lines
    assert any(line.startswith("on call by primary: ") for line in lines)
    assert lines[-1].split()[:4] == ["desk", "console", "at", "once"]
    assert "never" in lines[-1], "it never failed"
    assert lines[-1].count("never") == 1, "it was reached by the test"
    assert unknown[0] == 1
    assert "did you mean alice?" in unknown[2]


def test_a_contact_is_confirmed_by_its_code(desk: Desk) -> None:
    status, out, _ = desk("oncall", "verify", "alice", "--contact", "desk")

    assert status == 0
    assert out.startswith("a code is on its way to alice/desk, valid until ")
    desk("oncall", "test", "alice")  # the console has said the code before
    log = (desk.folder / "triaged.log").read_text()
    code = re.search(r"(\d{6}) is your code", log)
    assert code is not None
    wrong = desk("oncall", "verify", "alice", "--contact", "desk", "--code", "12")
    status, out, _ = desk("oncall", "verify", "alice", "--contact", "desk", "--code", code[1])
    assert wrong[0] == 1
    assert (status, out) == (0, "alice/desk is confirmed\n")
    assert " confirmed" in desk("oncall", "person", "alice")[1]


def test_a_contact_is_switched_off_and_on(desk: Desk) -> None:
    lost = ("--reason", "telephone lost")
    assert desk("oncall", "contact", "alice", "desk", "off", *lost)[1] == "alice/desk is off\n"
    _, out, _ = desk("oncall", "people")
    assert out.splitlines()[1].split() == "alice NO contact desk is off: telephone lost".split()
    assert "no page can reach alice" in desk("incident", "list")[1]
    desk("oncall", "contact", "alice", "desk", "on", "--reason", "found")
    assert desk.json("oncall", "people")["people"][0]["reachable"] is True


def test_check_asks_a_daemon_whose_contacts_are_off(desk: Desk) -> None:
    config = ("--config", str(desk.folder / "config.yaml"))
    status, out, _ = desk("check", "--people", *config)
    desk("oncall", "contact", "alice", "desk", "off", "--reason", "telephone lost")

    failed, told, _ = desk("check", "--people", *config)

    assert (status, "people.alice" in out) == (0, False)
    assert failed == 1
    assert "people.alice: contact desk is off: telephone lost" in told


def test_nothing_is_held_where_nobody_has_quiet_hours(desk: Desk) -> None:
    status, out, _ = desk("oncall", "held", "alice")

    assert (status, out.split()) == (0, ["STATE", "AT", "UNTIL", "INCIDENT", "MESSAGE"])
    assert desk.json("oncall", "held", "alice") == {"held": []}


def test_proofs_with_a_daemon_count_on_no_contact_that_is_off(desk: Desk) -> None:
    config = ("--config", str(desk.folder / "config.yaml"), "--weeks", "1")
    proven, _, _ = desk("prove", *config)
    desk("oncall", "contact", "alice", "desk", "off", "--reason", "telephone lost")

    failed, out, err = desk("prove", *config)

    assert (proven, failed) == (0, 1)
    assert "triaged: alice/desk counts as unreachable" in err
    assert "alice has no usable contact" in out
    assert desk.offline("prove", *config)[0] == 0, "without a daemon nothing is known of it"
