from triaged.config.findings import Findings
from triaged.errors import Problem
from triaged.yamlschema.document import Path, parse

TEXT = b"people: {alice: 1, bob: 2}\nteams:\n  'a b': {people: [alcie]}\n"


def findings() -> Findings:
    return Findings(parse("a.yaml", TEXT), {"calendars": ("office",), "people": ("bob",)})


def test_names_are_those_written_and_those_that_always_are() -> None:
    assert findings().names("people") == ["alice", "bob"]
    assert findings().names("calendars") == ["office"]
    assert findings().names("schedules") == []


def test_reference_that_dangles_names_the_nearest() -> None:
    found = findings()

    assert found.refer(("x",), "people", "bob")
    assert not found.refer(("teams", "a b", "people", 0), "people", "alcie")
    assert found.problems == [
        Problem("a.yaml:3:20", "people: 'alcie' is none of alice, bob (did you mean alice?)")
    ]


def test_names_that_urls_cannot_hold_are_wrong() -> None:
    found = findings()

    found.check_names("teams")
    found.check_names("people")

    assert [str(problem).partition(" is no name")[0] for problem in found.problems] == [
        "a.yaml:3:3: 'a b'"
    ]


def test_warning_is_a_problem_that_says_so() -> None:
    found = findings()

    found.warn(("people", "bob"), "hm", key=True)

    assert found.problems == [Problem("a.yaml:1:20", "hm", warning=True)]


def test_what_is_left_out_explains_what_is_missing_there() -> None:
    left_out: list[Path] = [("teams", "a b", "people", 0)]
    found = Findings(parse("a.yaml", TEXT), {}, left_out)

    found.wrong(("teams", "a b", "people"), "nobody")
    found.wrong(("teams", "a b"), "no name", key=True)

    assert found.problems == [Problem("a.yaml:3:3", "no name")]
    assert found.is_whole(("people",))
    assert found.keys(("teams",)) == ["a b"]


def test_gives_tells_what_is_written() -> None:
    assert findings().gives(("people", "alice"))
    assert not findings().gives(("people", "carol"))
    assert not findings().gives(("nothing", "at", "all"))
