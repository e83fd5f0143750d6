import pytest

from tests.channels.answers import answer, posted
from tests.channels.notices import NOW, UPDATE, straight
from triaged.channels.mattermost import Settings, addresses_of, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import Secret

SETTINGS = Settings("https://chat.example.org/", Secret("t0ken"), "c" * 26)


def test_post_is_urgent_for_a_sev_1_and_has_the_link_first() -> None:
    message = request(straight(), SETTINGS, NOW)
    said = posted(message)

    assert message.url == "https://chat.example.org/api/v4/posts"
    assert message.headers["authorization"] == "Bearer t0ken"
    assert said["metadata"] == {"priority": {"priority": "urgent"}}
    lines = said["message"].splitlines()
    assert lines[0] == r"**SEV\-1 checkout is down in c1 \(INC\-12\)**"
    assert lines[2] == "[Acknowledge](https://triaged.example.org/act/token)"


def test_update_is_not_urgent() -> None:
    assert "metadata" not in posted(request(straight(UPDATE), SETTINGS, NOW))


def test_text_of_strangers_mentions_and_formats_nothing() -> None:
    text = posted(request(straight(title="@all **x** `y` [z](w)"), SETTINGS, NOW))["message"]

    assert "@all" not in text
    assert r"\*\*x\*\* \`y\` \[z\]\(w\)" in text


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (201, {"id": "p1"}, Delivered("p1")),
        (401, {"message": "Invalid session"}, Refused("HTTP 401 Invalid session")),
        (403, {"message": "no permission"}, Refused("HTTP 403 no permission")),
        (429, {"message": "limit"}, TryAgain("HTTP 429 limit")),
        (503, None, TryAgain("HTTP 503")),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected


def test_ids_of_channels_are_addresses() -> None:
    assert addresses_of("c" * 26) == ("c" * 26,)
    assert addresses_of("town-square") == ()
    with pytest.raises(ValueError, match="26 small letters"):
        Settings("https://chat.example.org", Secret("t"), "town-square")
