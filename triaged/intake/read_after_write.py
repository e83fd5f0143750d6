"""Readers of the API: they wait, for no longer than a glance, for what was accepted before."""

import asyncio


class Glances:
    """Who waits, and for which pack of the backlog."""

    def __init__(self, glance_s: float) -> None:
        self._glance_s = glance_s
        self._waiting: dict[asyncio.Future[None], int] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def wait_for(self, pack: int) -> None:
        """Return when `pack` is decided or turns out not to be there, or after a glance."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[done] = pack
        try:
            async with asyncio.timeout(self._glance_s):
                await done
        except TimeoutError:
            pass  # they are shown what there is
        finally:
            del self._waiting[done]

    def decided(self, up_to: int) -> None:
        """All packs are decided up to the one with this id."""
        for done, pack in self._waiting.items():
            if pack <= up_to and not done.done():
                done.set_result(None)
