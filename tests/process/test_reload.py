"""A reload applies the new configuration whole, or keeps the running one."""

import asyncio
import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.api.site import Site, serving
from triaged.config.model import Configuration
from triaged.process.reload import NO_CALLERS, Reload


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
    return Reload(path, site.context.database, daemon, unchanging), daemon


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
