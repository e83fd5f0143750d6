"""Presses and commands through `/callbacks/slack`: answered with the truth, harmless twice."""

import io
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse
from msgspec.structs import replace

from tests.api.site import ACTION_KEY, Recorder, Site
from tests.channels.fakes.slack import CHANNEL, SIGNING_SECRET, TOKEN, USER, Slack, signed
from triaged.access.buttons import Act, value_of
from triaged.calls.budgets import CALLS_MAX, FAILURES_MAX, QUIET_US
from triaged.channels import HttpRequest, slack
from triaged.channels.common.two_way import Callback
from triaged.config.model import Channel
from triaged.core.records.model import Incident, State
from triaged.core.records.pages import StepId
from triaged.core.records.two_way import PostedMessage, Verb
from triaged.core.settings import Contact
from triaged.http.bodies import API_BODY_MAX
from triaged.store.tables import incidents, practice, timeline
from triaged.wire import Secret

CHAT = Channel("slack", "slack", slack.Settings(Secret(TOKEN), CHANNEL, Secret(SIGNING_SECRET)))
OTHER = "U0000000009"


@pytest.fixture
async def chat(site: Site) -> Site:
    """Alice and bob have accounts in Slack; alice's incident is open."""
    context = site.context
    people = dict(context.configuration.settings.people)
    for name, account in (("alice", USER), ("bob", OTHER)):
        contacts = {**people[name].contacts, "slack": Contact("slack", account)}
        people[name] = replace(people[name], name=name.title(), contacts=contacts)
    settings = replace(
        context.configuration.settings,
        people=people,
        channels=context.configuration.settings.channels | {"slack"},
        edited=frozenset({"slack"}),
        heard=frozenset({"slack"}),
        public_url="https://triaged.example.org",
    )
    context.configuration = replace(
        context.configuration,
        settings=settings,
        channels={**context.configuration.channels, "slack": CHAT},
    )
    context.engine.settings = settings
    await site.post("/api/v1/incidents", {"title": "slow", "severity": "SEV-2"})
    return site


async def calls(site: Site, callback: Callback, **changed: str) -> ClientResponse:
    """The answer to a call of Slack."""
    headers = {**callback.headers, **changed}
    return await site.ask("POST", "/callbacks/slack", None, data=callback.body, headers=headers)


async def types(site: Site, text: str, by: str = USER, trigger: str = "t1") -> str:
    """The words that a command is answered with."""
    answer = await calls(site, Slack().command(text, site.clock.now(), by, trigger))
    assert answer.status == 200, await answer.text()
    said = msgspec.json.decode(await answer.read())
    assert said["response_type"] == "ephemeral"
    return str(said["text"])


def words(site: Site) -> list[Any]:
    """What was sent by `response_url`, in order."""
    recorder = site.context.calls.parts.sender
    assert isinstance(recorder, Recorder)
    sent = [one for one in recorder.words if isinstance(one, HttpRequest)]
    return [msgspec.json.decode(one.body)["text"] for one in sent]


async def presses(
    site: Site, verb: Verb, by: str = USER, shown: StepId | None = None, number: int = 1
) -> str:
    """The words that a press is answered with."""
    peer = Slack()
    now = (await incident(site, number)).escalation.step_id
    value = value_of(Act(verb, number, shown or now), ACTION_KEY)
    button = {"type": "button", "action_id": f"triaged.{verb}", "value": value}
    peer.messages[CHANNEL, "1.2"] = {"blocks": [{"type": "actions", "elements": [button]}]}
    before = len(words(site))
    answer = await calls(
        site, peer.press((CHANNEL, "1.2"), f"triaged.{verb}", site.clock.now(), by)
    )
    assert (answer.status, await answer.read()) == (200, b"")
    await site.context.calls.settled()
    (text,) = words(site)[before:]
    return str(text)


async def incident(site: Site, number: int = 1) -> Incident:
    async with site.context.database.reading() as tx:
        found = await incidents.fetch(tx, number)
    assert found is not None
    return found


