"""Lints of the status page: a promise that was not kept, a picture that is not true.

Pure, and of rows alone, so that `triaged status lint` and `triaged review` say the same.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from triaged.core.practice.status.status_derivation import (
    RANK,
    is_in_progress,
    is_open,
    status_of,
    wanted,
)
from triaged.core.records.model import Incident
from triaged.core.records.practice.status import (
    Component,
    ComponentStatus,
    Maintenance,
    PostStatus,
    PublicIncident,
)
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.text.public_post import PageClock
from triaged.core.time.durations import DAY, MINUTE

SILENT_US = 30 * MINUTE
"""For so long `investigating` may stand without another post."""

OVER_US = DAY
"""So long after its end maintenance is forgotten, not late."""


class Lint(msgspec.Struct, frozen=True):
    """Something that a human should mend, and how."""

    rule: str
    """Which of the rules: a constant."""
    subject: str
    """The component, public incident or maintenance."""
    text: str
    fix: str


class Facts(msgspec.Struct, frozen=True):
    """Rows and settings that the lints examine."""

    page: StatusPage
    now: int
    components: Mapping[str, Component] = {}
    public: tuple[PublicIncident, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    incidents: tuple[Incident, ...] = ()
    """Live incidents of triaged, drills among them."""

    @property
    def clock(self) -> PageClock:
        """How the page tells the time."""
        return PageClock(self.page.timezone, self.page.clock)

    def time(self, at: int) -> str:
        """An instant, with its day where that is not today."""
        return self.clock.time_beside(at, self.now)


def lints(facts: Facts) -> list[Lint]:
    """Everything that is wrong, in the order of the rules."""
    return [found for rule in RULES for found in rule(facts)]


def _down_without_incident(facts: Facts) -> Iterator[Lint]:
    posted = {key for one in facts.public if is_open(one) for key in one.components}
    for component in facts.page.components:
        status = status_of(facts.components.get(component.key))
        if RANK[status] <= RANK[ComponentStatus.UNDER_MAINTENANCE] or component.key in posted:
            continue
        text = f"{component.name} is {status.replace('_', ' ')}, and no open incident says why"
        fix = f"post one, or set it: triaged status component {component.key} operational"
        yield Lint("component_down_without_incident", component.key, text, fix)


def _green_with_incident(facts: Facts) -> Iterator[Lint]:
    every = [status_of(facts.components.get(one.key)) for one in facts.page.components]
    if any(status is not ComponentStatus.OPERATIONAL for status in every):
        return
    for one in facts.public:
        if is_open(one):
            text = f"“{one.title}” is {one.status} while all components are operational"
            fix = "set what it affects, or post that it is resolved"
            yield Lint("open_incident_while_green", one.id, text, fix)


def _maintenance_over(facts: Facts) -> Iterator[Lint]:
    for one in facts.maintenance:
        if is_in_progress(one) and one.ends_at + OVER_US < facts.now:
            text = f"“{one.title}” should have ended {facts.time(one.ends_at)}"
            fix = f"triaged status maintenance complete {one.id}"
            yield Lint("maintenance_over", one.id, text, fix)


def _silent(facts: Facts) -> Iterator[Lint]:
    for one in facts.public:
        silent = one.updated_at + SILENT_US < facts.now
        if one.status is PostStatus.INVESTIGATING and silent:
            text = f"“{one.title}” is being investigated, without a word since"
            text = f"{text} {facts.time(one.updated_at)}"
            yield Lint("investigating_silent", one.id, text, "post what is known now")


def _promise_passed(facts: Facts) -> Iterator[Lint]:
    for one in facts.public:
        at = one.next_update_at
        if is_open(one) and at is not None and at <= facts.now:
            text = f"“{one.title}” promised an update for {facts.time(at)}"
            yield Lint("next_update_passed", one.id, text, "post it, with the time of the next one")


def _resolved_while_firing(facts: Facts) -> Iterator[Lint]:
    open_keys = {key for one in facts.public if is_open(one) for key in one.components}
    for one in facts.public:
        if is_open(one) or one.resolved_at is None or one.resolved_at + DAY < facts.now:
            continue
        keys = set(one.components) - open_keys
        for incident in facts.incidents:
            if incident.firing and keys & wanted(facts.page, incident).keys():
                text = f"“{one.title}” is resolved in public, and alerts of {incident.id} fire"
                fix = f"look at {incident.id}; if it is the same trouble, post that it goes on"
                yield Lint("resolved_while_firing", one.id, text, fix)


RULES: tuple[Callable[[Facts], Iterator[Lint]], ...] = (
    _down_without_incident,
    _green_with_incident,
    _maintenance_over,
    _silent,
    _promise_passed,
    _resolved_while_firing,
)
"""Each rule of the practice for public communication, in the order in which they are listed."""
