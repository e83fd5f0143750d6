"""Tests of a person's contacts: pages that nobody has to answer (docs/decisions/0023).

A test is a drill: an incident that is closed from its beginning, so that no timer, muting, storm or
count of open incidents knows it. Its pages go the way of every page.
"""

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records import actors
from triaged.core.records.answers import Acted, Conflict, RateLimited, Unknown
from triaged.core.records.effects import Decision
from triaged.core.records.events import ContactsTested
from triaged.core.records.model import (
    Entry,
    Incident,
    Key,
    Plan,
    Recipient,
    ResolvePolicy,
    ResolveWhen,
    Severity,
    State,
)
from triaged.core.response.paging import page_row
from triaged.core.settings import Person, Settings
from triaged.core.situation import Situation
from triaged.core.text.wording import TEST_MARK
from triaged.core.time.durations import SECOND

TEST_EVERY_US = 15 * SECOND
"""Between two tests of one person: four in a minute are enough to mend a contact, and too few to
keep somebody awake with."""


def contact_test_key(person: str) -> Key:
    """The key of the tests of a person's contacts."""
    return (("triaged", f"drill:{person}"),)


def start_test(situation: Situation, event: ContactsTested) -> Decision:
    """Open and close a drill, and put a page for each contact in the outbox."""
    person = situation.settings.people.get(event.person)
    if person is None:
        return Decision((), Unknown(f"there is no person {event.person!r} in the configuration"))
    if not person.contacts:
        return Decision((), Conflict(f"{person.id} has no contact in the configuration"))
    names = [event.contact] if event.contact else [*person.contacts]
    if event.contact and event.contact not in person.contacts:
        known = ", ".join(person.contacts)
        detail = f"{person.id} has no contact {event.contact!r}; there is {known}"
        return Decision((), Unknown(detail))
    latest = situation.latest_incident(contact_test_key(person.id))
    if latest is not None and situation.now - latest.opened_at < TEST_EVERY_US:
        return Decision((), RateLimited(latest.opened_at + TEST_EVERY_US - situation.now))
    return _start(situation, event, person, names)


def _start(
    situation: Situation, event: ContactsTested, person: Person, names: list[str]
) -> Decision:
    now, target = situation.now, f"person:{person.id}"
    drill = Incident(
        number=situation.next_number(),
        kind="drill",
        key=contact_test_key(person.id),
        title=f"{TEST_MARK} contacts of {person.id}, asked for by {event.by}",
        severity=_severity(situation.settings),
        severity_by=actors.TRIAGED,
        opened_at=now,
        plan=Plan(policy="", steps=()),
        state=State.CLOSED,
        resolve=ResolvePolicy(ResolveWhen.NEVER),
        received_at=event.received_at,
        resolved_at=now,
        resolved_by=actors.TRIAGED,
    )
    draft = Draft(drill, opened=True)
    data: dict[str, object] = {"person": person.id, "contacts": names}
    text = f"test pages to {person.id} by {', '.join(names)}"
    draft.say(Entry(now, "drill.started", event.by, text, data))
    for name in names:
        page = page_row(
            drill, situation.settings, Recipient(person.id, name), target, drill.escalation
        )
        times = {"due_at": now, "created_at": now, "received_at": event.received_at}
        draft.send(replace(page, urgency="page", test=True, **times))
    return Decision(draft.effects(), Acted(drill.number))


def _severity(settings: Settings) -> Severity:
    """The least severity that pages, so that pages of real incidents go first."""
    return max(
        (level for level, target in settings.severities.items() if target.urgency == "page"),
        default=Severity.SEV1,
    )
