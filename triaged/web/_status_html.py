"""The status page as HTML without scripts: the page, its history, and a page for each incident.

The same templates make the copy that an object store serves; only the links differ.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import msgspec

from triaged.core.practice.status.public_page import (
    PublicPage,
    Shown,
    ShownComponent,
    ShownMaintenance,
)
from triaged.core.practice.status.status_derivation import RANK
from triaged.core.practice.status.status_history import FORMULA, Day, day_text, troubled
from triaged.core.records.practice.status import ENDED, ComponentStatus, Impact, Post
from triaged.core.text.public_post import flowing, headline, word
from triaged.core.time.durations import DAY
from triaged.web._page import filled
from triaged.wire import instant_text

PAST_SHOWN = 5
PAST_US = 90 * DAY
BAD_DAYS_SHOWN = 60
"""Rows of the table of days: the newest. More belong to the history."""

BAR_STEP, BAR_LEFT = 1.112, 0.15
"""Per cent of the width: 90 bars with gaps between them."""


class Bar(msgspec.Struct, frozen=True):
    """A day as a bar: the taller the worse, so that it reads without colour."""

    tone: str
    height: int


BARS: Mapping[ComponentStatus, Bar] = {
    ComponentStatus.OPERATIONAL: Bar("f-good", 5),
    ComponentStatus.UNDER_MAINTENANCE: Bar("f-ink", 9),
    ComponentStatus.DEGRADED_PERFORMANCE: Bar("f-warn", 14),
    ComponentStatus.PARTIAL_OUTAGE: Bar("f-warn", 20),
    ComponentStatus.MAJOR_OUTAGE: Bar("f-bad", 28),
}
UNKNOWN = Bar("f-none", 5)

TONES: Mapping[ComponentStatus, str] = {
    ComponentStatus.OPERATIONAL: "good",
    ComponentStatus.UNDER_MAINTENANCE: "soft",
    ComponentStatus.DEGRADED_PERFORMANCE: "warn",
    ComponentStatus.PARTIAL_OUTAGE: "warn",
    ComponentStatus.MAJOR_OUTAGE: "bad",
}
VERDICT_TONES: Mapping[Impact, str] = {
    Impact.NONE: "good",
    Impact.MAINTENANCE: "soft",
    Impact.MINOR: "warn",
    Impact.MAJOR: "warn",
    Impact.CRITICAL: "bad",
}


class Links(msgspec.Struct, frozen=True):
    """The addresses of one form of the page, as one of its pages writes them."""

    page: str
    history: str
    atom: str
    json: str
    incidents: str
    """The two parts of an incident's address around its id."""
    suffix: str = ""
    subscribe: str = ""
    """Where the form for subscribers goes; empty: there is none here."""
    subscribe_page: str = ""
    """The page that has the form, if another one has it."""

    def incident(self, identity: str) -> str:
        """The page of an incident or maintenance."""
        return f"{self.incidents}{identity}{self.suffix}"


class Affected(msgspec.Struct, frozen=True):
    """The components that are not operational, for the sentence under the verdict."""

    names: str
    one: bool
    since: int


class Past(msgspec.Struct, frozen=True):
    """An incident that is over, in short."""

    heading: str
    post: Post


class Listed(msgspec.Struct, frozen=True):
    """A line of the history."""

    row: object
    at: int
    when: str


def page_html(shown: PublicPage, links: Links) -> str:
    """The page itself."""
    return _filled(
        "status.html",
        shown,
        links,
        tone=VERDICT_TONES[shown.indicator.indicator],
        affected=affected(shown),
        groups=[
            (group, list(every)) for group, every in groupby(shown.components, lambda c: c.of.group)
        ],
        bad_days=bad_days(shown)[:BAD_DAYS_SHOWN],
        past=list(past(shown)),
        formula=FORMULA,
    )


