"""Replies to pages, by SMTP to the real engine and store."""

import pytest
from msgspec.structs import replace

from tests.mail_in.mails import mail
from tests.mail_in.post import KEY, REPLIES, Post
from triaged.access.reply_addresses import reply_address
from triaged.core.records.events import Acknowledged, Declared
from triaged.core.records.model import Incident, Severity, State
from triaged.core.records.two_way import Verb
from triaged.mail_in.replies import UNKNOWN, WRONG_WORD, verb_of
from triaged.store.tables import incidents


async def declared(post: Post) -> Incident:
    await post.engine.handle([Declared("bob", "Checkout is down", Severity.SEV1)])
    return await current(post)


async def current(post: Post) -> Incident:
    async with post.database.reading() as tx:
        found = await incidents.fetch(tx, 1)
    assert found is not None
    return found


def address(incident: Incident, post: Post) -> str:
    return reply_address(REPLIES, incident, "alice", KEY, post.clock.now())


async def reply(post: Post, to: str, text: str, **fields: str) -> tuple[int, str]:
    return await post.send(mail(text, "Re: SEV-1 INC-1", **fields), (to,))


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("ack", "acknowledge"),
        ("\n\n  ACK. \n\n> SEV-1 checkout\n-- \nAlice", "acknowledge"),
        ("Resolve!", "resolve"),
        ("escalate\nnobody is here", "escalate"),
        ("take", "take_over"),
        ("ack please", None),
        ("> ack", None),
        ("", None),
        ("thanks\nack", None),
    ],
)
def test_first_line_is_one_word(text: str, verb: Verb | None) -> None:
    assert verb_of(text) == verb


async def test_reply_acknowledges_for_whoever_was_paged(post: Post) -> None:
    incident = await declared(post)

    code, _ = await reply(post, address(incident, post), "ack", From="mallory@evil.example")

    after = await current(post)
    assert code == 250
    assert (after.state, after.acknowledged_by) == (State.ACKNOWLEDGED, "alice")


async def test_reply_that_comes_twice_does_the_same(post: Post) -> None:
    to = address(await declared(post), post)

    answers = [await reply(post, to, "ack") for _ in range(2)]

    assert [code for code, _ in answers] == [250, 250]


async def test_what_can_do_nothing_goes_back_with_the_reason(post: Post) -> None:
    incident = await declared(post)
    to = address(incident, post)
    await post.engine.handle([Acknowledged(1, "bob")])

    held, wrong = await reply(post, to, "ack"), await reply(post, to, "thank you")

    assert held[0] == 550
    assert "bob" in held[1]
    assert wrong == (550, f"5.7.1 {WRONG_WORD}")
    assert (await current(post)).acknowledged_by == "bob"


async def test_reply_to_an_older_page_changes_nothing(post: Post) -> None:
    incident = await declared(post)
    older = replace(incident, escalation=replace(incident.escalation, epoch=0))

    code, said = await reply(post, address(older, post), "ack")

    assert code == 550
    assert "older message" in said
    assert (await current(post)).state is State.OPEN


async def test_reply_resolves_and_never_opens_again(post: Post) -> None:
    to = address(await declared(post), post)

    await reply(post, to, "resolve")
    await reply(post, to, "ack")

    assert (await current(post)).state is State.RESOLVED


async def test_address_that_nobody_signed_is_refused(post: Post) -> None:
    to = address(await declared(post), post)

    for forged in (REPLIES, to.replace("+1-", "+2-"), to.replace("@", "a@")):
        assert await reply(post, forged, "ack") == (550, f"5.7.1 {UNKNOWN}")
    assert (await current(post)).state is State.OPEN


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
async def test_what_no_human_wrote_acknowledges_nothing(post: Post, fields: dict[str, str]) -> None:
    to = address(await declared(post), post)

    assert (await reply(post, to, "ack", **fields))[0] == 250
    assert (await post.send(mail("ack"), (to,), sender=""))[0] == 250
    assert (await current(post)).state is State.OPEN
