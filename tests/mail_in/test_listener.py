"""Mail by real SMTP to the real engine and store: what is answered, and what is on disk by then."""

import contextlib

import aiosmtplib
import pytest

from tests.mail_in.mails import mail
from tests.mail_in.post import REPORTS, SENDER, Post
from triaged.errors import StoreUnavailable
from triaged.mail_in.listener import BYTES_MAX, CONNECTIONS_MAX, RECIPIENTS_MAX
from triaged.mail_in.reports import MAILS_MAX


async def test_a_mail_is_a_report_when_it_is_answered(post: Post) -> None:
    code, _ = await post.send(mail(), ["reports+checkout@example.org"])

    (report,) = await post.reports()
    assert code == 250
    assert (report.title, report.service, report.contact) == ("Cannot pay", "checkout", SENDER)
    assert report.text == "I press the button and nothing happens."
    assert post.counted("accepted") == 1


async def test_a_mail_that_comes_twice_is_one_report(post: Post) -> None:
    await post.send(mail())
    code, _ = await post.send(mail())

    assert code == 250
    assert len(await post.reports()) == 1


async def test_a_mail_without_a_subject_has_its_first_line_as_title(post: Post) -> None:
    await post.send(mail("It fails.\nSince noon.", subject=""), ["reports+nothing@example.org"])

    (report,) = await post.reports()
    assert (report.title, report.service) == ("It fails.", "")


@pytest.mark.parametrize("to", ["ann@customer.example", "reports@example.com", "reports"])
async def test_nothing_is_relayed(post: Post, to: str) -> None:
    code, _ = await post.send(mail(), [to])

    assert code == 550
    assert await post.reports() == []
    assert post.counted("rejected") == 1


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (mail(Auto_Submitted="auto-replied"), SENDER),
        (mail(Precedence="bulk"), SENDER),
        (mail(), ""),
    ],
)
async def test_what_no_human_wrote_is_taken_and_ignored(
    post: Post, raw: bytes, sender: str
) -> None:
    code, _ = await post.send(raw, sender=sender)

    assert code == 250
    assert await post.reports() == []
    assert post.counted("ignored") == 1


async def test_while_the_store_is_away_the_sender_comes_again(post: Post) -> None:
    post.engine.failures = [StoreUnavailable("the disk is full")]

    first, _ = await post.send(mail())
    again, _ = await post.send(mail())

    assert (first, again) == (451, 250)
    assert len(await post.reports()) == 1


async def test_one_author_is_put_off_and_others_are_not(post: Post) -> None:
    answers = [(await post.send(mail(Message_ID=f"<{n}@x>")))[0] for n in range(MAILS_MAX + 1)]
    other, _ = await post.send(mail(From="ben@customer.example", Message_ID="<b@x>"))

    assert answers == [250] * MAILS_MAX + [451]
    assert other == 250
    assert post.counted("put_off") == 1


async def test_what_cannot_be_read_goes_to_quarantine(post: Post) -> None:
    raw = b"Content-Type: " + (b"a;" * 400 + b"\r\n ") * 5 + b"\r\n\r\nhelp\r\n"

    code, _ = await post.send(raw)

    assert code == 250
    assert await post.set_aside() == [("unreadable_mail", raw)]
    assert post.counted("quarantined") == 1


async def test_a_mail_on_which_we_stumble_goes_to_quarantine(post: Post) -> None:
    post.engine.failures = [ValueError("a fault of ours")]

    code, _ = await post.send(mail())

    assert code == 250
    assert [reason for reason, _ in await post.set_aside()] == ["mail_failed"]


async def test_a_mail_that_is_too_large_is_refused(post: Post) -> None:
    code, _ = await post.send(mail("x" * 70 + "\n") + b"y" * 60 + b"\r\n" * BYTES_MAX)

    assert code == 552
    assert await post.reports() == []


async def test_recipients_are_few(post: Post) -> None:
    async with post.client() as client:
        await client.mail(SENDER)
        for _ in range(RECIPIENTS_MAX):
            await client.rcpt(REPORTS)
        with pytest.raises(aiosmtplib.SMTPRecipientRefused, match="452"):
            await client.rcpt(REPORTS)


async def test_connections_are_few_and_one_that_ends_leaves_room(post: Post) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(CONNECTIONS_MAX):
            await stack.enter_async_context(post.client())
        with pytest.raises(aiosmtplib.SMTPConnectError, match="421"):
            await post.client().connect()

    assert (await post.send(mail()))[0] == 250
