"""A page or update as a letter: what every rendering for a person says, and in which order.

What is wrong, until when to respond and how; where, since when, what helps; who else was paged and
who is next; then the alerts one by one. Plain text is the master, HTML says the same.
"""

import shlex
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.alerts.flapping import in_words
from triaged.core.records.model import (
    Incident,
    Page,
    PageKind,
    Response,
    State,
    incident_id,
)
from triaged.core.records.pages import HOLDER
from triaged.core.text.facts import AlertFacts, Facts, Paged
from triaged.core.text.labels import pairs
from triaged.core.text.wording import (
    LABEL_MAX,
    TEXT_MAX,
    TITLE_MAX,
    Reading,
    clean,
    instant_for,
    span_text,
)
from triaged.core.time.durations import MINUTE

BUNDLED_MAX = 80
NEWS_MAX = 600
ALERT_MAX = 240
WHERE_MAX = 600
COMMAND_MAX = 300
NOBODY = "Nobody has it yet."
ALSO_MAX = 120
DROPPED = ("Panel", "Graph", "Dashboard", "Silence")
"""Rows that a letter loses, in this order, when it is longer than messengers take."""


class Row(msgspec.Struct, frozen=True):
    """A fact with its name; `url` is where its only line leads."""

    name: str
    lines: tuple[str, ...]
    url: str = ""


class Letter(msgspec.Struct, frozen=True):
    """The parts of a message, each in plain words for one reader."""

    severity: str
    number: str
    state: str
    title: str
    remark: str
    """Note on the severity; empty: none."""
    news: str
    """What happened; for a page what joined, or that the reader's acknowledgement has ended; empty:
    another page of a step."""
    is_duplicate: bool
    call: str
    """Until when to respond, or who has it."""
    acknowledge_url: str | None
    command: str
    """Command to type instead of following the link."""
    rows: tuple[Row, ...]
    alerts: tuple[str, ...]
    foot: tuple[str, ...]
    """Why this reader gets it, who else was paged, who is next."""
    report: str = ""
    """A text of its own that follows the news, such as an internal update."""
    wants_answer: bool = False
    """It is a page: acknowledging is what to do."""
    is_test: bool = False
    """It tests a contact: `title`, `call` and the link are all there is."""
    mark: str = ""
    """First words of a message of a drill, with which `title` begins, too."""
    also: tuple[Incident, ...] = ()
    """The incidents of other pages that the message stands for, the worst first."""

    @property
    def head(self) -> str:
        """`SEV-1 Checkout failures (INC-42)`."""
        if self.is_test:
            return self.title
        title = self.title.removeprefix(self.mark)
        more = f" and {len(self.also)} more" if self.also else ""
        return f"{self.mark}{self.severity}{self.remark} {title} ({self.number}){more}"


def letter(page: Page, facts: Facts, reading: Reading) -> Letter:
    """The letter of a page or update for somebody who reads it now."""
    incident = facts.incident
    is_page = page.kind is PageKind.PAGE
    asks = is_page and page.wanted is UNSET
    if page.test:
        return _test(page, incident, reading)
    return Letter(
        severity=incident.severity,
        number=incident.id,
        state=incident.state,
        title=clean(incident.title, TITLE_MAX),
        remark=" (unclassified: no rule says how bad it is)" if facts.is_guess else "",
        news=clean(page.subject, NEWS_MAX),
        is_duplicate=page.possible_duplicate,
        call=call(incident, reading),
        acknowledge_url=reading.acknowledge_url if asks else None,
        command=_command(incident, asks=asks),
        wants_answer=asks,
        mark=incident.mark,
        rows=tuple(rows(facts, reading, silence=is_page)),
        alerts=tuple(alert_lines(facts, reading)),
        report="" if page.text is UNSET else page.text,
        foot=(*([_why(page, incident)] if is_page else []), *_others(page, facts, reading)),
    )


