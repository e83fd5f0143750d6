"""After a reload with other rules: how many open incidents these would classify differently."""

from collections.abc import Callable

import structlog

from triaged.config.model import Configuration
from triaged.core.settings import Classifier
from triaged.core.time.durations import SECOND
from triaged.store.database.connect import Database
from triaged.store.queries.reclassifying import walk
from triaged.store.tables import incidents

log = structlog.get_logger()


class RuleComparison:
    """Compares once for each set of rules that is put in force."""

    name = "rule_comparison"
    every_us = SECOND

    def __init__(self, database: Database, configuration: Callable[[], Configuration]) -> None:
        self._database = database
        self._configuration = configuration
        self._compared = configuration().settings.rules.digest

    async def once(self) -> None:
        """Log the comparison, if the rules were replaced since the last one."""
        rules = self._configuration().settings.rules
        if rules.digest != self._compared:
            await self._compare(rules)
            self._compared = rules.digest

    async def _compare(self, rules: Classifier) -> None:
        firing = differing = 0
        numbers: set[int] = set()
        async for part in walk(self._database, rules):
            firing += part.looked_at
            for stored, verdict in part.differing:
                if verdict.outcome.severity is not stored.severity:
                    differing += 1
                    numbers |= set() if stored.incident is None else {stored.incident}
        async with self._database.reading() as tx:
            numbers &= set(await incidents.live_numbers(tx))
        log.info(
            "rules.compared",
            rule_set=rules.digest,
            firing=firing,
            alerts_differ=differing,
            incidents_differ=len(numbers),
            see="triaged rule reclassify --dry-run",
        )
