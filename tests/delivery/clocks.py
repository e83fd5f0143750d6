"""A clock that tests move."""

import asyncio


class HandClock:
    """Stands still until `pass_us`; who sleeps until then is woken."""

    def __init__(self, at: int) -> None:
        self._at = at
        self._moved = asyncio.Condition()

    def now(self) -> int:
        """The instant it stands at."""
        return self._at

    async def sleep_until(self, at: int) -> None:
        """Return when it has been moved to `at`."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._at >= at)

    def stall(self, us: int) -> None:
        """Let time pass in which nobody gets to run."""
        self._at += us

    async def pass_us(self, us: int) -> None:
        """Let time pass."""
        self._at += us
        async with self._moved:
            self._moved.notify_all()
