"""A draft: one incident while a decision changes it, and the rows to write for the changes."""

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.records.actors import is_person
from triaged.core.records.effects import (
    AddPage,
    Append,
    ArmTimer,
    Count,
    DropTimer,
    Effect,
    SaveIncident,
    SaveRow,
)
from triaged.core.records.model import Entry, Incident, Page, PageKind, Recipient
from triaged.core.records.practice.drills import DESK
from triaged.core.records.practice.requests import CONFIRM, EDIT, Request
from triaged.core.records.timers import IncidentTimer


class Draft:
    """A working copy of `incident`; `effects()` are the rows of all that was done to it."""

    def __init__(self, incident: Incident, *, opened: bool = False) -> None:
        self.incident = incident
        if opened:
            self.incident = replace(incident, opened_as=incident.severity)
        self._opened = opened
        self._rows: list[Effect] = []

    def change(self, **fields: object) -> None:
        """Give fields of the incident new values."""
        self.incident = replace(self.incident, **fields)

    def say(self, entry: Entry) -> None:
        """Put `entry` on the timeline."""
        if self.incident.touched is UNSET and is_person(entry.actor):
            self.change(touched=True)
        self._rows.append(Append(self.incident.number, marked(self.incident, entry)))

    @property
    def says_something(self) -> bool:
        """True if an entry has been put on the timeline."""
        return any(isinstance(row, Append) for row in self._rows)

    def arm(self, timer: IncidentTimer) -> None:
        """Arm `timer`; it replaces any other of its kind."""
        self._rows.append(ArmTimer(timer))

    def drop(self, *kinds: type[IncidentTimer]) -> None:
        """Drop the timers of these kinds."""
        self._rows += [DropTimer(self.incident.number, kind) for kind in kinds]

    def send(self, page: Page) -> None:
        """Put `page` in the outbox."""
        drill = self.incident.drill
        if drill is not UNSET:
            page = replace(page, drill=True)
            page = page if drill.console is None else _on_console(page, drill.console)
        self._rows.append(AddPage(page))

    def add_news(self, person: str, news: str) -> bool:
        """Let the pages to `person` among the rows say this, too; False: there is none."""
        found = False
        for index, row in enumerate(self._rows):
            if not isinstance(row, AddPage) or row.page.kind is not PageKind.PAGE:
                continue
            if row.page.recipient.person == person:
                self._rows[index] = AddPage(replace(row.page, subject=news))
                found = True
        return found

    def add(self, effect: Effect) -> None:
        """Add any other row; a drill counts for nothing, and no third party hears of it."""
        if self.incident.drill is not UNSET and _is_for_real(effect):
            return
        self._rows.append(effect)

    def effects(self) -> tuple[Effect, ...]:
        """The row of the incident as it is now, and all other rows in order."""
        return (SaveIncident(self.incident, self._opened), *self._rows)


def marked(incident: Incident, entry: Entry) -> Entry:
    """The entry as the timeline of `incident` shows it: that of a drill says so on each line."""
    return replace(entry, text=f"{incident.mark}{entry.text}") if incident.mark else entry


def _is_for_real(effect: Effect) -> bool:
    """True for what a drill leaves out; whoever was paged for one sees how it goes on."""
    return isinstance(effect, Count) or (
        isinstance(effect, SaveRow)
        and isinstance(effect.row, Request)
        and effect.row.kind not in (CONFIRM, EDIT)
    )


def _on_console(page: Page, channel: str) -> Page:
    """The page of a drill that pages nobody: whoever it is for, it goes to the console."""
    person = page.recipient.person
    head = page.id.rsplit("/", 2)[0]
    identity = f"{head}/{person}/{DESK}"
    return replace(page, id=identity, recipient=Recipient(person, DESK), channel=channel)
