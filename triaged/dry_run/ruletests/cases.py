"""A case played in a simulator of its own, under the rules, policies and people of the settings."""

from itertools import groupby
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from triaged.core.muting.mute_hold import mute_of
from triaged.core.records.answers import Conflict, Unknown
from triaged.core.records.events import Action, AlertReceived, Declared, SettingsLoaded, SilenceSet
from triaged.core.records.model import Incident, Outcome, Page, PageKind
from triaged.core.settings import Settings
from triaged.dry_run.closing import closable
from triaged.dry_run.ruletests.tests_schema import Expect
from triaged.dry_run.simulator import Simulator


class ScriptedEvent(msgspec.Struct, frozen=True):
    """An arrival or an act of a person, so many µs after the beginning."""

    at: int
    where: str
    """FILE:LINE:COL."""
    event: SilenceSet | AlertReceived | Action | Declared


class Case(msgspec.Struct, frozen=True):
    """A test, ready to be played."""

    name: str
    where: str
    """FILE:LINE:COL."""
    start_at: int
    script: tuple[ScriptedEvent, ...]
    """By instant; at one instant silences, then alerts, then acts."""
    until_us: int
    expect: Expect
    expecting: tuple[str, ...] = ()
    """Names of expectations that are watched."""


class Played(msgspec.Struct, frozen=True):
    """The outcome of a case."""

    case: Case
    incidents: tuple[Incident, ...]
    """In the order in which they opened, as they are at the end."""
    pages: tuple[tuple[int, Page], ...]
    """(µs since the beginning, page) of each that went out, in order."""
    outcomes: tuple[Outcome, ...]
    """The outcome of the rules for each alert that fired."""
    muted_by: tuple[tuple[str, ...], ...]
    """The muters of each incident at the end."""
    refused: tuple[str, ...]
    """FILE:LINE:COL: why, of acts that were impossible."""

    @property
    def rules(self) -> frozenset[str]:
        """Every rule that matched an alert."""
        return frozenset(name for outcome in self.outcomes for name in outcome.rules)


def play(case: Case, settings: Settings) -> Played:
    """Let the case happen.

    At each instant what is due goes first, then silences begin, then the alerts come, then people
    act, one act after the other; what any of these makes due goes out before the next.
    """
    simulator = _simulator(case, settings)
    outcomes: list[Outcome] = []
    refused: list[str] = []
    for offset, group in groupby(case.script, key=attrgetter("at")):
        at = case.start_at + offset
        if offset > case.until_us:
            break
        simulator.run_until(at)
        for scripted in group:
            match scripted.event:
                case SilenceSet():
                    simulator.handle(scripted.event)
                case AlertReceived():
                    outcomes += _receive(simulator, scripted.event)
                    continue  # alerts of one instant are a batch: what they make due comes after
                case _:
                    simulator.run_until(at)
                    refused += _act(simulator, scripted.event, scripted.where)
            simulator.run_until(at)
        simulator.run_until(at)
    simulator.run_until(case.start_at + case.until_us)
    incidents = tuple(incident for _, incident in sorted(simulator.view.incidents.items()))
    return Played(
        case=case,
        incidents=incidents,
        muted_by=tuple(_muted_by(simulator, incident) for incident in incidents),
        pages=tuple(
            (at - case.start_at, page) for at, page in simulator.sent if page.kind is PageKind.PAGE
        ),
        outcomes=tuple(outcomes),
        refused=tuple(refused),
    )


def _simulator(case: Case, settings: Settings) -> Simulator:
    """A simulator in which only what the case asks for is expected again and again.

    An input goes on firing, repeated or not, until the case ends it.
    """
    watched = {name: settings.expectations[name] for name in case.expecting}
    settings = closable(replace(settings, expectations=watched, stale_after={}))
    simulator = Simulator(settings, case.start_at)
    if watched:
        simulator.handle(SettingsLoaded(started=False))
    return simulator


def _receive(simulator: Simulator, event: AlertReceived) -> list[Outcome]:
    """Let an alert come in; what the rules said of it."""
    if not event.alert.firing:
        simulator.handle(event)
        return []
    outcome = simulator.settings.rules.classify(event.alert, simulator.now)
    simulator.handle(replace(event, outcome=outcome))
    return [outcome]


def _muted_by(simulator: Simulator, incident: Incident) -> tuple[str, ...]:
    muted = mute_of(simulator.situation(), incident)
    return () if muted is None else muted.by


def _act(simulator: Simulator, event: Action | Declared, where: str) -> list[str]:
    """Let a person act; why that was impossible, if it was."""
    if not isinstance(event, Declared):
        numbers = sorted(simulator.view.incidents)
        ordinal = event.incident or len(numbers)
        if not 1 <= ordinal <= len(numbers):
            return [f"{where}: {len(numbers) or 'no'} incidents had opened by then"]
        event = replace(event, incident=numbers[ordinal - 1])
    answer = simulator.handle(event)
    if isinstance(answer, Conflict | Unknown):
        return [f"{where}: {answer.detail}"]
    return []
