"""Reload of the configuration: loaded beside the event loop, applied whole or not at all."""

import asyncio
import gc
import os
from pathlib import Path
from typing import Protocol

import structlog
from msgspec.structs import replace

from triaged.clock import Clock, Turns
from triaged.config.access import lets_everybody_in
from triaged.config.duty import duty_sentence, duty_warnings
from triaged.config.model import Configuration
from triaged.config.read import Loaded, in_order, load
from triaged.config.rule_files import RuleFiles, lost_rules
from triaged.core.oncall.duty import duty_of
from triaged.core.oncall.duty_changes import DutyChange, duty_changes
from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.oncall.overriding import lost_overrides
from triaged.crashpoints import CrashPoint
from triaged.errors import Problem, StoreError
from triaged.process.systemd import notify
from triaged.rules.evaluate import RuleSet
from triaged.rules.rule_changes import changes_between
from triaged.store import duty_facts
from triaged.store.database.connect import Database
from triaged.store.tables.own import tokens
from triaged.wire import instant_text_or_none

WORK_US, REST_US = 1_500, 2_000
"""The turns in which a reload works and rests. An alert that comes in wants the interpreter dozens
of times, on three threads; it gets it in the rests. 1,000 rules are 80 to 120 ms of work."""

NEEDS_RESTART = ("listen", "mail_in", "store", "tls")
"""Keys whose values stay as they were at the start."""

NO_CALLERS = (
    "auth is `tokens`, and there is none in the configuration and none in the store: nobody would "
    "be let in; make one with `triaged token create` first"
)

log = structlog.get_logger()


class Running(Protocol):
    """The daemon whose configuration is reloaded."""

    def current(self) -> Configuration:
        """The configuration in force."""

    def apply(self, configuration: Configuration) -> None:
        """Go on with `configuration`."""

    def reloaded(self, *, successful: bool) -> None:
        """Record how a reload ended."""


class Reload:
    """Reloads one file, one reload at a time."""

    def __init__(
        self,
        path: Path,
        database: Database,
        running: Running,
        crash_point: CrashPoint,
        clock: Clock,
    ) -> None:
        self._path = path
        self._database = database
        self._running = running
        self._crash_point = crash_point
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> tuple[Problem, ...]:
        """Load the configuration and apply it, if it has no error; its problems.

        Among them is a warning for each schedule by which other people are on call from now on.
        """
        async with self._one_at_a_time:
            notify(os.environ, "RELOADING=1", f"MONOTONIC_USEC={_monotonic_us()}")
            before = self._running.current()
            loaded = await asyncio.to_thread(_load_in_turns, self._path, before.rule_files)
            loaded = await self._with_refusal(loaded, before)
            self._crash_point("in_reload")
            configuration = None if loaded.unusable else loaded.configuration
            self._running.reloaded(successful=configuration is not None)
            if configuration is not None:
                self._running.apply(_as_started(before, configuration))
            outcome = "failed" if configuration is None else "done"
            notify(os.environ, "READY=1", f"STATUS=reload {outcome}")
            _log_outcome(before, configuration, loaded)
            return (*loaded.problems, *await self._duty_warnings(before, loaded))

    async def _duty_warnings(self, before: Configuration, loaded: Loaded) -> list[Problem]:
        """Log whose duty the applied configuration changes; the warnings of what changes now."""
        configuration, document = loaded.configuration, loaded.document
        if loaded.unusable or configuration is None or document is None:
            return []
        now = self._clock.now()
        turns = Turns(WORK_US, REST_US)
        facts = await self._duty_facts(now)
        old, new = duty_of(before.settings, facts), duty_of(configuration.settings, facts)
        changes = await asyncio.to_thread(duty_changes, old, new, now, turns)
        for change in changes:
            log_duty(change, now)
        lost = lost_overrides(new, now)
        for text in lost:
            log.warning("reload.override_lost", message=text)
        warnings = duty_warnings(changes, document, now)
        return [*warnings, *(Problem("", text, warning=True) for text in lost)]

    async def _duty_facts(self, now: int) -> DutyFacts:
        """The overrides and feeds that matter from now on; none while the store is away."""
        try:
            async with self._database.reading() as tx:
                return await duty_facts.read(tx, now)
        except StoreError as error:
            log.info("reload.duty_facts_unread", reason=str(error))
            return NO_FACTS

    async def _with_refusal(self, loaded: Loaded, before: Configuration) -> Loaded:
        """`loaded`, with a problem if it may not replace the running configuration."""
        configuration, document = loaded.configuration, loaded.document
        if configuration is None or document is None:
            return loaded
        found = lets_everybody_in(configuration, before.listen)
        if needs_stored_token(configuration):
            try:
                async with self._database.reading() as tx:
                    found = "" if await tokens.listing(tx) else NO_CALLERS
            except StoreError as error:
                found = f"whether there is a token cannot be seen now: {error}"
        if not found:
            return loaded
        problem = Problem(document.where(("auth",)), found)
        return replace(loaded, problems=in_order([*loaded.problems, problem]))


def needs_stored_token(configuration: Configuration) -> bool:
    """True if callers can be admitted only by a token of the store."""
    return configuration.auth == "tokens" and not configuration.tokens


def _as_started(before: Configuration, configuration: Configuration) -> Configuration:
    """`configuration`, with the values of `before` where only a restart can change them."""
    for name in NEEDS_RESTART:
        if getattr(before, name) != getattr(configuration, name):
            log.warning("reload.needs_restart", key=name)
    return replace(configuration, **{name: getattr(before, name) for name in NEEDS_RESTART})


def _load_in_turns(path: Path, running: RuleFiles) -> Loaded:
    """Read the configuration on a thread beside the event loop, which has more to do.

    The collector is spared all that is made: to look through it takes 10 ms in one piece. Nothing
    of it is in a cycle, so that reference counting frees it when the next takes its place.
    """
    gc.disable()
    try:
        turns = Turns(WORK_US, REST_US)
        loaded = load(path, os.environ, yield_point=turns)
        if loaded.configuration is None:
            return loaded
        lost = lost_rules(running, loaded.configuration.rule_files, str(path), turns)
        return replace(loaded, problems=in_order([*loaded.problems, *lost])) if lost else loaded
    finally:
        gc.freeze()
        gc.enable()


def _log_outcome(before: Configuration, after: Configuration | None, loaded: Loaded) -> None:
    for problem in loaded.problems:
        (log.error if after is None else log.warning)("reload.found", problem=str(problem))
    if after is None:
        log.error("reload.refused", kept="the running one")
        return
    old, new = before.settings.rules, after.settings.rules
    if isinstance(old, RuleSet) and isinstance(new, RuleSet):
        log.info("reload.done", **changes_between(old, new).words())


def log_duty(change: DutyChange, now: int) -> None:
    """Log whose duty the configuration moves: a warning where it is the present one."""
    (log.warning if change.at_once else log.info)(
        "reload.duty_changed",
        schedule=change.schedule,
        before=list(change.before.people),
        after=list(change.after.people),
        until=instant_text_or_none(change.after.until),
        later_shifts=change.later_shifts,
        message=duty_sentence(change, now),
    )


def _monotonic_us() -> int:
    return int(asyncio.get_running_loop().time() * 1_000_000)
