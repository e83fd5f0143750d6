"""The draft of a postmortem, made of facts: nothing is invented.

The document's sections come first, in its order. What only humans know is a prompt, an HTML comment
`<!-- write: … -->` that no rendering shows; whoever answers it takes it out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from triaged.core.practice.learning.action_lines import ActionLine, written
from triaged.core.practice.learning.postmortem_facts import Account, Figures, figures_of
from triaged.core.practice.learning.postmortem_timeline import timeline_lines
from triaged.core.practice.phases import GUIDE_US
from triaged.core.records.model import Incident, Phase, Severity
from triaged.core.records.practice.action_items import ActionItem, ActionState
from triaged.core.text.markdown import sections
from triaged.core.text.update_form import duration_text
from triaged.core.text.wording import clean
from triaged.core.time.durations import SECOND
from triaged.core.time.recurring import local_day, zone_of

TITLE_MAX = 200
TEXT_MAX = 200
PEOPLE_SHOWN = 50

PROMPT = re.compile(r"<!-- write:(?:(?!<!--).)*?-->", re.DOTALL)

SUMMARY = "<!-- write: what users noticed, how many of them, for how long; in one sentence -->"
CAUSE = (
    "<!-- write: the mechanism: what had to be true for this to happen; no person is a cause -->"
)
IMPACT = "<!-- write: failed requests, affected customers, revenue: numbers with their source -->"
ACTIONS = (
    "<!-- write: `triaged action add`, or `- [ ] Fix: … (P1, @owner, by 03/06)` and"
    " `triaged action import`; kinds: Fix, Detect, Prevent, Process; none needed: say why -->"
)

PROMPTS: Mapping[str, str] = {
    "Trigger": "<!-- write: the change or event that set it off -->",
    "Contributing Factors": "<!-- write: what made it possible, worse or longer; a list -->",
    "Detection": "<!-- write: would anybody have noticed sooner by another signal? -->",
    "What Went Well": "<!-- write: what helped, and should stay as it is -->",
    "What Went Wrong": "<!-- write: what hindered: tools, procedures, knowledge, alerts -->",
    "Where We Got Lucky": "<!-- write: what could have made it worse, and did not by chance -->",
}
"""What is asked beyond the document's sections, in order."""

REQUIRED = ("Summary", "Timeline", "Root Cause", "Impact", "Action Items")
"""The document's sections."""


def draft(account: Account) -> str:
    """The Markdown text to begin with."""
    incident = account.incident
    figures = figures_of(account)
    parts: list[tuple[str, Iterable[str]]] = [
        ("Summary", [SUMMARY]),
        ("Timeline", _timeline(account)),
        ("Root Cause", [CAUSE]),
        ("Impact", [IMPACT, *_duration(incident, figures)]),
        ("Action Items", _actions(account)),
        *((title, [*_known(title, account, figures), text]) for title, text in PROMPTS.items()),
        ("Figures", _figures(figures)),
        ("Similar Incidents", _similar(account)),
    ]
    lines = [title_line(incident, account.timezone)]
    for title, body in parts:
        lines += [f"## {title}", *body]
    return "\n".join(lines) + "\n"


def title_line(incident: Incident, timezone: str) -> str:
    """`# Incident Postmortem: Checkout Failures (2026-03-04)`."""
    day = opening_day(incident, timezone).isoformat()
    return f"# Incident Postmortem: {clean(incident.title, TITLE_MAX)} ({day})"


def _timeline(account: Account) -> list[str]:
    severity = account.incident.opened_as or account.incident.severity
    lines = timeline_lines(account.entries, account.alert, severity, account.timezone)
    return lines or ["<!-- write: what happened when: 15:23 - … -->"]


def _duration(incident: Incident, figures: Figures) -> Iterator[str]:
    """How long the service was degraded: a fact for those severities at which users notice."""
    if incident.severity in (Severity.SEV1, Severity.SEV2) and incident.resolved_at is not None:
        yield f"- {duration_text(figures.duration_us)} of degraded service"


