from tests.core.practice.status_desk import Desk
from triaged.core.records.practice.status import Maintenance, Post, PublicIncident
from triaged.core.records.practice.status_events import MaintenancePlanned
from triaged.core.text.subscriber_news import (
    Links,
    News,
    confirm_subject,
    confirm_text,
    hook_body,
    news_text,
)
from triaged.core.time.durations import DAY, HOUR

LINKS = Links(manage="https://triaged.example.org/status/u/token")


def posted() -> News:
    """The news of a post."""
    desk = Desk()
    desk.lead()
    desk.posts()
    page = desk.settings.status_page
    assert page is not None
    return News(page, desk.row(PublicIncident, "thread1"), desk.row(Post, "post1"), desk.now)


def planned() -> News:
    """The news of maintenance that comes."""
    desk = Desk()
    begins = desk.now + DAY
    desk.handle(
        MaintenancePlanned(
            "carol", "m1", "p1", "Upgrade", "Slow.", ("search",), begins, begins + HOUR
        )
    )
    page = desk.settings.status_page
    assert page is not None
    return News(page, desk.row(Maintenance, "m1"), None, desk.now)


def test_a_mail_has_the_form_of_the_post_and_the_way_out() -> None:
    news = posted()

    assert news.subject == "[Larkspur status] Investigating: Checkout Issues"
    assert news_text(news, LINKS) == (
        "Investigating: Checkout Issues\n"
        "We are investigating reports of checkout failures. Some customers\n"
        "may experience errors when completing purchases. Our team is\n"
        "actively working on a resolution.\n"
        "Posted: 6:01 AM EDT\n"
        "Next update: 6:31 AM EDT\n"
        "Affected: Checkout (major outage)\n"
        "\n"
        "All updates: https://status.larkspur.example/incidents/thread1\n"
        "\n"
        "-- \n"
        "You get this because you subscribed to Larkspur status.\n"
        "Unsubscribe, or choose what you get: https://triaged.example.org/status/u/token\n"
    )


def test_a_reminder_says_when_and_what() -> None:
    text = news_text(planned(), LINKS)

    assert planned().subject == "[Larkspur status] Reminder: Upgrade"
    assert text.startswith(
        "Reminder: Upgrade\nWhen: 31 Mar, 6:01 AM EDT to 7:01 AM EDT\nSlow.\nAffected: Search\n"
    )


def test_the_mail_to_confirm_has_one_link() -> None:
    page = posted().page
    confirm = Links(confirm="https://triaged.example.org/status/confirm/token")

    asks, told = confirm_text(page, confirm), confirm_text(page, LINKS)

    assert confirm_subject(page) == "[Larkspur status] Confirm your subscription"
    assert "  https://triaged.example.org/status/confirm/token\n" in asks
    assert "You are subscribed already" in told


def test_a_webhook_gets_the_same_as_values() -> None:
    post, reminder = hook_body(posted()), hook_body(planned())

    assert (post["type"], post["status"], post["impact"]) == ("post", "investigating", "critical")
    assert (reminder["type"], reminder["affected"]) == ("reminder", ["Search"])
    assert reminder["scheduled_for"] == "2026-03-31T10:01:00.000000Z"
