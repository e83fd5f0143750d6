"""What the client of mail servers does, whatever a server does at whichever stage."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.channels.notices import NOW, notice
from tests.delivery.clocks import HandClock
from tests.delivery.mailserver import (
    Act,
    Close,
    Drip,
    Hang,
    Later,
    MailServer,
    certificate,
    server_context,
)
from tests.delivery.servers import scripted
from triaged.channels import Mail, MailResult, MailStage, NoAnswer, StartTls
from triaged.channels.email import Settings, request, verdict
from triaged.core.records.events import Delivered, Refused, Scope, TryAgain
from triaged.core.time.durations import HOUR
from triaged.delivery.carriers.resolver import Resolver
from triaged.delivery.carriers.smtp import Smtp
from triaged.wire import Secret

SHORT_S = 0.2

RCPT, MESSAGE = MailStage.RCPT, MailStage.MESSAGE
STAGES = {
    "greeting": MailStage.GREETING,
    "EHLO": MailStage.EHLO,
    "AUTH": MailStage.AUTH,
    "MAIL": MailStage.MAIL,
    "RCPT": RCPT,
    "DATA": MESSAGE,
    "message": MESSAGE,
}
EVERY_STAGE = pytest.mark.parametrize("stage", STAGES)


def smtp(clock: HandClock | None = None) -> Smtp:
    clock = clock or HandClock(NOW)
    return Smtp(clock, Resolver(clock))


def mail(port: int, **changes: object) -> Mail:
    settings = Settings(smtp=f"smtp://127.0.0.1:{port}", sender="Triaged <triaged@example.org>")
    ours = {"timeout_s": 5.0, "username": "u", "password": Secret("p")}
    return replace(request(notice(), settings, NOW), **ours | changes)


def server(stage: str, act: Act) -> MailServer:
    return MailServer({"EHLO": "250-hello\r\n250 AUTH PLAIN", stage: act})


@EVERY_STAGE
@pytest.mark.parametrize("act", [Hang(), Drip()], ids=["hang", "drip"])
async def test_server_that_hangs_is_given_up_in_time(stage: str, act: Act) -> None:
    async with scripted(server(stage, act)) as run:
        result = await smtp().send(mail(run.port, timeout_s=SHORT_S))

    assert isinstance(result, NoAnswer)
    assert (result.timed_out, result.permanent) == (True, False)
    assert result.maybe_accepted == (STAGES[stage] is MESSAGE)
    assert result.scope == scope_at(stage)
    assert str(STAGES[stage]).removeprefix("its ") in result.error


@EVERY_STAGE
async def test_server_that_closes_is_tried_again(stage: str) -> None:
    async with scripted(server(stage, Close())) as run:
        result = await smtp().send(mail(run.port))

    assert isinstance(result, NoAnswer)
    assert (result.timed_out, result.permanent) == (False, False)
    assert result.maybe_accepted == (STAGES[stage] is MESSAGE)
    assert result.scope == scope_at(stage)


def scope_at(stage: str) -> Scope:
    return Scope.UNCERTAIN if STAGES[stage] in (RCPT, MESSAGE) else Scope.PROVIDER


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        (stage, code)
        for stage in STAGES
        for code in (421, 450, 550)
        if (stage, code) != ("EHLO", 550)  # HELO is tried then
    ],
)
async def test_reply_at_any_stage_has_its_verdict(stage: str, code: int) -> None:
    async with scripted(server(stage, f"{code} no")) as run:
        result = await smtp().send(mail(run.port))

    assert isinstance(result, MailResult)
    assert (result.code, result.stage) == (code, STAGES[stage])
    said = verdict(result)
    if code == 550:
        assert isinstance(said, Refused)
        return
    assert isinstance(said, TryAgain)
    if STAGES[stage] in (RCPT, MESSAGE):
        assert said.scope is (Scope.UNCERTAIN if code == 421 else Scope.RECIPIENT)
    else:
        assert said.scope is Scope.PROVIDER


async def test_slow_reply_to_the_mail_is_waited_for() -> None:
    ready = asyncio.Event()
    mailbox = server("message", Later(ready))

    async with scripted(mailbox) as run, asyncio.TaskGroup() as group:
        sending = group.create_task(smtp().send(mail(run.port)))
        await mailbox.reached.wait()
        assert not sending.done()
        ready.set()

    assert sending.result() == MailResult(250, "OK")


async def test_each_recipient_has_its_verdict() -> None:
    script: dict[str, Act] = {"b@x.org": "451 later", "c@x.org": "550 gone"}
    mailbox = MailServer(script)

    async with scripted(mailbox) as run:
        everybody = ("a@x.org", "b@x.org", "c@x.org")
        result = await smtp().send(mail(run.port, recipients=everybody, password=None))

    assert isinstance(result, MailResult)
    assert len(mailbox.mails) == 1
    refused = (("c@x.org", "SMTP 550 gone"),)
    assert verdict(result) == Delivered("OK queued", ("b@x.org",), refused)


async def test_recipients_that_all_are_refused_are_tried_again_where_that_helps() -> None:
    mailbox = MailServer({"b@x.org": "451 later", "c@x.org": "550 gone"})

    async with scripted(mailbox) as run:
        both = ("b@x.org", "c@x.org")
        result = await smtp().send(mail(run.port, recipients=both, password=None))

    assert verdict(result) == TryAgain(
        "SMTP 451 later",
        scope=Scope.RECIPIENT,
        put_off=("b@x.org",),
        refused=(("c@x.org", "SMTP 550 gone"),),
    )
    assert mailbox.mails == []


@pytest.mark.parametrize("reply", ["500 what", "502 not here", "504 need a full name"])
async def test_server_that_refuses_ehlo_is_greeted_with_helo(reply: str) -> None:
    mailbox = MailServer({"EHLO": reply})

    async with scripted(mailbox) as run:
        result = await smtp().send(mail(run.port, password=None))

    assert result == MailResult(250, "OK queued")
    assert [line.partition(" ")[0] for line in mailbox.commands[:3]] == ["EHLO", "HELO", "MAIL"]


async def test_name_in_the_greeting_is_the_configured_one() -> None:
    mailbox = MailServer()

    async with scripted(mailbox) as run:
        await smtp().send(mail(run.port, hello="triage.example.org", password=None))

    assert mailbox.commands[0] == "EHLO triage.example.org"


async def test_test_of_a_server_sends_nothing() -> None:
    mailbox = server("QUIT", "221 bye")

    async with scripted(mailbox) as run:
        result = await smtp().send(mail(run.port, recipients=()))

    assert isinstance(result, MailResult)
    assert (result.code, mailbox.mails) == (250, [])
    assert [line.partition(" ")[0] for line in mailbox.commands] == ["EHLO", "AUTH", "QUIT"]


CERTIFICATES: dict[str, tuple[dict[str, Any], bool]] = {
    "self-signed": ({}, False),
    "expired": ({"days": -1}, True),
    "wrong name": ({"host": "192.0.2.1"}, True),
    "good": ({}, True),
}
"""How it is made, and whether `ca_file` names its authority."""


@pytest.mark.parametrize("kind", CERTIFICATES)
@pytest.mark.parametrize("starttls", ["required", "offered", "never"])
async def test_mail_is_as_encrypted_as_it_has_to_be(
    require: Any, tmp_path: Path, kind: str, starttls: StartTls
) -> None:
    made_with, known = CERTIFICATES[kind]
    made = certificate(require("openssl"), tmp_path, **made_with)
    mailbox = MailServer(tls=server_context(made))
    ca = made.read_text() if known else ""

    async with scripted(mailbox) as run:
        to_send = mail(run.port, starttls=starttls, ca=ca, password=None)
        result = await smtp().send(to_send)

    if starttls == "required" and kind != "good":
        assert isinstance(result, NoAnswer)
        assert (result.permanent, mailbox.mails) == (True, [])
        assert "certificate does not hold" in result.error
    else:
        assert result == MailResult(250, "OK queued")
        assert mailbox.encrypted == [starttls != "never"]


@pytest.mark.parametrize(
    ("starttls", "sent"), [("required", False), ("offered", True), ("never", True)]
)
async def test_server_without_tls_gets_what_need_not_be_encrypted(
    starttls: StartTls, *, sent: bool
) -> None:
    mailbox = MailServer()

    async with scripted(mailbox) as run:
        result = await smtp().send(mail(run.port, starttls=starttls, password=None))

    assert len(mailbox.mails) == sent
    assert isinstance(result, NoAnswer) is not sent


async def test_offered_tls_that_the_server_cannot_do_is_gone_without(
    require: Any, tmp_path: Path
) -> None:
    context = server_context(certificate(require("openssl"), tmp_path))
    mailbox = MailServer({"STARTTLS": "454 not now"}, tls=context)

    async with scripted(mailbox) as run:
        result = await smtp().send(mail(run.port, password=None))

    assert (result, mailbox.encrypted) == (MailResult(250, "OK queued"), [False])


async def test_tls_that_does_not_hold_is_warned_of_once_and_tried_again_after_a_while(
    require: Any, tmp_path: Path
) -> None:
    made = certificate(require("openssl"), tmp_path)
    mailbox, clock = MailServer(tls=server_context(made)), HandClock(NOW)
    client = smtp(clock)

    with capture_logs() as logs:
        async with scripted(mailbox) as run:
            await client.send(mail(run.port, password=None))
            await client.send(mail(run.port, password=None))
            at_first = run.connections
            await clock.pass_us(HOUR)
            await client.send(mail(run.port, password=None))

    assert (at_first, run.connections, mailbox.encrypted) == (3, 5, [True, True, True])
    assert [line["event"] for line in logs] == ["mail.tls_failed"]


async def test_authority_that_is_none_is_told() -> None:
    async with scripted(MailServer()) as run:
        result = await smtp().send(mail(run.port, ca="-----BEGIN CERTIFICATE-----\n"))

    assert isinstance(result, NoAnswer)
    assert (result.permanent, result.error[:8]) == (True, "ca_file ")
