from triaged.core.records.events import ContactsTested, SelfAlertFired, SelfAlertResolved
from triaged.store.needs.own_keys import own_key


def test_beginning_and_end_of_a_self_alert_have_one_key() -> None:
    fired = SelfAlertFired("disk", "no room", "make some", found_at=0)

    assert own_key(fired) == own_key(SelfAlertResolved("disk", "there is room"))


def test_tests_of_two_people_have_two_keys() -> None:
    assert own_key(ContactsTested("bob", "alice")) != own_key(ContactsTested("bob", "bob"))
