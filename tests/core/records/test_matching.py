import pytest

from triaged.core.records.matching import PATTERN_BYTES_MAX, Matcher, Operator, pattern_of


@pytest.mark.parametrize(
    ("operator", "value", "accepted", "refused"),
    [
        ("=", "a", "a", ""),
        ("!=", "a", "", "a"),
        ("=~", "a|b", "b", "ab"),
        ("!~", "a.*", "ba", "abc"),
        ("=", "", "", "a"),
    ],
)
def test_a_matcher_accepts_whole_values(
    operator: Operator, value: str, accepted: str, refused: str
) -> None:
    matcher = Matcher("x", operator, value)

    assert matcher.accepts(accepted)
    assert not matcher.accepts(refused)


def test_a_missing_label_is_the_empty_text() -> None:
    assert Matcher("x", "=", "").matches({"y": "1"})
    assert not Matcher("x", "=~", ".+").matches({"y": "1"})


def test_a_name_that_is_no_word_is_printed_in_quotes() -> None:
    assert str(Matcher("a b", "=", 'say "x"')) == '"a b"="say \\"x\\""'
    assert str(Matcher("a", "!~", "b")) == 'a!~"b"'


def test_a_pattern_of_too_many_copies_is_refused_before_it_is_compiled() -> None:
    with pytest.raises(ValueError, match="add up to 800; 300 may"):
        pattern_of(".*a.{400}b.*c.{1,400}")
    pattern_of("[0-9a-f]{64}-\\w{1,50}-x{2,}")


def test_a_pattern_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than"):
        pattern_of("a" * (PATTERN_BYTES_MAX + 1))
