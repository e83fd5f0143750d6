import math
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.yamlschema.document import BYTES_MAX, DEPTH_MAX, PROBLEMS_MAX, parse

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{below}: &{below} [{', '.join([f'*{above}'] * 9)}]\n"
    for above, below in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEPER = f"nested deeper than {DEPTH_MAX} levels"
TOO_MUCH = "more than 25000 values: split the file"
FROM_HELL = {
    "brackets": ("[" * 50_000 + "]" * 50_000, DEEPER),
    "brackets-only": ("[" * BYTES_MAX, DEEPER),
    "maps": ("{a: " * 50_000, DEEPER),
    "dashes": ("- " * 50_000, DEEPER),
    "indents": ("".join(" " * n + "a:\n" for n in range(1_400)), DEEPER),
    "keys-of-maps": ("{" * 50_000, "a key must be a text"),
    "question-marks": ("? " * 50_000, "a key must be a text"),
    "alias-bomb": (BOMB, "aliases repeat too much: more than 25000 values"),
    "elements": ("- a\n" * 250_000, TOO_MUCH),
    "flow-elements": ("[" + "a, " * 300_000, TOO_MUCH),
    "anchors": ("".join(f"- &a{n} x\n" for n in range(80_000)), TOO_MUCH),
    "same-keys": ("a: 1\n" * 200_000, "too many problems: the rest is not read"),
    "documents": ("---\n" * 250_000, "a second document: a file holds one"),
    "digits": ("9" * 1_000_000, "a number of more than 18 digits: put it in quotes"),
    "too-long": ("a" * (BYTES_MAX + 1), f"{BYTES_MAX + 1} bytes; a file may have {BYTES_MAX}"),
    "ampersands": ("&" * 1_000_000, "while scanning an anchor, did not find expected alphabetic"),
    "open-quote": ('"' + "\\x41" * 250_000, "while scanning a quoted scalar, found unexpected end"),
    "tags": ("%TAG ! tag:x,2000:\n" * 50_000, "found duplicate %TAG directive"),
}


def problems(text: str | bytes) -> list[str]:
    body = text.encode() if isinstance(text, str) else text
    return [str(problem) for problem in parse("a.yaml", body).problems]


@pytest.mark.parametrize(("text", "message"), FROM_HELL.values(), ids=FROM_HELL.keys())
def test_files_from_hell_are_one_problem_soon(text: str, message: str) -> None:
    body = text.encode()
    started = perf_counter()

    found = parse("hell.yaml", body).problems

    assert perf_counter() - started < 2  # about 0.1 s; a busy machine is slower
    assert message in found[-1].message
    assert len(found) <= PROBLEMS_MAX + 1


@pytest.mark.parametrize("text", ["a: 1\n", "\ufeffa: 1\n", "---\na: 1\n...\n", "{a: 1}"])
def test_one_map_is_read(text: str) -> None:
    document = parse("a.yaml", text.encode())

    assert document.value == {"a": 1}
    assert document.problems == []


