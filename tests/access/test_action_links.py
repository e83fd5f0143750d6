import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.notices import INCIDENT, MINUTE, NOW
from triaged.access.action_links import Link, Origin, act_link, parse, token
from triaged.core.records.model import Recipient
from triaged.core.settings import ACTION_LINK_LIFE_US
from triaged.wire import Secret

KEY = Secret("k" * 43)
ALICE = Recipient("alice", "mail")
ORIGIN = Origin("https://t.example.org/", KEY)
LINK = Link(12, "acknowledge", "alice", (NOW + ACTION_LINK_LIFE_US) // 1_000_000)


def made(**changes: object) -> str:
    url = act_link(replace(INCIDENT, **changes), ALICE, ORIGIN, NOW)
    return url.removeprefix("https://t.example.org/act/")


def test_link_acts_for_one_incident_and_person_until_seven_days_after_the_target() -> None:
    end = NOW + 4 * MINUTE + ACTION_LINK_LIFE_US
    text = made()

    assert parse(text, KEY, NOW) == Link(12, "acknowledge", "alice", end // 1_000_000)
    assert parse(text, KEY, end - 1) is not None
    assert parse(text, KEY, end) is None


def test_link_without_a_target_counts_from_now() -> None:
    assert parse(made(respond_by=None), KEY, NOW) == LINK


def test_page_after_the_life_of_a_link_still_has_one_that_acts() -> None:
    assert parse(made(respond_by=NOW - 2 * ACTION_LINK_LIFE_US), KEY, NOW) == LINK


def test_same_page_has_the_same_link() -> None:
    assert made() == made()


def test_token_is_short_and_safe_in_an_address() -> None:
    assert len(made()) < 120
    assert made().replace(".", "").replace("-", "").replace("_", "").isalnum()


def test_signature_has_128_bits() -> None:
    signature = made().partition(".")[2]

    assert len(base64.urlsafe_b64decode(signature + "==")) == 16


def test_token_of_another_key_is_nothing() -> None:
    assert parse(token(LINK, Secret("other")), KEY, NOW) is None


def test_nothing_of_it_can_be_changed() -> None:
    good = token(LINK, KEY)
    other = token(replace(LINK, person="bob"), Secret("other"))
    mixed = f"{other.partition('.')[0]}.{good.partition('.')[2]}"

    assert parse(mixed, KEY, NOW) is None
    assert [parse(changed, KEY, NOW) for changed in with_one_character_changed(good)] == [
        None
    ] * len(good)


def with_one_character_changed(text: str) -> list[str]:
    return [
        text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        for place in range(len(text))
    ]


@pytest.mark.parametrize("text", ["", ".", "a", "a.b.c", "é.é", "A" * 5000, f"{token(LINK, KEY)}="])
def test_other_text_is_nothing(text: str) -> None:
    assert parse(text, KEY, NOW) is None


@given(st.text(max_size=60))
def test_parse_never_raises(text: str) -> None:
    assert parse(text, KEY, NOW) is None
