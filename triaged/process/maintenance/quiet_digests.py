"""Send what quiet hours have held back, as soon as they are over."""

from collections.abc import Callable

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.oncall.quiet_hours import AT_ONCE_MAX, is_quiet
from triaged.core.records.duty.held import QuietHoursOver
from triaged.core.time.durations import SECOND
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database
from triaged.store.tables.practice_rows import held_messages


class QuietDigests:
    """Asks four times a minute whose quiet hours are over, by the configuration of that moment.

    Every daemon does; the first to decide has the digest sent, and the others find it told.
    """

    name = "quiet_digests"
    every_us = 15 * SECOND

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._configuration = configuration

    async def once(self) -> None:
        """Have the digests sent of those for whom it is quiet no more, or who are gone."""
        people, now = self._configuration().settings.people, self._clock.now()
        async with self._database.reading() as tx:
            waiting = await held_messages.waiting(tx)
            due = [
                name for name in waiting if name not in people or not is_quiet(people[name], now)
            ]
            held = {name: await held_messages.of(tx, name, waits=True) for name in due}
        for name, rows in held.items():
            ids = tuple(row.id for row in rows[:AT_ONCE_MAX])
            await self._engine.submit([QuietHoursOver(name, ids)], urgent=False)
