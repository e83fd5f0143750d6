"""Who reads a page, and when they are on call."""

from datetime import UTC, datetime

from tests.api.site import Site
from tests.http.signing_in import signed_in
from triaged.core.oncall.duty import duty_of
from triaged.web._console.clock import Clock
from triaged.web._console.frame import duty_words
from triaged.wire import instant

MONDAY = instant(datetime(2026, 1, 5, 12, tzinfo=UTC))


def test_duty_names_the_schedule_and_its_end(site: Site) -> None:
    settings = site.context.configuration.settings
    clock = Clock("UTC", MONDAY)

    duty = duty_of(settings)

    assert duty_words(duty, settings.people["alice"], clock) == "primary until 12 Jan 09:00"
    assert duty_words(duty, settings.people["bob"], clock) == ""


async def test_a_reader_who_has_signed_in_can_sign_out(site: Site) -> None:
    cookie = await signed_in(site)

    assert (await site.ask("GET", "/login", None, headers=cookie)).status == 200