@pytest.mark.parametrize("text", ["", "# nothing\n", " " * 1_000, "\n\n", "---\n"])
def test_nothing_is_nothing(text: str) -> None:
    document = parse("a.yaml", text.encode())

    assert document.value is None
    assert document.root is not None
    assert document.problems == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("12:00", "12:00"),
        ("23:59:59", "23:59:59"),
        ("09:00", "09:00"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("+3", 3),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("2026-01-01", "2026-01-01"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("1.2.3", "1.2.3"),
        ("75%", "75%"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, value: object) -> None:
    assert parse("a.yaml", f"a: {text}".encode()).value == {"a": value}


def test_not_a_number_is_a_number() -> None:
    value = parse("a.yaml", b"[.nan]").value

    assert isinstance(value, list)
    assert math.isnan(value[0])


def test_keys_are_texts_as_written() -> None:
    value = parse("a.yaml", b"{no: 1, 010: 2, true: 3, ~: 4, 'x y': 5}").value

    assert value == {"no": 1, "010": 2, "true": 3, "~": 4, "x y": 5}


def test_blocks_are_texts() -> None:
    assert parse("a.yaml", b"a: |\n  1\nb: >-\n  2\n").value == {"a": "1\n", "b": "2"}


def test_aliases_repeat_what_they_name() -> None:
    document = parse("a.yaml", b"a: &x {b: [1]}\nc: *x\n")

    assert document.value == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert document.where(("c", "b", 0)) == "a.yaml:1:12"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "a.yaml:3:1: duplicate key 'a': it stands in line 1 already"),
        (b"a: 1\nb: \xe9", "a.yaml:2:4: not UTF-8: save the file in that encoding"),
        ("a: 1".encode("utf-16"), "a.yaml:1:1: not UTF-8: save the file in that encoding"),
        ("x: y\na: \0", "a.yaml:2:4: the character U+0000 is not allowed in a file"),
        ("a: \x1b[2J", "a.yaml:1:4: the character U+001B is not allowed in a file"),
        ("a: b\ufeff", "a.yaml:1:5: the character U+FEFF is not allowed in a file"),
        ("a:\n\tb: 1", "a.yaml:2:1: a tab cannot indent: use spaces"),
        ("a: @b", "a.yaml:1:4: a text that begins with @, ` or % needs quotes"),
        ("a: b: c", "a.yaml:1:5: a second `: ` in one line: put the text that holds it in quotes"),
        ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document: a file holds one"),
        ("[1]: 2", "a.yaml:1:1: a key must be a text"),
        ("&x a: 1\n*x : 2", "a.yaml:2:1: a key must be a text"),
        ("a: &x [*x]", "a.yaml:1:8: an alias inside of what it repeats"),
        ("a: 'x", "a.yaml:1:6: while scanning a quoted scalar, found unexpected end of stream"),
        ("a: [1\nb: 2", "a.yaml:2:2: while parsing a flow sequence, did not find expected ',' or"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text: str | bytes, problem: str) -> None:
    (found,) = problems(text)

    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: *hunter2", "put a text that begins with * in quotes"),
        ("a: !hunter2", "put a text that begins with ! in quotes"),
        ("a: !!python/object:os.system x", "tags are not read"),
        ("a: &hunter2! b", "did not find expected alphabetic or numeric character"),
        ("a: @hunter2", "needs quotes"),
        ("a: 'hunter2", "found unexpected end of stream"),
        ("a: {hunter2", "did not find expected"),
    ],
)
def test_secret_that_is_no_yaml_is_not_repeated(text: str, message: str) -> None:
    found = "\n".join(problems(text))

    assert message in found
    assert "hunter2" not in found


def test_duplicate_keeps_the_rest_readable() -> None:
    document = parse("a.yaml", b"a: 1\na: 2\nb: 3")

    assert len(document.problems) == 1
    assert document.value == {"a": 1, "b": 3}


def test_where_is_the_value_or_its_key_or_what_is_nearest() -> None:
    document = parse("x/a.yaml", b"rules:\n  - name: a\n    set: {severity: SEV-1}\n")

    assert document.where(()) == "x/a.yaml:1:1"
    assert document.where(("rules", 0, "name")) == "x/a.yaml:2:11"
    assert document.where(("rules", 0, "set", "severity")) == "x/a.yaml:3:21"
    assert document.where(("rules", 0, "set", "severity"), key=True) == "x/a.yaml:3:11"
    assert document.where(("rules", 0, "set", "nowhere", "x")) == "x/a.yaml:3:10"
    assert document.where(("nowhere",), key=True) == "x/a.yaml:1:1"


def test_at_is_the_value_or_nothing() -> None:
    document = parse("a.yaml", b"rules: [{name: a}]")

    assert document.at(("rules", 0)) == {"name": "a"}
    assert document.at(("rules", 1, "name")) is None
    assert document.at(()) == {"rules": [{"name": "a"}]}


@given(
    st.binary(max_size=40) | st.text(" \n\t-?:,[]{}#&*!|>'\"%@`ab01.~", max_size=40).map(str.encode)
)
def test_anything_is_a_value_or_has_a_problem(body: bytes) -> None:
    document = parse("a.yaml", body)

    assert (document.root is not None) or document.problems
