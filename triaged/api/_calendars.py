"""Calendars of final shifts, rendered beside the event loop."""

import asyncio
import hashlib
from collections.abc import Callable

from triaged.clock import Turns
from triaged.core.oncall.duty import duty_of
from triaged.core.settings import Settings
from triaged.feeds.writing import (
    CalendarText,
    PublishedShift,
    Sent,
    horizon,
    of_person,
    published,
    written,
)
from triaged.http.context import Context
from triaged.store import duty_facts
from triaged.store.tables.own.feed_links import LinkKind

WORK_US, REST_US = 1_000, 500
"""The thread that computes lets the loop run after each millisecond."""

CALENDAR = "text/calendar; charset=utf-8"


def is_known(settings: Settings, kind: LinkKind, target: str) -> bool:
    """True if the configuration has the schedule or the person."""
    return target in (settings.schedules if kind == "schedule" else settings.people)


async def shifts_of(context: Context, kind: LinkKind, target: str) -> list[PublishedShift]:
    """The final shifts of a schedule, or of a person by every schedule."""
    now = context.clock.now()
    async with context.database.reading() as tx:
        facts = await duty_facts.read(tx, horizon(now)[0])
    duty = duty_of(context.configuration.settings, facts)
    names = [target] if kind == "schedule" else sorted(duty.schedules)

    def every(pause: Callable[[], None]) -> list[PublishedShift]:
        found = published(duty, names, now, pause)
        return found if kind == "schedule" else of_person(found, target)

    return await asyncio.to_thread(every, Turns(WORK_US, REST_US))


async def text_of(
    context: Context, kind: LinkKind, target: str, shifts: list[PublishedShift], sent: Sent
) -> tuple[bytes, str]:
    """The calendar, and its entity tag, which follows from the shifts and not from the hour."""
    configuration = context.configuration
    people = configuration.settings.people
    named = people[target].name if kind == "person" else target
    text = CalendarText(
        name=f"On call: {named}",
        people=people,
        personal=kind == "person",
        link=configuration.public_url,
        made_at=0,
    )
    stamped = CalendarText(text.name, people, text.personal, text.link, context.clock.now())
    plain = await asyncio.to_thread(written, shifts, sent, text)
    body = await asyncio.to_thread(written, shifts, sent, stamped)
    return body, f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
