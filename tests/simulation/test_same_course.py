"""The simulator makes of any script what the daemon makes of it: only the core decides in both."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, find, given
from hypothesis import settings as how
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from tests.simulation.runs import lived, simulated
from tests.simulation.scripts import CHANNELS, Course, Script, removals, scripts
from triaged.core.records.answers import Answer
from triaged.core.records.effects import Effect, LookAgain, RepeatAlert, WakeBundled
from triaged.core.records.events import Event, PageDue
from triaged.dry_run.simulator import Simulator

EXAMPLES = int(os.environ.get("TRIAGED_SCRIPTS", "25"))
"""A quarter of a second each; hundreds in a night."""


def lived_once(script: Script) -> Course:
    """What the daemon makes of a script, in a store of its own."""
    with TemporaryDirectory() as folder:
        return lived(script, Path(folder))


@how(max_examples=EXAMPLES)
@given(scripts())
def test_simulator_and_daemon_agree(script: Script) -> None:
    one, other = simulated(script), lived_once(script)

    if script.refusing:
        one, other = without_order(one), without_order(other)
    assert without_looks(one) == without_looks(other)


Lines = tuple[tuple[int, str, str, str, str], ...]
ATTEMPT = re.compile(r'"attempt":[0-9]+,')


def without_looks(found: Course) -> Course:
    """The course without the number of times that a page of a muted incident was looked at.

    Each look counts as an attempt. At the instant at which a window ends the daemon may look at the
    page before it looks at the window, and then once more.
    """
    return replace(found, timelines=tuple(_without_attempts(one) for one in found.timelines))


def _without_attempts(entries: Lines) -> Lines:
    if not any(kind in ("incident.muted", "page.held") for _, kind, *_ in entries):
        return entries
    return tuple(
        (at, kind, actor, text, ATTEMPT.sub("", data)) for at, kind, actor, text, data in entries
    )


def without_order(found: Course) -> Course:
    """The course without what depends on which of two refusals of one instant comes first.

    That decides which contact is asked again, and when the one that follows it is paged.
    """
    places = [
        replace(one, escalation=replace(one.escalation, unreached_round=0, unreached_step=0))
        for one in found.incidents
    ]
    lines = [
        tuple(entry for entry in entries if not entry[1].startswith(("page.", "update.")))
        for entries in found.timelines
    ]
    return replace(found, incidents=tuple(places), pages=(), timelines=tuple(lines))


class Rowless(Simulator):
    """Forgets the rows of one kind."""

    forgotten: type[Effect] = LookAgain

    def keep(self, effects: Iterable[Effect]) -> None:
        """Keep the others."""
        super().keep([effect for effect in effects if not isinstance(effect, self.forgotten)])


class LeavesBundled(Rowless):
    """Does not wake what waits under an umbrella."""

    forgotten = WakeBundled


class HearsNoRepeat(Rowless):
    """Takes no repeat of an alert for a sign of life."""

    forgotten = RepeatAlert


class KnowsNoChannel(Simulator):
    """Sends through channels that a reload has removed."""

    def handle(self, event: Event) -> Answer:
        """Decide whether a page goes as if every channel were still there."""
        known = self.settings
        if isinstance(event, PageDue):
            self.settings = replace(known, channels=known.channels.union(CHANNELS))
        answer = super().handle(event)
        self.settings = known
        return answer


@pytest.mark.parametrize(
    ("mutant", "drawn"),
    [
        (Rowless, scripts()),
        (LeavesBundled, scripts()),
        (HearsNoRepeat, scripts()),
        (KnowsNoChannel, removals()),
    ],
)
def test_a_guard_that_the_simulator_lacks_is_noticed(
    mutant: type[Simulator], drawn: SearchStrategy[Script]
) -> None:
    script = find(
        drawn,
        lambda script: not script.refusing and simulated(script, mutant) != simulated(script),
        settings=how(
            max_examples=3_000,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert simulated(script, mutant) != lived_once(script) == simulated(script)
