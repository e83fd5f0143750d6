import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.rules.matchers import Matcher, Operator, parse_matcher, parse_matchers

OPERATORS: tuple[Operator, ...] = ("=", "!=")


@pytest.mark.parametrize(
    ("text", "matchers"),
    [
        ('foo="bar"', [Matcher("foo", "=", "bar")]),
        ("foo=bar", [Matcher("foo", "=", "bar")]),
        ("foo!=bar,", [Matcher("foo", "!=", "bar")]),
        ('{foo=~"d.*", bar!~"x|y"}', [Matcher("foo", "=~", "d.*"), Matcher("bar", "!~", "x|y")]),
        ('foo=""', [Matcher("foo", "=", "")]),
        ("foo=", [Matcher("foo", "=", "")]),
        (r'foo="a\"b\\c\nd"', [Matcher("foo", "=", 'a"b\\c\nd')]),
        ('"a b.c"="d"', [Matcher("a b.c", "=", "d")]),
        ('foo="a,b}c"', [Matcher("foo", "=", "a,b}c")]),
        (" foo = bar , x = y ", [Matcher("foo", "=", "bar"), Matcher("x", "=", "y")]),
        ("{}", []),
        ("日本=東京", [Matcher("日本", "=", "東京")]),
        ('"日本"="\\u6771\\t\\xc3\\xa9"', [Matcher("日本", "=", "東\té")]),
        ("foo=bar baz , x=y", [Matcher("foo", "=", "bar baz"), Matcher("x", "=", "y")]),
        ("{foo=~a{2}(b)}", [Matcher("foo", "=~", "a{2}(b)")]),
        (r"foo=a\"b", [Matcher("foo", "=", 'a"b')]),
        ("foo=a\\", [Matcher("foo", "=", "a\\")]),
        ('foo="a\nb"', [Matcher("foo", "=", "a\nb")]),
    ],
)
def test_matchers_read_as_alertmanager_reads_them(text: str, matchers: list[Matcher]) -> None:
    assert parse_matchers(text) == matchers


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("foo", "one of = != =~ !~ is wanted"),
        ('="x"', "column 1: a label name is wanted"),
        ('{foo="x"', "braces stand at both ends"),
        ('foo="x" bar="y"', "column 9: a comma is wanted"),
        ('foo="x', "column 5: a value in double quotes is wanted, and they must end"),
        ('foo=="x"', "column 5: a value in double quotes is wanted"),
        ("foo==x", "column 5: a value in double quotes is wanted"),
        ("foo=~'x'", "column 6: a value in double quotes is wanted"),
        ('""="x"', "the label name is empty"),
        ('a="b",,', "column 7: a label name is wanted"),
        ("foo=a}", "those of a value stand in its quotes"),
        (r'"a b"="\q"', "begins no escape"),
        ('"a b"="x\ny"', "a line ends within quotes"),
        (",".join(["a=b"] * 65), "more than 64 matchers"),
        ('foo=~"("', "missing )"),
        ('foo=~"(?=x)"', "no look-around"),
        (r'foo=~"(a)\\1"', "no back-references"),
        ('foo=~"' + "x" * 2000 + '"', "longer than 1024"),
        (",", "a label name is wanted"),
    ],
)
def test_a_mistake_is_named_with_its_column(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        parse_matchers(text)


def test_a_place_for_one_takes_one() -> None:
    with pytest.raises(ValueError, match="one matcher"):
        parse_matcher("a=b,c=d")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('foo="bar"', False),
        ('foo!="bar"', True),
        ('foo=~".*"', True),
        ('foo=~".+"', False),
        ('foo!~".+"', True),
        ('foo=""', True),
        ('x=~"v"', False),
        ('x=~"val"', True),
        ('x=~"VAL"', False),
        ('x=~"(?i)VAL"', True),
    ],
)
def test_a_missing_label_is_the_empty_text_and_patterns_are_anchored(
    text: str, *, holds: bool
) -> None:
    assert parse_matcher(text).matches({"x": "val"}) is holds


def test_a_newline_is_not_matched_by_a_dot() -> None:
    assert not parse_matcher('x=~"a.b"').matches({"x": "a\nb"})


def test_where_the_two_grammars_disagree_the_classic_one_is_right() -> None:
    assert parse_matchers(r'foo="\t"') == [Matcher("foo", "=", r"\t")]
    assert parse_matchers(r'"foo"="\t"') == [Matcher("foo", "=", "\t")]


@given(
    st.text(min_size=1),
    st.sampled_from([*OPERATORS]),
    st.text(),
)
def test_a_matcher_reads_back_as_it_prints(name: str, operator: Operator, value: str) -> None:
    matcher = Matcher(name, operator, value)

    assert parse_matchers(str(matcher)) == [matcher]


@pytest.mark.parametrize(
    "text",
    [
        "a=" + "\\" * 100_000 + '"',
        'a="' + "\\" * 100_001,
        "a=" + " " * 100_000 + '"',
        "a=b," * 100_000,
    ],
    ids=["backslashes", "escapes", "blanks", "commas"],
)
def test_a_long_text_takes_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"wanted|more than"):
        parse_matchers(text)


def test_a_catastrophic_pattern_takes_no_time() -> None:
    matcher = parse_matcher('x=~"(a+)+$"')

    assert not matcher.accepts("a" * 50_000 + "b")
