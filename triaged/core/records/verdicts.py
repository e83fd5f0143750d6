"""Verdicts: what came of an attempt to send something."""

from enum import StrEnum

import msgspec


class Scope(StrEnum):
    """The party whose failure it is, and for which the next attempts are put off."""

    PROVIDER = "provider"
    """The provider does not work, or does not want us: it concerns everybody."""
    RECIPIENT = "recipient"
    """The provider works, and has put off this recipient."""
    UNCERTAIN = "uncertain"
    """It failed when the recipient was known: the provider's if another recipient's fails too."""


class Delivered(msgspec.Struct, frozen=True, gc=False):
    """The provider has accepted it."""

    ref: str = ""
    put_off: tuple[str, ...] = ()
    """Addresses of the contact that it did not take now, and may take later."""
    refused: tuple[tuple[str, str], ...] = ()
    """(address, error) of those that it will never take."""
    is_unconfirmed: bool = False
    """The provider does not say whether the message is shown to anybody."""


class TryAgain(msgspec.Struct, frozen=True, gc=False):
    """It may work later. `after_us` is the provider's wish (Retry-After)."""

    error: str
    after_us: int | None = None
    maybe_accepted: bool = False
    """The provider may have it (time-out or cut after the body): the next try says so."""
    timed_out: bool = False
    """It took all its time."""
    scope: Scope = Scope.PROVIDER
    put_off: tuple[str, ...] = ()
    """The only addresses of the contact that are worth another attempt; empty: all."""
    refused: tuple[tuple[str, str], ...] = ()
    """(address, error) of those that it will never take."""
    is_quota: bool = False
    """What the provider takes in a day or a month is used up: nothing is tried for `after_us`."""


class NotTried(msgspec.Struct, frozen=True, gc=False):
    """No attempt was made: the provider is left alone for `after_us`."""

    error: str
    after_us: int
    is_limit: bool = False
    """Nothing is wrong: the provider takes only so much in a time."""


class Refused(msgspec.Struct, frozen=True, gc=False):
    """It will never work through this contact."""

    error: str
    gone: bool = False
    """The destination takes nothing any more (STOP, a blocked bot, a deleted subscription): the
    contact is passed over from now on. Never for a failure of the whole channel."""


Verdict = Delivered | TryAgain | NotTried | Refused
