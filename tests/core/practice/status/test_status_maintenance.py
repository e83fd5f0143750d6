"""Maintenance: announced, reminded of, begun and ended by the clock, verified by hand."""

import pytest

from tests.core.practice.status_desk import OUT, PAGE, UP, Desk
from triaged.core.muting.muters import Maintenance as Window
from triaged.core.muting.muters import Muters
from triaged.core.records.answers import Answer, Conflict, RowSaved, Unknown
from triaged.core.records.practice.status import (
    ComponentStatus,
    Mailing,
    Maintenance,
    Post,
    PostStatus,
)
from triaged.core.records.practice.status_events import (
    ComponentSet,
    MaintenanceChanged,
    MaintenanceDue,
    MaintenancePlanned,
)
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.core.time.recurring import parse

WORK = ComponentStatus.UNDER_MAINTENANCE


class Works(Desk):
    """Maintenance of `search` in two days, for an hour."""

    def __init__(self, starts_in: int = 2 * DAY, **more: object) -> None:
        super().__init__()
        self.begins = self.now + starts_in
        self.answer = self.plan(starts_at=self.begins, ends_at=self.begins + HOUR, **more)

    def plan(self, **more: object) -> Answer:
        """Announce maintenance."""
        said: dict[str, object] = {
            "by": "carol",
            "new_id": "m1",
            "new_post": "planned",
            "title": "Database upgrade",
            "body": "Search is read-only.",
            "components": ("search",),
            "starts_at": None,
            "ends_at": None,
        }
        return self.handle(MaintenancePlanned(**{**said, **more}))  # type: ignore[arg-type]  # named by tests

    def change(self, verb: str, **more: object) -> Answer:
        """Say how far it is."""
        return self.handle(
            MaintenanceChanged("carol", "m1", f"post-{verb}", verb, **more)  # type: ignore[arg-type]  # named by tests
        )

    def strike(self, at: int) -> Maintenance:
        """The clock comes to an instant, stopping wherever it has something to do."""
        while (due := self.row(Maintenance, "m1").due_at) is not None and due <= at:
            self.run_until(max(due, self.now))
            self.clock_strikes()
        self.run_until(at)
        return self.row(Maintenance, "m1")


def test_subscribers_hear_when_it_is_planned_before_it_when_it_begins_and_when_it_is_over() -> None:
    works = Works()
    heard = []
    for at in (0, DAY, 2 * DAY - HOUR, 2 * DAY, 2 * DAY + HOUR):
        works.strike(works.begins - 2 * DAY + at)
        heard.append(len(works.every(Mailing)))

    row = works.row(Maintenance, "m1")
    assert works.answer == RowSaved("m1")
    assert heard == [1, 2, 3, 4, 5]
    assert (row.status, row.due_at) == (PostStatus.COMPLETED, None)
    bodies = [works.row(Post, identity).status for identity in row.posts]
    assert bodies == ["scheduled", "in_progress", "completed"]


def test_its_components_are_under_maintenance_while_it_goes_on() -> None:
    works = Works()
    statuses = []
    for at in (-MINUTE, 0, HOUR):
        works.strike(works.begins + at)
        statuses.append(works.status("search"))

    assert statuses == [UP, WORK, UP]


def test_an_outage_outweighs_maintenance() -> None:
    works = Works()
    works.handle(ComponentSet("carol", "search", OUT))

    works.strike(works.begins + HOUR)

    assert works.status("search") is OUT


def test_a_reminder_that_could_not_be_sent_in_time_is_not_sent_twice() -> None:
    works = Works(starts_in=30 * MINUTE)
    assert works.row(Maintenance, "m1").reminded == 2

    late = Works()
    late.run_until(late.begins - 10 * MINUTE)
    late.clock_strikes()

    assert [one for one in late.every(Mailing) if "reminder" in one] == ["m1/reminder/2"]
    assert len(works.every(Mailing)) == 1


def test_what_was_slept_through_is_over_at_once() -> None:
    works = Works()
    works.run_until(works.begins + DAY)

    works.clock_strikes()

    assert works.row(Maintenance, "m1").status is PostStatus.COMPLETED


def test_verifying_is_by_hand_and_ends_by_hand() -> None:
    works = Works()
    early = works.change("verify")
    works.strike(works.begins)

    works.change("verify")
    again = works.change("verify")
    row = works.strike(works.begins + DAY)

    assert isinstance(early, Conflict)
    assert again == RowSaved("m1")
    assert (row.status, row.due_at, works.status("search")) == (PostStatus.VERIFYING, None, WORK)
    works.change("complete")
    assert works.row(Maintenance, "m1").status is PostStatus.COMPLETED
    assert works.status("search") is UP
    assert isinstance(works.change("complete"), Conflict)


