"""Who takes the mail of which address."""

from collections.abc import Callable, Mapping

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.engine.engine import Engine
from triaged.mail_in.contract import MailTaker
from triaged.mail_in.replies import ReplyMail
from triaged.mail_in.reports import ReportMail
from triaged.store.database.connect import Database
from triaged.wire import Secret


class Recipients:
    """The takers of the configuration in force."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        current: Callable[[], Configuration],
        action_key: Secret,
    ) -> None:
        self._current = current
        self._reports = ReportMail(engine, database, clock, current)
        self._replies = ReplyMail(engine, clock, action_key, current)

    def takers(self) -> Mapping[str, MailTaker]:
        """Address, lower-case and without a tag, to who takes its mail."""
        written = self._current().mail_in
        if written is None:
            return {}
        takers: dict[str, MailTaker] = {}
        if written.reports_to is not None:
            takers[written.reports_to] = self._reports
        if written.replies_to is not None:
            takers[written.replies_to] = self._replies
        return takers

    def find(self, address: str) -> tuple[MailTaker, str] | None:
        """Who takes the mail to an address, and the tag of that; None: nobody does."""
        base, tag = split(address)
        taker = self.takers().get(base)
        return None if taker is None else (taker, tag)


def split(address: str) -> tuple[str, str]:
    """(`base@domain`, `tag`) of `base+tag@domain`, lower-case; the tag may be empty."""
    local, at, domain = address.lower().rpartition("@")
    base, _, tag = local.partition("+")
    return f"{base}{at}{domain}", tag
