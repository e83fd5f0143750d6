"""Issues in a tracker for action items: which request a changed item wants, and what comes back."""

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from triaged.core.records.model import Incident
from triaged.core.records.practice.action_items import UNFINISHED, ActionItem, ActionState
from triaged.core.records.practice.learning_events import ActionItemTracked
from triaged.core.records.practice.requests import Request
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, MINUTE

ISSUE = "tracker.issue"
CHANGES = "tracker.changes"
LANE = "integration/"
"""The beginning of the lanes of integrations; their name follows."""

ISSUE_LIFE_US = 7 * DAY
"""For so long a tracker may be away, or its token wrong, before a person has to retry."""

CHANGES_EVERY_US = 15 * MINUTE
"""Interval at which changes are read; a webhook tells them at once."""

FOR_EVER = 1 << 61
"""An instant that nobody sees: changes are read as long as the integration is configured."""


def tracker_of(settings: Settings, incident: Incident) -> str:
    """The integration in which action items of an incident become issues; empty: in none."""
    team = settings.teams.get(incident.team or "")
    named = (team.tracker if team is not None else None) or settings.integrations.tracker
    return named or "" if incident.kind == "incident" else ""


def issue_request(situation: Situation, incident: Incident, item: ActionItem) -> Request | None:
    """The request to have the item's issue say what the item says; None: it has no tracker."""
    settings, now = situation.settings, situation.now
    tracker = item.tracker or tracker_of(settings, incident)
    if tracker not in settings.integrations.trackers:
        return None
    action = {
        "id": item.id,
        "incident": incident.id,
        "url": f"{settings.public_url}/api/v1/incidents/{incident.id}",
        "kind": item.kind.value,
        "priority": item.priority.value,
        "text": item.text,
        "owner": item.owner,
        "due": item.due,
        "state": item.state.value,
    }
    return Request(
        id=f"{incident.id}/action/{item.id}/{now}",
        incident=incident.number,
        kind=ISSUE,
        lane=LANE + tracker,
        created_at=now,
        due_at=now,
        gives_up_at=now + ISSUE_LIFE_US,
        body={"action": action, "ref": item.tracker_ref if item.tracker == tracker else ""},
        topic=f"{tracker}/action/{item.id}",
    )


def changes_id(lane: str) -> str:
    """The identity of the request that reads the changes of a tracker."""
    return f"{lane}/changes"


def changes_request(lane: str, now: int) -> Request:
    """The request that reads the changes of a tracker, again and again."""
    return Request(
        id=changes_id(lane),
        incident=None,
        kind=CHANGES,
        lane=lane,
        created_at=now,
        due_at=now + CHANGES_EVERY_US,
        gives_up_at=FOR_EVER,
    )


class ChangedIssue(Protocol):
    """The state of an issue at an instant, by its tracker's word."""

    @property
    def ref(self) -> str:
        """The issue."""

    @property
    def url(self) -> str:
        """Its address."""

    @property
    def state(self) -> Literal["open", "in_progress", "done", "cancelled"]:
        """The state."""

    @property
    def at(self) -> int:
        """The instant."""


def tracked_events(
    tracker: str, changes: Iterable[ChangedIssue], known: Mapping[str, Request]
) -> list[ActionItemTracked]:
    """What the changes say of action items: `known` are the requests that led to the issues.

    An issue that no request of ours led to is none of ours, whatever its text claims.
    """
    events = []
    for change in changes:
        request = known.get(change.ref)
        if request is None or request.incident is None or request.kind != ISSUE:
            continue
        events.append(
            ActionItemTracked(
                id=str(request.body["action"]["id"]),
                incident=request.incident,
                tracker=tracker,
                ref=change.ref,
                url=change.url or request.result.get("url", ""),
                state=ActionState(change.state),
                at=change.at,
            )
        )
    return events


def taken_over(ours: ActionState, theirs: ActionState) -> ActionState:
    """The state of an item after its tracker has spoken.

    Many trackers know of no issue whether somebody works on it, or why it was closed: what they say
    counts where it says something else, not where it says less.
    """
    says_less = (theirs is ActionState.OPEN and ours in UNFINISHED) or (
        theirs is ActionState.DONE and ours not in UNFINISHED
    )
    return ours if says_less else theirs
