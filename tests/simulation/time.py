"""An event loop whose time passes only when nothing else is to be done.

What runs on a thread otherwise runs here after a while that the dice give, in its order: one seed
gives one run, whatever the machine does meanwhile.
"""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")

START_US = 1_774_864_800_000_000
"""Monday 2026-03-30 10:00 UTC."""

HOP_S = 0.03
"""How long a call on a thread takes at most."""


class VirtualSelector(selectors.SelectSelector):
    """Waits by moving the loop's time."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing ever comes from outside."""
        assert timeout is not None, "everybody waits for somebody else"
        self.loop.pass_time(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self, dice: Random) -> None:
        self._virtual_s = 0.0
        self._dice = dice
        self._busy_until: dict[Executor | None, float] = {}
        selector = VirtualSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Seconds since the start."""
        return self._virtual_s

    def pass_time(self, seconds: float) -> None:
        """Nobody has anything to do until then."""
        self._virtual_s += max(0.0, seconds)

    def run_in_executor(  # type: ignore[override]  # the base is typed for any awaitable
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Call `func` after a while, after what was given to the same thread before."""
        future: asyncio.Future[T] = self.create_future()

        def work() -> None:
            try:
                result = func(*args)
            except Exception as error:
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

        at = max(self.time(), self._busy_until.get(executor, 0.0)) + self._dice.random() * HOP_S
        self._busy_until[executor] = at
        self.call_at(at, work)
        return future


class VirtualClock:
    """The loop's time as the shell's."""

    def __init__(self, start_us: int = START_US) -> None:
        self._start_us = start_us

    def now(self) -> int:
        """µs UTC."""
        return self._start_us + round(asyncio.get_running_loop().time() * 1e6)

    async def sleep_until(self, at: int) -> None:
        """Sleep, which costs nothing here."""
        await asyncio.sleep(max(0, at - self.now()) / 1e6)

    def spent(self) -> int:
        """As if everything took the time that passes: always busy."""
        return self.now()


def simulate(seed: int, main: Callable[[Random], Any]) -> Mapping[str, object]:
    """Run `main` in a loop of its own; what it gives."""
    dice = Random(seed)
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(dice)) as runner:
        result: Mapping[str, object] = runner.run(main(dice))
        return result
