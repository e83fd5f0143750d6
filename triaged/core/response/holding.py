"""The holder of an incident: until when the acknowledgement lasts, and what the holder hears.

Nobody hears of the own act.
"""

from triaged.core.draft import Draft
from triaged.core.records.model import Incident
from triaged.core.records.timers import HolderWarningDue, UnacknowledgeDue
from triaged.core.response.entries import when
from triaged.core.response.paging import News, notify_person
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.wording import instant_for
from triaged.core.time.durations import MINUTE

WARNING_MAX_US = 5 * MINUTE
"""So long before the end of an acknowledgement its holder hears of it, at most."""

WARNING_SHARE = 6
"""The holder hears of it a sixth of the time before: five minutes of half an hour."""


def renew(situation: Situation, draft: Draft) -> None:
    """Set the end of an acknowledgement that begins or is renewed now, or of a snooze."""
    incident = draft.incident
    until = incident.snoozed_until
    after_us = situation.settings.severities[incident.severity].unacknowledge_after
    if until is None and after_us is not None:
        until = situation.now + after_us
    draft.change(acknowledged_until=until)
    go_on(situation, draft)


def until_text(situation: Situation, incident: Incident) -> str:
    """`, until 12:30 CEST without activity`; empty for what does not end by itself."""
    until = incident.acknowledged_until
    if until is None or incident.snoozed_until is not None:
        return ""
    return f", until {when(situation, until)} without activity"


def keep_active(situation: Situation, draft: Draft) -> None:
    """Somebody works on the incident: that renews its acknowledgement, whoever it was."""
    if draft.incident.live:
        draft.change(active_at=situation.now)
        if draft.incident.holder is not None:
            renew(situation, draft)


def go_on(situation: Situation, draft: Draft) -> None:
    """Arm the timers of an acknowledgement or snooze, which ends when the incident says."""
    incident = draft.incident
    until = incident.acknowledged_until
    if until is None:
        draft.drop(UnacknowledgeDue, HolderWarningDue)
        return
    epoch = incident.escalation.epoch
    lead_us = min(WARNING_MAX_US, (until - situation.now) // WARNING_SHARE)
    draft.arm(UnacknowledgeDue(incident.number, until, epoch))
    draft.arm(HolderWarningDue(incident.number, until - lead_us, epoch))


def ends_at(incident: Incident, settings: Settings) -> int | None:
    """When the acknowledgement or snooze of `incident` ends; None: not by itself."""
    if incident.snoozed_until is not None:
        return incident.snoozed_until
    if incident.acknowledged_until is not None:
        return incident.acknowledged_until
    after_us = settings.severities[incident.severity].unacknowledge_after
    since = incident.active_at or incident.acknowledged_at
    return None if after_us is None or since is None else since + after_us


def end_of(situation: Situation, incident: Incident) -> int | None:
    """As `ends_at`; an end that was never promised leaves the holder time to hear of it."""
    until = ends_at(incident, situation.settings)
    promised = incident.acknowledged_until is not None or incident.snoozed_until is not None
    return until if until is None or promised else max(until, situation.now + WARNING_MAX_US)


def warn(situation: Situation, draft: Draft) -> None:
    """Tell the holder that the acknowledgement or snooze is about to end."""
    incident = draft.incident
    until = incident.acknowledged_until
    if until is None or until <= situation.now or incident.holder is None:
        return
    person = situation.settings.people.get(incident.holder)
    timezone = person.timezone if person else situation.settings.timezone
    end = instant_for(until, timezone, situation.now)
    text = f"yours until {end}; any note, update or action renews it"
    if incident.snoozed_until is not None:
        text = f"the snooze ends at {end}: then it pages again"
    notify_person(situation, draft, incident.holder, News(text, f"ends-{until}"))


def tell_holder(
    situation: Situation, draft: Draft, holder: str | None, news: News, by: str
) -> None:
    """Inform `holder`, who has the incident or had it until this act of `by`.

    Whoever is paged for it at the same moment gets no second message: the page says so.
    """
    if holder is not None and holder != by and not draft.add_news(holder, news.subject):
        notify_person(situation, draft, holder, news)
