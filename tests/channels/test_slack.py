import msgspec
import pytest
from msgspec.structs import replace
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.channels.answers import answer as answered
from tests.channels.answers import posted
from tests.channels.fakes.serving import served
from tests.channels.fakes.slack import CHANNEL, SIGNING_SECRET, TOKEN, USER, Slack, texts
from tests.channels.notices import NOW, UPDATE, straight
from triaged.channels import Button, Notice, simplified
from triaged.channels.common.two_way import DEFERRED, Press, Reply, Typed
from triaged.channels.slack import (
    BLOCKS_MAX,
    FORM_REFUSED,
    GONE,
    Settings,
    addresses_of,
    answer,
    callback,
    request,
    self_test,
    self_tested,
    update,
    updated,
    verdict,
    wants_plain,
)
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.errors import Malformed
from triaged.wire import Secret

SETTINGS = Settings(Secret("xoxb-1-2-x"), "C0123456789")


def test_message_is_plain_text_in_blocks_with_a_text_for_previews() -> None:
    message = request(straight(title="<!channel> & *x*"), SETTINGS, NOW)
    said = posted(message)

    assert message.url == "https://slack.com/api/chat.postMessage"
    assert said["text"] == "SEV-1 &lt;!channel&gt; &amp; *x* (INC-12)"
    kinds = [block["type"] for block in said["blocks"]]
    assert kinds == ["header", "section", "actions"]
    assert {block["text"]["type"] for block in said["blocks"][:2]} == {"plain_text"}
    assert (said["link_names"], said["unfurl_links"]) == (False, False)


def test_update_has_no_button() -> None:
    assert len(posted(request(straight(UPDATE), SETTINGS, NOW))["blocks"]) == 2


def test_limits_of_blocks_are_kept() -> None:
    labels = {f"l{n}": "v" * 5000 for n in range(60)}
    said = posted(request(straight(title="t" * 9000, labels=labels), SETTINGS, NOW))

    header, section = said["blocks"][:2]
    assert len(header["text"]["text"]) <= 150
    assert len(section["text"]["text"]) <= 3000


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (200, {"ok": True, "channel": "C1", "ts": "1.2"}, {}, Delivered("C1/1.2")),
        (
            200,
            {"ok": False, "error": "channel_not_found"},
            {},
            Refused(
                "channel_not_found: there is no such channel, or the bot cannot see it", gone=True
            ),
        ),
        (
            200,
            {"ok": False, "error": "invalid_auth"},
            {},
            Refused("invalid_auth: the token is wrong"),
        ),
        (
            200,
            {"ok": False, "error": "ratelimited"},
            {"retry-after": "3"},
            TryAgain("ratelimited", 3_000_000),
        ),
        (
            200,
            {"ok": False, "error": "internal_error"},
            {},
            TryAgain("internal_error", maybe_accepted=True),
        ),
        (200, {"ok": False, "error": "service_unavailable"}, {}, TryAgain("service_unavailable")),
        (429, None, {"retry-after": "30"}, TryAgain("HTTP 429", 30_000_000)),
        (503, None, {}, TryAgain("HTTP 503")),
        (200, None, {}, TryAgain("no JSON in the answer", maybe_accepted=True)),
    ],
)
def test_verdicts(status: int, body: object, headers: dict[str, str], expected: object) -> None:
    assert verdict(answered(status, body, headers)) == expected


@pytest.mark.parametrize(
    ("text", "good"), [("C0123456789", True), ("U0123456789", True), ("#ops", True), ("ops", False)]
)
def test_channels_and_people_are_addresses(text: str, good: bool) -> None:
    assert bool(addresses_of(text)) is good


def test_token_is_that_of_a_bot() -> None:
    with pytest.raises(ValueError, match="begins with xoxb-"):
        Settings(Secret("xoxp-1"))


CALLED = Settings(Secret(TOKEN), CHANNEL, Secret(SIGNING_SECRET))
BUTTONS = (
    Button("Acknowledge", "acknowledge", "a.12.1.1.2." + "x" * 20),
    Button("Resolve", "resolve", "r.12.1.1.2." + "x" * 20),
)


def sent(peer: Slack, notice: Notice, settings: Settings = CALLED) -> str:
    """The `Delivered.ref` of a message that Slack has taken."""
    found = verdict(peer.answer(request(notice, settings, NOW)))
    assert isinstance(found, Delivered), found
    return found.ref


def place(ref: str) -> tuple[str, str]:
    channel, _, stamp = ref.partition("/")
    return channel, stamp


def test_buttons_call_us_and_carry_what_they_do() -> None:
    peer = Slack()
    there = place(sent(peer, replace(straight(), buttons=BUTTONS)))

    (press,) = callback(peer.press(there, "triaged.acknowledge", NOW), CALLED)

    assert isinstance(press, Press)
    assert (press.account, press.value) == (USER, BUTTONS[0].value)
    assert press.ref == "/".join(there)


def test_without_a_way_to_call_us_there_is_a_link_and_no_button() -> None:
    peer = Slack()
    there = place(sent(peer, replace(straight(), buttons=BUTTONS), SETTINGS))

    assert peer.buttons(there) == []
    assert "https://triaged.example.org/act/token" in str(peer.messages[there]["blocks"][-1])


def test_update_is_a_reply_below_its_page() -> None:
    peer = Slack()
    ref = sent(peer, straight())

    below = place(sent(peer, replace(straight(UPDATE), thread=ref)))

    assert peer.messages[below]["thread_ts"] == place(ref)[1]


