"""The frame of every page of the console: who reads it, where they are, what they may do."""

import msgspec

from triaged import __version__
from triaged.core.oncall.duty import Duty, duty_of, next_change, on_call
from triaged.core.oncall.facts import DutyFacts
from triaged.core.records import actors
from triaged.core.settings import Person
from triaged.core.text.wording import clean
from triaged.http.routes import Call
from triaged.web._console.clock import Clock

NAME_MAX = 60
TITLE_MAX = 300


class Screen(msgspec.Struct, frozen=True):
    """A page that the navigation leads to."""

    name: str
    path: str


SCREENS = (
    Screen("Now", "/"),
    Screen("Alerts", "/alerts"),
    Screen("Silences", "/silences"),
    Screen("System", "/system"),
)
"""In the order of the navigation."""

STATUS_PAGE = Screen("Status page", "/status")


class Frame(msgspec.Struct, frozen=True):
    """What surrounds a page."""

    clock: Clock
    person: Person | None
    """The person who reads; None: a token, or nobody whom the configuration knows."""
    by: str
    may_respond: bool
    is_open: bool
    """True under `auth: none`: whoever reads may do everything."""
    has_session: bool
    duty: str
    """When the reader is on call; empty: they are not."""
    screens: tuple[Screen, ...]
    current: str
    """The screen of the navigation to which the page belongs."""
    path: str
    version: str = __version__

    @property
    def name(self) -> str:
        """The reader, as the timeline names them."""
        return clean(self.by, NAME_MAX)


def frame_of(call: Call, current: str = "", facts: DutyFacts | None = None) -> Frame:
    """The frame of a page for whoever asks for it; with `facts`, it says when they are on call."""
    settings, now = call.context.configuration.settings, call.context.clock.now()
    caller = call.caller
    person = settings.people.get(caller.by)
    clock = Clock(person.timezone if person else settings.timezone, now)
    return Frame(
        clock=clock,
        person=person,
        by="" if caller.by == actors.ANONYMOUS else caller.by,
        may_respond=caller.may("respond"),
        is_open=call.context.configuration.auth == "none",
        has_session=call.session is not None,
        duty=duty_words(duty_of(settings, facts), person, clock) if person and facts else "",
        screens=SCREENS + ((STATUS_PAGE,) if settings.status_page else ()),
        current=current,
        path=call.request.path,
    )


def duty_words(duty: Duty, person: Person, clock: Clock) -> str:
    """`primary until 18:00`: the first schedule by which somebody is on call; empty: none."""
    for name in sorted(duty.schedules):
        if person.id in on_call(duty, name, clock.now):
            until = next_change(duty, name, clock.now)
            return f"{name} until {clock.minute(until)}" if until is not None else name
    return ""
