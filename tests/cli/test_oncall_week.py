"""The week at a glance: what each mark means is said below the rows."""

from datetime import UTC
from typing import Any

from triaged.cli._oncall_week import initials, override_text, week, when


def at(day: int, hour: int) -> str:
    """An instant of November 2026."""
    return f"2026-11-{day}T{hour:02}:00:00Z"


def shift(start: str, end: str, *people: str, source: str = "rotation:1") -> dict[str, Any]:
    """A final shift as the API gives it."""
    found = [{"person": one, "source": source, "unknown": one == "Alise"} for one in people]
    known = [one for one in people if one != "Alise"]
    said = source if people else "gap"
    return {"start": start, "end": end, "people": known, "source": said, "assignments": found}


def override(**more: object) -> dict[str, Any]:
    """An override as the API gives it."""
    return {
        "id": "17",
        "schedule": "primary",
        "start": at(24, 10),
        "end": at(25, 9),
        "person": "bob",
        "replaces": None,
        "reason": "dentist",
        "by": "alice",
        "kind": "override",
        "problem": None,
        **more,
    }


PRIMARY = {
    "schedule": "primary",
    "shifts": [
        shift(at(23, 0), at(24, 10), "alice"),
        shift(at(24, 10), at(25, 9), "bob", source="override:17"),
        shift(at(25, 9), at(30, 0)),
    ],
}
SECONDARY = {
    "schedule": "secondary",
    "shifts": [
        shift(at(23, 0), at(23, 9), "carol", "bob"),
        shift(at(23, 9), at(30, 0), "Alise", source="feed:x#1"),
    ],
}
PEOPLE = [
    {"person": "alice", "problems": []},
    {"person": "carol", "problems": ["sms is not confirmed"]},
    {"person": "erin", "problems": ["nothing"]},
]


def test_the_week_has_a_row_a_schedule_and_a_column_a_change() -> None:
    assert list(week([PRIMARY, SECONDARY], PEOPLE, [override()], 100, UTC)) == [
        "           Mon 23 Nov         Tue 24 Nov  Wed 25 Nov",
        "           00:00       09:00  10:00       09:00",
        "primary    ALI         ·      BO*         !",
        "secondary  CA~+BO      AL!    ·           ·",
        "",
        "AL Alise, ALI alice, BO bob, CA carol",
        "! primary: nobody Wed 25 Nov 09:00 to Mon 30 Nov 00:00",
        "! secondary: nobody is called 'Alise': pages go to the catch-all, "
        "Mon 23 Nov 09:00 to Mon 30 Nov 00:00",
        "* override 17: bob by primary, Tue 24 Nov 10:00 to Wed 25 Nov 09:00; alice: dentist",
        "~ carol: sms is not confirmed",
    ]


def test_what_does_not_fit_goes_into_another_block() -> None:
    lines = list(week([PRIMARY], [], [], 34, UTC))

    assert [line for line in lines if line.startswith("primary")] == [
        "primary  AL          BO*",
        "primary  !",
    ]


def test_an_override_without_effect_is_listed() -> None:
    covered = override(id="9", problem="has no effect: later overrides cover it")

    *_, last = week([PRIMARY], [], [covered], 100, UTC)

    assert last.endswith("alice: dentist (has no effect: later overrides cover it)")


def test_initials_tell_people_apart() -> None:
    assert (
        initials(["bob", "bonnie", "bobby", "boban", "x"])
        == {
            "bob": "BOB",
            "boban": "BO",
            "bobby": "B1",
            "bonnie": "BON",
            "x": "X",
        }
        or len(set(initials(["bob", "bonnie", "bobby", "boban", "x"]).values())) == 5
    )


def test_times_of_one_day_name_it_once() -> None:
    assert when({"start": at(23, 9), "end": at(23, 10)}, UTC) == "Mon 23 Nov 09:00 to 10:00"
    text = override_text(override(replaces="alice", reason="", kind="cover"), UTC)
    assert text == (
        "cover 17: bob by primary for alice, Tue 24 Nov 10:00 to Wed 25 Nov 09:00; alice"
    )
