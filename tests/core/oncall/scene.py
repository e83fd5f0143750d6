"""A world with a rota, for tests of what people do about duty."""

from collections.abc import Sequence

from tests.core.world import MONDAY, World, person, settings
from triaged.core.oncall.duty import on_call
from triaged.core.records.answers import Answer
from triaged.core.records.duty.overrides import Override, OverrideKind
from triaged.core.records.practice.duty_events import OverridesMade, Span
from triaged.core.time.durations import WEEK
from triaged.core.time.oncall import Rotation, Schedule

WEEKLY = Rotation(("alice", "bob", "carol"), WEEK, "2026-03-30T09:00")
PRIMARY = Schedule("primary", "Europe/Berlin", (WEEKLY,))
PEOPLE = ("alice", "bob", "carol", "dave", "erin")


class Rota(World):
    """By `primary` alice is on call until Monday 09:00 CEST, then bob, then carol."""

    def __init__(self) -> None:
        super().__init__(
            settings(
                schedules={"primary": PRIMARY},
                people={name: person(name) for name in PEOPLE},
            )
        )

    def override(
        self,
        who: str,
        start: int,
        end: int | None,
        *,
        by: str = "alice",
        replaces: str = "",
        key: str = "",
        kind: OverrideKind = "override",
    ) -> Answer:
        """Somebody makes an override for a dentist."""
        return self.plan([Span(start, end, who, replaces)], by=by, key=key, kind=kind)

    def plan(
        self,
        spans: Sequence[Span],
        *,
        by: str = "alice",
        key: str = "",
        kind: OverrideKind = "override",
        schedule: str = "primary",
    ) -> Answer:
        """Somebody makes several at once."""
        return self.handle(OverridesMade(by, schedule, tuple(spans), "dentist", kind, key))

    def overrides(self) -> list[Override]:
        """All overrides, the first made first."""
        return sorted(self.view.rows_of(Override, None), key=lambda one: int(one.id))

    def who(self, at: int = MONDAY) -> tuple[str, ...]:
        """Who is on call at an instant."""
        return on_call(self.situation().duty, "primary", at)

    def messages(self) -> dict[str, tuple[str, str]]:
        """Person → (subject, text) of the last message of a change of duty to them."""
        self.deliver()
        return {
            page.recipient.person: (page.subject, page.text or "")
            for _, page in self.sent
            if page.target == "duty"
        }
