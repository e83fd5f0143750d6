from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
import pytest

from triaged.core.records.model import Severity
from triaged.errors import Problem
from triaged.wire import Secret
from triaged.yamlschema.document import Path, parse
from triaged.yamlschema.schema import Duration, Open, Options, Share, as_written, shape, shape_of


class Inner(msgspec.Struct, frozen=True):
    mode: Literal["active", "disabled"] = "active"
    count: int | str | bool | None = None
    within: "Inner | None" = None


class Outer(msgspec.Struct, frozen=True):
    name: str
    severity: Severity = Severity.SEV2
    hold: Duration = 0
    share: Share = 0.5
    ratio: float = 1.0
    due: Duration | Literal["next business day"] | None = None
    tags: tuple[str, ...] = ()
    people: Sequence[str] = ()
    listed: list[int] = []
    unique: frozenset[str] = frozenset()
    by: Mapping[Severity, int] = {}
    inner: Inner = Inner()
    inners: dict[str, Inner] = {}
    one: str | Inner = ""
    sender: str = msgspec.field(name="from", default="")
    secret: Secret | None = None
    headers: Mapping[str, Secret] = {}
    anything: object = None


class Even(msgspec.Struct, frozen=True):
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError("number must be even")


class Evens(msgspec.Struct, frozen=True):
    evens: tuple[Even, ...] = ()


def read(text: str, options: Options | None = None) -> tuple[Outer | None, list[str]]:
    value, problems = shape(parse("a.yaml", text.encode()), Outer, (), options)
    return value, [str(problem).removeprefix("a.yaml:") for problem in problems]


def wrong(text: str) -> list[str]:
    return read(f"name: x\n{text}")[1]


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("severity: SEV-1", "severity", Severity.SEV1),
        ("hold: 1m30s", "hold", 90_000_000),
        ("share: 25%", "share", 0.25),
        ("ratio: 2", "ratio", 2.0),
        ("due: 5m", "due", 300_000_000),
        ("due: next business day", "due", "next business day"),
        ("due: null", "due", None),
        ("tags: [a, b]", "tags", ("a", "b")),
        ("tags:", "tags", ()),
        ("people: [a]", "people", ("a",)),
        ("listed: [1]", "listed", [1]),
        ("unique: [a, a]", "unique", frozenset({"a"})),
        ("by: {SEV-3: 7}", "by", {Severity.SEV3: 7}),
        ("inner: {mode: disabled, count: true}", "inner", Inner("disabled", count=True)),
        ("inner:", "inner", Inner()),
        ("inners: {a: {within: {count: x}}}", "inners", {"a": Inner(within=Inner(count="x"))}),
        ("one: x", "one", "x"),
        ("one: {count: 1}", "one", Inner(count=1)),
        ("from: a@b", "sender", "a@b"),
        ("anything: [1, {a: b}]", "anything", [1, {"a": "b"}]),
    ],
)
def test_what_is_right_becomes_the_type(text: str, attribute: str, value: object) -> None:
    found, problems = read(f"name: x\n{text}")

    assert problems == []
    assert getattr(found, attribute) == value
    assert type(getattr(found, attribute)) is type(value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("severity: SEV1", "2:11: 'SEV1' is none of SEV-1, SEV-2, SEV-3, SEV-4 (did you mean"),
        ("hold: soon", "2:7: expected a duration such as 30s, 5m, 1h30m, 1d, 1w or 2y, got 'soon'"),
        ("hold: 5", "2:7: expected a duration such as 30s, 5m, 1h30m, 1d, 1w or 2y, got the num"),
        ("share: 1.5", "2:8: expected a share such as 50%, got the number 1.5"),
        ("ratio: true", "2:8: expected a number, got true"),
        (
            "due: later",
            "2:6: expected a duration such as 30s, 5m, 1h30m, 1d, 1w or 2y, or next b",
        ),
        ("tags: a", "2:7: expected a list, got text"),
        ("tags: [a, 1, [b]]", "2:11: expected text, got the number 1"),
        ("tags: [a, ~]", "2:11: expected text, got nothing"),
        ("listed: [1.0]", "2:10: expected a whole number, got the number 1.0"),
        ("listed: [yes]", "2:10: expected a whole number, got text 'yes'"),
        ("by: {SEV-5: 1}", "2:6: 'SEV-5' is none of SEV-1, SEV-2, SEV-3, SEV-4 (did you mean SEV"),
        ("inner: []", "2:8: expected a map, got a list"),
        ("inner: {mod: active}", "2:9: 'mod' is none of mode, count, within (did you mean mode?)"),
        ("inner: {count: 1.5}", "2:16: expected a whole number, text or true or false, got the n"),
        ("one: {mode: [a]}", "2:13: expected active or disabled, got a list"),
        ("one: 3", "2:6: expected text, or a map, got a number"),
        ("inners: {a: {within: {mode: x}}}", "2:29: 'x' is none of active, disabled"),
        ("'': a", "2:1: '' is none of name, severity, hold,"),
        ("sender: a", "2:1: 'sender' is none of name, severity, hold,"),
        ("secret: ''", "2:9: the secret is empty"),
    ],
)
def test_what_is_wrong_says_where_what_and_what_is_allowed(text: str, problem: str) -> None:
    assert wrong(text)[0].startswith(problem)


