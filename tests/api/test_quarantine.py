"""Bodies that could not be used: looked at, sent again, dropped."""

from base64 import b64decode

import msgspec

from tests.api.site import Site
from triaged.core.records.events import BodyQuarantined
from triaged.core.records.model import Alert
from triaged.engine.engine import DECISION_FAILED
from triaged.wire import encode


async def keep(site: Site, body: bytes, source: str = "alertmanager") -> str:
    await site.ask("POST", f"/webhooks/{source}", data=body)
    return str((await site.quarantined())[0]["id"])


async def test_a_body_is_listed_without_and_shown_with_what_it_held(site: Site) -> None:
    name = await keep(site, b'{"alerts": "x"}')

    listed = await site.get("/api/v1/quarantine")
    shown = await site.get(f"/api/v1/quarantine/{name}")

    assert "body" not in listed["quarantine"][0]
    assert (shown["body"], shown["encoding"]) == ('{"alerts": "x"}', "utf-8")


async def test_what_is_no_text_is_shown_as_base64(site: Site) -> None:
    name = await keep(site, b"\xff\xfe\x00")

    shown = await site.get(f"/api/v1/quarantine/{name}")

    assert shown["encoding"] == "base64"
    assert b64decode(shown["body"]) == b"\xff\xfe\x00"


async def test_a_body_that_can_be_used_now_leaves_quarantine(site: Site) -> None:
    """It was kept when the source was of another kind; the configuration is right now."""
    body = b'[{"labels": {"alertname": "NodeDown"}}]'
    name = await keep(site, body)
    sources = dict(site.context.configuration.sources)
    sources["alertmanager"] = msgspec.structs.replace(sources["prometheus"], name="alertmanager")
    site.context.configuration = msgspec.structs.replace(
        site.context.configuration, sources=sources
    )

    answer = await site.post(f"/api/v1/quarantine/{name}/resubmit")

    assert answer["accepted"] == 1
    assert await site.quarantined() == []


async def test_an_alert_that_could_not_be_decided_is_tried_again(site: Site) -> None:
    """The engine keeps it in our own words; no source would read them."""
    alert = Alert("prometheus", "f1", firing=True, labels={"alertname": "A"}, annotations={})
    kept = BodyQuarantined("prometheus", DECISION_FAILED, "a fault", encode(alert), {}, 1)
    await site.context.engine.submit([kept], urgent=False)
    (name,) = [row["id"] for row in await site.quarantined()]

    answer = await site.post(f"/api/v1/quarantine/{name}/resubmit")

    assert answer["accepted"] == 1
    assert await site.quarantined() == []


async def test_a_body_that_still_cannot_be_used_stays(site: Site) -> None:
    name = await keep(site, b"{")

    response = await site.ask("POST", f"/api/v1/quarantine/{name}/resubmit")

    assert response.status == 400
    assert len(await site.quarantined()) == 1


async def test_a_body_on_which_the_parser_fails_stays(site: Site) -> None:
    name = await keep(site, b"{")
    sources = dict(site.context.configuration.sources)
    sources["alertmanager"] = msgspec.structs.replace(sources["alertmanager"], kind="missing")
    site.context.configuration = msgspec.structs.replace(
        site.context.configuration, sources=sources
    )

    response = await site.ask("POST", f"/api/v1/quarantine/{name}/resubmit")

    assert response.status == 503
    assert "stays in quarantine" in (await response.json())["detail"]
    assert len(await site.quarantined()) == 1


async def test_a_body_can_be_dropped_once(site: Site) -> None:
    name = await keep(site, b"{")

    first = await site.ask("DELETE", f"/api/v1/quarantine/{name}")
    second = await site.ask("DELETE", f"/api/v1/quarantine/{name}")

    assert (first.status, second.status) == (200, 404)
    assert await site.quarantined() == []


async def test_a_source_that_is_gone_takes_nothing_back(site: Site) -> None:
    name = await keep(site, b"{")
    site.context.configuration = msgspec.structs.replace(site.context.configuration, sources={})

    response = await site.ask("POST", f"/api/v1/quarantine/{name}/resubmit")

    assert response.status == 409


async def test_what_is_not_there_is_404(site: Site) -> None:
    for method, path in (("GET", ""), ("POST", "/resubmit"), ("DELETE", "")):
        response = await site.ask(method, f"/api/v1/quarantine/nothing{path}")
        assert response.status == 404
