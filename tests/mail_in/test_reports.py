"""Limits on reports by mail: what is too much comes later, and is not lost."""

from tests.mail_in.mails import mail
from tests.mail_in.post import REPORTS, Post
from triaged.core.records.practice.reports import ReportFiled
from triaged.core.time.durations import HOUR
from triaged.intake.reports import UNSEEN_MAX
from triaged.mail_in.contract import Accepted, Outcome, PutOff
from triaged.mail_in.message import read_mail
from triaged.mail_in.reports import ALL_MAX, MAILS_MAX


async def take(post: Post, number: int, author: str = "ann@x.org") -> Outcome:
    found = post.recipients.find(REPORTS)
    assert found is not None
    raw = mail(Message_ID=f"<{number}@x>", From=author)
    return await found[0].take(read_mail(raw, author), "")


async def test_one_author_may_write_again_after_an_hour(post: Post) -> None:
    first = [await take(post, number) for number in range(MAILS_MAX + 1)]
    post.clock.at += HOUR
    later = await take(post, MAILS_MAX)

    assert first == [
        *[Accepted()] * MAILS_MAX,
        PutOff("too many reports of this author in an hour"),
    ]
    assert later == Accepted()


async def test_many_authors_may_not_write_more_than_a_help_desk_can_read(post: Post) -> None:
    for number in range(ALL_MAX):
        assert await take(post, number, f"a{number}@x.org") == Accepted()

    assert await take(post, ALL_MAX, "b@x.org") == PutOff("too many reports by mail in an hour")


async def test_while_too_many_wait_mail_is_put_off(post: Post) -> None:
    await post.engine.handle([ReportFiled(f"R-{n}", "customer", "x") for n in range(UNSEEN_MAX)])

    assert await take(post, 1) == PutOff("too many reports wait for somebody to look")
