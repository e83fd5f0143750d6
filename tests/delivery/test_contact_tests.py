"""A test of a person's contacts, by real providers on loopback."""

from email import message_from_bytes, policy
from pathlib import Path

from msgspec.structs import replace

from tests.delivery.mailserver import MailServer
from tests.delivery.servers import scripted
from tests.delivery.world import Configured, Inbox, World, hook, people, receiver, world
from triaged.channels import email
from triaged.clock import SystemClock
from triaged.core.records.events import ContactsTested
from triaged.core.records.model import Page, PageState
from triaged.core.settings import Contact, Settings
from triaged.store.tables import timeline


def reachable(*contacts: str) -> Settings:
    """Alice, who has an address at each of these contacts."""
    ours = people(*contacts)
    ways = {name: Contact(name, "alice@example.org") for name in contacts}
    return replace(ours, people={"alice": replace(ours.people["alice"], contacts=ways)})


def mail(port: int) -> Configured:
    """The channel `mail` by a server on this port."""
    return Configured(
        "mail", "email", email.Settings(f"smtp://127.0.0.1:{port}", "triaged@example.org")
    )


async def ended(w: World, contact: str) -> Page:
    """The page of a contact that has its result."""
    return await w.watch.until_page(
        lambda page: page.recipient.contact == contact and page.state is not PageState.DUE
    )


async def test_each_provider_says_what_it_makes_of_its_page(tmp_path: Path) -> None:
    good, inbox, full = MailServer(), Inbox(), MailServer({"RCPT": "550 no such user"})
    clock = SystemClock()

    async with (
        world(tmp_path, clock, reachable("mail", "hook", "old")) as w,
        scripted(good) as server,
        scripted(full) as refusing,
        receiver(inbox.take) as url,
        w.delivering(
            mail(server.port), hook("hook", url), replace(mail(refusing.port), name="old")
        ),
    ):
        await w.submit(ContactsTested("bob", "alice", received_at=clock.now()))
        results = [await ended(w, contact) for contact in ("mail", "hook", "old")]
        async with w.database.reading() as tx:
            entries = await timeline.of(tx, 1, 0, 100)

    assert [page.state for page in results] == [PageState.SENT, PageState.SENT, PageState.FAILED]
    assert results[0].provider_ref == "OK queued"
    assert results[2].error == "SMTP 550 no such user"
    assert [page.attempts for page in results] == [1, 1, 1]
    (raw,) = good.mails
    sent = message_from_bytes(raw, policy=policy.default)
    assert sent["Subject"].startswith("[TEST] SEV-3 INC-1 ")
    assert sent["Importance"] == "high", "as a page's"
    shown = [part.get_content() for part in sent.walk() if not part.is_multipart()]
    assert all("[TEST] " in each for each in shown), "as text and as HTML"
    (body,) = inbox.bodies
    assert (body["type"], body["incident"]["kind"]) == ("page", "drill")
    assert sorted(entry.kind for entry in entries) == [
        "drill.started",
        "page.failed",
        "page.sent",
        "page.sent",
    ]
