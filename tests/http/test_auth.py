"""Tokens: bearer or password, compared by digest, scopes that include one another."""

import asyncio
import contextlib
from base64 import b64encode
from typing import Literal

import msgspec
import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from tests.api.site import TOKENS, Site
from triaged.access.tokens import TokenRequest, create, revoke
from triaged.core.time.durations import SECOND
from triaged.http.auth import KnownTokens, caller_of, credential
from triaged.store.database.base import Database, Reader, Transaction


def given(value: str) -> str | None:
    return credential(CIMultiDictProxy(CIMultiDict({"Authorization": value})))


def basic(text: bytes) -> str:
    return f"Basic {b64encode(text).decode()}"


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        (basic(b"anybody:abc"), "abc"),
        (basic("am:pä:ss".encode()), "pä:ss"),
        (basic(b"abc"), None),
        ("Basic !!!", None),
        (basic(b"a:\xff"), None),
        ("Digest abc", None),
        ("Bearer", None),
        ("", None),
        ("Bearer " + "x" * 5000, None),
    ],
)
def test_a_token_is_a_bearer_or_a_password(value: str, token: str | None) -> None:
    assert given(value) == token


@pytest.mark.parametrize(
    ("scope", "may", "may_not"),
    [
        ("admin", {"admin", "respond", "read", "ingest:a"}, set()),
        ("respond", {"respond", "read"}, {"admin", "ingest:a"}),
        ("read", {"read"}, {"admin", "respond", "ingest:a"}),
        ("ingest:*", {"ingest:a", "ingest:b"}, {"read", "respond", "admin"}),
        ("ingest:a", {"ingest:a"}, {"ingest:b", "ingest:*", "read"}),
    ],
)
def test_scopes_include_one_another(scope: str, may: set[str], may_not: set[str]) -> None:
    caller = caller_of("a", [scope], None)

    assert {wanted for wanted in may | may_not if caller.may(wanted)} == may


def test_a_caller_is_the_person_or_the_token() -> None:
    assert caller_of("ops", ["read"], "alice").by == "alice"
    assert caller_of("ops", ["read"], None).by == "token:ops"


async def test_a_token_revoked_elsewhere_is_dead_a_second_later(site: Site) -> None:
    database, clock = site.context.database, site.clock
    async with database.transaction() as tx:
        made = await create(tx, TokenRequest("ci", ("read",)), clock.now())
    known_tokens = KnownTokens(database, clock)
    configuration = site.context.configuration
    token = made.token
    assert await known_tokens.caller(token, configuration) is not None

    async with database.transaction() as tx:
        assert await revoke(tx, made.id, clock.now())
    clock.ahead_us += SECOND

    assert await known_tokens.caller(token, configuration) is None


class Counted(Database):
    """Counts who reads the real one."""

    name: Literal["sqlite"] = "sqlite"
    url = ""

    def __init__(self, real: Database) -> None:
        self.real = real
        self.reads = 0

    def transaction(self) -> contextlib.AbstractAsyncContextManager[Transaction]:
        """The real one's."""
        return self.real.transaction()

    def reading(self, *, urgent: bool = False) -> contextlib.AbstractAsyncContextManager[Reader]:
        """The real one's."""
        self.reads += 1
        return self.real.reading(urgent=urgent)

    async def close(self) -> None:
        """It stays open."""


async def test_many_who_come_at_once_read_the_tokens_once(site: Site) -> None:
    database = Counted(site.context.database)
    known_tokens = KnownTokens(database, site.clock)

    await asyncio.gather(
        *(known_tokens.caller(f"trg_{n}", site.context.configuration) for n in range(20))
    )

    assert database.reads == 1


async def test_the_configurations_tokens_work_without_the_store(site: Site) -> None:
    site.lose_store()

    caller = await site.context.known_tokens.caller(TOKENS["read"], site.context.configuration)

    assert caller is not None


async def test_a_reload_takes_tokens_away(site: Site) -> None:
    known_tokens, configuration = site.context.known_tokens, site.context.configuration
    assert await known_tokens.caller(TOKENS["read"], configuration) is not None

    without = msgspec.structs.replace(configuration, tokens=())

    assert await known_tokens.caller(TOKENS["read"], without) is None
