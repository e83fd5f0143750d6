"""Hours, nights, weekends and pages of each person, on the person's clock."""

from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, PRIMARY
from tests.core.world import settings
from triaged.core.oncall.duty import Duty
from triaged.core.oncall.fairness import PageSent, Share, fairness
from triaged.core.time.durations import DAY, HOUR, WEEK
from triaged.core.time.oncall import Schedule

WEEKLY = replace(PRIMARY, rotations=PRIMARY.rotations[:1])
WINDOW = MONDAY, MONDAY + 2 * WEEK
SETTINGS = settings()


def shares(*schedules: Schedule, pages: tuple[PageSent, ...] = ()) -> dict[str, Share]:
    duty = Duty({one.name: one for one in schedules})
    return {share.person: share for share in fairness(SETTINGS, duty, WINDOW, pages)}


def test_a_week_has_seven_nights_and_one_weekend() -> None:
    found = shares(WEEKLY)

    assert found["alice"] == Share(
        person="alice",
        shifts=1,
        on_call_us=WEEK,
        night_us=7 * 9 * HOUR,
        weekend_us=2 * DAY,
        pages=0,
        pages_at_night=0,
        nights=0,
    )
    assert replace(found["bob"], person="alice") == found["alice"], "both had one week"


def test_time_of_two_schedules_at_once_counts_once() -> None:
    found = shares(WEEKLY, replace(WEEKLY, name="other"))

    assert found["alice"].on_call_us == WEEK
    assert found["alice"].shifts == 2


def test_incident_counts_once_however_many_contacts_it_paged() -> None:
    evening, night = MONDAY + 11 * HOUR, MONDAY + 18 * HOUR  # 20:00, and 03:00 on the next day
    pages = (
        PageSent("alice", 1, evening),
        PageSent("alice", 1, night),
        PageSent("alice", 2, night),
        PageSent("alice", 3, night + HOUR),
    )

    share = shares(WEEKLY, pages=pages)["alice"]

    assert (share.pages, share.pages_at_night, share.nights) == (3, 2, 1)


def test_whoever_was_paged_without_duty_is_listed_and_strangers_are_not() -> None:
    pages = (PageSent("carol", 1, MONDAY), PageSent("gone", 2, MONDAY))

    found = shares(WEEKLY, pages=pages)

    assert sorted(found) == ["alice", "bob", "carol"]
    assert (found["carol"].on_call_us, found["carol"].pages) == (0, 1)
