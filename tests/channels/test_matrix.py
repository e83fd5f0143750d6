from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser

import nio
import pytest
from msgspec.structs import replace

from tests.channels.answers import answer, posted
from tests.channels.fakes.matrix import ALICE, ALICES, ROOM, SECRET_ROOM, TOKEN, US, Matrix
from tests.channels.fakes.serving import served
from tests.channels.hostile import HOSTILE
from tests.channels.notices import NOW, UPDATE, edited, pressable, straight
from triaged.channels import HttpRequest, NoAnswer, Notice, matrix
from triaged.channels.common.two_way import Batch, Callback, Called, Press, Reply, Signalled, Typed
from triaged.channels.matrix import (
    Settings,
    addresses_of,
    advice,
    poll,
    polled,
    request,
    self_test,
    self_tested,
    update,
    updated,
    verdict,
)
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import State
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

SECOND = 1_000_000
SETTINGS = Settings("https://matrix.example.org", Secret(TOKEN), ROOM, US)


def sent(peer: Matrix, notice: Notice, at: int = NOW) -> str:
    found = verdict(peer.serve(request(notice, SETTINGS, at)))
    assert isinstance(found, Delivered)
    return found.ref


def heard(peer: Matrix, cursor: str) -> tuple[tuple[Called, ...], str]:
    found = polled(cursor, peer.serve(poll(cursor, SETTINGS)), SETTINGS)
    assert isinstance(found, Batch)
    return found.called, found.cursor


@asynccontextmanager
async def alice(peer: Matrix) -> AsyncIterator[nio.AsyncClient]:
    """Alice's client, which is a real one."""
    async with served(peer.serve) as url:
        client = nio.AsyncClient(url, ALICE, device_id="D")
        client.access_token = ALICES
        try:
            yield client
        finally:
            await client.close()


def test_page_is_one_transaction_however_often_it_is_sent() -> None:
    message = request(straight(), SETTINGS, NOW)

    assert message.method == "PUT"
    assert message.url == (
        "https://matrix.example.org/_matrix/client/v3/rooms/%21room%3Aexample.org"
        "/send/m.room.message/INC-12%2F1%2F1%2F2%2Fschedule%3Aprimary%2Falice%2Fmail"
    )
    peer = Matrix()
    assert sent(peer, straight()) == sent(peer, straight(), NOW + 1)
    assert len(peer.events) == 1


def test_nobody_is_mentioned_and_an_update_is_a_notice() -> None:
    page, update_ = (posted(request(one, SETTINGS, NOW)) for one in (straight(), straight(UPDATE)))

    assert page["m.mentions"] == {}
    assert (page["msgtype"], update_["msgtype"]) == ("m.text", "m.notice")


def test_page_says_how_to_acknowledge_and_an_update_replies_to_it() -> None:
    page = posted(request(pressable(), SETTINGS, NOW))
    reply = posted(request(replace(straight(UPDATE), thread="$event0"), SETTINGS, NOW))

    assert page["body"].splitlines()[:2] == [
        "SEV-1 checkout is down in c1 (INC-12)",
        "React with 👍 or ✅ to acknowledge.",
    ]
    assert "React" not in reply["body"]
    assert reply["m.relates_to"] == {"m.in_reply_to": {"event_id": "$event0"}}


def test_edit_replaces_what_clients_show_and_each_is_a_transaction() -> None:
    peer = Matrix()
    ref = sent(peer, pressable())

    for at, subject in enumerate(("acknowledged by Bob", "given back", "acknowledged by Bob")):
        asked = update(edited(subject, State.ACKNOWLEDGED), ref, SETTINGS, NOW + at)
        assert updated(peer.serve(asked)) == Delivered()
        assert subject in peer.shown()[0]["body"]

    assert len(peer.shown()) == 1
    assert peer.shown()[0]["m.mentions"] == {}
    assert peer.events[-1]["content"]["m.mentions"] == {}


@pytest.mark.parametrize("ref", ["", "event", "$a b", "$"])
def test_identity_that_is_none_is_not_edited(ref: str) -> None:
    with pytest.raises(Malformed, match="no identity"):
        update(straight(), ref, SETTINGS, NOW)