async def test_press_acknowledges_and_tells_who_pressed(chat: Site) -> None:
    text = await presses(chat, "acknowledge")

    assert text.startswith("INC-1: acknowledged by Alice at ")
    assert (await incident(chat)).holder == "alice"


async def test_same_call_again_changes_nothing_and_says_the_same(chat: Site) -> None:
    first = await presses(chat, "acknowledge")
    entries = (await incident(chat)).entries

    assert await presses(chat, "acknowledge") == first
    assert (await incident(chat)).entries == entries


async def test_late_press_is_told_who_has_it(chat: Site) -> None:
    await presses(chat, "acknowledge", OTHER)

    text = await presses(chat, "acknowledge")

    assert text.startswith("INC-1: already acknowledged by Bob at ")
    assert (await incident(chat)).holder == "bob"


async def test_press_after_the_resolve_opens_nothing(chat: Site) -> None:
    await presses(chat, "resolve", OTHER)

    text = await presses(chat, "acknowledge")

    assert text.startswith("INC-1: already resolved by Bob at ")
    assert (await incident(chat)).state is State.RESOLVED


async def test_button_of_an_older_epoch_changes_nothing(chat: Site) -> None:
    old = (await incident(chat)).escalation.step_id
    await presses(chat, "acknowledge", OTHER)
    await presses(chat, "unacknowledge", OTHER)

    text = await presses(chat, "acknowledge", shown=old)

    assert "of an older message. Now: open" in text
    assert (await incident(chat)).state is State.OPEN


async def test_account_that_nobody_has_is_refused_in_a_friendly_way(chat: Site) -> None:
    text = await presses(chat, "acknowledge", "U7777777777")

    assert "I do not know you" in text
    assert "U7777777777" in text
    assert (await incident(chat)).state is State.OPEN
    assert "I do not know you" in await types(chat, "list", "U7777777777")


async def test_button_that_nobody_signed_changes_nothing(chat: Site) -> None:
    peer = Slack()
    button = {
        "action_id": "triaged.acknowledge",
        "value": "a.1.1.1.1." + "x" * 20,
        "type": "button",
    }
    peer.messages[CHANNEL, "1.2"] = {"blocks": [{"type": "actions", "elements": [button]}]}

    await calls(chat, peer.press((CHANNEL, "1.2"), "triaged.acknowledge", chat.clock.now()))
    await chat.context.calls.settled()

    assert "not one of ours" in words(chat)[0]
    assert (await incident(chat)).state is State.OPEN


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("help", "ack [INC-12|last|all]"),
        ("list", "INC-1 SEV-2 slow: open: nobody has it yet."),
        ("ack INC-1", "INC-1: acknowledged by Alice at "),
        ("akc", "did you mean `ack`?"),
        ("ack INC-99", "There is no INC-99"),
        ("note INC-1 rolled back https://x.example/1", "INC-1: the note is on the timeline."),
        ("take INC-1", "INC-1: acknowledged by Alice at "),
        ("handover INC-1 bob", "INC-1: handed over to Bob"),
        ("handover INC-1 bop", "`bop` is not a person: did you mean `bob`?"),
        ("escalate INC-1", "INC-1: escalated."),
        ("severity INC-1 SEV-1 many users", "INC-1: it is SEV-1 now."),
        ("resolve INC-1 it was the pool", "INC-1: resolved by Alice at "),
        ("declare SEV-3 the fan is loud", "INC-2 SEV-3 the fan is loud: open"),
        ("declare SEV-3 x service=nope", "is not a service"),
        ("oncall nope", "is not a schedule"),
    ],
)
async def test_command(chat: Site, text: str, says: str) -> None:
    assert says in await types(chat, text)


async def test_note_keeps_what_was_typed(chat: Site) -> None:
    await types(chat, "note INC-1 rolled back https://x.example/1 <b>")

    async with chat.context.database.reading() as tx:
        entries = await timeline.of(tx, 1, 0, 50)
    assert entries[-1].text == "rolled back https://x.example/1 <b>"
    assert entries[-1].actor == "alice"


