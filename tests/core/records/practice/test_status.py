from triaged.core.records.practice.status import (
    ENDED,
    OF_INCIDENTS,
    OF_MAINTENANCE,
    Change,
    Component,
    ComponentStatus,
    PostStatus,
)


def test_a_component_is_as_its_last_change_says() -> None:
    never = Component("checkout", 0)
    change = Change(1, ComponentStatus.MAJOR_OUTAGE, "carol")

    assert (never.now, Component("checkout", 0, 0, (change,)).now) == (None, change)


def test_every_word_of_a_post_is_of_incidents_or_of_maintenance() -> None:
    assert set(PostStatus) == OF_INCIDENTS | OF_MAINTENANCE
    assert not OF_INCIDENTS & OF_MAINTENANCE
    assert set(PostStatus) >= ENDED