def _test(page: Page, incident: Incident, reading: Reading) -> Letter:
    contact = clean(page.recipient.contact, LABEL_MAX)
    return Letter(
        severity=incident.severity,
        number=incident.id,
        state=incident.state,
        title=clean(incident.title, TITLE_MAX),
        remark="",
        news="",
        is_duplicate=page.possible_duplicate,
        call=f"This page tests the contact {contact}. Nothing is wrong, and nothing is to be done.",
        acknowledge_url=reading.acknowledge_url,
        command=f"triaged incident show {incident.id}",
        rows=(),
        alerts=(),
        foot=(f"Look: triaged incident show {incident.id}",),
        is_test=True,
    )


def _command(incident: Incident, *, asks: bool) -> str:
    """What answers at a terminal; of what was merged, what shows where it went."""
    whose = incident_id(incident.merged_into or incident.number)
    return f"triaged incident {'ack' if asks else 'show'} {whose}"


def plain(given: Letter) -> str:
    """The letter as text, lines ending in a newline, at most `TEXT_MAX` characters."""
    for name in DROPPED:
        if len(whole := _whole(given)) < TEXT_MAX:
            return f"{whole}\n"
        given = replace(given, rows=tuple(row for row in given.rows if row.name != name))
    whole = _whole(given)
    return f"{whole if len(whole) < TEXT_MAX else whole[: TEXT_MAX - 2] + '…'}\n"


