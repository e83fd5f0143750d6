from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from triaged.channels.common.matrix_sync import called_of, query_of
from triaged.channels.common.two_way import Signalled

ALICE, US = "@alice:example.org", "@triaged:example.org"


def reaction(key: object, **changes: object) -> dict[str, Any]:
    relation = {"rel_type": "m.annotation", "event_id": "$page", "key": key}
    event = {
        "type": "m.reaction",
        "sender": ALICE,
        "origin_server_ts": 2000,
        "content": {"m.relates_to": relation},
    } | changes
    return {"rooms": {"join": {"!r": {"timeline": {"events": [event]}}}}}


@pytest.mark.parametrize("key", ["👍", "👍🏽", "👍\ufe0f", "✅"])
def test_two_reactions_acknowledge(key: str) -> None:
    signal = Signalled("acknowledge", ALICE, ref="$page", at=2_000_000, needs_person=True)

    assert list(called_of(reaction(key), US)) == [signal]


@pytest.mark.parametrize(
    "said",
    [
        reaction("🎉"),
        reaction("👍👍"),
        reaction(""),
        reaction(None),
        reaction("👍", sender=US),
        reaction("👍", unsigned={"transaction_id": "t"}),
        reaction("👍", content={"m.relates_to": {"key": "👍"}}),
        reaction("👍", content=[]),
        {"rooms": {"join": {"!r": None}}},
        {"rooms": {"join": {"!r": {"timeline": {"events": {}}}}}},
        {"rooms": []},
        {},
    ],
)
def test_anything_else_says_nothing(said: dict[str, Any]) -> None:
    assert list(called_of(said, US)) == []


@pytest.mark.parametrize("at", [None, "soon", True])
def test_reaction_without_a_time_is_one(at: object) -> None:
    (found,) = called_of(reaction("👍", origin_server_ts=at), US)

    assert isinstance(found, Signalled)
    assert found.at is None


def test_poll_asks_for_messages_and_reactions_alone() -> None:
    asked = parse_qs(query_of("s1"))

    wanted = msgspec.json.decode(asked["filter"][0])
    assert wanted["room"]["timeline"]["types"] == ["m.reaction", "m.room.message"]
    assert wanted["presence"] == wanted["room"]["state"] == {"not_types": ["*"]}
    assert asked["set_presence"] == ["offline"]