def test_every_problem_is_found_at_once() -> None:
    value, problems = read(
        "hold: soon\ntags: [1, 2]\ninner: {x: 1}\ninners: {a: 1, b: {count: []}}"
    )

    assert value is None
    assert [problem.split(": ")[0] for problem in problems] == [
        *("1:1", "1:7", "2:8", "2:11", "3:9", "4:13", "4:27"),
    ]
    assert problems[0] == "1:1: name is missing: text"


@pytest.mark.parametrize(
    "text",
    [
        "secret: [hunter2]",
        "secret: 4711",
        "headers: hunter2",
        "headers: {a: [hunter2]}",
        "inner: hunter2",
    ],
)
def test_secret_in_the_wrong_place_is_not_repeated(text: str) -> None:
    (problem,) = wrong(text)

    assert "hunter2" not in problem
    assert "4711" not in problem


def test_secret_is_read_and_prints_as_one() -> None:
    found, _ = read("name: x\nsecret: hunter2\nheaders: {a: hunter3}")

    assert found is not None
    assert isinstance(found.secret, Secret)
    assert found.secret.reveal() == "hunter2"
    assert found.headers["a"].reveal() == "hunter3"
    assert "hunter" not in repr(found)


def from_file(text: str, where: str) -> tuple[Secret | None, Problem | None]:
    if text == "absent":
        return Secret("?"), Problem(where, "absent is missing", warning=True)
    if text == "empty":
        return None, Problem(where, "empty is empty")
    return Secret(f"in {text}"), None


FROM_FILES = Options(secret=from_file)


def test_secret_may_stand_in_a_file() -> None:
    found, problems = read("name: x\nsecret_file: a\nheaders: {b_file: c}", FROM_FILES)

    assert problems == []
    assert found is not None
    assert found.secret is not None
    assert found.secret.reveal() == "in a"
    assert {name: each.reveal() for name, each in found.headers.items()} == {"b": "in c"}


def test_absent_file_is_a_warning_that_keeps_the_rest() -> None:
    found, problems = read("name: x\nsecret_file: absent", FROM_FILES)

    assert problems == ["2:14: absent is missing"]
    assert found is not None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("secret_file: empty", "2:14: empty is empty"),
        ("secret_file: [a]", "2:14: expected the path of a file, got a list"),
        ("secret: a\nsecret_file: b", "3:1: secret and secret_file are both set: keep one"),
        ("headers: {a: b, a_file: c}", "2:17: a and a_file are both set: keep one"),
        ("name_file: a", "2:1: 'name_file' is none of name, "),
        ("'': a", "2:1: '' is none of name, "),
    ],
)
def test_file_of_a_secret_can_be_wrong(text: str, problem: str) -> None:
    value, problems = read(f"name: x\n{text}", FROM_FILES)

    assert value is None
    assert problems[0].startswith(problem)


