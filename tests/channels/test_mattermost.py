from typing import Any

import pytest

from tests.channels.answers import answer, posted
from tests.channels.fakes.mattermost import (
    CHANNEL,
    COMMAND_TOKEN,
    TOKEN,
    Mattermost,
    active,
    pressed,
    told,
    typed,
)
from tests.channels.hostile import HOSTILE
from tests.channels.notices import BUTTONS, NOW, UPDATE, edited, pressable, straight
from triaged.channels import NoAnswer, Notice, mattermost
from triaged.channels.common.two_way import Press, Reply
from triaged.channels.mattermost import (
    Settings,
    addresses_of,
    callback,
    request,
    self_test,
    self_tested,
    update,
    updated,
    verdict,
)
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import State
from triaged.errors import Malformed
from triaged.wire import Secret

SECOND = 1_000_000
SETTINGS = Settings("https://chat.example.org/", Secret(TOKEN), CHANNEL, Secret(COMMAND_TOKEN))


def sent(peer: Mattermost, notice: Notice) -> dict[str, Any]:
    """The post that a notice becomes."""
    found = verdict(peer.serve(request(notice, SETTINGS, NOW)))
    assert isinstance(found, Delivered)
    return peer.posts[found.ref]


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


def test_buttons_are_pressed_where_they_are() -> None:
    peer = Mattermost()
    post = sent(peer, pressable())
    (attachment,) = post["props"]["attachments"]

    assert [(each["id"], each["style"]) for each in attachment["actions"]] == [
        ("acknowledge", "primary"),
        ("escalate", "danger"),
        ("resolve", "good"),
    ]
    press = pressed(post, "Resolve", NOW)
    assert press.url == "https://triaged.example.org/callbacks/mail", "the name of the channel"
    (called,) = callback(press, SETTINGS)
    assert called == Press("a" * 26, BUTTONS[2].value, post["id"])
    assert told(mattermost.answer(called, Reply("resolved by you"), SETTINGS)) == "resolved by you"
    assert callback(typed("ack 12", NOW), SETTINGS)


def test_edit_says_what_has_become_and_takes_the_buttons_away() -> None:
    peer = Mattermost()
    post = sent(peer, pressable())

    asked = update(edited("resolved by Bob at 02:20", State.RESOLVED), post["id"], SETTINGS, NOW)

    assert updated(peer.serve(asked)) == Delivered(post["id"])
    assert "resolved by Bob at 02:20" in peer.posts[post["id"]]["message"]
    assert peer.posts[post["id"]]["props"] == {"attachments": []}


def test_edit_of_a_deleted_post_is_refused() -> None:
    asked = update(straight(), "x" * 26, SETTINGS, NOW)

    assert updated(Mattermost().serve(asked)) == Refused("HTTP 404 Unable to get the post.")


@pytest.mark.parametrize("ref", ["", "p1", "x/../../users/me", "x" * 25 + "?"])
def test_identity_that_is_none_leads_nowhere(ref: str) -> None:
    with pytest.raises(Malformed, match="no identity"):
        update(straight(), ref, SETTINGS, NOW)


def test_text_of_strangers_is_only_text() -> None:
    peer, link = Mattermost(), "[Acknowledge](https://triaged.example.org/act/token)"
    wrong = []

    for text in HOSTILE:
        labels = {"l": text, text[:60]: "v"}
        message = sent(peer, pressable(title=text, service=text, labels=labels))["message"]
        marks = active(message.replace(link, "", 1))
        if [mark for mark in marks if mark != "https://"] != ["*"] * 4:
            wrong.append((text, marks))

    assert wrong == [], "only the head is bold, and only our own addresses are links"


def test_the_fake_sees_what_is_active() -> None:
    assert active("**x** @all :boom: [a](b) www.evil.example") != []
    assert active(r"\*\*x\*\* 12:30:10") == [":30:"], "what is no emoji stays, too"


def test_sizes_are_kept() -> None:
    peer = Mattermost()
    huge = straight(title="*" * 5000, labels={f"l{n}": "*" * 500 for n in range(40)})

    post = sent(peer, huge)

    assert isinstance(updated(peer.serve(update(huge, post["id"], SETTINGS, NOW))), Delivered)


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (201, {"id": "p1"}, {}, Delivered("p1")),
        (200, {"id": "p1"}, {}, Delivered("p1")),
        (400, {"message": "too long"}, {}, Refused("HTTP 400 too long")),
        (401, {"message": "Invalid session"}, {}, Refused("HTTP 401 Invalid session")),
        (403, {"message": "no permission"}, {}, Refused("HTTP 403 no permission")),
        (404, {"message": "no post"}, {}, Refused("HTTP 404 no post")),
        (429, {"message": "limit"}, {}, TryAgain("HTTP 429 limit")),
        (429, None, {"x-ratelimit-reset": "9"}, TryAgain("HTTP 429", 9 * SECOND)),
        (429, None, {"x-ratelimit-reset": "soon"}, TryAgain("HTTP 429")),
        (503, None, {}, TryAgain("HTTP 503")),
    ],
)
def test_verdicts(status: int, body: object, headers: dict[str, str], expected: object) -> None:
    assert verdict(answer(status, body, headers)) == expected
    assert updated(answer(status, body, headers)) == expected


def test_limit_of_the_server_is_obeyed() -> None:
    peer = Mattermost()
    peer.limited = {"retry-after": "3", "x-ratelimit-reset": "9"}

    found = verdict(peer.serve(request(straight(), SETTINGS, NOW)))

    assert found == TryAgain("HTTP 429 limit exceeded", 3 * SECOND)


def test_self_test_says_what_to_do() -> None:
    peer = Mattermost()
    asked = self_test(SETTINGS)

    assert self_tested(peer.serve(asked)) == Delivered()
    peer.bot_deleted_at = 1
    assert self_tested(peer.serve(asked)) == Refused(
        "the bot is disabled: enable it under Integrations, Bot Accounts"
    )
    revoked = self_test(Settings("https://chat.example.org", Secret("old")))
    assert self_tested(peer.serve(revoked)) == Refused(
        "HTTP 401: the token was revoked: make another one for the bot"
    )
    assert self_tested(answer(200, "<html>")) == Refused("this is not a Mattermost server")
    assert self_tested(answer(502)) == TryAgain("HTTP 502", None, maybe_accepted=True)
    assert self_tested(NoAnswer("cut")) == TryAgain("cut")


def test_ids_of_channels_are_addresses() -> None:
    assert addresses_of(CHANNEL) == (CHANNEL,)
    assert addresses_of("town-square") == ()
    with pytest.raises(ValueError, match="26 small letters"):
        Settings("https://chat.example.org", Secret("t"), "town-square")
    assert TOKEN not in repr(SETTINGS)
    assert COMMAND_TOKEN not in repr(SETTINGS)
