"""A world whose SEV-1 and SEV-2 need a postmortem, with one SEV-1 that alice resolved."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from tests.core.practice.world import COMMANDER, Practice, practised
from triaged.core.records.answers import Answer
from triaged.core.records.events import Closed, Resolved
from triaged.core.records.model import Incident, Severity
from triaged.core.records.practice.action_items import ActionItem, ActionKind, Priority
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    ActionItemChanged,
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.postmortems import (
    Postmortem,
    PostmortemRevision,
    revision_id,
)
from triaged.core.settings import BusinessDays, Settings
from triaged.core.time.durations import DAY

REASON = "false alarm of a test environment"


def learning(**changes: object) -> Settings:
    """Settings in which SEV-1 and SEV-2 need a postmortem."""
    base = practised(**changes)
    due = {Severity.SEV1: 3 * DAY, Severity.SEV2: BusinessDays(5)}
    severities = {
        severity: replace(of, postmortem="required", postmortem_due=due[severity])
        if severity in due
        else of
        for severity, of in base.severities.items()
    }
    return replace(base, severities=severities)


class Learning(Practice):
    """A SEV-1 of the team payments that alice commanded and resolved."""

    def __init__(self, severity: str = "SEV-1", *, resolved: bool = True) -> None:
        super().__init__(severity)
        self.settings = learning()
        self.give(COMMANDER, "alice")
        if resolved:
            self.handle(Resolved(1, "alice"))
            self.deliver()

    @property
    def incident(self) -> Incident:
        """That SEV-1, whatever opens later."""
        return self.view.incidents[1]

    def save(self, text: str, base: int = 0, by: str = "alice", *missing: str) -> Answer:
        """Save a text that lacks something, or nothing; the answer."""
        return self.handle(PostmortemSaved(1, by, text, base, "facts", missing))

    def publish(self, revision: int = 1, *missing: str) -> Answer:
        """Publish what was examined; the answer."""
        return self.handle(PostmortemPublished(1, "alice", revision, missing))

    def review(self, revision: int = 1, *missing: str) -> Answer:
        """Ask for a review; the answer."""
        return self.handle(PostmortemReviewed(1, "alice", revision, missing))

    def waive(self, reason: str = REASON) -> Answer:
        """Waive the postmortem; the answer."""
        return self.handle(PostmortemWaived(1, "alice", reason))

    def close(self) -> Answer:
        """Close the incident; the answer."""
        return self.handle(Closed(1, "alice"))

    @property
    def postmortem(self) -> Postmortem:
        """The postmortem of the incident."""
        (row,) = self.view.rows_of(Postmortem, 1)
        return row

    def text(self, number: int) -> str | None:
        """The text of a revision."""
        row = self.view.row(PostmortemRevision, revision_id("INC-1", number))
        return row.text if row else None

    def add(
        self, owner: str = "bob", due: str | None = None, new_id: str = "a", **more: object
    ) -> Answer:
        """Add an action item; the answer."""
        event = ActionItemAdded(
            1,
            "alice",
            new_id,
            ActionKind.FIX,
            Priority.P1,
            "Upgrade ORM",
            owner,
            None if due is None else date.fromisoformat(due),
        )
        return self.handle(replace(event, **more))

    def change(self, item: str = "a", **fields: object) -> Answer:
        """Change an action item; the answer."""
        return self.handle(replace(ActionItemChanged(item, 1, "alice"), **fields))

    def item(self, item: str = "a") -> ActionItem:
        """An action item as it is now."""
        found = self.view.row(ActionItem, item)
        assert found is not None
        return found


def moment(at: int) -> str:
    """`2026-03-30 10:01`, UTC."""
    return f"{datetime.fromtimestamp(at // 1_000_000, UTC):%Y-%m-%d %H:%M}"
