"""Readers of the API wait, for a bounded time, until what was accepted before is decided."""

import asyncio


class ReadAfterWrite:
    """The readers that wait, each for a pack of the backlog."""

    def __init__(self, read_wait_s: float) -> None:
        self._wait_s = read_wait_s
        self._waiting: dict[asyncio.Future[None], int] = {}

    def __len__(self) -> int:
        """How many readers wait."""
        return len(self._waiting)

    async def wait_for(self, pack: int) -> None:
        """Return when `pack` is decided or turns out not to be there, or after `read_wait_s`."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[done] = pack
        try:
            async with asyncio.timeout(self._wait_s):
                await done
        except TimeoutError:
            pass  # the answer shows what is decided until now
        finally:
            del self._waiting[done]

    def decided(self, up_to: int) -> None:
        """All packs up to the one with this id are decided."""
        for done, pack in self._waiting.items():
            if pack <= up_to and not done.done():
                done.set_result(None)
