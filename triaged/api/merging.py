"""`POST …/{id}/merge` and `…/split`: two incidents are one trouble, or one is two."""

from typing import Annotated

from msgspec import Meta

from triaged.api._actions import IncidentAfter, act
from triaged.api._incidents import INCIDENT
from triaged.core.records.model import incident_number
from triaged.core.records.practice.events import Merged, SplitOff
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.bodies import Body, Name, Text
from triaged.http.routes import Call, Scope, route

ALERTS_MAX = 500
"""Alerts that one request splits off: who names more wants to merge the rest elsewhere."""

FINGERPRINT_MAX = 1000


class Merge(Body, frozen=True):
    """The incident that goes on for both: `INC-12`, or `12`."""

    into: Name
    note: Text = ""
    """Why they are one; it goes on both timelines."""


class AlertName(Body, frozen=True):
    """An alert, by its source and fingerprint."""

    source: Name
    fingerprint: Annotated[str, Meta(min_length=1, max_length=FINGERPRINT_MAX)]


class Split(Body, frozen=True):
    """The alerts that are another trouble, and the title of their incident."""

    alerts: Annotated[list[AlertName], Meta(min_length=1, max_length=ALERTS_MAX)]
    title: Annotated[str, Meta(max_length=500)] = ""
    """Unless given, that of the old incident."""
    note: Text = ""


@route("POST", f"{INCIDENT}/merge", Scope.RESPOND)
async def merge(call: Call, body: Merge) -> IncidentAfter:
    """Merge the incident into another, which goes on for both; the answer is the merged one.

    Its firing alerts, and later ones with its key, belong to the survivor, which becomes as bad as
    the worse of both. Whoever was paged for it hears where it went. 409 says what stands against
    it: an incident that is over, that was merged elsewhere, a drill and a real one, an umbrella.
    """
    into = incident_number(body.into)
    if into is None:
        return problems.invalid([Problem("$.into", "an incident is written INC-12, or 12")])

    def event(number: int) -> Merged:
        return Merged(number, call.caller.by, into, body.note)

    return await act(call, event)


@route("POST", f"{INCIDENT}/split", Scope.RESPOND)
async def split(call: Call, body: Split) -> IncidentAfter:
    """Give alerts that fire in the incident one of their own, which pages; the answer is that one.

    They stay with it when they fire anew; others with the key join the old incident. 404 names
    alerts that were never seen, 409 those that do not fire in this incident.
    """
    alerts = tuple((alert.source, alert.fingerprint) for alert in body.alerts)

    def event(number: int) -> SplitOff:
        return SplitOff(number, call.caller.by, alerts, body.title, body.note)

    return await act(call, event)
