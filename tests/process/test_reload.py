"""A reload applies the new configuration whole, or keeps the running one."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.api.site import Site, serving
from triaged.clock import SystemClock
from triaged.config.model import Configuration
from triaged.process.reload import NO_CALLERS, Reload
from triaged.wire import instant

ALICES_WEEK = instant(datetime(2040, 1, 5, 12, tzinfo=UTC))


class Daemon:
    """Remembers what it was given."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.outcomes: list[bool] = []

    def current(self) -> Configuration:
        """The configuration in force."""
        return self.configuration

    def apply(self, configuration: Configuration) -> None:
        """Go on with it."""
        self.configuration = configuration

    def reloaded(self, *, successful: bool) -> None:
        """Remember how it ended."""
        self.outcomes.append(successful)


def unchanging(_: str) -> None:
    """Nothing happens at a crash point."""


def reload_of(site: Site, folder: Path) -> tuple[Reload, Daemon]:
    daemon = Daemon(site.context.configuration)
    path = folder / "config.yaml"
    return Reload(path, site.context.database, daemon, unchanging, site.clock), daemon


async def test_a_good_configuration_is_applied_but_for_what_needs_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        reload, daemon = reload_of(site, tmp_path)
        before = daemon.configuration
        text = (tmp_path / "config.yaml").read_text().replace("9099", "9100")
        (tmp_path / "config.yaml").write_text(text.replace("max_body: 1MiB", "max_body: 2MiB"))

        with capture_logs() as logs:
            problems = await reload.run()

    assert problems == ()
    assert daemon.outcomes == [True]
    assert daemon.configuration.max_body == 2 * before.max_body
    assert daemon.configuration.listen == before.listen
    assert {"event": "reload.needs_restart", "key": "listen", "log_level": "warning"} in logs


async def test_a_bad_configuration_changes_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        reload, daemon = reload_of(site, tmp_path)
        before = daemon.configuration
        (tmp_path / "config.yaml").write_text("listn: 1\n")

        with capture_logs() as logs:
            problems = await reload.run()

    assert "listn" in "".join(map(str, problems))
    assert daemon.outcomes == [False]
    assert daemon.configuration is before
    assert "reload.refused" in [entry["event"] for entry in logs]


@pytest.mark.parametrize(("auth", "refused"), [("tokens", True), ("none", False)])
async def test_a_reload_after_which_nobody_is_let_in_is_refused(
    tmp_path: Path, auth: str, refused: bool
) -> None:
    async with serving(tmp_path, auth=auth) as site:
        reload, daemon = reload_of(site, tmp_path)
        text = (tmp_path / "config.yaml").read_text()
        tokens = re.compile(r"tokens:\n(  .*\n)+")
        (tmp_path / "config.yaml").write_text(tokens.sub("", text))

        problems = await reload.run()

    assert (NO_CALLERS in "".join(map(str, problems))) is refused
    assert daemon.outcomes == [not refused]


async def test_reloads_run_one_after_the_other(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        reload, daemon = reload_of(site, tmp_path)

        await asyncio.gather(reload.run(), reload.run())

    assert daemon.outcomes == [True, True]


async def test_a_duty_that_changes_at_once_is_logged_and_answered(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        site.clock.ahead_us = ALICES_WEEK - SystemClock().now()
        reload, _ = reload_of(site, tmp_path)
        text = (tmp_path / "config.yaml").read_text()
        text = text.replace("[alice, bob], every", "[bob, alice], every")
        (tmp_path / "config.yaml").write_text(text)

        with capture_logs() as logs:
            (problem,) = await reload.run()
            again = await reload.run()

    (entry,) = [entry for entry in logs if entry["event"] == "reload.duty_changed"]
    sentence = (
        "primary now: alice → bob, until Mon 09 Jan 09:00 UTC; "
        "12 later shifts of the next 12 weeks move"
    )
    assert (problem.message, problem.warning, again) == (sentence, True, ())
    assert entry == {
        "event": "reload.duty_changed",
        "log_level": "warning",
        "schedule": "primary",
        "before": ["alice"],
        "after": ["bob"],
        "until": "2040-01-09T09:00:00.000000Z",
        "later_shifts": 12,
        "message": sentence,
    }


async def test_a_duty_that_changes_later_is_only_logged(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        site.clock.ahead_us = ALICES_WEEK - SystemClock().now()
        reload, _ = reload_of(site, tmp_path)
        rotation = '      - {people: [alice, bob], every: 1w, from: "2026-01-05T09:00"}\n'
        later = rotation.replace("2026-01-05", "2040-02-06")
        text = (tmp_path / "config.yaml").read_text()
        (tmp_path / "config.yaml").write_text(text.replace(rotation, rotation + later))

        with capture_logs() as logs:
            problems = await reload.run()

    (entry,) = [entry for entry in logs if entry["event"] == "reload.duty_changed"]
    assert problems == ()
    assert entry["log_level"] == "info"
    assert entry["message"].startswith("primary now: alice as before, until Mon ")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("rules: []", "rulse: []"), ("secret: canary-channel-secret", "secret_file: absent")],
)
async def test_a_refused_reload_changes_no_duty(tmp_path: Path, right: str, wrong: str) -> None:
    async with serving(tmp_path) as site:
        reload, daemon = reload_of(site, tmp_path)
        text = (tmp_path / "config.yaml").read_text()
        text = text.replace("[alice, bob], every", "[bob, alice], every").replace(right, wrong)
        (tmp_path / "config.yaml").write_text(text)

        with capture_logs() as logs:
            await reload.run()

    assert daemon.outcomes == [False]
    assert "reload.duty_changed" not in [entry["event"] for entry in logs]


async def test_an_override_for_who_is_gone_is_logged_and_answered(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        site.clock.ahead_us = ALICES_WEEK - SystemClock().now()
        reload, _ = reload_of(site, tmp_path)
        wish = {"person": "bob", "duration": "1h"}
        await site.post("/api/v1/schedules/primary/overrides", wish)
        text = (tmp_path / "config.yaml").read_text()
        (tmp_path / "config.yaml").write_text(text.replace("bob", "robert"))

        with capture_logs() as logs:
            problems = await reload.run()

    said = (
        "override 1 of primary by alice: bob is not in the configuration: pages go to the catch-all"
    )
    assert said in [problem.message for problem in problems]
    lost = [entry["message"] for entry in logs if entry["event"] == "reload.override_lost"]
    assert lost == [said]
