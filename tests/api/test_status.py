"""What runs, without a secret."""

import json

import msgspec

from tests.api.site import TOKENS, Site
from triaged import __version__
from triaged.api.status import plain
from triaged.core.time.durations import MINUTE
from triaged.wire import Secret


async def test_the_status_says_what_runs_and_since_when(site: Site) -> None:
    site.clock.ahead_us = 2 * MINUTE

    answer = await site.get("/api/v1/status")

    assert answer["version"] == __version__
    assert 120 <= answer["uptime_seconds"] < 180
    assert answer["healthy"] == {"engine": True}
    assert answer["store"]["available"] is True
    assert answer["config"]["sources"]["signed"]["kind"] == "grafana"


async def test_no_secret_is_shown(site: Site) -> None:
    text = json.dumps(await site.get("/api/v1/status"))

    assert "<secret>" in text
    assert "s3cr3t-hmac" not in text
    assert "canary" not in text
    assert not [name for name, token in TOKENS.items() if token in text]


async def test_the_hash_follows_the_configuration(site: Site) -> None:
    first = await site.get("/api/v1/status")
    again = await site.get("/api/v1/status")
    site.context.configuration = msgspec.structs.replace(site.context.configuration, max_body=5)
    changed = await site.get("/api/v1/status")

    assert first["config_hash"] == again["config_hash"] != changed["config_hash"]


def test_what_json_cannot_say_is_said_as_text() -> None:
    value = {"a": (1, frozenset({"b"})), "s": Secret("x"), "o": [None, True, object]}

    assert plain(value) == {"a": [1, ["b"]], "s": "<secret>", "o": [None, True, str(object)]}