def test_edit_replaces_what_a_message_says() -> None:
    peer = Slack()
    ref = sent(peer, replace(straight(), buttons=BUTTONS))

    found = updated(peer.answer(update(straight(UPDATE), ref, CALLED, NOW)))

    assert found == Delivered(ref)
    assert peer.buttons(place(ref)) == []
    assert "acknowledged by bob" in peer.messages[place(ref)]["text"]


@pytest.mark.parametrize("error", sorted(GONE))
def test_message_that_cannot_be_edited_is_refused(error: str) -> None:
    peer = Slack()
    ref = sent(peer, straight())
    peer.errors = [error]

    assert updated(peer.answer(update(straight(UPDATE), ref, CALLED, NOW))) == Refused(error)


@pytest.mark.parametrize("ref", ["", "C1", "../x/1.2", "C0123456789/x"])
def test_edit_of_what_is_no_message_of_slack_is_malformed(ref: str) -> None:
    with pytest.raises(Malformed):
        update(straight(UPDATE), ref, CALLED, NOW)


@pytest.mark.parametrize("error", sorted(FORM_REFUSED))
def test_plain_message_is_taken_where_the_form_was_refused(error: str) -> None:
    peer = Slack()
    peer.errors = [error]

    refused = peer.answer(request(straight(), CALLED, NOW))

    assert wants_plain(refused)
    plain = place(sent(peer, simplified(straight())))
    assert "blocks" not in peer.messages[plain]


@pytest.mark.parametrize("error", ["invalid_auth", "channel_not_found", "ratelimited"])
def test_other_errors_are_not_about_the_form(error: str) -> None:
    peer = Slack()
    peer.errors = [error]

    assert not wants_plain(peer.answer(request(straight(), CALLED, NOW)))


def test_all_blocks_together_are_short_enough() -> None:
    labels = {f"l{n}": "v" * 5000 for n in range(60)}
    long = straight(title="t" * 9000, labels=labels)
    said = posted(request(replace(long, buttons=BUTTONS), CALLED, NOW))

    assert sum(len(text) for block in said["blocks"] for text in texts(block)) <= BLOCKS_MAX
    assert len(said["text"]) <= 4000


def test_press_is_answered_to_whoever_pressed() -> None:
    peer = Slack()
    there = place(sent(peer, replace(straight(), buttons=BUTTONS)))
    (press,) = callback(peer.press(there, "triaged.resolve", NOW), CALLED)

    found = answer(press, Reply("resolved by <you> at 02:14"), CALLED)

    assert (found.status, found.body) == (200, b"")
    assert found.later is not None
    assert found.later.url == "https://hooks.slack.com/actions/T1/1/response_url"
    said = posted(found.later)
    assert said["text"] == "resolved by &lt;you&gt; at 02:14"
    assert (said["response_type"], said["replace_original"]) == ("ephemeral", False)


def test_command_is_answered_in_the_answer() -> None:
    (typed,) = callback(Slack().command("list", NOW), CALLED)

    found = answer(typed, Reply("nothing is open"), CALLED)

    assert msgspec.json.decode(found.body)["text"] == "nothing is open"
    assert found.later is None


def test_command_that_was_answered_before_there_were_words_gets_them_later() -> None:
    (typed,) = callback(Slack().command("list", NOW), CALLED)
    assert isinstance(typed, Typed)

    found = answer(replace(typed, back={**typed.back, DEFERRED: "1"}), Reply("done"), CALLED)

    assert found.body == b""
    assert found.later is not None


def test_mention_is_answered_below_it_and_to_one_person() -> None:
    said = {"type": "app_mention", "user": USER, "text": "list", "channel": CHANNEL, "ts": "2.0"}
    (typed,) = callback(Slack().event(said, NOW), CALLED)

    found = answer(typed, Reply("nothing is open"), CALLED)

    assert found.later is not None
    assert found.later.url.endswith("/chat.postEphemeral")
    assert posted(found.later) == {"channel": CHANNEL, "user": USER, "text": "nothing is open"}


def test_self_test_says_whose_token_it_is() -> None:
    assert self_tested(Slack().answer(self_test(CALLED))) == Delivered("triaged in X")


def test_self_test_names_the_scope_that_is_missing() -> None:
    peer = Slack()
    peer.scopes = "commands"

    found = self_tested(peer.answer(self_test(CALLED)))

    assert isinstance(found, Refused)
    assert "chat:write" in found.error


def test_self_test_of_a_wrong_token_is_a_refusal() -> None:
    wrong = replace(CALLED, token=Secret("xoxb-other"))

    assert self_tested(Slack().answer(self_test(wrong))) == Refused(
        "invalid_auth: the token is wrong"
    )


async def test_slacks_own_client_understands_the_workspace_of_these_tests() -> None:
    peer = Slack()
    async with served(peer.answer) as url:
        client = AsyncWebClient(TOKEN, f"{url}/")
        posted_there = await client.chat_postMessage(channel="#incidents", text="hello")
        await client.chat_update(channel=CHANNEL, ts=posted_there["ts"], text="changed")
        with pytest.raises(SlackApiError, match="message_not_found"):
            await client.chat_update(channel=CHANNEL, ts="1.2", text="x")
        assert (await client.auth_test())["user"] == "triaged"

    assert peer.messages[CHANNEL, posted_there["ts"]]["text"] == "changed"