def _whole(given: Letter) -> str:
    duplicate = "(possible duplicate: an earlier attempt may have reached you)"
    width = max((len(row.name) for row in given.rows), default=0) + 2
    blocks = [
        [duplicate] if given.is_duplicate else [],
        [f"{given.mark}{given.number} {given.news}"] if given.news else [],
        [given.report] if given.report else [],
        [given.head],
        [*([given.call] if given.call else []), *_ways(given)],
        ["Pages for these, too:", *also_lines(given.also)] if given.also else [],
        [line for row in given.rows for line in aligned(row, width)],
        list(given.foot),
        ["The alerts:", *(f"  {line}" for line in given.alerts)] if given.alerts else [],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def also_lines(also: Iterable[Incident]) -> Iterator[str]:
    """A line for each of the other incidents that a message pages for."""
    for incident in also:
        yield f"  {incident.severity} {clean(incident.title, ALSO_MAX)} ({incident.id})"


def _ways(given: Letter) -> list[str]:
    if given.is_test:
        url = given.acknowledge_url
        return ["To test the link of a page, too, open it:", f"  {url}"] if url else []
    if given.acknowledge_url is None:
        return [f"{'Acknowledge' if given.wants_answer else 'Look'}: {given.command}"]
    return [f"Acknowledge: {given.acknowledge_url}", f"Or: {given.command}"]


def aligned(row: Row, width: int) -> Iterator[str]:
    """The lines of a row, its name before the first one."""
    for number, line in enumerate(row.lines):
        yield f"{'' if number else row.name:<{width}}{line}"


def call(incident: Incident, reading: Reading) -> str:
    """Until when to respond; who has it; how it ended."""
    zone, now = reading.timezone, reading.at
    nobody = "Nobody has it, and all rounds are over." if incident.is_exhausted else NOBODY
    if incident.kind == "notice":
        return "" if incident.text else "Nothing is wrong, and nothing is to be done."
    match incident.state:
        case State.OPEN if incident.respond_by is not None:
            when = instant_for(incident.respond_by, zone, now)
            left = span_text(incident.respond_by - now)
            if incident.response is Response.MISSED or incident.respond_by <= now:
                return f"Late: respond by {when} (missed, {left}). {nobody}"
            return f"Respond by {when} ({left}). {nobody}"
        case State.OPEN:
            return f"Open. {nobody}"
        case State.ACKNOWLEDGED:
            since = instant_for(incident.acknowledged_at or now, zone, now)
            text = (
                f"{clean(incident.acknowledged_by or 'somebody', LABEL_MAX)} has it since {since}"
            )
            if incident.acknowledged_until is not None:
                until = instant_for(incident.acknowledged_until, zone, now)
                is_snoozed = incident.snoozed_until is not None
                text += f", {'snoozed ' if is_snoozed else ''}until {until}"
                text += "" if is_snoozed else " without activity"
            return f"{text}."
        case State.RESOLVED | State.CLOSED if incident.resolved_at is not None:
            by = f" by {clean(incident.resolved_by, LABEL_MAX)}" if incident.resolved_by else ""
            return f"Resolved {instant_for(incident.resolved_at, zone, now)}{by}."
        case State.MERGED if incident.merged_into is not None:
            return f"Part of {incident_id(incident.merged_into)} now."
        case state:
            return f"Now {state}."


def rows(facts: Facts, reading: Reading, *, silence: bool) -> Iterator[Row]:
    """Lines about the trouble: what is wrong, where, since when, what helps."""
    incident = facts.incident
    what = [line for line in (facts.summary, *facts.description.split("\n")) if line]
    if what:
        yield Row("What", tuple(what))
    if facts.where:
        yield Row("Where", (pairs(facts.where, WHERE_MAX),))
    if owner := _owner(incident):
        yield Row("Service" if incident.service else "Team", (owner,))
    yield Row("Since", (_since(facts, reading),))
    if counts := _counts(facts):
        yield Row("Alerts", (counts,))
    if history := tuple(_history(incident)):
        yield Row("History", history)
    yield from _links(facts, silence=silence)
    if incident.bundle is not UNSET:
        yield Row("Storm", tuple(_bundle(incident)))


def _owner(incident: Incident) -> str:
    service = clean(incident.service or "", LABEL_MAX)
    team = clean(incident.team or "", LABEL_MAX)
    return f"{service}, team {team}" if service and team else service or team


def _since(facts: Facts, reading: Reading) -> str:
    """Since when an alert fires; beside it when the incident opened, if that was later."""
    opened = facts.incident.opened_at
    at = min((alert.since for alert in facts.alerts if alert.firing), default=opened)
    at = at if at <= opened - MINUTE else opened
    text = f"{instant_for(at, reading.timezone, reading.at)} ({span_text(at - reading.at)})"
    if at == opened:
        return text
    return f"{text}, opened {instant_for(opened, reading.timezone, reading.at)}"


def _counts(facts: Facts) -> str:
    incident = facts.incident
    firing = sum(incident.firing.values())
    words = [facts.alertname, f"{firing} firing" if firing else ""]
    words.append(f"{incident.resolved} over" if incident.resolved else "")
    if incident.truncated:
        words.append(f"{incident.truncated} more left out by the sender")
    return ", ".join(word for word in words if word) if firing or incident.resolved else ""


def _history(incident: Incident) -> Iterator[str]:
    if incident.previous is not None:
        yield f"Follows {incident_id(incident.previous)}."
    if incident.severity_by.startswith("raise:"):
        yield f"Got worse: {clean(incident.severity_by, LABEL_MAX)}."
    flapping = in_words(incident)
    if flapping is not None:
        yield f"{flapping.capitalize()}. It stays open until it has been quiet for that long."
    elif incident.reopens:
        yield f"Re-opened {incident.reopens} times." if incident.reopens > 1 else "Re-opened."


def _links(facts: Facts, *, silence: bool) -> Iterator[Row]:
    urls, incident = facts.urls, facts.incident
    if urls.runbook:
        yield Row("Runbook", (urls.runbook,), urls.runbook)
    elif incident.runbook:
        yield Row("Runbook", (clean(incident.runbook, TITLE_MAX),))
    for name, url in (
        ("Graph", urls.source),
        ("Dashboard", urls.dashboard),
        ("Panel", urls.panel),
    ):
        if url:
            yield Row(name, (url,), url)
    if silence and urls.silence:
        yield Row("Silence", (urls.silence,), urls.silence)
    elif silence and (command := silence_command(incident)):
        yield Row("Silence", (command,))


def silence_command(incident: Incident) -> str:
    """Command that mutes the incident's key for two hours; empty where its key is not of labels."""
    if any(incident.labels.get(name) != value for name, value in incident.key):
        return ""
    if not all(value.isprintable() and value.isascii() for _, value in incident.key):
        return ""
    quoted = (
        (name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in incident.key
    )
    matchers = " ".join(shlex.quote(f'{name}="{value}"') for name, value in quoted)
    command = f"triaged silence add -d 2h -c {incident.id} {matchers}"
    return command if matchers and len(command) <= COMMAND_MAX and "//" not in matchers else ""


def _bundle(incident: Incident) -> Iterator[str]:
    """The incidents under an umbrella."""
    bundle = incident.bundle
    if bundle is UNSET:
        return
    cut = f"; the first {len(bundle.first)}" if bundle.count > len(bundle.first) else ""
    yield f"It pages for {bundle.count} incidents{cut}:"
    for each in bundle.first:
        yield f"{incident_id(each.number)} {each.severity} {clean(each.title, BUNDLED_MAX)}"


def alert_lines(facts: Facts, reading: Reading) -> Iterator[str]:
    """A line for each alert, what sets it apart first; none for one that nothing sets apart."""
    alone = len(facts.alerts) == 1 and not facts.more
    for alert in () if alone else facts.alerts:
        yield _alert_line(alert, reading)
    if facts.more and facts.alerts:
        yield f"+{facts.more} more"


def _alert_line(alert: AlertFacts, reading: Reading) -> str:
    since = f"since {instant_for(alert.since, reading.timezone, reading.at)}"
    parts = [pairs(alert.labels, ALERT_MAX), alert.summary, since if alert.firing else "over"]
    return _cut(", ".join(part for part in parts if part), ALERT_MAX)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _why(page: Page, incident: Incident) -> str:
    if page.target == HOLDER:
        return "Paged because you hold it, and something new has joined."
    if page.wanted is not UNSET:
        target = clean(page.target, LABEL_MAX)
        return f"Paged as {target}. It is not acknowledged: it is done when somebody does it."
    if page.step == 0:
        return "Paged because it was handed over to you."
    again = f", round {page.round}" if page.round > 1 else ""
    instead = ", in place of a contact that failed" if page.fallback else ""
    policy = clean(incident.plan.policy, LABEL_MAX)
    target = clean(page.target, LABEL_MAX)
    return f"Paged as {target}, step {page.step} of policy {policy}{again}{instead}."


def _others(page: Page, facts: Facts, reading: Reading) -> Iterator[str]:
    """Who else was paged, and who is next."""
    own = (page.recipient.person or f"channel {page.recipient.contact}", page.recipient.contact)
    others = [one for one in facts.paged if (one.whom, one.by) != own]
    if others and page.kind is PageKind.PAGE:
        yield f"Paged, too: {', '.join(paged_lines(others, reading))}."
    if next_line := upcoming_line(facts, reading):
        yield next_line


def paged_lines(paged: Sequence[Paged], reading: Reading) -> Iterable[str]:
    """`bob by mail 12:04 CEST`."""
    for one in paged:
        when = instant_for(one.at, reading.timezone, reading.at)
        by = "" if one.whom.startswith("channel ") else f" by {clean(one.by, LABEL_MAX)}"
        tried = "" if one.is_sent else ", being tried"
        yield f"{clean(one.whom, LABEL_MAX)}{by} {when}{tried}"


def upcoming_line(facts: Facts, reading: Reading) -> str:
    """Who is paged if nobody answers; empty: nobody."""
    if facts.upcoming is None or facts.incident.state is not State.OPEN:
        return ""
    when = instant_for(facts.upcoming.at, reading.timezone, reading.at)
    whom = ", ".join(clean(name, LABEL_MAX) for name in facts.upcoming.whom)
    return f"Next, if nobody answers: {whom} at {when}."
