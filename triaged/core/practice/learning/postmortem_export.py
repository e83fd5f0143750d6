"""A postmortem as a file for a repository: Markdown below a YAML front matter.

The front matter names the head of the incident's timeline and the hash of the text, so that a check
in CI finds either changed (`triaged postmortem verify`).
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date

from triaged.core.practice.learning.postmortem_draft import opening_day
from triaged.core.records.model import Incident
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.postmortems import Postmortem
from triaged.wire import instant_text, instant_text_or_none

SLUG_MAX = 60
FENCE = "---"
_OTHER = re.compile(r"[^a-z0-9]+")


def file_name(incident: Incident, timezone: str) -> str:
    """`2026-03-04-inc-12-checkout-failures.md`: of a title only letters, digits and hyphens."""
    day = opening_day(incident, timezone)
    slug = _OTHER.sub("-", incident.title.casefold()).strip("-")[:SLUG_MAX].strip("-")
    return f"{day.isoformat()}-{incident.id.lower()}{f'-{slug}' if slug else ''}.md"


def text_hash(text: str) -> str:
    """SHA-256 of a text in UTF-8, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def exported(incident: Incident, row: Postmortem, text: str, actions: Sequence[ActionItem]) -> str:
    """The file: front matter, a blank line, the text as it stands."""
    services = [incident.service] if incident.service else []
    lines = [
        FENCE,
        f"id: {incident.id}",
        f"title: {_quoted(incident.title)}",
        f"severity: {incident.severity}",
        f"services: {_quoted(services)}",
        f"started: {instant_text(incident.opened_at)}",
        f"resolved: {instant_text_or_none(incident.resolved_at) or 'null'}",
        f"state: {row.state}",
        f"revision: {row.revision}",
        f"text_sha256: {text_hash(text)}",
        *_actions(actions),
        f"timeline_head: {{entries: {incident.entries}, hash: {_quoted(incident.chain)}}}",
        FENCE,
    ]
    return "\n".join(lines) + "\n\n" + text


def _actions(actions: Sequence[ActionItem]) -> Iterator[str]:
    yield "actions:" if actions else "actions: []"
    for one in actions:
        due = date.fromisoformat(one.due).isoformat()
        yield (
            f"  - {{id: {_quoted(one.id)}, kind: {one.kind}, priority: {one.priority},"
            f" text: {_quoted(one.text)}, owner: {_quoted(one.owner)}, due: {_quoted(due)},"
            f" state: {one.state}}}"
        )


def _quoted(value: object) -> str:
    """JSON, which YAML 1.2 reads as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
