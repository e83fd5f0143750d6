"""Trackers tell what has changed: verified, bounded, and believed only of issues of ours."""

import io

from msgspec.structs import replace

from tests.api.site import Site
from tests.integrations.fakes.github import GitHub
from tests.integrations.fakes.peer import NOW, run
from tests.integrations.samples import ACTION, SETTINGS
from triaged.config.model import Integration
from triaged.core.records.practice.requests import Request, RequestState
from triaged.http.bodies import API_BODY_MAX
from triaged.integrations import Callback, TrackIssue, github
from triaged.store.tables import practice

PATH = "/callbacks/github"


def configured(site: Site) -> None:
    """Two integrations, one of which takes callbacks."""
    found = {name: Integration(name, name, SETTINGS[name]) for name in ("github", "statuspage")}
    site.context.configuration = replace(site.context.configuration, integrations=found)


def call() -> Callback:
    """The webhook about the first issue."""
    peer = GitHub()
    settings = SETTINGS["github"]
    assert isinstance(settings, github.Settings)
    run(github.track(TrackIssue(ACTION), settings, NOW), peer)
    peer.closes(1)
    return peer.calls(1)


async def known(site: Site) -> None:
    """A request of ours led to the first issue; its incident and item are not there any more."""
    row = Request(
        "x",
        None,
        kind="tracker.issue",
        lane="integration/github",
        created_at=NOW,
        due_at=NOW,
        gives_up_at=NOW,
        state=RequestState.SENT,
        result={"ref": "o/r#1"},
        body={"action": {"id": "a"}},
    )
    async with site.context.database.transaction() as tx:
        await practice.save(tx, [row])


async def test_callback_is_taken_and_says_how_many_items_it_was_about(site: Site) -> None:
    configured(site)
    await known(site)

    answer = await site.ask("POST", PATH, data=call().body, headers=dict(call().headers))

    assert answer.status == 200
    assert await answer.json() == {"actions": 0}


async def test_callback_without_the_secret_is_refused(site: Site) -> None:
    configured(site)
    headers = {**call().headers, "x-hub-signature-256": "sha256=00"}

    answer = await site.ask("POST", PATH, data=call().body, headers=headers)

    assert answer.status == 401
    assert "hook secret" not in await answer.text()


async def test_callback_that_is_signed_and_cannot_be_read_is_400(site: Site) -> None:
    configured(site)
    headers = {**call().headers, "content-type": "application/x-www-form-urlencoded"}

    assert (await site.ask("POST", PATH, data=call().body, headers=headers)).status == 400


async def test_callback_is_bounded(site: Site) -> None:
    configured(site)

    answer = await site.ask("POST", PATH, data=io.BytesIO(b"x" * (API_BODY_MAX + 1)))

    assert answer.status == 413


async def test_only_trackers_take_callbacks(site: Site) -> None:
    configured(site)

    for name in ("statuspage", "nobody"):
        assert (await site.ask("POST", f"/callbacks/{name}", data=b"{}")).status == 404