def test_file_is_an_unknown_key_where_none_can_be_read() -> None:
    assert wrong("secret_file: a")[0].startswith("2:1: 'secret_file' is none of")


def test_secret_that_is_required_names_its_file() -> None:
    class Needs(msgspec.Struct, frozen=True):
        token: Secret

    _, problems = shape(parse("a.yaml", b"{}"), Needs, (), FROM_FILES)

    assert problems == [Problem("a.yaml:1:1", "token (or token_file) is missing: text")]


def test_what_a_struct_refuses_stands_where_the_struct_does() -> None:
    _, problems = shape(parse("a.yaml", b"evens:\n  - number: 2\n  - number: 3\n"), Evens)

    assert problems == [Problem("a.yaml:3:5", "number must be even")]


def test_missing_document_is_an_empty_map() -> None:
    assert shape(parse("a.yaml", b""), Evens) == (Evens(), [])


def test_document_that_cannot_be_read_has_no_further_problem() -> None:
    document = parse("a.yaml", b"a: [")

    assert shape(document, Evens) == (None, [])
    assert len(document.problems) == 1


def test_another_reading_takes_the_other_keys() -> None:
    class Whole(msgspec.Struct, frozen=True):
        parts: Mapping[str, Annotated[Even, Open()]]

    class Rest(msgspec.Struct, frozen=True):
        mode: str

    document = parse("a.yaml", b"parts: {a: {number: 2, mode: x}, b: {number: 4, mod: x}}")
    also = Options(also=("number",))

    assert shape(document, Whole) == (Whole({"a": Even(2), "b": Even(4)}), [])
    assert shape(document, Rest, ("parts", "a"), also) == (Rest("x"), [])
    assert [str(problem) for problem in shape(document, Rest, ("parts", "b"), also)[1]] == [
        "a.yaml:1:49: 'mod' is none of number, mode (did you mean mode?)",
        "a.yaml:1:37: mode is missing: text",
    ]


def test_partial_reading_leaves_out_what_is_wrong() -> None:
    options = Options(partial=True)
    text = (
        "name: x\nhold: soon\ntags: [1, a]\ninners: {a: {count: 1}, b: {mode: x}, c: 1}\nby: {x: 1}"
    )

    found, problems = read(text, options)

    assert len(problems) == 5
    assert found == Outer("x", tags=("a",), inners={"a": Inner(count=1), "b": Inner()})
    assert options.left_out == [
        *(("tags", 0), ("by", "x"), ("inners", "b", "mode"), ("inners", "c"), ("hold",)),
    ]


def test_partial_reading_takes_what_has_an_unknown_key() -> None:
    found, problems = read("name: x\ninner: {mod: a, count: 1}", Options(partial=True))

    assert problems == ["2:9: 'mod' is none of mode, count, within (did you mean mode?)"]
    assert found == Outer("x", inner=Inner(count=1))


def test_what_is_left_out_may_be_what_a_struct_misses() -> None:
    class Either(msgspec.Struct, frozen=True):
        a: int | None = None
        b: int | None = None

        def __post_init__(self) -> None:
            if (self.a is None) == (self.b is None):
                raise ValueError("expected a or b")

    _, problems = shape(parse("a.yaml", b"a: x"), Either, (), Options(partial=True))

    assert [problem.message for problem in problems] == ["expected a whole number, got text 'x'"]


def test_places_count_what_is_left_out() -> None:
    left_out: list[Path] = [("a", 0), ("a", 2), ("a", 3, "b", 0)]

    assert as_written(("a", 0), left_out) == ("a", 1)
    assert as_written(("a", 1, "b", 0), left_out) == ("a", 3, "b", 1)
    assert as_written(("b", 0), left_out) == ("b", 0)


def test_partial_reading_needs_what_is_required() -> None:
    assert read("tags: [a]", Options(partial=True))[0] is None


def test_type_that_shapes_do_not_know_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError, match="shapes do not know"):
        shape_of(bytes)
