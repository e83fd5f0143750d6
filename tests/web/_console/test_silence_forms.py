"""The form of a silence; what it does is in tests/web/test_silences.py."""

from multidict import MultiDict

from triaged.rules.matchers import parse_matchers
from triaged.web._console.silence_forms import Wish, matcher, read_fields, wish_of


def test_a_matcher_means_its_label_whatever_stands_in_it() -> None:
    value = 'a "quoted" \\ and\nmore'

    (parsed,) = parse_matchers(matcher("path", value))

    assert (parsed.name, parsed.operator, parsed.value) == ("path", "=", value)


def test_fields_become_a_wish() -> None:
    fields = MultiDict([("m", "a=b"), ("m", ""), ("m", "a=b"), ("for", "9y"), ("clear", "1")])

    assert wish_of(fields) == Wish(matchers=("a=b",), clear=True)
    assert read_fields(b"\xff") is None
