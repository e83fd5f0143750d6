"""The address of an incident's call: a template of the operators, filled from the incident."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from triaged.core.records.model import Incident

NAMES = (
    "incident.id",
    "incident.number",
    "incident.severity",
    "incident.service",
    "incident.team",
)
"""What a template may name. Titles are not among them: they are texts of strangers."""

_NAMED = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def unknown_names(template: str) -> list[str]:
    """What the template names and we do not know."""
    return [name for name in _NAMED.findall(template) if name not in NAMES]


def filled(template: str, values: Mapping[str, str]) -> str:
    """The address; values are made harmless for a path."""
    return _NAMED.sub(lambda match: quote(values.get(match[1], ""), safe=""), template)


def call_url(template: str, incident: Incident) -> str:
    """The address of the call of `incident`."""
    values = {
        "incident.id": incident.id.lower(),
        "incident.number": str(incident.number),
        "incident.severity": incident.severity.value.lower(),
        "incident.service": incident.service or "",
        "incident.team": incident.team or "",
    }
    return filled(template, values)