def _actions(account: Account) -> Iterator[str]:
    """The action items in the line form, as far as they are not cancelled."""
    day = opening_day(account.incident, account.timezone)
    kept = [one for one in account.actions if one.state is not ActionState.CANCELLED]
    for item in kept:
        yield written(line_of(item), day)
    if not kept:
        yield ACTIONS


def line_of(item: ActionItem) -> ActionLine:
    """What the line of an action item says."""
    return ActionLine(
        item.kind,
        item.text,
        item.priority,
        item.owner,
        date.fromisoformat(item.due),
        item.state is ActionState.DONE,
    )


def _known(title: str, account: Account, figures: Figures) -> Iterator[str]:
    """What is known of a section beyond the document's."""
    if title != "Detection":
        return
    if account.alert:
        yield f"- First signal: the alert {clean(account.alert, TITLE_MAX)}"
    if figures.acknowledged_after_us is not None:
        yield f"- First page → first acknowledgement: {spent(figures.acknowledged_after_us)}"


def _figures(figures: Figures) -> Iterator[str]:
    """The computed rows, as a table."""
    yield "| Figure | Value |"
    yield "| --- | --- |"
    for name, value in rows_of(figures):
        yield f"| {name} | {value.replace('|', chr(92) + '|')} |"


def rows_of(figures: Figures) -> Iterator[tuple[str, str]]:
    """The computed rows, each with its name."""
    severities = [f"{name} {spent(us)}" for name, us in sorted(figures.severities.items())]
    yield "Time in each severity", ", ".join(severities) or "–"
    phases = [f"{name} {spent(us)}{_guide(name)}" for name, us in figures.phases.items()]
    yield "Time in each phase", ", ".join(phases) or "–"
    yield "Response target", figures.response.replace("_", " ")
    acknowledged = figures.acknowledged_after_us
    yield "First page → first acknowledgement", "–" if acknowledged is None else spent(acknowledged)
    yield "Internal updates on time", f"{figures.updates_on_time} of {figures.updates}"
    peak = figures.peak_alerts
    yield "Alerts firing at the peak", "not kept" if peak is None else str(peak)
    more = len(figures.people) - PEOPLE_SHOWN
    people = ", ".join(f"@{clean(name, TEXT_MAX)}" for name in figures.people[:PEOPLE_SHOWN])
    yield "People", (people + (f" and {more} more" if more > 0 else "")) or "–"
    yield "Status page posts", str(figures.status_posts)
    yield "Timeline", f"{figures.head_seq} entries, head `{figures.head}`"


def _guide(phase: str) -> str:
    guide = GUIDE_US[Phase(phase)] if phase in [*Phase] else None
    return f" (guide {spent(guide)})" if guide is not None else ""


def spent(us: int) -> str:
    """`2 min`, `40 s`, `1 h 05 min`: a span in a table."""
    seconds = us // SECOND
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02} min" if hours >= 2 else f"{seconds // 60} min"


def _similar(account: Account) -> Iterator[str]:
    for past in account.similar:
        total = past.done + len(past.unfinished)
        items = f"{past.done} of {total} action items done" if total else "no action items"
        yield f"- {past.id} {clean(past.title, TITLE_MAX)} ({past.day}): {items}"
        yield from (f"  - not done: {clean(text, TEXT_MAX)}" for text in past.unfinished)
    if not account.similar:
        yield "None is known."


def opening_day(incident: Incident, timezone: str) -> date:
    """The local day on which the incident opened."""
    return local_day(incident.opened_at, zone_of(timezone))


def unwritten(text: str) -> list[str]:
    """The document's sections that are missing, empty, or still hold a prompt."""
    found = {section.title.casefold(): section.text for section in reversed(sections(text))}
    return [
        title
        for title in REQUIRED
        if not (body := found.get(title.casefold(), "")) or PROMPT.search(body)
    ]
