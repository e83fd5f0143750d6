"""Alertmanager's silences, and the real `amtool` that sets, changes and ends them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.api.site import Site
from tests.api.test_alertmanager import Amtool
from triaged.core.muting.muters import Muters, Suppressor
from triaged.core.records.matching import Matcher
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.queries import firing
from triaged.wire import instant_text

PATH = "/api/v2/silences"


def posted(site: Site, **changes: object) -> dict[str, object]:
    """A silence of alerts named NodeDown, from now on for an hour."""
    now = site.clock.now()
    return {
        "matchers": [{"name": "alertname", "value": "NodeDown", "isRegex": False}],
        "startsAt": instant_text(now),
        "endsAt": instant_text(now + HOUR),
        "createdBy": "bob",
        "comment": "moving",
        **changes,
    }


async def make(site: Site, **changes: object) -> str:
    """The id of a new silence."""
    answer = await site.post(PATH, posted(site, **changes))
    assert set(answer) == {"silenceID"}
    return str(answer["silenceID"])


async def test_a_silence_comes_back_as_it_was_posted(site: Site) -> None:
    matchers = [
        {"name": "a", "value": "1", "isRegex": False, "isEqual": True},
        {"name": "b", "value": "x|y", "isRegex": True, "isEqual": False},
    ]
    identity = await make(site, matchers=matchers, annotations={"known": "to newer ones"})

    shown = await site.get(f"/api/v2/silence/{identity}")

    assert shown["matchers"] == matchers
    assert shown["status"] == {"state": "active"}
    assert (shown["createdBy"], shown["comment"]) == ("bob", "moving")
    assert await site.get(PATH) == [shown]


async def test_silences_are_ordered_and_filtered_as_alertmanager_does(site: Site) -> None:
    now = site.clock.now()
    later = await make(site, endsAt=instant_text(now + 2 * HOUR))
    sooner = await make(site, matchers=[{"name": "job", "value": "db"}])
    pending = await make(site, startsAt=instant_text(now + MINUTE))
    gone = await make(site)
    await site.ask("DELETE", f"/api/v2/silence/{gone}")

    async def found(query: str = "") -> list[str]:
        return [each["id"] for each in await site.get(f"{PATH}?{query}")]

    assert await found() == [sooner, later, pending, gone]
    assert await found("expired=false&pending=false") == [sooner, later]
    assert await found("filter=job=db") == [sooner]
    assert await found("filter=alertname=NodeDown&active=F") == [pending, gone]
    assert await found("filter=alertname=~NodeDown") == []
    assert await found('filter=job=""') == []


async def test_changing_the_end_keeps_the_silence_and_other_matchers_make_a_new_one(
    site: Site,
) -> None:
    first = posted(site)
    identity = (await site.post(PATH, first))["silenceID"]
    starts_at = (await site.get(f"/api/v2/silence/{identity}"))["startsAt"]
    ends_at = instant_text(site.clock.now() + 3 * HOUR)
    longer = {**first, "id": identity, "startsAt": starts_at, "endsAt": ends_at}

    same = (await site.post(PATH, longer))["silenceID"]
    other = (await site.post(PATH, {**longer, "matchers": [{"name": "a", "value": "b"}]}))[
        "silenceID"
    ]

    assert same == identity
    assert other != identity
    states = {each["id"]: each["status"]["state"] for each in await site.get(PATH)}
    assert states == {identity: "expired", other: "active"}


@pytest.mark.parametrize(
    ("changes", "status", "complaint"),
    [
        ({"id": "none"}, 404, "there is no silence"),
        ({"matchers": []}, 400, "at least one matcher"),
        ({"matchers": [{"name": "a", "value": ".*", "isRegex": True}]}, 400, "silence everything"),
        ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, 400, "missing )"),
        ({"matchers": [{"name": "", "value": "b"}]}, 400, "length >= 1"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, 400, "must end after it starts"),
        ({"createdBy": ""}, 400, "author"),
        (
            {"startsAt": "2999-12-31T23:00:00Z", "endsAt": "2999-12-31T23:59:00Z"},
            400,
            "a year ahead",
        ),
        ({"comment": ""}, 400, "comment"),
        ({"startsAt": None}, 400, "startsAt"),
    ],
)
async def test_what_is_wrong_is_refused(
    site: Site, changes: dict[str, object], status: int, complaint: str
) -> None:
    response = await site.ask("POST", PATH, json=posted(site, **changes))

    assert response.status == status
    assert complaint in await response.text()


async def test_an_unknown_silence_is_404(site: Site) -> None:
    assert (await site.ask("GET", "/api/v2/silence/none")).status == 404
    assert (await site.ask("DELETE", "/api/v2/silence/none")).status == 404
    assert (await site.ask("GET", f"{PATH}?filter=a=~(")).status == 400


async def test_a_suppressed_alert_names_what_inhibits_it(site: Site) -> None:
    node = Suppressor("n", (Matcher("alertname", "=", "NodeDown"),), (Matcher("job", "=", "a"),))
    engine = site.context.engine
    engine.settings = replace(engine.settings, muters=Muters((node,)))
    await site.fire("NodeDown")
    await site.fire("DiskFull", job="a")
    await firing.mark(site.context.database, [node])

    found = {one["labels"]["alertname"]: one for one in await site.get("/api/v2/alerts")}

    assert found["DiskFull"]["status"]["inhibitedBy"] == [found["NodeDown"]["fingerprint"]]
    left = await site.get("/api/v2/alerts?inhibited=false")
    assert [one["labels"]["alertname"] for one in left] == ["NodeDown"]


async def test_amtool_adds_queries_updates_and_expires(
    open_site: Site, require: Callable[[str], str]
) -> None:
    amtool = Amtool(require("amtool"), open_site)
    await open_site.fire("NodeDown", "DiskFull", job="a")
    add = ("silence", "add", "-c", "moving", "-a", "bob", "-d", "1h", "alertname=~Node.*")

    async def query(*more: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(
            await amtool.run("silence", "query", "-o", "json", *more)
        )
        return found

    identity = (await amtool.run(*add)).strip()
    (added,) = await query("alertname=~Node.*")
    muted = await amtool.run("alert", "query")
    await amtool.run("silence", "update", "-d", "3h", identity)
    (longer,) = await query()
    silenced = await amtool.run("alert", "query", "--silenced")
    await amtool.run("silence", "expire", identity)

    assert (added["id"], added["status"]["state"]) == (identity, "active")
    assert added["matchers"] == [
        {"name": "alertname", "value": "Node.*", "isRegex": True, "isEqual": True}
    ]
    assert "NodeDown" not in muted
    assert "DiskFull" in muted
    assert "NodeDown" in silenced
    assert "DiskFull" not in silenced
    assert longer["id"] == identity
    assert longer["endsAt"] > added["endsAt"]
    assert await query() == []
    assert [each["id"] for each in await query("--expired")] == [identity]
    assert "NodeDown" in await amtool.run("alert", "query")


async def test_amtool_is_told_why_a_silence_is_refused(
    open_site: Site, require: Callable[[str], str]
) -> None:
    amtool = Amtool(require("amtool"), open_site)

    with pytest.raises(AssertionError, match="would silence everything"):
        await amtool.run("silence", "add", "-c", "x", "-a", "bob", "-d", "1h", "a=~.*")
    with pytest.raises(AssertionError, match="404"):
        await amtool.run("silence", "expire", "none")
