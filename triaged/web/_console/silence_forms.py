"""The form of a silence: matchers that are offered, and what was filled in."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode

import msgspec
from multidict import MultiDict, MultiMapping

from triaged.core.records.model import Incident
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.tables.observed_alerts import ObservedAlert

FIELDS_MAX = 60
COMMENT_MAX = 1000
MATCHER_MAX = 1000
OFFERED_MAX = 20
SPANS: Mapping[str, int] = {"2h": 2 * HOUR, "30m": 30 * MINUTE, "8h": 8 * HOUR, "24h": 24 * HOUR}
"""Lengths that are offered; the first is the usual one."""


class Wish(msgspec.Struct, frozen=True):
    """A silence as it was filled in."""

    matchers: tuple[str, ...] = ()
    span: str = "2h"
    comment: str = ""
    clear: bool = False
    anyway: bool = False
    incident: str = ""

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        fields = [("m", one) for one in self.matchers]
        fields += [("for", self.span), ("comment", self.comment), ("incident", self.incident)]
        return urlencode([*fields, *([("clear", "1")] if self.clear else [])])


class Offered(msgspec.Struct, frozen=True):
    """A matcher that is offered, and whether its label differs between the alerts."""

    text: str
    differs: bool


def wish_of(fields: MultiMapping[str]) -> Wish:
    """The silence that a query or a form describes."""
    given = [one.replace("\0", "").strip()[:MATCHER_MAX] for one in fields.getall("m", [])]
    span = fields.get("for", "2h")
    return Wish(
        matchers=tuple(dict.fromkeys(one for one in given if one)),
        span=span if span in SPANS else "2h",
        comment=fields.get("comment", "").replace("\0", "").strip()[:COMMENT_MAX],
        clear=fields.get("clear") == "1",
        anyway=fields.get("anyway") == "1",
        incident=fields.get("incident", "")[:20],
    )


def read_fields(body: bytes) -> MultiMapping[str] | None:
    """The fields of an encoded form; None where it is none of ours."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError:  # no UTF-8, or too many fields
        return None
    return MultiDict([(name, value) for name, values in fields.items() for value in values])


def offered_of(incident: Incident, alerts: Sequence[ObservedAlert]) -> list[Offered]:
    """Matchers for the alerts of an incident: what they share, then what sets them apart."""
    labels = [one.labels for one in alerts] or [incident.labels]
    common = set.intersection(*(set(each.items()) for each in labels))
    apart = dict.fromkeys(pair for each in labels for pair in each.items() if pair not in common)
    offered = [Offered(matcher(*pair), differs=False) for pair in sorted(common)]
    offered += [Offered(matcher(*pair), differs=True) for pair in apart]
    return offered[:OFFERED_MAX]


def matcher(name: str, value: str) -> str:
    """`alertname="NodeDown"`."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{name}="{escaped}"'


def chosen_of(incident: Incident) -> tuple[str, ...]:
    """The matchers that are ticked before anybody chooses: those of the incident's key."""
    return tuple(matcher(name, value) for name, value in incident.key)
