"""After a start or a reload, mark the firing alerts that suppress others by the rules in force."""

from triaged.core.muting.muters import Muters
from triaged.core.time.durations import SECOND
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database
from triaged.store.queries import firing


class SuppressionMarks:
    """Marks again whenever the rules of suppression were replaced."""

    name = "suppression_marks"
    every_us = SECOND

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database
        self._marked: Muters | None = None

    async def once(self) -> None:
        """Mark what suppresses, unless that is done for the rules in force."""
        muters = self._engine.settings.muters
        if muters is not self._marked:
            await firing.mark(self._database, muters.suppress)
            self._marked = muters
