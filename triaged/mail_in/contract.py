"""Takers of mail, and the outcomes that they answer with."""

from typing import Protocol

import msgspec

from triaged.mail_in.message import Mail


class Accepted(msgspec.Struct, frozen=True):
    """The mail is done, and that is on disk: the sender hears 250."""


class Ignored(msgspec.Struct, frozen=True):
    """Nothing follows from the mail, and it need not come again: 250."""

    reason: str


class Rejected(msgspec.Struct, frozen=True):
    """The mail is refused for ever: 550. Its sender gets it back."""

    reason: str


class PutOff(msgspec.Struct, frozen=True):
    """Not now: 451. The sender's server tries again for days."""

    reason: str


Outcome = Accepted | Ignored | Rejected | PutOff


class MailTaker(Protocol):
    """Takes the mail of one address."""

    async def take(self, mail: Mail, tag: str) -> Outcome:
        """Do what the mail wants; `tag` is what its recipient has behind `+`, lower-case.

        The same mail may come again, also after `Accepted`. What is raised sends the mail to
        quarantine, but for `StoreUnavailable`, which puts it off.
        """
