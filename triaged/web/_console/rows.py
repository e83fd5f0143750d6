"""An incident in a list and in a card: state, response and alerts in a few words."""

import msgspec

from triaged.core.records.model import Incident, Response, State
from triaged.core.text.wording import clean
from triaged.core.time.durations import DAY
from triaged.web._console.clock import Clock, count_text, long_span, short_span

NAME_MAX = 40


class Word(msgspec.Struct, frozen=True):
    """Some words and what they mean: bad, soon bad, good, or nothing of these."""

    text: str
    tone: str = ""


class Countdown(msgspec.Struct, frozen=True):
    """The time left to respond: the largest thing on a page that wants an answer."""

    number: str
    by: int
    is_late: bool
    is_at_risk: bool
    used: int
    """Seconds of the target that are over."""
    target: int
    """Seconds of the target."""

    @property
    def tone(self) -> str:
        """The tone of its number."""
        return "bad" if self.is_late else "warn" if self.is_at_risk else ""

    @property
    def percent(self) -> int:
        """The share of the target that is over."""
        return min(100, 100 * self.used // max(self.target, 1))


def state_words(incident: Incident) -> str:
    """`open`, `ack by bob`, `snoozed`: the state in a list."""
    match incident.state:
        case State.ACKNOWLEDGED if incident.snoozed_until is not None:
            return "snoozed"
        case State.ACKNOWLEDGED:
            return f"ack by {clean(incident.acknowledged_by or 'somebody', NAME_MAX)}"
        case State.OPEN if incident.rests:
            return "muted"
        case state:
            return state.value


def is_waiting(incident: Incident) -> bool:
    """True if nobody has it and somebody should."""
    return incident.state is State.OPEN and not incident.rests


def response_words(incident: Incident, clock: Clock) -> Word:
    """`4:12 left`, `met 2 min`, `missed 6 min`, `due Thu`: the response in a list."""
    if incident.state is not State.OPEN:
        return _answered(incident)
    if incident.respond_by is None:
        return Word("")
    left_us = incident.respond_by - clock.now
    if left_us <= 0 or incident.response is Response.MISSED:
        return Word(f"missed {short_span(max(-left_us, 0))}", "bad")
    tone = "warn" if incident.response is Response.AT_RISK else ""
    if left_us >= DAY:
        return Word(f"due {clock.local(incident.respond_by):%a}", tone)
    return Word(f"{count_text(left_us)} left", tone)


def _answered(incident: Incident) -> Word:
    if incident.response is Response.MISSED:
        return Word("missed")
    if incident.acknowledged_at is None or incident.armed_at is None:
        return Word("")
    return Word(f"met {short_span(incident.acknowledged_at - incident.armed_at)}")


def countdown(incident: Incident, clock: Clock) -> Countdown | None:
    """The time left of an incident that nobody has; None: somebody has, or it has no target."""
    if incident.respond_by is None or incident.state is not State.OPEN:
        return None
    armed_at = incident.armed_at or incident.opened_at
    is_late = incident.respond_by <= clock.now or incident.response is Response.MISSED
    return Countdown(
        number=clock.left(incident.respond_by),
        by=incident.respond_by,
        is_late=is_late,
        is_at_risk=incident.response is Response.AT_RISK,
        used=max(0, min(clock.now, incident.respond_by) - armed_at) // 1_000_000,
        target=max(1, incident.respond_by - armed_at) // 1_000_000,
    )


def answered_in(incident: Incident) -> Word | None:
    """`Answered in 2 min 16 s`, as good or bad; None: it was not answered."""
    if incident.acknowledged_at is None or incident.armed_at is None:
        return None
    text = f"Answered in {long_span(incident.acknowledged_at - incident.armed_at)}"
    return Word(text, "bad" if incident.response is Response.MISSED else "good")


def firing(incident: Incident) -> int:
    """How many of its alerts fire."""
    return sum(incident.firing.values())


def alerts_words(incident: Incident) -> str:
    """`7/7`: alerts that fire, of all that it has."""
    return f"{firing(incident)}/{firing(incident) + incident.resolved}"
