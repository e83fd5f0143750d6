"""API tokens: random, kept as digests, with scopes that exist."""

import pytest

from triaged.access.tokens import TokenRequest, digest_of, new_code, new_secret
from triaged.core.time.durations import DAY
from triaged.errors import Malformed


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}

    assert len(made) == 100
    assert {len(text) for text in made} == {43}


def test_a_token_is_known_by_its_sha_256() -> None:
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_wish_is_read() -> None:
    wish = TokenRequest.read(
        {"name": "ci", "scopes": ["ingest:*", "ingest:my-app"], "expires_in": "90d"}
    )

    assert wish == TokenRequest("ci", ("ingest:*", "ingest:my-app"), None, "90d")
    assert wish.lifetime_us() == 90 * DAY


def test_a_wish_names_what_the_configuration_has() -> None:
    wish = TokenRequest("ci", ("read", "ingest:*", "ingest:am", "write"), "alic")

    assert [str(problem) for problem in wish.dangling(["am"], ["alice"])] == [
        "$.scopes[3]: 'write' is none of admin, respond, read, report, ingest:*, ingest:am",
        "$.person: 'alic' is none of alice (did you mean alice?)",
    ]


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        ({"scopes": ["read"]}, "$"),
        ({"name": "", "scopes": ["read"]}, "$.name"),
        ({"name": "a\nb", "scopes": ["read"]}, "$.name"),
        ({"name": "a", "scopes": []}, "$.scopes"),
        ({"name": "a", "scopes": ["read", "wirte"]}, "$.scopes[1]"),
        ({"name": "a", "scopes": ["ingest:"]}, "$.scopes[0]"),
        ({"name": "a", "scopes": ["read"], "expires_in": "soon"}, "$.expires_in"),
        ({"name": "a", "scopes": ["read"], "expires_in": "0s"}, "$.expires_in"),
        ({"name": "a", "scopes": ["read"], "owner": "x"}, "$"),
        ({"name": "a", "scopes": "read"}, "$.scopes"),
    ],
)
def test_a_wish_that_cannot_be_says_where(wish: dict[str, object], where: str) -> None:
    with pytest.raises(Malformed) as caught:
        TokenRequest.read(wish)

    assert caught.value.problem.where == where


def test_code_has_six_digits() -> None:
    codes = {new_code() for _ in range(50)}

    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 40
