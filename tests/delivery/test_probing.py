import io
from collections.abc import Mapping

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.mailserver import MailServer
from tests.delivery.servers import scripted, silence
from tests.delivery.world import Configured, hook
from triaged.channels import console, email
from triaged.delivery.carriers.transports import Transports
from triaged.delivery.probing import probe


async def tried(*channels: Configured) -> Mapping[str, str]:
    """What is wrong with these channels."""
    transports = Transports(HandClock(NOW), io.StringIO())
    return await probe({channel.name: channel for channel in channels}, transports)


def mail(port: int) -> Configured:
    """An email channel with a server at `port`."""
    return Configured("mail", "email", email.Settings(f"smtp://127.0.0.1:{port}", "a@b.example"))


async def test_channels_that_work_have_nothing_wrong_and_get_nothing() -> None:
    mailbox = MailServer()

    async with scripted(mailbox) as server, scripted(silence) as receiver:
        wrong = await tried(mail(server.port), hook("hook", f"http://127.0.0.1:{receiver.port}"))

    assert wrong == {"hook": "", "mail": ""}
    assert [line.partition(" ")[0] for line in mailbox.commands] == ["EHLO", "QUIT"]


async def test_channels_that_do_not_work_say_why() -> None:
    async with scripted(MailServer({"EHLO": "421 go away"})) as server:
        refused = await tried(mail(server.port))
    gone = await tried(hook("hook", f"http://127.0.0.1:{server.port}"))

    assert refused == {"mail": "SMTP 421 go away"}
    assert "hook" in gone
    assert gone["hook"]


async def test_console_is_not_tried() -> None:
    assert await tried(Configured("desk", "console", console.Settings())) == {}
