from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import World
from triaged.core.view import View, key_text


@given(
    st.lists(st.tuples(st.text(), st.text()), unique=True, max_size=4),
    st.lists(st.tuples(st.text(), st.text()), unique=True, max_size=4),
)
def test_different_keys_have_different_texts(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    same = tuple(one) == tuple(other)

    assert (key_text(tuple(one)) == key_text(tuple(other))) is same


def test_a_resolved_incident_leaves_its_key_to_the_next() -> None:
    world = World()
    world.fires(severity="SEV-2")
    key = world.incident.key
    assert world.view.live_incident(key) == world.incident

    world.ends()

    assert world.view.live_incident(key) is None
    assert world.view.latest_incident(key) == world.incident


def test_numbers_are_handed_out_once() -> None:
    view = View(iter([4, 9]))

    assert [view.next_number(), view.next_number()] == [4, 9]
