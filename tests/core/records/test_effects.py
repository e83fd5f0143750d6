"""Effects by their kind: nothing is lost, nothing changes its order."""

from hypothesis import given
from hypothesis import strategies as st

from triaged.core.records.effects import ByKind, Count, Effect, LookAgain, NoteResolve, WakeBundled

KINDS = (LookAgain, WakeBundled)
effects = st.lists(
    st.builds(lambda kind, number: kind(number), st.sampled_from(KINDS), st.integers())
)


@given(effects)
def test_each_kind_has_its_effects_in_order(wanted: list[Effect]) -> None:
    found = ByKind(wanted)

    for kind in KINDS:
        assert found.of(kind) == [one for one in wanted if isinstance(one, kind)]


def test_a_kind_that_nothing_wants_is_empty() -> None:
    found = ByKind([Count("unclassified")])

    assert found.of(NoteResolve) == []
