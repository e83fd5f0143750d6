from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from triaged.core.time.intervals import Time, intersect, subtract, united

ANY = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda one: (one[0], sum(one))),
    max_size=6,
)


def instants(times: list[Time]) -> set[int]:
    return {at for start, end in times for at in range(start, end)}


@given(ANY, ANY)
def test_intervals_are_sets_of_instants(some: list[Time], others: list[Time]) -> None:
    assert instants(united(some)) == instants(some)
    assert instants(subtract(some, others)) == instants(some) - instants(others)
    assert instants(intersect(some, others)) == instants(some) & instants(others)


@given(ANY)
def test_united_intervals_lie_apart_in_order(some: list[Time]) -> None:
    found = united(some)

    assert all(before[1] < after[0] for before, after in pairwise(found))
