"""The value of a button in a message: what it does, signed; read when somebody presses it.

`<verb>.<incident>.<epoch>.<round>.<step>.<mac>`: a letter, decimal numbers, and base64url of an
HMAC-SHA256 cut to 120 bits. It names no person, for the provider says who presses; and it has no
expiry, for a press of an older epoch changes nothing.
"""

import hmac
import re
from base64 import urlsafe_b64encode

import msgspec

from triaged.core.records.pages import StepId
from triaged.core.records.two_way import Verb
from triaged.wire import Secret

VALUE_MAX = 48
"""Characters: Telegram's limit is 64 bytes, and channels put a word of their own before it."""

MAC_BYTES = 15
"""120 bits are 20 characters without padding."""

LETTERS: dict[Verb, str] = {
    "acknowledge": "a",
    "take_over": "t",
    "escalate": "e",
    "resolve": "r",
    "unacknowledge": "u",
    "verify": "v",
}
_VERBS = {letter: verb for verb, letter in LETTERS.items()}
_VALUE = re.compile(
    r"([a-z])\.([0-9]{1,10})\.([0-9]{1,5})\.([0-9]{1,3})\.([0-9]{1,3})\.[A-Za-z0-9_-]{20}"
)


class Act(msgspec.Struct, frozen=True):
    """What a button does."""

    verb: Verb
    incident: int
    shown: StepId
    """Where the escalation stood when the button was made."""


def value_of(act: Act, key: Secret) -> str | None:
    """The signed value; None where the numbers are too long for one."""
    shown = act.shown
    head = f"{LETTERS[act.verb]}.{act.incident}.{shown.epoch}.{shown.round}.{shown.step}"
    value = f"{head}.{_mac(head, key)}"
    return value if _VALUE.fullmatch(value) and len(value) <= VALUE_MAX else None


def act_of(value: str, key: Secret) -> Act | None:
    """What the button of this value does; None: `key` did not sign it, or it was changed."""
    found = _VALUE.fullmatch(value) if len(value) <= VALUE_MAX else None
    if found is None:
        return None
    head, _, mac = value.rpartition(".")
    if not hmac.compare_digest(_mac(head, key), mac):
        return None
    letter, *numbers = found.groups()
    incident, epoch, round_, step = (int(number) for number in numbers)
    verb = _VERBS.get(letter)
    return None if verb is None else Act(verb, incident, StepId(epoch, round_, step))


def _mac(head: str, key: Secret) -> str:
    """The prefix keeps it apart from the links that the same key signs."""
    digest = hmac.digest(key.reveal().encode(), f"button:{head}".encode(), "sha256")
    return urlsafe_b64encode(digest[:MAC_BYTES]).decode()