def incident_html(shown: PublicPage, one: Shown, links: Links) -> str:
    """The page of one incident or maintenance; it holds nothing that depends on the time."""
    return _filled(
        "status_incident.html",
        shown,
        links,
        row=one.row,
        posts=one.posts,
        open=one.row.status not in ENDED,
        planned=isinstance(one, ShownMaintenance),
    )


def history_html(shown: PublicPage, links: Links) -> str:
    """Every incident and maintenance that has a page, by month."""
    clock = shown.clock
    listed = [
        Listed(one.row, one.row.created_at, clock.day_of_year(one.row.created_at))
        for one in shown.incidents
    ]
    listed += [
        Listed(one.row, one.row.starts_at, clock.day_of_year(one.row.starts_at))
        for one in shown.maintenance
    ]
    listed.sort(key=lambda each: -each.at)
    months = groupby(listed, key=lambda each: f"{clock.local(each.at):%B %Y}")
    return _filled(
        "status_history.html",
        shown,
        links,
        months=[(month, list(entries)) for month, entries in months],
    )


def _filled(template: str, shown: PublicPage, links: Links, **values: object) -> str:
    clock = shown.clock
    named = {one.of.key: one.of.name for one in shown.components}

    def names(keys: Iterable[str]) -> str:
        return ", ".join(named[key] for key in keys if key in named)

    def trouble(component: ShownComponent) -> str:
        return "; ".join(label(day) for day in component.days if troubled(day))

    return filled(
        template,
        shown=shown,
        page=shown.page,
        links=links,
        clock=clock,
        names=names,
        trouble=trouble,
        day_label=label,
        word=word,
        headline=headline,
        flowing=flowing,
        utc=utc,
        bar=bar,
        bar_x=bar_x,
        percent=percent,
        status_word=status_word,
        status_tone=TONES.__getitem__,
        **values,
    )


def affected(shown: PublicPage) -> Affected | None:
    """The components with trouble; None: there is none."""
    worst = [
        one
        for one in shown.components
        if RANK[one.status] > RANK[ComponentStatus.UNDER_MAINTENANCE]
    ]
    if not worst:
        return None
    names = [one.of.name for one in worst]
    text = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return Affected(text, len(names) == 1, min(one.since or shown.at for one in worst))


def bad_days(shown: PublicPage) -> list[tuple[str, str, str]]:
    """(day, component, what) of the days with trouble, the newest first."""
    found = [
        (day.day, one.of.name, day_text(day))
        for one in shown.components
        for day in one.days
        if troubled(day)
    ]
    found.sort(key=lambda each: each[0], reverse=True)
    return [(f"{day.day} {day:%b}", name, what) for day, name, what in found]


def past(shown: PublicPage) -> Iterator[Past]:
    """The last incidents that are over, each by its last post."""
    for one in [each for each in shown.incidents if each not in shown.open_incidents][:PAST_SHOWN]:
        if one.posts and one.row.updated_at > shown.at - PAST_US:
            day = shown.clock.local(one.row.created_at)
            yield Past(f"{day.day} {day:%B}: {one.row.title}", one.posts[0])


def bar(day: Day) -> Bar:
    """The bar of a day."""
    return BARS[day.status] if day.known else UNKNOWN


def bar_x(position: int) -> str:
    """Where the bar of a day stands, in per cent."""
    return f"{BAR_LEFT + BAR_STEP * position:.2f}"


def label(day: Day) -> str:
    """`3 Jan: degraded performance, 22 min`."""
    return f"{day.day.day} {day.day:%b}: {day_text(day)}"


def percent(share: float) -> str:
    """`99.95 %`: cut, not rounded, so that trouble never shows as 100 %."""
    return f"{int(share * 10_000) / 100:.2f} %"


def utc(at: int) -> str:
    """`2026-06-04T19:45:00Z`, for the attribute of `<time>`."""
    return f"{instant_text(at)[:19]}Z"


def status_word(status: ComponentStatus) -> str:
    """`Partial outage`."""
    return status.replace("_", " ").capitalize()
