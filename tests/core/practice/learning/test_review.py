"""The review finds each anti-pattern, says nothing about people, and one line where all is well."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import MONDAY
from triaged.core.practice.learning.postmortem_facts import PastIncident
from triaged.core.practice.learning.review import (
    ANTI_PATTERNS,
    FINDINGS_MAX,
    Blamed,
    Known,
    Repeat,
    Topic,
    most_within,
    review_of,
)
from triaged.core.records.model import ChainedEntry, Incident, Plan, Recipient, Severity
from triaged.core.records.practice.action_items import ActionItem, ActionKind, Priority
from triaged.core.records.practice.postmortems import Postmortem
from triaged.core.records.practice.roles import Role, RolePeriod
from triaged.core.time.durations import DAY, HOUR, MINUTE

SINCE, UNTIL = MONDAY, MONDAY + 7 * DAY


def incident(number: int = 1, **fields: Any) -> Incident:
    title = fields.pop("title", "Checkout is down")
    return Incident(
        number, (("a", "b"),), title, Severity.SEV1, "x", MONDAY, Plan("default", ()), **fields
    )


def entry(what: str, at: int = MONDAY, actor: str = "triaged", **data: object) -> ChainedEntry:
    return ChainedEntry(1, 1, at, at, what, actor, "", data, "")


def texts(topic: Topic, **known: Any) -> list[str]:
    """What the review says on a topic."""
    (found,) = (one for one in review_of(Known(SINCE, UNTIL, **known)) if one.topic is topic)
    return [one.text for one in found.findings]


def of_one(topic: Topic, *entries: ChainedEntry, **known: Any) -> list[str]:
    """The same for one incident with these entries."""
    return texts(topic, incidents=[incident()], entries={1: entries}, **known)


COMMAND = RolePeriod(
    "p", 1, Role.INCIDENT_COMMANDER, "alice", begins_at=MONDAY, by="alice", ends_at=MONDAY + HOUR
)


def notes(*minutes: int, who: str = "alice", kind: str = "hypothesis") -> list[ChainedEntry]:
    return [entry("note", MONDAY + n * MINUTE, who, kind=kind) for n in minutes]


def test_the_first_three_are_in_the_words_of_the_document() -> None:
    said = [(one.consequence, one.fix) for one in ANTI_PATTERNS.values()]

    assert list(ANTI_PATTERNS) == list(Topic)
    assert said[:5] == [
        ("Every incident is a fire drill", "Classify, respond appropriately"),
        ("Nobody coordinating response", "Separate coordination from investigation"),
        ("People hide mistakes", "Blameless postmortems"),
        ("Same incident recurs", "Postmortem + action items after every SEV-1/2"),
        ("Items never completed", "Owner + due date + tracking"),
    ]


def test_three_theories_or_fixes_in_ten_minutes_are_debugging() -> None:
    found = of_one(Topic.DEBUGGING, *notes(1, 5), *notes(9, kind="fix"), periods=[COMMAND])

    assert found == ["INC-1: alice commanded, and wrote 3 hypotheses and fixes in 10 m"]


@pytest.mark.parametrize(
    "written",
    [
        notes(1, 5, 11),  # ten minutes after the first
        notes(1, 5, 9, who="bob"),
        notes(1, 5, 9, kind="decision"),
        notes(58, 59, 60),  # the last one when somebody else commanded
    ],
)
def test_anything_less_is_none(written: list[ChainedEntry]) -> None:
    assert of_one(Topic.DEBUGGING, *written, periods=[COMMAND]) == []


def test_an_override_is_told_with_its_reason() -> None:
    changed = entry("role.changed", to="alice", override="only two people awake")

    assert of_one(Topic.DEBUGGING, changed) == [
        "INC-1: alice commanded and led the investigation: only two people awake"
    ]


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(1, 12))
def test_most_within_is_the_most_of_any_span(times: list[int], within: int) -> None:
    spans = (sum(start <= at < start + within for at in times) for start in range(41))

    assert most_within(times, within) == max(spans)


def test_overdue_and_waived_postmortems_are_told_and_those_that_have_time_are_not() -> None:
    rows = [
        Postmortem("INC-1/postmortem", 1, MONDAY, due_at=UNTIL - DAY),
        Postmortem("INC-2/postmortem", 2, MONDAY, due_at=UNTIL - HOUR, revision=2),
        Postmortem("INC-3/postmortem", 3, MONDAY, due_at=UNTIL + 1),
    ]
    waived = entry("postmortem.waived", actor="ann", reason="a test of the environment")

    assert of_one(Topic.POSTMORTEMS, waived, postmortems=rows) == [
        "INC-1: overdue for 1 d, nobody has begun it",
        "INC-2: overdue for 1 h, draft",
        "INC-1: waived by ann: a test of the environment",
    ]


def item(identity: str, owner: str, due: str) -> ActionItem:
    return ActionItem(
        identity, 1, ActionKind.FIX, Priority.P1, f"Fix {identity}", owner, due, 0, 0, "alice"
    )


def test_an_item_without_an_owner_comes_first_and_each_once() -> None:
    orphan, late = item("a", "gone", "2026-03-20"), item("b", "bob", "2026-03-10")

    assert texts(Topic.ACTION_ITEMS, action_items=[orphan, late], ownerless=[orphan]) == [
        "INC-1: Fix a (P1, owner gone is gone, due 2026-03-20)",
        "INC-1: Fix b (P1, @bob, due 2026-03-10)",
    ]


def test_a_repeat_says_what_was_not_done() -> None:
    done = PastIncident("INC-3", "x", "2026-02-01", 1, ())
    left = PastIncident("INC-2", "x", "2026-02-01", 1, ("Upgrade ORM", "Add alert"))
    repeats = [Repeat(incident(), left, by_key=True), Repeat(incident(), done, by_key=False)]

    assert texts(Topic.REPEATS, repeats=repeats) == [
        "INC-1 Checkout is down: again after INC-2 (2026-02-01), with 2 action items not done:"
        " Upgrade ORM",
        "INC-1 Checkout is down: resembles INC-3 (2026-02-01)",
    ]


def test_an_update_is_late_once_and_a_missing_one_is_told() -> None:
    late = (entry("update.late"), entry("update.posted", late_us=3 * MINUTE))
    missing = (*late, entry("update.late"), entry("update.escalated"))

    said = "INC-1 Checkout is down: 1 update came late"
    assert of_one(Topic.UPDATES, *late) == [said]
    assert of_one(Topic.UPDATES, *missing) == [
        f"{said}, and the last one never came; 1 page asked for it"
    ]
    assert of_one(Topic.UPDATES, entry("update.posted", late_us=MINUTE - 1)) == []


def test_nights_are_those_of_each_person_and_channels_sleep() -> None:
    paged = [
        entry("page.sent", MONDAY + 5 * HOUR, person="alice"),  # midnight in Tokyo
        entry("page.sent", MONDAY + HOUR, person="alice"),
        entry("page.sent", MONDAY + 5 * HOUR, person="bob"),
        entry("page.sent", MONDAY + 13 * HOUR, person="", channel="hook"),
    ]

    found = of_one(Topic.NIGHTS, *paged, zones={"alice": ZoneInfo("Asia/Tokyo")})

    assert found == ["alice: 1 page in 1 night, of 2 in all"]


def test_noise_pages_often_and_nobody_acts() -> None:
    told = (Recipient("alice", "phone"),)
    those = [incident(n, labels={"alertname": "Flaky"}, told=told) for n in (1, 2, 3)]
    acted = {2: [entry("note", actor="bob")]}

    said = ["Flaky: paged for 3 incidents, and nobody acted on any"]
    assert texts(Topic.NOISE, incidents=those) == said
    assert texts(Topic.NOISE, incidents=those, entries=acted) == []
    assert texts(Topic.NOISE, incidents=those[:2]) == []


def test_unclassified_alerts_blame_and_the_status_page_are_told() -> None:
    assert texts(Topic.UNCLASSIFIED, unclassified={"A": 1, "B": 12}) == [
        "B: 12 times without a severity",
        "A: 1 time without a severity",
    ]
    assert texts(Topic.BLAME, blamed=[Blamed("INC-4", 2)]) == [
        "INC-4: 2 sentences put a fault on a person: triaged postmortem lint INC-4"
    ]
    assert texts(Topic.STATUS_PAGE, status_page=["Checkout: down"]) == ["Checkout: down"]


def test_a_section_lists_so_many_and_counts_the_others() -> None:
    unclassified = {f"Alert{n}": 1 for n in range(FINDINGS_MAX + 3)}

    section = review_of(Known(SINCE, UNTIL, unclassified=unclassified))[0]

    assert (len(section.findings), section.more) == (FINDINGS_MAX, 3)


def test_a_quiet_week_has_no_findings() -> None:
    assert not any(one.findings for one in review_of(Known(SINCE, UNTIL)))
