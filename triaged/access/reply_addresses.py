"""The address to which a reply to a page acts for the person who was paged.

`<mailbox>+<incident>-<epoch>-<round>-<step>-<day>-<mac>@<domain>`: decimal numbers, the day of its
end since 1970, and base32 of an HMAC-SHA256 cut to 120 bits, in lower case, for mail servers may
change the case of an address. The person is not in it but under the MAC: whoever writes from
another address, or in another name, acts for that person alone.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable

import msgspec

from triaged.core.records.model import Incident
from triaged.core.records.pages import StepId
from triaged.core.settings import ACTION_LINK_LIFE_US
from triaged.core.time.durations import DAY
from triaged.wire import Secret

MAC_BYTES = 15
"""120 bits are 24 characters without padding."""

LOCAL_MAX = 64
"""Characters before the `@` (RFC 5321, 4.5.3.1.1)."""

_TAG = re.compile(
    r"(([0-9]{1,10})-([0-9]{1,5})-([0-9]{1,3})-([0-9]{1,3})-([0-9]{1,6}))-([a-z2-7]{24})"
)


class Replied(msgspec.Struct, frozen=True):
    """What an address allows."""

    incident: int
    shown: StepId
    """Where the escalation stood when the page went out."""
    person: str


def reply_address(mailbox: str, incident: Incident, person: str, key: Secret, now: int) -> str:
    """The address for replies of a person; empty where it would be too long."""
    local, _, domain = mailbox.rpartition("@")
    shown = incident.escalation.step_id
    day = (now + ACTION_LINK_LIFE_US) // DAY + 1
    numbers = (incident.number, shown.epoch, shown.round, shown.step, day)
    head = "-".join(map(str, numbers))
    tag = f"{head}-{_mac(head, person, key)}"
    address = f"{local}+{tag}"
    is_good = len(address) <= LOCAL_MAX and _TAG.fullmatch(tag) is not None
    return f"{address}@{domain}" if is_good else ""


def replied(tag: str, people: Iterable[str], key: Secret, now: int) -> Replied | None:
    """What the tag of an address allows; None: `key` signed it for none of them, or it ended."""
    found = _TAG.fullmatch(tag.lower()) if len(tag) <= LOCAL_MAX else None
    if found is None:
        return None
    head, *numbers, mac = found.groups()
    incident, epoch, round_, step, day = map(int, numbers)
    whose = [one for one in people if hmac.compare_digest(_mac(head, one, key), mac)]
    if not whose or now >= day * DAY:
        return None
    return Replied(incident, StepId(epoch, round_, step), whose[0])


def _mac(head: str, person: str, key: Secret) -> str:
    """The prefix keeps it apart from the links and buttons that the same key signs."""
    digest = hmac.digest(key.reveal().encode(), f"reply:{head}:{person}".encode(), "sha256")
    return b32encode(digest[:MAC_BYTES]).decode().lower()
