import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.notices import INCIDENT, NOW
from triaged.access.reply_addresses import LOCAL_MAX, Replied, replied, reply_address
from triaged.core.time.durations import DAY
from triaged.wire import Secret

KEY, PEOPLE = Secret("key"), ("alice", "bob")
MAILBOX = "triaged@example.org"


def tag_of(address: str) -> str:
    return address.partition("+")[2].partition("@")[0]


TAG = tag_of(reply_address(MAILBOX, INCIDENT, "alice", KEY, NOW))


def test_address_acts_for_the_person_and_the_round_it_was_made_for() -> None:
    address = reply_address(MAILBOX, INCIDENT, "bob", KEY, NOW)

    assert address.startswith("triaged+12-1-")
    assert address.endswith("@example.org")
    shown = INCIDENT.escalation.step_id
    assert replied(tag_of(address), PEOPLE, KEY, NOW) == Replied(12, shown, "bob")


def test_mail_servers_may_change_the_case() -> None:
    assert replied(TAG.upper(), PEOPLE, KEY, NOW) == replied(TAG, PEOPLE, KEY, NOW)


def test_address_ends_after_a_week() -> None:
    assert replied(TAG, PEOPLE, KEY, NOW + 7 * DAY) is not None
    assert replied(TAG, PEOPLE, KEY, NOW + 9 * DAY) is None


@pytest.mark.parametrize("tag", ["", "12", "x" * 200, TAG[:-1], TAG + "a", f" {TAG}", "1" + TAG])
def test_what_was_not_made_here_acts_for_nobody(tag: str) -> None:
    assert replied(tag, PEOPLE, KEY, NOW) is None


def test_each_changed_character_breaks_it() -> None:
    for position, character in enumerate(TAG):
        other = "2" if character != "2" else "3"
        changed = TAG[:position] + other + TAG[position + 1 :]
        assert replied(changed, PEOPLE, KEY, NOW) is None


def test_another_key_and_people_who_have_left_act_for_nobody() -> None:
    assert replied(TAG, PEOPLE, Secret("other"), NOW) is None
    assert replied(TAG, ("bob",), KEY, NOW) is None


def test_mailbox_with_a_long_name_has_no_room_for_it() -> None:
    assert reply_address("x" * 40 + "@example.org", INCIDENT, "alice", KEY, NOW) == ""


@given(st.integers(0, 10**10), st.text(max_size=40))
def test_whatever_the_number_an_address_fits_or_there_is_none(number: int, person: str) -> None:
    whose = person.encode("utf-8", "ignore").decode()
    address = reply_address(MAILBOX, replace(INCIDENT, number=number), whose, KEY, NOW)

    if address:
        assert len(address.partition("@")[0]) <= LOCAL_MAX
        assert replied(tag_of(address), (whose,), KEY, NOW) is not None
