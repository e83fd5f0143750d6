"""Read the words of incidents that are over, by which similar ones are found later."""

from triaged.core.time.durations import SECOND
from triaged.store.database.connect import Database
from triaged.store.queries import similar_incidents


class SimilarWords:
    """Reads the incidents that have ended since the last turn."""

    name = "similar_words"
    every_us = 10 * SECOND
    """How soon the words of an incident that is over are known: they help with the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def once(self) -> None:
        """Read them."""
        await similar_incidents.read(self._database)
