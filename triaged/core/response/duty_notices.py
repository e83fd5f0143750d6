"""Notices to people whose duty a change of the configuration begins or ends.

A notice is an update on an incident that is closed from its beginning, so that no timer, muting,
storm or count of open incidents knows it. Its messages go the way of every update.
"""

from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import Decision
from triaged.core.records.events import DutyMoved
from triaged.core.records.model import (
    Entry,
    Incident,
    Key,
    Plan,
    ResolvePolicy,
    ResolveWhen,
    Severity,
    State,
)
from triaged.core.response.paging import News, notify_person
from triaged.core.settings import Settings
from triaged.core.situation import Situation


def duty_key(event: DutyMoved) -> Key:
    """The key of the notice about a change of a schedule: each change has one, whoever sees it."""
    return (("triaged", f"duty:{event.schedule}:{event.mark}"),)


def tell_duty(situation: Situation, event: DutyMoved) -> Decision:
    """Tell those who are on call since the change, and those who are no longer; once."""
    if situation.latest_incident(duty_key(event)) is not None:
        return Decision()  # another daemon, or this one before it was stopped
    now = situation.now
    title = f"other people are on call by {event.schedule}"
    draft = Draft(notice(situation, duty_key(event), title), opened=True)
    data: dict[str, object] = {"schedule": event.schedule, "before": event.before}
    draft.say(Entry(now, "duty.moved", TRIAGED, event.text, data | {"after": event.after}))
    for name in sorted({*event.before} ^ {*event.after}):
        duty = "begins" if name in event.after else "ends"
        notify_person(situation, draft, name, News(f"your duty {duty}: {event.text}", "duty"))
    return Decision(draft.effects())


def notice(situation: Situation, key: Key, title: str) -> Incident:
    """A notice: an incident that is closed from its beginning and is there for its messages."""
    now = situation.now
    return Incident(
        number=situation.next_number(),
        kind="notice",
        key=key,
        title=title,
        severity=_severity(situation.settings),
        severity_by=TRIAGED,
        opened_at=now,
        plan=Plan(policy="", steps=()),
        state=State.CLOSED,
        resolve=ResolvePolicy(ResolveWhen.NEVER),
        received_at=now,
        resolved_at=now,
        resolved_by=TRIAGED,
    )


def _severity(settings: Settings) -> Severity:
    """The least severity that pages: its messages wait for no opening hours, and for pages."""
    return max(
        (level for level, target in settings.severities.items() if target.urgency == "page"),
        default=Severity.SEV1,
    )
