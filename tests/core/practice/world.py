"""A world whose SEV-1 and SEV-2 have roles and updates, with one incident that bob commands."""

from msgspec.structs import replace

from tests.core.world import World, settings, target
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import Entry, PageKind, Severity
from triaged.core.records.practice.events import RoleAssigned
from triaged.core.records.practice.roles import Role
from triaged.core.settings import Settings
from triaged.core.time.durations import MINUTE

COMMANDER, TECHNICAL, COMMUNICATIONS = (
    Role.INCIDENT_COMMANDER,
    Role.TECHNICAL_LEAD,
    Role.COMMUNICATIONS_LEAD,
)
EVERY = {Severity.SEV1: 15 * MINUTE, Severity.SEV2: 30 * MINUTE}


def practised(**changes: object) -> Settings:
    """Settings in which SEV-1 and SEV-2 require roles and updates."""
    base = settings(**changes)
    severities = {
        severity: replace(
            of,
            unacknowledge_after=None,
            roles="required" if severity in EVERY else "optional",
            update_every=EVERY.get(severity),
            updates_to=(target("channel:hook"),) if severity in EVERY else (),
        )
        for severity, of in base.severities.items()
    }
    return replace(base, severities=severities)


def two(first: str = "SEV-2", second: str = "SEV-2") -> World:
    """INC-1 about Down and INC-2 about Slow, both firing in pod a."""
    world = World()
    world.fires(alertname="Down", pod="a", severity=first)
    world.fires(alertname="Slow", pod="a", severity=second)
    world.deliver()
    return world


def told(world: World, about: str) -> list[tuple[int, str, str]]:
    """(incident, person, subject) of the updates that say this."""
    return [
        (page.incident, page.recipient.person, page.subject)
        for _, page in world.sent
        if page.kind is PageKind.UPDATE and about in page.subject
    ]


class Practice(World):
    """A SEV-1 that alice has acknowledged a minute after it began."""

    def __init__(self, severity: str = "SEV-1") -> None:
        super().__init__(practised())
        self.fires(severity=severity)
        self.run_until(self.now + MINUTE)
        self.handle(Acknowledged(1, "alice"))

    def give(self, role: Role, person: str, by: str = "alice", **more: str) -> object:
        """Give a role to a person; the answer."""
        return self.handle(RoleAssigned(1, by, role, person, **more))

    def staff(self) -> None:
        """Give the three roles to three people."""
        self.give(COMMANDER, "alice")
        self.give(TECHNICAL, "bob")
        self.give(COMMUNICATIONS, "carol")

    def said(self, kind: str) -> list[Entry]:
        """The entries of a kind."""
        return [entry for entry in self.entries[1] if entry.kind == kind]

    def told(self, person: str, since: int = 0) -> list[str]:
        """What a person was told since an instant, in order."""
        return [
            page.subject
            for at, page in self.sent
            if at >= since and page.recipient.person == person and page.kind is PageKind.UPDATE
        ]

    def paged(self, since: int = 0) -> list[tuple[str, str]]:
        """(person, subject) of the pages since an instant, in order."""
        return [
            (page.recipient.person, page.subject)
            for at, page in self.sent
            if at >= since and page.kind is PageKind.PAGE
        ]
