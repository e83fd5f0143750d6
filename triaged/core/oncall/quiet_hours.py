"""Quiet hours: what is of urgency `notify` waits for their end, and goes as one digest.

Never a page, and nothing about an incident whose severity pages: whoever is awake for it needs the
news. A message that is held is a row; the digest is made of the rows, with the incidents as they
are then, so that nothing is lost and nothing is told twice.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Drop
from triaged.core.records.duty.held import HeldMessage, HeldState, QuietHoursOver
from triaged.core.records.effects import Append, Decision, Effect, SaveIncident, SavePage, SaveRow
from triaged.core.records.model import Entry, Incident, Key, Page, PageState, Reason, Recipient
from triaged.core.response.duty_notices import notice
from triaged.core.response.entries import when
from triaged.core.response.paging import News, notified_by, update_row, why_unusable
from triaged.core.response.retrying import DIGEST
from triaged.core.settings import Person
from triaged.core.situation import Situation
from triaged.core.text.wording import clean, instant_for
from triaged.core.time.recurring import zone_of

LINES_MAX = 50
"""Messages that a digest lists: more are a list for a screen."""

TITLE_MAX = 120
AT_ONCE_MAX = 500
"""Messages of one digest; what is beyond comes in the next one."""


def digest_key(person: str) -> Key:
    """The key of the digests of a person, by which two daemons send one of them."""
    return (("triaged", f"digest:{person}"),)


def is_quiet(person: Person, at: int) -> bool:
    """Whether it is quiet hours on the person's clock."""
    hours = person.quiet_hours
    return hours is not None and hours.contains(at, zone_of(person.timezone))


def hold_for_quiet(situation: Situation, page: Page, incident: Incident) -> Decision | None:
    """Keep a page or update back for the digest; None: it goes now."""
    person = situation.settings.people.get(page.recipient.person)
    if person is None or person.quiet_hours is None or not _can_wait(situation, page, incident):
        return None
    now, zone = situation.now, zone_of(person.timezone)
    if not person.quiet_hours.contains(now, zone):
        return None
    until = person.quiet_hours.next_change(now, zone)
    if until is None:
        return None  # they never end: then they hold nothing
    held = HeldMessage(
        page.id,
        page.incident,
        person=person.id,
        contact=page.recipient.contact,
        severity=incident.severity,
        said=page.subject,
        at=now,
        until=until,
    )
    text = f"held for {person.id} by {held.contact} until {when(situation, until)}: quiet hours"
    data: dict[str, object] = {"page": page.id, "person": person.id, "contact": held.contact}
    data |= {"reason": Reason.QUIET_HOURS, "until": until}
    entry = Entry(now, "page.held", TRIAGED, text, data)
    done = replace(page, state=PageState.SUPERSEDED, error=Reason.QUIET_HOURS, lease_until=0)
    effects = (SavePage(done), SaveRow(held), Append(incident.number, entry))
    return Decision(effects, Drop(done))


def digest_at(decision: Decision) -> int | None:
    """When a message that a decision holds back for a digest is told; None: it holds back none."""
    rows = (effect.row for effect in decision.effects if isinstance(effect, SaveRow))
    return next((row.until for row in rows if isinstance(row, HeldMessage)), None)


def _can_wait(situation: Situation, page: Page, incident: Incident) -> bool:
    wakes = situation.settings.severities[incident.severity].urgency == "page"
    is_own = incident.holder == page.recipient.person
    return page.urgency == "notify" and not (wakes or page.test or page.drill or is_own)


def send_digest(situation: Situation, event: QuietHoursOver) -> Decision:
    """Tell a person what their quiet hours have held back, the worst first."""
    now = situation.now
    rows = [situation.view.row(HeldMessage, identity) for identity in event.ids[:AT_ONCE_MAX]]
    held = [row for row in rows if row is not None and row.state is HeldState.HELD]
    if not held:
        return Decision()
    recipients = _recipients(situation, event.person, held)
    state = HeldState.TOLD if recipients else HeldState.DROPPED
    lines = [*digest_lines(situation, event.person, held)]
    sentence = f"{len(distinct(held))} messages waited for the end of your quiet hours"
    if len(distinct(held)) == 1:
        sentence = "1 message waited for the end of your quiet hours"
    title = f"digest for {event.person}"
    draft = Draft(notice(situation, digest_key(event.person), title), opened=True)
    data: dict[str, object] = {"person": event.person, "messages": [row.id for row in held]}
    text = f"digest of {len(held)} held messages for {event.person}"
    text += "" if recipients else ", whom no contact reaches"
    draft.say(Entry(now, "digest.sent", TRIAGED, text, data))
    for recipient in recipients:
        news = News(sentence, DIGEST, "\n".join(lines), private=True)
        draft.send(update_row(situation, draft.incident, recipient, news))
    done = [SaveRow(replace(row, state=state, told_at=now)) for row in held]
    return Decision((*draft.effects(), *done, *_follow(situation, held)))


def _recipients(situation: Situation, person: str, held: Sequence[HeldMessage]) -> list[Recipient]:
    """The contacts for which the messages were held; in place of those that are off, others."""
    if person not in situation.settings.people:
        return []
    wanted = dict.fromkeys(Recipient(person, row.contact) for row in held)
    usable = [one for one in wanted if why_unusable(situation, one) is None]
    return usable or notified_by(situation, person)


def digest_lines(situation: Situation, person: str, held: Iterable[HeldMessage]) -> Iterable[str]:
    """A line for each thing that was said, the worst severity first, then the newest."""
    known = situation.settings.people.get(person)
    timezone = situation.settings.timezone if known is None else known.timezone
    rows = distinct(held)
    for row in rows[:LINES_MAX]:
        incident = situation.incident(row.incident)
        at = instant_for(row.at, timezone, situation.now)
        what = "an incident that is no longer kept"
        if incident is not None:
            title = clean(incident.title, TITLE_MAX)
            what = f"{incident.severity} {title} ({incident.id}), {incident.state} now"
        yield f"{at}  {what}: {row.said or 'somebody is wanted'}"
    if len(rows) > LINES_MAX:
        yield f"and {len(rows) - LINES_MAX} more: triaged oncall held {person}"


def distinct(held: Iterable[HeldMessage]) -> list[HeldMessage]:
    """What was said, once for all contacts and repeats: the worst first, then the newest."""
    seen: dict[tuple[int | None, str], HeldMessage] = {}
    for row in sorted(held, key=lambda row: (row.severity, -row.at, row.id)):
        seen.setdefault((row.incident, row.said), row)
    return [*seen.values()]


def _follow(situation: Situation, held: Iterable[HeldMessage]) -> Iterable[Effect]:
    """Whoever reads of an incident that goes on hears of it from now on."""
    found: dict[int, Incident] = {}
    for row in held:
        incident = found.get(row.incident or 0) or situation.incident(row.incident)
        recipient = Recipient(row.person, row.contact)
        if incident is None or not incident.live or recipient in incident.told:
            continue
        found[incident.number] = replace(incident, told=(*incident.told, recipient))
    return [SaveIncident(incident) for incident in found.values()]
