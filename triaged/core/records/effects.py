"""Effects: the rows that a decision can ask for. Nothing else leaves the core.

`store/` writes each kind with one statement per table and batch, in the transaction that read
what the decision was based on.
"""

from collections.abc import Iterable
from typing import Any, Literal, TypeVar

import msgspec

from triaged.core.records.answers import Answer, Nothing
from triaged.core.records.duty.contacts import ContactDelivery
from triaged.core.records.expectations import Watch
from triaged.core.records.model import (
    Alert,
    AlertState,
    Entry,
    IgnoredReason,
    Incident,
    Outcome,
    Page,
)
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.reports import UnknownEnd
from triaged.core.records.silences import Silence
from triaged.core.records.storms import Storm
from triaged.core.records.timers import IncidentTimer


class StartEpisode(msgspec.Struct, frozen=True, gc=False):
    """Alert row (whole: labels, annotations) and a new observation row."""

    state: AlertState
    alert: Alert
    outcome: Outcome
    received_at: int


class RepeatAlert(msgspec.Struct, frozen=True, gc=False):
    """Count one more, last-seen, lapses_at, annotations, url; nothing else."""

    alert: Alert
    received_at: int
    lapses_at: int | None


class SaveCopies(msgspec.Struct, frozen=True, gc=False):
    """The copies of an alert, its start, its sender and whether its group was cut."""

    state: AlertState


class EndEpisode(msgspec.Struct, frozen=True, gc=False):
    """The alert no longer fires; its observation ends."""

    state: AlertState
    """As it is afterwards: `firing` is False."""
    ended_at: int
    by: Literal["resolved", "lapsed", "restarted"]


class ReclassifyAlert(msgspec.Struct, frozen=True, gc=False):
    """The alert's severity and rule are by today's rules."""

    state: AlertState


class NoteResolve(msgspec.Struct, frozen=True, gc=False):
    """The end of something that does not fire, or of one copy of several: counted, not stored."""

    alert: Alert


class IgnoreReport(msgspec.Struct, frozen=True, gc=False):
    """A report that changes nothing because it is late or of no copy that we know: why, and when.

    Counted, logged, and kept with the alert so that explanations show it.
    """

    alert: Alert
    reason: IgnoredReason
    received_at: int


class SaveUnknownEnd(msgspec.Struct, frozen=True, gc=False):
    """The end of an alert that its sender has not fired: one is watched for each sender."""

    end: UnknownEnd


class CheckLapse(msgspec.Struct, frozen=True, gc=False):
    """Look again at `check_at` whether the alert has lapsed."""

    source: str
    fingerprint: str
    check_at: int


class MoveFiring(msgspec.Struct, frozen=True, gc=False):
    """The firing alerts of incident `old` belong to incident `new` from now on."""

    old: int
    new: int
    at: int


class MoveAlert(msgspec.Struct, frozen=True, gc=False):
    """A firing alert belongs to the incident of this state from now on."""

    state: AlertState


class SaveIncident(msgspec.Struct, frozen=True, gc=False):
    """The incident row as it is now."""

    incident: Incident
    opened: bool = False
    """True at its first save: a new number, counted."""


class JoinAlert(msgspec.Struct, frozen=True, gc=False):
    """An alert joined: goes into the one `alerts.joined` entry per incident and commit."""

    incident: int
    alert: Alert


class Append(msgspec.Struct, frozen=True, gc=False):
    """A timeline entry; its place in the chain is found when the batch is saved."""

    incident: int
    entry: Entry


class ArmTimer(msgspec.Struct, frozen=True, gc=False):
    """The timer row of this incident and kind."""

    timer: IncidentTimer


class DropTimer(msgspec.Struct, frozen=True, gc=False):
    """No timer of this kind is wanted any more (or it has fired)."""

    incident: int
    kind: type[IncidentTimer]


class AddPage(msgspec.Struct, frozen=True, gc=False):
    """A new outbox row; one that exists already stays as it is."""

    page: Page


class SavePage(msgspec.Struct, frozen=True, gc=False):
    """An outbox row after a hold or a verdict, if its fence is still `page.token`."""

    page: Page


class SaveWatch(msgspec.Struct, frozen=True, gc=False):
    """State of an expectation."""

    watch: Watch


class DropWatch(msgspec.Struct, frozen=True, gc=False):
    """The row of an expectation that the settings no longer have goes."""

    name: str


class SaveSilence(msgspec.Struct, frozen=True, gc=False):
    """A silence as it is now."""

    silence: Silence


class SaveRow(msgspec.Struct, frozen=True, gc=False):
    """A record of the practice as it is now, in the table of its kind."""

    row: PracticeRow


class NoteDelivery(msgspec.Struct, frozen=True, gc=False):
    """When a contact was last reached, or was not."""

    delivery: ContactDelivery


class LookAgain(msgspec.Struct, frozen=True, gc=False):
    """Silences have changed: look up at `at`, if not before, what mutes each live incident."""

    at: int


class SaveStorm(msgspec.Struct, frozen=True, gc=False):
    """The count of a team's new incidents as it is now."""

    storm: Storm


class WakeBundled(msgspec.Struct, frozen=True, gc=False):
    """The incidents under this umbrella look at it now."""

    umbrella: int


class Quarantine(msgspec.Struct, frozen=True, gc=False):
    """A body to keep; the same body again raises its count."""

    source: str
    reason: str
    detail: str
    body: bytes
    headers: dict[str, str]
    received_at: int
    alerts: int = 1


class DropPack(msgspec.Struct, frozen=True, gc=False):
    """These bodies leave the backlog."""

    id: int


class Count(msgspec.Struct, frozen=True, gc=False):
    """Not a row: a metric to raise after the commit, e.g. ("target", "SEV-1", "met")."""

    metric: Literal[
        "unclassified",
        "escalation",
        "update_missed",
        "postmortem_waived",
        "target",
        "response_us",
        "suppressed",
        "retried",
        "value_sets",
    ]
    label: str = ""
    outcome: str = ""
    value: int = 1


AlertEffect = (
    StartEpisode
    | RepeatAlert
    | SaveCopies
    | EndEpisode
    | ReclassifyAlert
    | NoteResolve
    | IgnoreReport
    | SaveUnknownEnd
    | CheckLapse
    | MoveFiring
    | MoveAlert
    | JoinAlert
)
"""What happens to rows of alerts: nearly all effects of a batch."""

OtherEffect = (
    Append
    | ArmTimer
    | DropTimer
    | AddPage
    | SavePage
    | SaveSilence
    | SaveRow
    | NoteDelivery
    | LookAgain
    | SaveWatch
    | DropWatch
    | SaveStorm
    | WakeBundled
    | Quarantine
    | DropPack
    | Count
)
Effect = AlertEffect | SaveIncident | OtherEffect

Kind = TypeVar("Kind")


class ByKind:
    """The effects of a batch by their kind, in order."""

    def __init__(self, effects: Iterable[Effect]) -> None:
        self._found: dict[type[Any], list[Any]] = {}
        for effect in effects:
            known = self._found.get(type(effect))
            if known is None:
                self._found[type(effect)] = [effect]
            else:
                known.append(effect)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The effects of one kind."""
        return self._found.get(kind, [])


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The result of one decision: the rows to write, and the answer to the caller."""

    effects: tuple[Effect, ...] = ()
    answer: Answer = Nothing()
