"""What a channel kind has: `ChannelKind`, which each module here fulfils, and what it may have.

A channel makes messages and reads answers. It does not send: `delivery/` does, so that time-outs,
TLS, redaction and the guard against private addresses are in one place.
"""

from typing import Any, Protocol, runtime_checkable

from triaged.channels import PACKAGE, HttpRequest, Message, Notice, Result
from triaged.channels.common.limits import Limits
from triaged.channels.common.two_way import Batch, Callback, Called, HttpReply, Receipt, Reply
from triaged.core.records.events import Refused, TryAgain, Verdict
from triaged.plugins import OpenSet


class ChannelKind(Protocol):
    """The members of every kind. `settings` is an instance of the kind's own `Settings`."""

    Settings: type[Any]
    """The Struct with the keys of `channels.<name>` beyond `kind`."""

    def request(self, notice: Notice, settings: Any, at: int) -> Message:  # noqa: ANN401 - of the kind
        """The message of a notice for somebody who reads it at `at`. Raises `Malformed`."""

    def verdict(self, result: Result) -> Verdict:
        """The meaning of an attempt's outcome."""


@runtime_checkable
class Addressed(Protocol):
    """A kind whose contacts have an address, `to`."""

    def addresses_of(self, text: str) -> tuple[str, ...]:
        """The addresses in `text`; none when one of them cannot be used."""

    def own_address(self, settings: Any) -> str:  # noqa: ANN401 - of the kind
        """The address of the channel itself, for pages that go to no person; empty: it has none."""


@runtime_checkable
class Probed(Protocol):
    """A kind whose provider can be tried without a message."""

    def probe(self, settings: Any) -> Message:  # noqa: ANN401 - of the kind
        """The message that tries the provider, and is sent to nobody."""


@runtime_checkable
class Limited(Protocol):
    """A kind whose provider takes only so much in a time."""

    LIMITS: Limits
    """What it takes before it refuses."""


@runtime_checkable
class Simplified(Protocol):
    """A kind whose provider may refuse the form of a message, and takes a plain one then."""

    def wants_plain(self, result: Result) -> bool:
        """Whether the plain message is to be sent at once, in the same attempt."""


@runtime_checkable
class Uncertain(Protocol):
    """A kind that should never be the only way to page a person."""

    NOT_ALONE: str
    """Why, as the end of a sentence."""


@runtime_checkable
class Executing(Protocol):
    """A kind that runs programs, which `allow_exec` has to permit."""

    RUNS_PROGRAMS: bool
    """True."""


@runtime_checkable
class Advised(Protocol):
    """A kind whose settings may be doubtful, though they can be used."""

    def advice(self, settings: Any) -> tuple[str, ...]:  # noqa: ANN401 - of the kind
        """What is doubtful: the key, a colon, a sentence."""


@runtime_checkable
class OneAlert(Protocol):
    """A kind whose provider has one alert for an incident, however many pages there were."""

    ALIAS: str
    """The beginning of the alert's name, before the number of the incident."""


@runtime_checkable
class Confirmed(Protocol):
    """A kind whose provider only queues messages: it is asked once, seconds later, about each."""

    def confirmation(self, ref: str, settings: Any) -> HttpRequest:  # noqa: ANN401 - of the kind
        """The question what became of the message `ref` (of `Delivered.ref`)."""

    def confirmed(self, ref: str, result: Result) -> Receipt | TryAgain | Refused:
        """What the answer says; `TryAgain`: the provider does not know yet."""


@runtime_checkable
class Edited(Protocol):
    """A kind whose messages can be edited."""

    def update(self, notice: Notice, ref: str, settings: Any, at: int) -> HttpRequest:  # noqa: ANN401 - of the kind
        """The edit that has the message `ref` (of `Delivered.ref`) say what the notice says."""

    def updated(self, result: Result) -> Verdict:
        """The meaning of the answer to an edit. `Refused`: the message cannot be edited any more.

        `Delivered.ref` is the message's identity from then on.
        """


@runtime_checkable
class CalledBack(Protocol):
    """A kind whose provider calls us."""

    def callback(self, callback: Callback, settings: Any) -> tuple[Called, ...]:  # noqa: ANN401 - of the kind
        """What a request of the provider says, its signature verified over the raw bytes first.

        Raises `Unauthorized` for one that is forged, stale or altered, `Malformed` for one that
        is signed and cannot be understood.
        """

    def answer(self, called: Called | None, reply: Reply, settings: Any) -> HttpReply:  # noqa: ANN401 - of the kind
        """The answer to a call-back; `called` None: it said nothing that has an answer."""


@runtime_checkable
class Costly(Protocol):
    """A kind whose words cost money."""

    REFUSALS_AN_HOUR: int
    """How often an account is told that nothing was done; after that nothing is said."""


@runtime_checkable
class Followed(Protocol):
    """A kind whose provider says what became of a message when it is asked."""

    def look_up(self, ref: str, settings: Any) -> HttpRequest:  # noqa: ANN401 - of the kind
        """The question for the message `ref`, asked every ten seconds while its page is open."""

    def looked_up(self, ref: str, result: Result, settings: Any) -> tuple[Called, ...] | Verdict:  # noqa: ANN401 - of the kind
        """What became of it; a verdict where the question failed."""


@runtime_checkable
class Polled(Protocol):
    """A kind whose provider keeps what happened until it is asked: one daemon asks."""

    def poll(self, cursor: str, settings: Any) -> HttpRequest:  # noqa: ANN401 - of the kind
        """The next long poll; `cursor` is empty at the first."""

    def polled(self, cursor: str, result: Result, settings: Any) -> Batch | Verdict:  # noqa: ANN401 - of the kind
        """What it brought; a verdict where it failed."""


@runtime_checkable
class AskedByChoice(Protocol):
    """A kind that is asked only with some settings: else its provider calls us."""

    def polls(self, settings: Any) -> bool:  # noqa: ANN401 - of the kind
        """Whether its provider is asked."""


@runtime_checkable
class Registered(Protocol):
    """A kind whose provider has to be told where to call us."""

    def registered(self, settings: Any) -> HttpRequest:  # noqa: ANN401 - of the kind
        """The question where it calls us now."""

    def registration(self, result: Result, url: str, settings: Any) -> HttpRequest | None:  # noqa: ANN401 - of the kind
        """What makes it call us at `url`, and nowhere where it is asked; None: it does already."""


@runtime_checkable
class Moving(Protocol):
    """A kind whose destinations may get another address, of which the provider tells."""

    def moved_to(self, result: Result) -> str:
        """The new address, to which the message is sent at once; empty: it has not moved."""


@runtime_checkable
class SelfTested(Protocol):
    """A kind whose token and rights can be tried without a message."""

    def self_test(self, settings: Any) -> HttpRequest:  # noqa: ANN401 - of the kind
        """The request that tries the token."""

    def self_tested(self, result: Result) -> Verdict:
        """`Delivered`: it can be used. `Refused` says what is missing and what to do."""


CHANNELS: OpenSet[ChannelKind] = OpenSet(
    PACKAGE,
    ChannelKind,
    Addressed,
    Probed,
    Limited,
    Uncertain,
    Executing,
    Simplified,
    Advised,
    OneAlert,
    Confirmed,
    Edited,
    CalledBack,
    Costly,
    Followed,
    Polled,
    AskedByChoice,
    Registered,
    Moving,
    SelfTested,
)
"""Every channel kind."""