def test_a_moved_end_is_told_once() -> None:
    works = Works()
    works.strike(works.begins)
    before = len(works.every(Mailing))

    answers = [works.change("move", ends_at=works.begins + 2 * HOUR) for _ in range(2)]

    row = works.row(Maintenance, "m1")
    assert answers == [RowSaved("m1"), RowSaved("m1")]
    assert len(works.every(Mailing)) == before + 1
    assert row.due_at == works.begins + 2 * HOUR
    assert works.row(Post, row.posts[-1]).body.startswith("The maintenance was moved.")
    assert isinstance(works.change("move", starts_at=works.begins + MINUTE), Conflict)


def test_a_moved_beginning_is_reminded_of_anew() -> None:
    works = Works()
    works.strike(works.begins - HOUR)

    works.change("move", starts_at=works.begins + 5 * DAY, ends_at=works.begins + 6 * DAY)

    row = works.row(Maintenance, "m1")
    assert (row.reminded, row.due_at) == (0, works.begins + 4 * DAY)


def test_what_is_called_off_is_over_and_says_so() -> None:
    works = Works()
    early = works.change("complete")

    works.change("cancel")

    row = works.row(Maintenance, "m1")
    assert isinstance(early, Conflict)
    assert (row.status, row.due_at) == (PostStatus.COMPLETED, None)
    assert works.row(Post, row.posts[-1]).body == "The maintenance does not take place."


def test_a_stale_instant_does_nothing() -> None:
    works = Works()
    before = works.row(Maintenance, "m1")

    works.handle(MaintenanceDue("m1", 1))
    works.handle(MaintenanceDue("m1", before.due_at or 0))
    works.handle(MaintenanceDue("m9", 1))

    assert works.row(Maintenance, "m1") == before
    works.strike(works.begins)
    works.handle(MaintenanceDue("m1", works.begins))
    assert works.row(Maintenance, "m1").status is PostStatus.IN_PROGRESS


@pytest.mark.parametrize(
    "more",
    [
        {"starts_at": 5, "ends_at": 4},
        {"starts_at": 1, "ends_at": 2},
        {"starts_at": None, "ends_at": None},
        {"window": "nightly"},
        {"title": ""},
        {"body": ""},
        {"components": ("chekout",)},
    ],
)
def test_what_cannot_be_announced_is_refused(more: dict[str, object]) -> None:
    works = Works()
    times = {"starts_at": works.now + DAY, "ends_at": works.now + 2 * DAY}

    assert isinstance(works.plan(**{"new_id": "m2", **times, **more}), Conflict)


def test_maintenance_is_not_longer_than_a_month() -> None:
    works = Works()

    answer = works.plan(new_id="m2", starts_at=works.now + DAY, ends_at=works.now + 40 * DAY)

    assert isinstance(answer, Conflict)


def test_a_window_of_the_rules_gives_the_times() -> None:
    works = Works()
    weekly = Window("patching", (), "UTC", parse("sat 02:00-04:00"))
    once = Window("move", (), start=works.now + DAY, end=works.now + DAY + HOUR)
    past = Window("gone", (), start=1, end=2)
    works.settings = works.settings.__class__(
        **{
            name: getattr(works.settings, name)
            for name in works.settings.__struct_fields__
            if name != "muters"
        },
        muters=Muters((), (weekly, once, past)),
    )

    answers = [
        works.plan(new_id=name, new_post=f"post-{name}", window=name)
        for name in ("patching", "move", "gone")
    ]

    found = [works.row(Maintenance, name) for name in ("patching", "move")]
    assert [row.ends_at - row.starts_at for row in found] == [2 * HOUR, HOUR]
    assert found[0].window == "patching"
    assert isinstance(answers[2], Conflict)


def test_there_is_no_maintenance_without_a_page_or_of_another_name() -> None:
    works = Works()

    answer = works.handle(MaintenanceChanged("carol", "m9", "x", "verify"))

    assert isinstance(answer, Unknown)
    assert isinstance(Works.plan(Desk(page=None)), Unknown)  # type: ignore[arg-type]  # it plans alike
    assert PAGE.components[1].key == "search"


def test_posts_about_maintenance_have_its_word() -> None:
    works = Works()

    answers = [
        works.draft("m1", None, status=status, title="Database upgrade")
        for status in (PostStatus.COMPLETED, PostStatus.SCHEDULED)
    ]
    works.publish(answers[1])

    assert isinstance(answers[0], Conflict)
    assert "triaged status maintenance verify" in answers[0].detail
    assert works.row(Maintenance, "m1").posts == ("planned", "post2")