async def test_command_that_comes_twice_is_done_once(chat: Site) -> None:
    for _ in range(2):
        await types(chat, "note INC-1 once", trigger="same")

    async with chat.context.database.reading() as tx:
        entries = await timeline.of(tx, 1, 0, 50)
    assert [entry.text for entry in entries].count("once") == 1


async def test_reply_to_a_message_is_about_its_incident(chat: Site) -> None:
    posted = PostedMessage("p1", 1, "slack", USER, f"{CHANNEL}/1.5", 1, edited=True)
    async with chat.context.database.transaction() as tx:
        await practice.save(tx, [posted])
    said = {
        "type": "app_mention",
        "user": USER,
        "text": "<@U00> ack",
        "channel": CHANNEL,
        "thread_ts": "1.5",
    }

    answer = await calls(chat, Slack().event(said, chat.clock.now()))
    await chat.context.calls.settled()

    assert answer.status == 200
    assert (await incident(chat)).holder == "alice"
    assert "acknowledged by Alice" in words(chat)[0]


async def test_ack_without_an_incident_asks_which(chat: Site) -> None:
    assert "Which incident?" in await types(chat, "ack")


async def test_handshake_is_answered(chat: Site) -> None:
    body = msgspec.json.encode({"type": "url_verification", "challenge": "c1"})
    answer = await calls(chat, signed(body, chat.clock.now(), "application/json"))

    assert (answer.status, await answer.read()) == (200, b"c1")


async def test_call_that_was_not_signed_is_401_and_says_no_more(chat: Site) -> None:
    answer = await calls(
        chat, Slack().command("list", chat.clock.now()), **{"x-slack-signature": "v0=00"}
    )

    assert answer.status == 401
    assert "signature" not in (await answer.text()).lower()
    assert 'outcome="unauthorized"' in await metrics(chat)


async def metrics(site: Site) -> str:
    return await (await site.ask("GET", "/metrics")).text()


async def test_twenty_forged_calls_in_a_minute_are_one_warning_incident(chat: Site) -> None:
    forged = Slack().command("list", chat.clock.now())
    for _ in range(FAILURES_MAX * 2):
        await calls(chat, forged, **{"x-slack-signature": "v0=00"})

    warning = await incident(chat, 2)
    assert "/callbacks/slack" in warning.title
    assert warning.severity == "SEV-3"
    found = await chat.get("/api/v1/incidents")
    assert len(found["incidents"]) == 2

    now = chat.clock.now()
    assert chat.context.calls.budget("slack").quiet(now) is None
    assert chat.context.calls.budget("slack").quiet(now + QUIET_US) is not None
    assert chat.context.calls.budget("slack").quiet(now + QUIET_US) is None


async def test_call_of_yesterday_is_refused(chat: Site) -> None:
    answer = await calls(chat, Slack().command("list", chat.clock.now() - 86_400_000_000))

    assert answer.status == 401


async def test_signed_call_that_cannot_be_read_is_400(chat: Site) -> None:
    answer = await calls(chat, signed(b"{", chat.clock.now(), "application/json"))

    assert answer.status == 400


async def test_call_is_bounded(chat: Site) -> None:
    answer = await chat.ask(
        "POST", "/callbacks/slack", None, data=io.BytesIO(b"x" * (API_BODY_MAX + 1))
    )

    assert answer.status == 413


async def test_more_calls_than_the_budget_are_dropped_unread(chat: Site) -> None:
    now = chat.clock.now()
    for _ in range(CALLS_MAX):
        chat.context.calls.budget("slack").allows(now)

    answer = await calls(chat, Slack().command("list", now))

    assert answer.status == 429
    assert chat.context.calls.budget("slack").allows(now + 11_000_000)


async def test_channel_that_takes_no_calls_is_404(chat: Site) -> None:
    assert (await chat.ask("POST", "/callbacks/console", None, data=b"{}")).status == 404
