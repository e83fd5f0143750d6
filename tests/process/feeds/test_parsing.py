"""Bodies are parsed in a process of their own."""

from tests.feeds.bodies import KNOWN, NOW, calendar, event, outcome
from triaged.core.records.duty.feeds import FeedReading, UnreadableFeed
from triaged.feeds.request import Request
from triaged.process.feeds.parsing import parsed

SHIFT = event("DTSTART:20260310T080000Z\nDTEND:20260310T160000Z")


async def test_process_finds_what_the_room_finds() -> None:
    body = calendar(SHIFT, event("DTSTART:20260310T080000Z", uid="bad"))

    found = await parsed(Request(body, "Europe/Berlin", KNOWN, NOW))

    assert isinstance(found, FeedReading)
    assert found == outcome(body)


async def test_what_the_process_cannot_read_is_a_reason() -> None:
    nobody = Request(calendar(SHIFT), "No/Where", KNOWN, NOW)  # the configuration refuses it

    assert isinstance(await parsed(nobody), UnreadableFeed)
