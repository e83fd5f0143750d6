"""A carrier that keeps a pace: the third party allows so many requests in a time."""

import asyncio

from triaged.channels import Message, Result
from triaged.clock import Clock
from triaged.delivery.carriers.transports import Carrier


class Paced:
    """Sends what it is given, each at least `every_us` after the one before has begun."""

    def __init__(self, carrier: Carrier, clock: Clock) -> None:
        self.every_us = 0
        self._carrier = carrier
        self._clock = clock
        self._next_at = 0
        self._turn = asyncio.Lock()

    async def send(self, message: Message) -> Result:
        """Send `message` when its turn has come."""
        async with self._turn:
            await self._clock.sleep_until(self._next_at)
            self._next_at = self._clock.now() + self.every_us
        return await self._carrier.send(message)

    async def close(self) -> None:
        """Nothing: the carrier behind it is shared."""
