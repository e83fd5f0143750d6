"""A site with a status page of two components, whose keeper a test turns by hand."""

import contextlib
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from msgspec.structs import replace

from tests.api.site import Site, configuration_of, serving
from triaged.channels import HttpResponse, Mail, MailResult, Message, Result, email
from triaged.config.model import Channel
from triaged.core.practice.status.subscribers import HOOK_LANE, MAIL_LANE
from triaged.core.records.practice.request_events import RequestEnded
from triaged.core.records.practice.status_settings import PageComponent, StatusPage
from triaged.delivery.request_kinds import Tools, subscriber
from triaged.process.maintenance.status_mailings import StatusMailings
from triaged.process.maintenance.status_page import StatusPageKeeper
from triaged.store.tables.practice_rows import requests
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


MAIL = Channel("mail", "email", email.Settings("smtp://127.0.0.1:25", "status@example.org"))


class Outside:
    """The world outside: it takes everything, unless a test says how it answers."""

    def __init__(self, *answers: Result) -> None:
        self.answers = list(answers)
        self.sent: list[Message] = []

    async def send(self, message: Message) -> Result:
        """Take a message."""
        self.sent.append(message)
        if self.answers:
            return self.answers.pop(0)
        return MailResult(250, "ok") if isinstance(message, Mail) else HttpResponse(200, {}, b"")

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def letters(self) -> list[EmailMessage]:
        """The mails, read."""
        mails = [one.message for one in self.sent if isinstance(one, Mail)]
        return [message_from_bytes(one, policy=default) for one in mails]


class StatusDesk:
    """A site, and the jobs of its status page."""

    def __init__(self, site: Site) -> None:
        self.site = site
        context = site.context
        self.mailings = StatusMailings(
            context.engine, context.database, site.clock, lambda: context.configuration
        )
        self.keeper = StatusPageKeeper(
            context.engine,
            context.database,
            site.clock,
            lambda: context.configuration,
            StatusSite(context.published),
        )

    async def carry(self, outside: Outside) -> list[str]:
        """Carry mailings on, and send every request that is due; what each came to."""
        await self.mailings.once()
        context, ended = self.site.context, []
        tools = Tools(
            context.engine,
            context.database,
            self.site.clock,
            outside,
            context.action_key,
            channels={"mail": MAIL},
        )
        for lane in (MAIL_LANE, HOOK_LANE):
            async with context.database.transaction() as tx:
                claimed = await requests.claim(tx, lane, self.site.clock.now(), 60_000_000, 100)
            for one in claimed:
                verdict = await subscriber.carry_out(one.request, one.earlier, tools)
                await context.engine.submit([RequestEnded(one.request, verdict)], urgent=False)
                ended.append(type(verdict).__name__)
        return ended

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
