import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.rules.lint.pattern_sets import (
    Alternative,
    conflict,
    implies,
    pattern_set_of,
    values_of,
)
from triaged.rules.matchers import Matcher, Operator, parse_matchers

VALUES = st.text(alphabet="ab1\n", max_size=4)
PATTERNS = st.sampled_from(
    [
        "a",
        "a|b",
        "a|ab?",
        "a.*",
        "(a|b)1?",
        ".*",
        ".+",
        "a.*|b",
        "[ab]1",
        "^a$",
        "a^",
        "a$b",
        "(a$|b).*",
        "(?i)a",
        "a.*b",
        "",
        "(|a).*",
        r"[^\x00-\x{10FFFF}]",
        "a{2}",
        "a|b|a1",
    ]
)
WRITTEN = st.recursive(
    st.sampled_from(["a", "b", "ab", "^", "$", ".*", "a?", "[ab]", "", r"\.", "a+", "(?i)a"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"(?:{text})?"),
    ),
    max_leaves=6,
)
OPERATORS: st.SearchStrategy[Operator] = st.sampled_from(["=", "!="])
OF_PATTERNS: st.SearchStrategy[Operator] = st.sampled_from(["=~", "!~"])
MATCHERS = st.one_of(
    st.builds(Matcher, st.just("x"), OPERATORS, st.sampled_from(["", "a", "b", "ab", "a1"])),
    st.builds(Matcher, st.just("x"), OF_PATTERNS, PATTERNS),
)


def matchers(text: str) -> list[Matcher]:
    return parse_matchers(text)


@pytest.mark.parametrize(
    ("pattern", "alternatives"),
    [
        ("a|bc", [Alternative("a"), Alternative("bc")]),
        (
            "Kube(Job|Pod)?Failed",
            [Alternative("KubeFailed"), Alternative("KubeJobFailed"), Alternative("KubePodFailed")],
        ),
        ("Node.*", [Alternative("Node", open=True)]),
        ("[0-2]x", [Alternative("0x"), Alternative("1x"), Alternative("2x")]),
        (r"a\.b", [Alternative("a.b")]),
        ("^a$", [Alternative("a")]),
        ("", [Alternative("")]),
        ("a$b", []),
        ("a^b", []),
        (r"[^\x00-\x{10FFFF}]", []),
    ],
)
def test_what_a_plain_pattern_takes_is_known(pattern: str, alternatives: list[Alternative]) -> None:
    assert pattern_set_of(pattern) == frozenset(alternatives)


@pytest.mark.parametrize(
    "pattern",
    """(?i)a a+ a{2} .+ .*Down \\d [^a] (?P<n>a) . a?? ([a-z]){1} [a-z][a-z]""".split(),
)
def test_of_other_patterns_nothing_is_claimed(pattern: str) -> None:
    assert pattern_set_of(pattern) is None


@given(st.one_of(PATTERNS, WRITTEN), VALUES)
def test_a_plain_pattern_takes_what_re2_takes(pattern: str, value: str) -> None:
    pattern_set = pattern_set_of(pattern)

    if pattern_set is not None:
        taken = any(alternative.covers(Alternative(value)) for alternative in pattern_set)
        assert taken == Matcher("x", "=~", pattern).accepts(value)


@given(st.lists(MATCHERS, max_size=4), VALUES)
def test_what_is_called_a_conflict_takes_no_value(given_: list[Matcher], value: str) -> None:
    if conflict(given_):
        assert not all(matcher.accepts(value) for matcher in given_)


@given(st.lists(MATCHERS, max_size=3), MATCHERS, VALUES)
def test_what_is_called_implied_holds_wherever_the_others_do(
    given_: list[Matcher], wanted: Matcher, value: str
) -> None:
    if implies(given_, wanted) and all(matcher.accepts(value) for matcher in given_):
        assert wanted.accepts(value)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('x="a", x="b"', 'x="a", x="b"'),
        ('x="", x=~".+"', 'x="", x=~".+"'),
        ('x="a", x!~"a|b"', 'x="a", x!~"a|b"'),
        ('x=~"a.*", y="1", x!~"a.*"', 'x=~"a.*", x!~"a.*"'),
        ('x=~"a.*", x=~"b.*"', 'x=~"a.*", x=~"b.*"'),
        ('x=~"(?i)a", x!~"(?i)a"', 'x=~"(?i)a", x!~"(?i)a"'),
        ('x=~"a|b", x!="a", x!="b"', 'x=~"a|b", x!="a", x!="b"'),
        ('x=~"a$b"', 'x=~"a$b"'),
    ],
)
def test_a_conflict_names_the_matchers(text: str, wrong: str) -> None:
    on_x = [matcher for matcher in matchers(text) if matcher.name == "x"]

    assert conflict(on_x) == tuple(matchers(wrong))


@pytest.mark.parametrize(
    "text",
    ['x="a", x=~"a|b"', 'x=~"a.*", x=~"ab.*"', 'x=~"(?i)a", x="A"', 'x!="a", x!="b"', 'x=""'],
)
def test_what_some_value_meets_is_no_conflict(text: str) -> None:
    assert conflict(matchers(text)) == ()


@pytest.mark.parametrize(
    ("given_", "wanted", "expected"),
    [
        ('x="a"', 'x=~"a|b"', True),
        ('x="a"', 'x!="b"', True),
        ('x=~"a|b"', 'x="a"', False),
        ('x=~"Kube.*"', 'x=~"K.*"', True),
        ('x=~"K.*"', 'x=~"Kube.*"', False),
        ('x=~"(?i)a"', 'x=~"(?i)a"', True),
        ('x=~"(?i)a"', 'x!=""', True),
        ('x=~"a.*"', 'x!~"b|c"', True),
        ('x=~"a.*"', 'x!~"b.*"', True),
        ('x!~"a.*"', 'x!~"ab|ac"', True),
        ('x!~"a.*"', 'x!~"ab.*"', True),
        ('x!="a"', 'x!~"a|b"', False),
        ('y="a"', 'x=~".*"', False),
    ],
)
def test_implication_is_claimed_only_where_it_is_sure(
    given_: str, wanted: str, *, expected: bool
) -> None:
    on_x = [matcher for matcher in matchers(given_) if matcher.name == "x"]

    assert implies(on_x, matchers(wanted)[0]) is expected


def test_values_are_those_that_all_matchers_take() -> None:
    assert values_of(matchers('x=~"a|b|c", x!="b", x=~"[a-b]"')) == ["a"]
    assert values_of(matchers('x=~"a.*"')) is None
