"""Customers' reports by mail: the subject is the title, the tag of the recipient the service."""

from collections.abc import Callable

import structlog

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.practice.reports import CONTACT_MAX, TEXT_MAX, TITLE_MAX
from triaged.core.records.practice.reports import ReportFiled
from triaged.engine.engine import Engine
from triaged.intake.network_limit import NetworkLimit
from triaged.intake.reports import STRANGER, is_full, report_id
from triaged.mail_in.contract import Accepted, Outcome, PutOff
from triaged.mail_in.message import Mail
from triaged.store.database.connect import Database

MAILS_MAX = 10
"""Reports by mail from one author in an hour: the others come later, none is lost."""

ALL_MAX = 300
"""Reports by mail in an hour, whoever writes them: an author's address is easily invented."""

EVERYBODY = ""

log = structlog.get_logger()


class ReportMail:
    """Files a report for each mail."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        current: Callable[[], Configuration],
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._current = current
        self._authors = NetworkLimit(MAILS_MAX)
        self._all = NetworkLimit(ALL_MAX)

    async def take(self, mail: Mail, tag: str) -> Outcome:
        """Keep the report; put off what is too much."""
        now = self._clock.now()
        if not self._authors.allows(mail.author, now):
            return PutOff("too many reports of this author in an hour")
        if not self._all.allows(EVERYBODY, now):
            return PutOff("too many reports by mail in an hour")
        if await is_full(self._database):
            log.error("report.refused", reason="too_many_wait")
            return PutOff("too many reports wait for somebody to look")
        await self._engine.submit([self._event(mail, tag)], urgent=True)
        return Accepted()

    def _event(self, mail: Mail, tag: str) -> ReportFiled:
        first_line = mail.text.partition("\n")[0]
        return ReportFiled(
            id=report_id(mail.digest),
            by=STRANGER,
            title=(mail.subject or first_line)[:TITLE_MAX],
            text=mail.text[:TEXT_MAX],
            service=self._service(tag),
            contact=mail.author[:CONTACT_MAX],
        )

    def _service(self, tag: str) -> str:
        """The service that the tag names; empty: it names none of the configuration."""
        services = self._current().settings.services
        return next((name for name in services if name.lower() == tag), "")
