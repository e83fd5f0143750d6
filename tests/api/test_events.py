"""The event stream."""

import json
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientResponse

from tests.api.site import Site
from triaged.core.records.effects import ByKind, SaveIncident
from triaged.core.records.model import Incident, Plan, Severity


async def events(response: ClientResponse, count: int) -> list[dict[str, Any]]:
    """The next events of a stream."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        text = (await response.content.readuntil(b"\n\n")).decode()
        fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line[1:])
        if "data" in fields:
            found.append({**fields, "data": json.loads(fields["data"])})
    return found


async def test_every_change_of_an_incident_is_told(site: Site) -> None:
    async with await site.ask("GET", "/api/v1/events") as response:
        assert response.content_type == "text/event-stream"
        assert response.headers["X-Accel-Buffering"] == "no"
        number = await site.declare()
        await site.post(f"/api/v1/incidents/{number}/acknowledge")

        opened, taken = await events(response, 2)

    assert (opened["event"], opened["data"]["id"], opened["data"]["state"]) == (
        "incident",
        number,
        "open",
    )
    names = ("what", "urls", "recipients", "next", "missing")
    only_of_one: dict[str, object] = dict.fromkeys(names)
    assert taken["data"] == await site.get(f"/api/v1/incidents/{number}") | only_of_one
    assert int(taken["id"]) > int(opened["id"])


async def test_a_reader_that_comes_back_gets_what_it_missed(site: Site) -> None:
    async with await site.ask("GET", "/api/v1/events") as response:
        await site.declare("one")
        (first,) = await events(response, 1)
    await site.declare("two")

    headers = {"Last-Event-ID": first["id"]}
    async with await site.ask("GET", "/api/v1/events", headers=headers) as response:
        (second,) = await events(response, 1)

    assert second["data"]["title"] == "two"


async def test_a_reader_that_missed_too_much_is_told_to_look_again(site: Site) -> None:
    for last in ("12", "nonsense"):
        headers = {"Last-Event-ID": last}
        async with await site.ask("GET", "/api/v1/events", headers=headers) as response:
            (event,) = await events(response, 1)
        assert event["event"] == "resync"


async def test_stopping_ends_the_stream(site: Site) -> None:
    async with await site.ask("GET", "/api/v1/events") as response:
        await response.content.readuntil(b"\n\n")
        site.context.event_stream.close()

        assert await response.content.read() == b""


async def test_a_fault_of_ours_ends_the_stream_and_is_no_event(site: Site) -> None:
    async with await site.ask("GET", "/api/v1/events") as response:
        await response.content.readuntil(b"\n\n")
        number = await site.declare()
        (opened,) = await events(response, 1)
        unwritable = Incident(
            7, (), "\udce9", Severity.SEV2, "unclassified", 0, Plan("default", ())
        )
        site.context.event_stream.committed(ByKind([SaveIncident(unwritable)]))

        with pytest.raises(ClientPayloadError):
            await response.content.read()

    assert opened["data"]["id"] == number


async def test_a_brief_stream_says_what_has_changed_and_that_it_is_alive(site: Site) -> None:
    async with await site.ask("GET", "/api/v1/events?brief=1") as response:
        (ping,) = await events(response, 1)
        number = await site.declare()
        opened, page = await events(response, 2)

    assert ping["event"] == "ping"
    assert (opened["event"], opened["data"]["incident"]) == ("incident", number)
    assert set(opened["data"]) == {"incident", "seq", "severity", "state", "by"}
    assert (page["event"], page["data"]["state"]) == ("page", "due")


async def test_a_stream_about_one_incident_says_nothing_of_others(site: Site) -> None:
    async with await site.ask("GET", "/api/v1/events?events=incident&incident=INC-2") as response:
        await site.declare("one")
        await site.declare("two")
        (found,) = await events(response, 1)

    assert found["data"]["id"] == "INC-2"


@pytest.mark.parametrize("query", ["events=nonsense", "incident=x"])
async def test_a_stream_that_there_is_not_is_refused(site: Site, query: str) -> None:
    assert (await site.ask("GET", f"/api/v1/events?{query}")).status == 400


async def test_the_last_event_may_stand_in_the_address(site: Site) -> None:
    async with await site.ask("GET", "/api/v1/events") as response:
        await site.declare("one")
        (first,) = await events(response, 1)
    await site.declare("two")

    async with await site.ask("GET", f"/api/v1/events?after={first['id']}") as response:
        (second,) = await events(response, 1)

    assert second["data"]["title"] == "two"
