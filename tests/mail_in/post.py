"""A listener for mail before the real engine and store, and a client."""

from collections.abc import Callable, Sequence

import aiosmtplib

from tests.engine.queueing import Moody
from tests.store.conftest import StillClock
from tests.store.desk import Ignorant
from triaged.config.model import Configuration
from triaged.core.records.practice.reports import CustomerReport
from triaged.mail_in.listener import MailListener
from triaged.mail_in.recipients import Recipients
from triaged.metrics import Metrics
from triaged.store.database.connect import Database
from triaged.store.tables import quarantine
from triaged.store.tables.practice_rows import customer_reports
from triaged.wire import Secret

REPORTS, SENDER = "reports@example.org", "ann@customer.example"
REPLIES = "triaged@example.org"
KEY = Secret("key of links")


class Post:
    """A listener with its store, and a client."""

    def __init__(self, database: Database, current: Callable[[], Configuration]) -> None:
        self.database = database
        self.clock = StillClock()
        self.metrics = Metrics()
        self.engine = Moody(database, self.clock, current().settings, Ignorant())
        self.recipients = Recipients(self.engine, database, self.clock, current, KEY)
        self.listener = MailListener(self.engine, self.clock, self.recipients, self.metrics)
        self.port = 0

    def client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, start_tls=False, timeout=10)

    async def send(
        self, raw: bytes, to: Sequence[str] = (REPORTS,), sender: str = SENDER
    ) -> tuple[int, str]:
        """The answer to a mail."""
        async with self.client() as client:
            try:
                _, said = await client.sendmail(sender, list(to), raw)
            except aiosmtplib.SMTPRecipientsRefused as error:
                refused = error.recipients[0]
                return refused.code, refused.message
            except aiosmtplib.SMTPResponseException as error:
                return error.code, error.message
        return 250, said

    async def reports(self) -> list[CustomerReport]:
        async with self.database.reading() as tx:
            found, _ = await customer_reports.find(tx, [], None, 100)
        return found

    async def set_aside(self) -> list[tuple[str, bytes]]:
        """(reason, body) of what is in quarantine."""
        async with self.database.reading() as tx:
            found, _ = await quarantine.find(tx, None, 10)
            kept = [await quarantine.fetch(tx, one.id) for one in found]
        return [(one.reason, one.body) for one in kept if one is not None]

    def counted(self, outcome: str) -> float | None:
        name = "triaged_mails_received_total"
        return self.metrics.registry.get_sample_value(name, {"outcome": outcome})
