import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.yamlschema.document import parse
from triaged.yamlschema.emit import flow

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": "b", "i": 1, "ok": True, "none": None}, "{a: b, i: 1, ok: true, none: null}"),
        ({"at": "2m30s", "x": ["1.25s", "0s"]}, "{at: 2m30s, x: [1.25s, 0s]}"),
        ({"no": "yes", "port": "9090"}, '{"no": "yes", port: "9090"}'),
        ({"t": "Disk /var on db-1 (99.5)"}, "{t: Disk /var on db-1 (99.5)}"),
        ({"t": 'a: "b" #c'}, """{t: 'a: "b" #c'}"""),
        ({"t": 'it\'s "b"'}, '{t: "it\'s \\"b\\""}'),
        ({"t": "a\nb\u2028"}, '{t: "a\\U0000000Ab\\U00002028"}'),
    ],
)
def test_values_are_written_in_one_line(value: object, text: str) -> None:
    assert flow(value) == text
    assert parse("t", flow(value).encode()).value == value


@given(st.dictionaries(TEXTS, TEXTS | st.booleans() | st.integers(-9, 9), max_size=4))
def test_every_text_is_read_as_it_was(value: dict[str, object]) -> None:
    document = parse("t", flow(value).encode())

    assert (document.problems, document.value) == ([], value)


@given(st.sampled_from("1e5 0x1F 0o7 ~ null .5 -1 1_000 5 1.0 1d5 Infinity .inf =".split()))
def test_texts_that_look_like_something_else_stay_texts(text: str) -> None:
    assert parse("t", flow([text]).encode()).value == [text]
