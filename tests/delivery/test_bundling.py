from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from msgspec.structs import replace

from tests.channels.answers import answer
from tests.channels.notices import INCIDENT, NOW, PAGE
from tests.delivery.clocks import HandClock
from tests.delivery.servers import receiver
from tests.delivery.world import Configured, people, world
from triaged.channels import ntfy, pushover, twilio_sms
from triaged.core.records.answers import Send
from triaged.core.records.model import PageKind, PageState
from triaged.core.records.verdicts import Delivered
from triaged.core.settings import Contact
from triaged.delivery.bundling import BUNDLE_MIN, bundles, verdict_of


def send(number: int, person: str = "alice", **fields: Any) -> Send:
    """A page of an incident to a person."""
    identity = f"INC-{number}/1/1/1/person:{person}/{person}/push"
    page = replace(PAGE, id=identity, subject="", **fields)
    return Send(page, replace(INCIDENT, number=number))


def grouped(sends: list[Send], most: int = 10) -> list[list[str]]:
    """The incidents of each message."""
    return [[one.incident.id for one in each] for each in bundles(sends, most)]


def test_few_pages_and_those_of_others_go_alone() -> None:
    sends = [send(1), send(2, "bob"), send(3)]
    assert grouped(sends) == [["INC-1"], ["INC-3"], ["INC-2"]]


def test_several_pages_of_one_person_go_as_one_message_the_worst_first() -> None:
    sends = [send(number) for number in range(1, BUNDLE_MIN + 2)]
    assert grouped(sends) == [["INC-1", "INC-2", "INC-3", "INC-4"]]
    assert grouped(sends, most=3) == [["INC-1", "INC-2", "INC-3"], ["INC-4"]]
    assert grouped(sends, most=1) == [[one.incident.id] for one in sends]


def test_updates_tests_and_drills_are_never_bundled() -> None:
    for fields in ({"kind": PageKind.UPDATE}, {"test": True}, {"drill": True}, {"rest": True}):
        sends = [send(number, **fields) for number in range(1, 6)]
        assert all(len(each) == 1 for each in bundles(sends, 10)), fields


def test_message_for_several_pages_is_edited_by_none_of_them() -> None:
    accepted = answer(200, {"status": 1, "receipt": "r" * 30})
    alone, together = (send(1),), (send(1), send(2), send(3))

    assert verdict_of(pushover, accepted, alone) == Delivered("r" * 30)
    assert verdict_of(pushover, accepted, together) == Delivered("")
    sms = answer(201, {"sid": "SM1"})
    assert verdict_of(twilio_sms, sms, together) == Delivered("SM1")


async def test_pages_that_wait_together_are_one_message_and_each_is_sent(tmp_path: Path) -> None:
    messages: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        messages.append(msgspec.json.decode(await request.read()))
        return web.json_response({"id": "abc", "time": 1})

    ours = people("push")
    alice = replace(ours.people["alice"], contacts={"push": Contact("push", "alices-topic")})
    ours = replace(ours, people={"alice": alice})
    async with world(tmp_path, HandClock(NOW), ours) as w, receiver(take) as url:
        numbers = [await w.fires("SEV-2") for _ in range(4)]
        worst = await w.fires("SEV-1")
        async with w.interrupted(Configured("push", "ntfy", ntfy.Settings(url=url))):

            def sent() -> set[int]:
                every = w.watch.pages.values()
                return {one.incident for one in every if one.state is PageState.SENT}

            await w.watch.until_page(lambda _: sent() == {*numbers, worst})
    (message,) = messages
    said = message["title"] + message["message"]
    assert f"(INC-{worst}) and 4 more" in said
    assert all(f"(INC-{number})" in said for number in numbers)
