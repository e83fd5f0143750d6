import pytest
from msgspec.structs import replace

from tests.channels.notices import NOW
from triaged.access import action_links
from triaged.access.contact_links import ContactLink, code_digest, confirm_url, parse, token
from triaged.core.time.durations import MINUTE, SECOND
from triaged.wire import Secret

KEY = Secret("k" * 43)
UNTIL = NOW + 10 * MINUTE
LINK = ContactLink("alice", "mail", "a1b2", UNTIL // SECOND)


def test_link_confirms_one_contact_until_it_ends() -> None:
    text = confirm_url(LINK, "https://t.example.org/", KEY)

    head, _, made = text.rpartition("/")
    assert head == "https://t.example.org/confirm"
    assert parse(made, KEY, UNTIL - SECOND) == LINK
    assert parse(made, KEY, UNTIL) is None


@pytest.mark.parametrize(
    "text", ["", ".", "a.b", "é.é", "a" * 3000, "W10.AAAA", f"{token(LINK, Secret('other'))}"]
)
def test_what_we_have_not_signed_is_nothing(text: str) -> None:
    assert parse(text, KEY, NOW) is None


def test_another_spelling_of_a_token_is_nothing() -> None:
    made = token(LINK, KEY)

    assert parse(f"{made}=", KEY, NOW) is None
    assert parse(made.replace(".", "=."), KEY, NOW) is None


def test_contact_link_is_no_action_link_and_the_other_way_round() -> None:
    action = action_links.Link(1, "acknowledge", "alice", UNTIL // SECOND)

    assert action_links.parse(token(LINK, KEY), KEY, NOW) is None
    assert parse(action_links.token(action, KEY), KEY, NOW) is None


def test_codes_of_two_contacts_have_two_digests() -> None:
    assert code_digest("alice", "mail", "123456") != code_digest("alice", "sms", "123456")
    assert replace(LINK, contact="sms") != LINK
