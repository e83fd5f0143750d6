from hypothesis import given
from hypothesis import strategies as st

from triaged.core.muting.matcher_index import (
    REMEMBERED_CHARACTERS_MAX,
    REMEMBERED_MAX,
    Index,
    LabelIndex,
    bits,
)
from triaged.rules.matchers import Matcher, Operator

NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.sampled_from(["", "x", "y", "xy", "x1"])
OPERATORS: st.SearchStrategy[Operator] = st.sampled_from(["=", "!="])
PATTERNS: st.SearchStrategy[Operator] = st.sampled_from(["=~", "!~"])
MATCHERS = st.one_of(
    st.builds(Matcher, NAMES, OPERATORS, VALUES),
    st.builds(Matcher, NAMES, PATTERNS, st.sampled_from([".*", ".+", "x.*", "x|y", "", "x[0-9]"])),
)
RULES = st.lists(st.lists(MATCHERS, max_size=4), max_size=12)
LABELS = st.dictionaries(NAMES, VALUES)


@given(RULES, st.lists(LABELS, max_size=5))
def test_the_index_finds_what_a_plain_loop_finds(
    rules: list[list[Matcher]], alerts: list[dict[str, str]]
) -> None:
    index = Index(rules)

    found = [bits(index.matching(labels)) for labels in alerts]

    assert found == [
        [n for n, matchers in enumerate(rules) if all(m.matches(labels) for m in matchers)]
        for labels in alerts
    ]


def test_endless_values_do_not_fill_the_memory() -> None:
    index = LabelIndex([(0, Matcher("pod", "=~", "x.*"))], 1)

    masks = {index.mask(f"pod-{n}") for n in range(3 * REMEMBERED_MAX)}

    assert masks == {0}
    assert len(index.remembered) <= REMEMBERED_MAX


def test_a_long_value_is_not_remembered() -> None:
    index = LabelIndex([(0, Matcher("pod", "=~", "x.*"))], 1)

    assert index.mask("x" * (REMEMBERED_CHARACTERS_MAX + 1)) == 1
    assert not index.remembered


def test_patterns_that_need_too_much_memory_together_become_several_sets() -> None:
    patterns = [f"(?i).*[a-z\\pL]{{30}}{n}" for n in range(20)]

    index = LabelIndex(
        [(n, Matcher("pod", "=~", pattern)) for n, pattern in enumerate(patterns)], (1 << 20) - 1
    )

    assert len(index._sets) > 1
    assert bits(index.mask("X" * 30 + "13")) == [13]


def test_a_thousand_patterns_on_one_label_compile() -> None:
    rules = [[Matcher("alertname", "=~", f".*Down{n}.*")] for n in range(1000)]

    assert bits(Index(rules).matching({"alertname": "DiskDown77"})) == [7, 77]


def test_bits_are_the_positions_from_the_lowest() -> None:
    assert bits(0b10110) == [1, 2, 4]
