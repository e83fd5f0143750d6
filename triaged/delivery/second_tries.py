"""A second message in the same attempt: where a provider refuses a form, or tells a new address."""

from typing import Protocol

from msgspec.structs import replace

from triaged.channels import Channel, Message, Result
from triaged.channels.contract import CHANNELS, Addressed, Moving, Simplified
from triaged.clock import Clock
from triaged.core.records.answers import Send
from triaged.core.records.events import Refused, SelfAlertFired, TryAgain
from triaged.core.records.model import Severity
from triaged.core.two_way.posts import destination_of
from triaged.delivery.render import Telling, message_for
from triaged.engine.engine import Engine
from triaged.errors import StoreUnavailable
from triaged.store.database.connect import Database
from triaged.store.tables.own import moved_addresses


class Around(Protocol):
    """The parts of a lane."""

    @property
    def engine(self) -> Engine:
        """Decides."""

    @property
    def database(self) -> Database:
        """The store."""

    @property
    def clock(self) -> Clock:
        """The clock."""


def second_message(
    send: Send, channel: Channel, telling: Telling, result: Result, now: int
) -> Message | None:
    """What to send at once after such an answer; None: it is no such answer."""
    kind = CHANNELS.load(channel.kind)
    again = telling
    if isinstance(kind, Simplified) and kind.wants_plain(result):
        again = replace(telling, plain=True)
    elif isinstance(kind, Moving) and (moved := kind.moved_to(result)):
        again = replace(telling, moved=moved)
    if again is telling:
        return None
    message = message_for(send, channel, again, now)
    return None if isinstance(message, Refused | TryAgain) else message


async def keep_move(send: Send, channel: Channel, result: Result, around: Around) -> None:
    """Remember a new address, and tell the operator, whose configuration has the old one."""
    kind = CHANNELS.load(channel.kind)
    moved = kind.moved_to(result) if isinstance(kind, Moving) else ""
    if not moved:
        return
    old = destination_of(around.engine.settings, send.page.recipient)
    if not old and isinstance(kind, Addressed):
        old = kind.own_address(channel.settings)
    now = around.clock.now()
    trouble = SelfAlertFired(
        f"moved:{channel.name}:{old}",
        f"{old} on channel {channel.name} is {moved} now",
        f"Telegram has made a supergroup of the group {old}. Messages go to {moved} already;"
        f" write {moved} in place of {old} into config.yaml, as `to` of channel {channel.name} or"
        " of the contacts that have it.",
        now,
        Severity.SEV4,
    )
    try:
        async with around.database.transaction() as tx:
            await moved_addresses.keep(tx, channel.name, old, moved, now)
        await around.engine.submit([trouble], urgent=False)
    except StoreUnavailable:
        return  # the next message learns it again