class Tags(HTMLParser):
    """What HTML is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag}{attrs or ''}")


def test_text_of_strangers_is_only_text() -> None:
    peer = Matrix()

    for text in HOSTILE:
        peer.events.clear()
        labels = {"l": text, text[:60]: "v"}
        asked = request(pressable(title=text, service=text, labels=labels), SETTINGS, NOW)
        peer.serve(replace(asked, url=f"{asked.url}{HOSTILE.index(text)}"))
        (said,) = peer.shown()
        assert said["m.mentions"] == {}
        assert Tags(said["formatted_body"]).found == ["strong", "pre", "code"], text
        assert "https://evil" not in said["body"]


def test_sizes_are_kept() -> None:
    peer = Matrix()
    huge = straight(title='"' * 9000, labels={f"l{n}": '"<&' * 900 for n in range(60)})

    ref = sent(peer, huge)

    assert updated(peer.serve(update(huge, ref, SETTINGS, NOW))) == Delivered()


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (200, {"event_id": "$e"}, {}, Delivered("$e")),
        (
            403,
            {"errcode": "M_FORBIDDEN", "error": "not in the room"},
            {},
            Refused("HTTP 403 M_FORBIDDEN not in the room"),
        ),
        (401, {"errcode": "M_UNKNOWN_TOKEN"}, {}, Refused("HTTP 401 M_UNKNOWN_TOKEN")),
        (413, {"errcode": "M_TOO_LARGE"}, {}, Refused("HTTP 413 M_TOO_LARGE")),
        (
            429,
            {"errcode": "M_LIMIT_EXCEEDED", "error": "slow"},
            {"retry-after": "7"},
            TryAgain("HTTP 429 M_LIMIT_EXCEEDED slow", 7_000_000),
        ),
        (500, None, {}, TryAgain("HTTP 500")),
    ],
)
def test_verdicts(status: int, body: object, headers: dict[str, str], expected: object) -> None:
    assert verdict(answer(status, body, headers)) == expected
    if status != 200:
        assert updated(answer(status, body, headers)) == expected
        assert polled("s1", answer(status, body, headers), SETTINGS) == expected


def test_limit_of_the_server_is_obeyed() -> None:
    peer = Matrix()
    peer.limited_ms = 2500

    found = verdict(peer.serve(request(straight(), SETTINGS, NOW)))

    assert found == TryAgain("HTTP 429 M_LIMIT_EXCEEDED Too many requests", 3 * SECOND)


async def test_reaction_by_a_real_client_acknowledges() -> None:
    peer = Matrix()
    ref = sent(peer, pressable())
    before, cursor = heard(peer, "")
    async with alice(peer) as client:
        synced = await client.sync(timeout=0)
        assert isinstance(synced, nio.SyncResponse)
        (event,) = synced.rooms.join[ROOM].timeline.events
        assert isinstance(event, nio.RoomMessageText)
        assert event.event_id == ref
        for key in ("👍🏽", "✅\ufe0f", "🎉"):
            relation = {"rel_type": "m.annotation", "event_id": ref, "key": key}
            await client.room_send(ROOM, "m.reaction", {"m.relates_to": relation})

    called, _ = heard(peer, cursor)

    assert before == (), "what was said before is no news"
    assert called == (Signalled("acknowledge", ALICE, ref=ref, at=NOW, needs_person=True),) * 2


async def test_reply_by_a_real_client_is_a_command_and_is_answered() -> None:
    peer = Matrix()
    ref = sent(peer, pressable())
    _, cursor = heard(peer, "")
    content = {
        "msgtype": "m.text",
        "body": f"> <{US}> SEV-1\n> checkout\n\nnote looking at it",
        "m.relates_to": {"m.in_reply_to": {"event_id": ref}},
    }
    async with alice(peer) as client:
        await client.room_send(ROOM, "m.room.message", content)

    (called,), cursor = heard(peer, cursor)

    assert isinstance(called, Typed)
    assert (called.account, called.text, called.ref) == (ALICE, "note looking at it", ref)
    assert (called.room, called.id) == (ROOM, "$event1")
    later = matrix.answer(called, Reply("noted"), SETTINGS).later
    assert later is not None
    peer.serve(later)
    peer.serve(later)
    assert [each["body"] for each in peer.shown()][2:] == ["noted"]
    assert heard(peer, cursor)[0] == (), "we do not answer ourselves"


def said(body: str, **content: object) -> dict[str, object]:
    return {
        "type": "m.room.message",
        "event_id": "$c",
        "sender": ALICE,
        "content": {"msgtype": "m.text", "body": body, **content},
    }


REPLY = {"m.in_reply_to": {"event_id": "$page"}}
TO_US = {"m.mentions": {"user_ids": [US]}, "m.relates_to": REPLY}


def texts(event: object, settings: Settings = SETTINGS) -> list[str]:
    rooms = {"join": {ROOM: {"timeline": {"events": [event]}}}}
    found = polled("s1", answer(200, {"next_batch": "s2", "rooms": rooms}), settings)
    assert isinstance(found, Batch)
    return [each.text for each in found.called if isinstance(each, Typed)]


def test_only_what_is_meant_for_us_is_a_command() -> None:
    bot = {**said("ack", **TO_US), "unsigned": {"transaction_id": "x"}}

    assert texts(said("ack", **TO_US)) == ["ack"]
    assert texts(said("!triaged ack INC-12")) == ["ack INC-12"]
    assert texts(said("!triaged")) == ["help"]
    assert texts(said("ack")) == []
    assert texts(said("thanks", **{"m.relates_to": REPLY})) == []
    assert texts(said("ack", **TO_US), replace(SETTINGS, user="")) == []
    assert texts(said("* ack", **TO_US | {"m.relates_to": {"rel_type": "m.replace"}})) == []
    assert texts(said("ack", **TO_US | {"msgtype": "m.notice"})) == []
    assert texts(bot) == []
    assert texts({**said("ack", **TO_US), "sender": US}) == []


@pytest.mark.parametrize("event", [None, 1, {}, {"type": "m.reaction"}, said("x", msgtype=1)])
def test_strange_events_say_nothing(event: object) -> None:
    assert texts(event) == []


@pytest.mark.parametrize("body", ["x", {"rooms": {}}, None, {"next_batch": 1}])
def test_answer_that_is_no_sync_is_refused(body: object) -> None:
    assert polled("s1", answer(200, body), SETTINGS) == Refused("the answer is no sync")
    assert polled("s1", NoAnswer("cut"), SETTINGS) == TryAgain("cut")


def test_poll_waits_at_the_server_and_says_from_where() -> None:
    first, later = poll("", SETTINGS), poll("s7", SETTINGS)

    assert "timeout=0" in first.url
    assert "since" not in first.url
    assert ("since=s7" in later.url, "timeout=30000" in later.url) == (True, True)
    assert later.timeout_s > 30


@pytest.mark.parametrize("called", [None, Press(ALICE, "v"), Typed(ALICE, "x")])
def test_words_without_a_place_go_nowhere(called: Called | None) -> None:
    assert matrix.answer(called, Reply("x"), SETTINGS).later is None


def test_homeserver_calls_nobody() -> None:
    with pytest.raises(Unauthorized):
        matrix.callback(Callback({}, b"{}"), SETTINGS)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (SETTINGS, ""),
        (replace(SETTINGS, to=""), ""),
        (replace(SETTINGS, to=SECRET_ROOM), "the room is encrypted"),
        (replace(SETTINGS, to="!other:example.org"), "the account is not in the room"),
        (replace(SETTINGS, token=Secret("old")), "the access token is not valid"),
    ],
)
def test_self_test_says_what_to_do(settings: Settings, expected: str) -> None:
    asked: HttpRequest = self_test(settings)

    found = self_tested(Matrix().serve(asked))

    assert isinstance(found, Refused if expected else Delivered)
    assert expected in (found.error if isinstance(found, Refused) else "")
    assert self_tested(answer(502)) == TryAgain("HTTP 502", None, maybe_accepted=True)
    assert self_tested(NoAnswer("cut")) == TryAgain("cut")


@pytest.mark.parametrize(
    ("text", "good"),
    [("!a:example.org", True), ("#ops:example.org:8448", True), ("@bob:x", False), ("! :x", False)],
)
def test_rooms_are_addresses(text: str, good: bool) -> None:
    assert bool(addresses_of(text)) is good


def test_alias_is_doubtful_and_a_user_is_an_account() -> None:
    assert advice(SETTINGS) == ()
    (found,) = advice(replace(SETTINGS, to="#ops:example.org"))
    assert found.startswith("to: servers send to the id of a room")
    with pytest.raises(ValueError, match="user must be the id of an account"):
        Settings("https://x.example", Secret("t"), user="triaged")
    assert TOKEN not in repr(SETTINGS)
