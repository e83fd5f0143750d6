"""Contacts of people: whether one can be used, and whether its owner has confirmed it.

Instants are µs. A state is about one address: a contact whose address the configuration changes has
no state until something happens to the new one.
"""

from typing import Literal

import msgspec

from triaged.core.records.practice.rows import PracticeRow

REASON_MAX = 200
"""Characters of a provider's words about a destination that is kept."""

Confirmation = Literal["code", "link", "button", "reply"]
"""How somebody has shown that messages to a contact are read by its owner."""


class ContactCheck(msgspec.Struct, frozen=True, gc=False):
    """The confirmation of a contact that is under way, and how often one was asked for lately."""

    digest: str = ""
    """Of the code that was sent last; empty: no code is valid."""
    ends_at: int = 0
    """Until when the code is valid."""
    failures: int = 0
    """Wrong codes that were tried since it was sent."""
    sent_at: tuple[int, ...] = ()
    """When codes were sent in the last hour."""


class ContactState(PracticeRow, frozen=True, gc=False):
    """What is known of a contact beyond the configuration; `id` is `alice/sms`."""

    person: str
    contact: str
    address: str
    """Digest of the channel and the address that it is about."""
    verified_at: int | None = None
    """When its owner confirmed it; None: nobody has."""
    verified_by: Confirmation | Literal[""] = ""
    off_since: int | None = None
    """Since when it is passed over; None: it is used."""
    off_reason: str = ""
    check: ContactCheck = ContactCheck()


class ContactDelivery(msgspec.Struct, frozen=True, gc=False):
    """The end of an attempt to reach a contact."""

    person: str
    contact: str
    address: str
    at: int
    error: str = ""
    """Empty: the provider has taken the message."""


class ContactOff(msgspec.Struct, frozen=True, gc=False):
    """The destination of a contact is dead: STOP by SMS, a blocked bot, a deleted subscription."""

    person: str
    contact: str
    reason: str
    by: str = "triaged"


class ContactOn(msgspec.Struct, frozen=True, gc=False):
    """A contact takes messages again: START by SMS, or somebody says so."""

    person: str
    contact: str
    reason: str
    by: str = "triaged"


class ContactConfirmed(msgspec.Struct, frozen=True, gc=False):
    """The owner of a contact has answered through it."""

    person: str
    contact: str
    how: Confirmation
    by: str
    address: str = ""
    """Digest of the address that was answered from; empty: the present one."""


class ContactCheckWanted(msgspec.Struct, frozen=True, gc=False):
    """Somebody has a code sent to a contact, so that its owner can confirm it."""

    person: str
    contact: str
    by: str
    digest: str
    """Of the code."""
    text: str
    """The message to the owner, with the code in it."""
    more: str = ""
    """Further lines: the link that confirms, and what to do without having asked."""


class ContactCodeGiven(msgspec.Struct, frozen=True, gc=False):
    """Somebody gives the code that a contact's owner has got."""

    person: str
    contact: str
    by: str
    digest: str


ContactEvent = ContactOff | ContactOn | ContactConfirmed | ContactCheckWanted | ContactCodeGiven


def contact_id(person: str, contact: str) -> str:
    """The identity of the state of a contact: `alice/sms`."""
    return f"{person}/{contact}"
