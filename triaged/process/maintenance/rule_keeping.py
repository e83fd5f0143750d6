"""Keep the texts of the rule files in force, and an incident while kept ones stand in for files."""

from collections.abc import Callable, Sequence

import structlog

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.config.rule_files import RuleFiles
from triaged.core.records.events import SelfAlertFired, SelfAlertResolved
from triaged.core.time.durations import SECOND
from triaged.engine.engine import Engine
from triaged.process.last_good_rules import StandIn
from triaged.store.database.connect import Database
from triaged.store.tables.own import rule_texts
from triaged.wire import instant_text

NAME = "rules"
"""Name of the system incident. It is stored: another name would leave an open one behind."""

KEPT_BYTES_MAX = 16 * 1024 * 1024
"""The texts of all rule files: 1,000 rules have some 300 KiB. More are not kept."""

TEXT_FILES_MAX = 5

log = structlog.get_logger()


class RuleKeeping:
    """Acts once after the start, and after each reload that succeeded."""

    name = "rule_keeping"
    every_us = SECOND

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
        stand_ins: Sequence[StandIn],
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._configuration = configuration
        self._stand_ins = stand_ins
        self._started_with = configuration().rule_files
        self._done: RuleFiles | None = None

    async def once(self) -> None:
        """Report the files that are bad since the start; once there are none, keep the texts."""
        files = self._configuration().rule_files
        if files is self._done:
            return
        now = self._clock.now()
        if self._stand_ins and files is self._started_with:
            title, text = _wording(self._stand_ins)
            await self._engine.submit([SelfAlertFired(NAME, title, text, now)], urgent=True)
        else:
            await self._keep(files, now)
            over = SelfAlertResolved(NAME, "the rules in force are those of the files")
            await self._engine.submit([over], urgent=True)
        self._done = files

    async def _keep(self, files: RuleFiles, now: int) -> None:
        texts = {file.path: file.text for file in files.files}
        size = sum(map(len, texts.values()))
        if size > KEPT_BYTES_MAX:
            log.warning("rules.not_kept", bytes=size, most=KEPT_BYTES_MAX)
            texts = {}
        async with self._database.transaction() as tx:
            await rule_texts.replace(tx, texts, now)


def _wording(stand_ins: Sequence[StandIn]) -> tuple[str, str]:
    """The title and the text of the incident."""
    first = stand_ins[0]
    more = f" and {len(stand_ins) - 1} more" if len(stand_ins) > 1 else ""
    title = f"rules of {first.path}{more} are those of {instant_text(first.loaded_at)}"
    errors = "; ".join(one.error for one in stand_ins[:TEXT_FILES_MAX])
    return title, f"{title}: {errors}. Mend the file (`triaged check`), then reload"
