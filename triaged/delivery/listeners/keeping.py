"""A listener for each channel whose provider is asked, or is told where to call us."""

import asyncio
from collections.abc import Mapping

import structlog
from msgspec.structs import replace

from triaged.channels import Channel
from triaged.channels.contract import CHANNELS, Registered
from triaged.core.time.durations import SECOND
from triaged.delivery.listeners.polling import Listener, Tools, is_asked
from triaged.delivery.waiting import until
from triaged.errors import StoreUnavailable

SWEEP_US = 30 * SECOND

log = structlog.get_logger()


class Listeners:
    """All listeners. Call within a running event loop."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._channels: Mapping[str, Channel] = {}
        self._running: dict[str, tuple[Channel, Listener, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._stopping = False

    def reload(self, channels: Mapping[str, Channel], public_url: str) -> None:
        """Listen for these channels from now on."""
        self._channels = channels
        self._tools = replace(self._tools, public_url=public_url)
        self._changed.set()

    def stop(self) -> None:
        """Listen no more; `run` returns soon after, and another daemon goes on."""
        self._stopping = True
        self._changed.set()

    async def run(self) -> None:
        """Keep a listener for each channel that wants one. May be run again after an error."""
        self._running.clear()
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                self._sweep(group)
                await until(self._tools.clock, self._tools.clock.now() + SWEEP_US, self._changed)
            for _, _, task in self._running.values():
                task.cancel()
        for _, listener, _ in self._running.values():
            try:
                await listener.give_back()
            except StoreUnavailable as error:
                log.warning("listener.waited", error=str(error))

    def _sweep(self, group: asyncio.TaskGroup) -> None:
        """Begin what is missing; end what a reload has changed or removed."""
        for name, (channel, _, task) in list(self._running.items()):
            if self._channels.get(name) != channel:
                task.cancel()
                del self._running[name]
        for name, channel in self._channels.items():
            if name not in self._running and _has_a_listener(channel):
                listener = Listener(channel, self._tools)
                task = group.create_task(listener.run())
                self._running[name] = channel, listener, task


def _has_a_listener(channel: Channel) -> bool:
    return is_asked(channel) or isinstance(CHANNELS.load(channel.kind), Registered)
