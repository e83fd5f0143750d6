import pytest

from tests.channels.notices import NOW, straight
from triaged.channels import NoAnswer, Taken
from triaged.channels.apprise import Settings, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import MISSING_SECRET, Secret

SETTINGS = Settings(Secret("gchat://space/key/token"))


def test_message_has_a_title_and_a_text_that_fit() -> None:
    asked = request(straight(title="t" * 5000), SETTINGS, NOW)

    assert asked.title.startswith("SEV-1 INC-12 ttt")
    assert asked.text.startswith("SEV-1 ttt")
    assert len(asked.title) <= 250
    assert len(asked.text) <= 4000
    assert asked.is_page
    assert "token" not in repr(asked.url)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Taken(ok=True), Delivered()),
        (Taken(ok=False), TryAgain("apprise could not send it")),
        (Taken(ok=False, status=503), TryAgain("HTTP 503: apprise could not send it")),
        (Taken(ok=False, status=429), TryAgain("HTTP 429")),
        (Taken(ok=False, status=401), Refused("HTTP 401: the service does not take it")),
        (NoAnswer("slow", maybe_accepted=True), TryAgain("slow", maybe_accepted=True)),
    ],
)
def test_verdicts(result: Taken | NoAnswer, expected: object) -> None:
    assert verdict(result) == expected


@pytest.mark.parametrize("url", ["gchat", "://x", "gchat://a b", "HTTPS//x"])
def test_url_is_one_of_apprise(url: str) -> None:
    with pytest.raises(ValueError, match="url must be an address of apprise") as caught:
        Settings(Secret(url))

    assert url not in str(caught.value) or url == "gchat"
    assert Settings(MISSING_SECRET).url is MISSING_SECRET
