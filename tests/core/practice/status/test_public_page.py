from msgspec.structs import replace

from tests.core.practice.status_desk import OUT, PAGE, Desk
from triaged.core.practice.status.public_page import PageRows, component_id, public_page
from triaged.core.records.practice.status import PostStatus
from triaged.core.time.durations import MINUTE


def test_the_page_shows_what_is_published_and_nothing_else() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    desk.run_until(desk.now + MINUTE)
    desk.posts(PostStatus.IDENTIFIED, body="The database is full.")
    desk.draft(status=PostStatus.MONITORING, body="This is a secret.")

    shown = desk.page()

    assert [post.status for post in shown.incidents[0].posts] == ["identified", "investigating"]
    assert shown.open_incidents == list(shown.incidents)
    assert shown.indicator.description == "Major System Outage"
    assert shown.updated_at == desk.now
    assert [(one.of.key, one.status) for one in shown.components] == [
        ("checkout", OUT),
        ("search", "operational"),
    ]


def test_what_is_over_is_past() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    desk.posts(PostStatus.RESOLVED)

    shown = desk.page()

    assert (shown.open_incidents, len(shown.incidents)) == ([], 1)
    assert shown.indicator.description == "All Systems Operational"


def test_an_empty_page_is_a_page() -> None:
    shown = public_page(replace(PAGE, components=()), PageRows(), 5)

    assert (shown.updated_at, shown.threads) == (5, [])


def test_ids_are_opaque_and_stay() -> None:
    assert component_id("checkout") == component_id("checkout") != component_id("search")
    assert len(component_id("checkout")) == 12


def test_uptime_is_shown_only_if_asked_for() -> None:
    desk = Desk()

    assert desk.page().components[0].uptime is None
    asked = public_page(replace(PAGE, uptime=True), PageRows(), desk.now)
    assert asked.components[0].uptime == 1.0
