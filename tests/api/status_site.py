"""A site with a status page of two components, whose keeper a test turns by hand."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from msgspec.structs import replace

from tests.api.site import Site, configuration_of, serving
from triaged.core.records.practice.status_settings import PageComponent, StatusPage
from triaged.process.maintenance.status_page import StatusPageKeeper
from triaged.web.status import StatusSite

PAGE = StatusPage(
    name="Larkspur status",
    url="http://triaged.example.org/status",
    timezone="America/New_York",
    components=(
        PageComponent("checkout", "Checkout", services=("checkout",)),
        PageComponent("search", "Search", "Finds things"),
    ),
    contact="privacy@example.org",
    channel="mail",
    links={"Help": "https://example.org/help"},
)
BASE = "/api/v1/status-page"


class StatusDesk:
    """A site, and the jobs of its status page."""

    def __init__(self, site: Site) -> None:
        self.site = site
        context = site.context
        self.keeper = StatusPageKeeper(
            context.engine,
            context.database,
            site.clock,
            lambda: context.configuration,
            StatusSite(context.published),
        )

    async def turn(self) -> None:
        """Let a second pass and have the keeper look at everything."""
        self.site.clock.ahead_us += 1_000_000
        self.keeper.look()
        await self.keeper.once()

    async def post(self, token: str = "admin", **more: object) -> str:
        """The id of a post that is written and published."""
        said = {"title": "Checkout Issues", "body": "Some purchases fail.", **more}
        draft = await self.site.post(f"{BASE}/posts", said)
        await self.site.post(f"{BASE}/posts/{draft['id']}/publish", token=token)
        return str(draft["id"])


@contextlib.asynccontextmanager
async def status_serving(folder: Path, page: StatusPage | None = PAGE) -> AsyncIterator[StatusDesk]:
    """A site with this status page."""
    settings = replace(configuration_of(folder).settings, status_page=page)
    async with serving(folder, settings=settings) as site:
        desk = StatusDesk(site)
        await desk.turn()
        yield desk
