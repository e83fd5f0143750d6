"""Parts of the command page: phases with their times, people with their answers."""

from collections.abc import Sequence

import msgspec

from triaged.core.practice.phases import GUIDE_US, ORDER
from triaged.core.practice.work import work_of
from triaged.core.records.model import ChainedEntry, Incident, Page, PageKind, Phase
from triaged.core.text.wording import clean

NAME_MAX = 60


class PhaseRow(msgspec.Struct, frozen=True):
    """A phase: how long the work was in it, and how long it should be."""

    name: str
    is_here: bool
    is_past: bool
    spent_us: int | None
    """None: the work was not in it, or nobody recorded that."""
    guide_us: int | None

    @property
    def is_long(self) -> bool:
        """True if it lasts, or lasted, longer than it should."""
        return (
            self.spent_us is not None
            and self.guide_us is not None
            and self.spent_us > self.guide_us
        )


class Answer(msgspec.Struct, frozen=True):
    """A person who was paged, and when they answered."""

    person: str
    paged_at: int
    answered_us: int | None
    """None: not yet."""


def phase_rows(incident: Incident, entries: Sequence[ChainedEntry], now: int) -> list[PhaseRow]:
    """The phases in order, with the time that the work was in each."""
    here = ORDER.index(incident.phase)
    spent: dict[str, int] = {}
    since = incident.opened_at
    for entry in entries:
        if entry.kind == "phase.changed":
            before = str(entry.data.get("from", ""))
            spent[before] = spent.get(before, 0) + entry.at - since
            since = entry.at
    spent[incident.phase] = spent.get(incident.phase, 0) + now - work_of(incident).phase_at
    return [
        PhaseRow(
            name=phase.value.capitalize(),
            is_here=index == here,
            is_past=index < here,
            spent_us=spent.get(phase) if index <= here else None,
            guide_us=GUIDE_US[Phase(phase)],
        )
        for index, phase in enumerate(ORDER)
    ]


def answers_of(incident: Incident, pages: Sequence[Page]) -> list[Answer]:
    """People who were paged, the first one first; whoever holds the incident has answered."""
    first: dict[str, int] = {}
    for page in pages:
        if page.kind is PageKind.PAGE and page.recipient.person:
            at = page.sent_at or page.created_at
            first[page.recipient.person] = min(at, first.get(page.recipient.person, at))
    answered_at = incident.acknowledged_at
    return [
        Answer(
            person=clean(person, NAME_MAX),
            paged_at=at,
            answered_us=answered_at - at
            if answered_at is not None and incident.acknowledged_by == person
            else None,
        )
        for person, at in sorted(first.items(), key=lambda pair: pair[1])
    ]
