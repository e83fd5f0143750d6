from triaged.access.subscriber_links import (
    confirm_link,
    confirm_token,
    confirmed_id,
    hook_secret,
    is_token,
    link_of,
    subscriber_id,
    token_of,
)
from triaged.wire import Secret

KEY = Secret("k" * 43)
OTHER = Secret("o" * 43)


def test_an_address_has_one_identity_from_which_nobody_reads_it() -> None:
    one = subscriber_id(KEY, "mail", "Ann@example.org")

    assert one == subscriber_id(KEY, "mail", "ann@example.org")
    assert (
        len(
            {
                one,
                subscriber_id(KEY, "hook", "ann@example.org"),
                subscriber_id(OTHER, "mail", "ann@example.org"),
            }
        )
        == 3
    )
    assert "ann" not in one


def test_tokens_differ_by_what_they_are_for_and_by_epoch() -> None:
    identity = subscriber_id(KEY, "mail", "ann@example.org")

    made = {
        token_of(KEY, identity, 1),
        token_of(KEY, identity, 2),
        confirm_token(KEY, identity, 1).partition(".")[2],
        hook_secret(KEY, identity, 1),
        token_of(OTHER, identity, 1),
    }

    assert len(made) == 5
    assert all(is_token(one) for one in made)


def test_a_token_to_confirm_is_of_its_epoch_and_key() -> None:
    token = confirm_token(KEY, "abc", 1)

    found = [
        confirmed_id(KEY, token, 1),
        confirmed_id(KEY, token, 2),
        confirmed_id(OTHER, token, 1),
        confirmed_id(KEY, "abc.forged", 1),
    ]

    assert found == ["abc", None, None, None]


def test_what_is_no_token_is_not_looked_up() -> None:
    assert not any(is_token(text) for text in ("", "x" * 101, "a b", "a\0", "é"))


def test_links_are_below_the_page() -> None:
    assert link_of("https://x/status", "t") == "https://x/status/u/t"
    assert confirm_link("https://x/status", "t") == "https://x/status/confirm/t"
