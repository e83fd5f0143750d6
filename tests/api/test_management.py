"""Health, readiness, reload, metrics."""

import subprocess
from collections.abc import Callable

import msgspec

from tests.api.site import Site
from triaged.errors import Problem


async def test_healthy_until_a_loop_has_stopped_turning(site: Site) -> None:
    well = await site.ask("GET", "/-/healthy", None)
    site.turning = {"engine": True, "timekeeper": False}
    ill = await site.ask("GET", "/-/healthy", None)

    assert (well.status, ill.status) == (200, 503)
    assert "timekeeper" in (await ill.json())["detail"]


async def test_ready_when_the_store_answers(site: Site) -> None:
    ready = await site.ask("GET", "/-/ready", None)
    site.lose_store()
    without_store = await site.ask("GET", "/-/ready", None)

    assert (ready.status, without_store.status) == (200, 503)
    assert without_store.headers["Retry-After"] == "5"


async def test_reload_says_what_is_wrong(site: Site) -> None:
    good = await site.ask("POST", "/-/reload")
    site.reload_problems = (Problem("config.yaml:4:1", "unused", warning=True),)
    warned = await site.ask("POST", "/-/reload")
    site.reload_problems = (
        Problem("config.yaml:3:1", "'listn' is no key", warning=False),
        Problem("config.yaml:4:1", "unused", warning=True),
    )
    bad = await site.ask("POST", "/-/reload")

    assert (good.status, warned.status, bad.status) == (200, 200, 500)
    assert (await good.text(), await warned.text()) == ("", "warning: config.yaml:4:1: unused\n")
    problem = await bad.json()
    assert problem["detail"] == "failed to reload config: config.yaml:3:1: 'listn' is no key"
    assert problem["errors"] == [{"path": "config.yaml:3:1", "message": "'listn' is no key"}]


async def test_metrics_need_a_token_unless_they_are_public(site: Site) -> None:
    before = await site.ask("GET", "/metrics", None)
    site.context.configuration = msgspec.structs.replace(
        site.context.configuration, public=frozenset({"metrics"})
    )
    after = await site.ask("GET", "/metrics", None)

    assert (before.status, after.status) == (401, 200)


async def test_metrics_show_what_the_store_holds(site: Site) -> None:
    await site.declare(severity="SEV-1")
    await site.fire("NodeDown")

    text = await (await site.ask("GET", "/metrics")).text()

    assert 'triaged_incidents_open{severity="SEV-1",state="open"} 1.0' in text
    assert 'triaged_alerts_received_total{source="prometheus",status="firing"} 1.0' in text
    assert "triaged_outbox_pending 2.0" in text


async def test_no_text_of_an_alert_becomes_a_label(site: Site) -> None:
    await site.fire("CanaryAlert", instance="canary-instance")

    text = await (await site.ask("GET", "/metrics")).text()

    assert "canary" not in text.lower()


async def test_openmetrics_is_negotiated(site: Site) -> None:
    headers = {"Accept": "application/openmetrics-text;version=1.0.0"}

    response = await site.ask("GET", "/metrics", headers=headers)

    assert response.content_type == "application/openmetrics-text"
    assert (await response.text()).endswith("# EOF\n")


async def test_promtool_finds_nothing_to_say(site: Site, require: Callable[[str], str]) -> None:
    promtool = require("promtool")
    await site.fire("NodeDown")
    body = await (await site.ask("GET", "/metrics")).read()

    checked = subprocess.run(  # noqa: ASYNC221 - it takes a tenth of a second, and nobody waits
        [promtool, "check", "metrics"], input=body, capture_output=True, check=False
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
