"""A workspace of Slack: its Web API and how it calls back, by its documentation of 2026.

https://docs.slack.dev/reference/methods/chat.postMessage, …/chat.update, …/auth.test,
https://docs.slack.dev/authentication/verifying-requests-from-slack,
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload,
https://docs.slack.dev/interactivity/implementing-slash-commands, https://docs.slack.dev/apis/events-api
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, NoAnswer, Result
from triaged.channels.common.two_way import Callback

TOKEN, SIGNING_SECRET = "xoxb-1-2-x", "8f742231b10e8888abcd99yyyzzz85a5"
CHANNEL, USER = "C0123456789", "U0123456789"
BLOCKS_ALL_MAX = 13_000
"""Characters of all blocks from which on Slack refuses them: slackapi/bolt-js#2509."""


class Slack:
    """Answers requests in memory. `errors` and `answers` are used up before it does its work."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], dict[str, Any]] = {}
        """What there is, by channel and `ts`."""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        """(method, body), in order."""
        self.answers: list[Result] = []
        self.errors: list[str] = []
        self.scopes = "chat:write,commands,pins:read"
        self.channels = {CHANNEL: "incidents"}
        self._stamps = 0

    def answer(self, request: HttpRequest) -> Result:
        """Answer a request."""
        name = urlsplit(request.url).path.rpartition("/")[2]
        body = msgspec.json.decode(request.body) if request.body else {}
        self.asked.append((name, body))
        if self.answers:
            return self.answers.pop(0)
        token = request.headers.get("authorization", "")
        if "response_url" not in request.url and token != f"Bearer {TOKEN}":
            return self._said(ok=False, error="invalid_auth" if token else "not_authed")
        if self.errors:
            return self._said(ok=False, error=self.errors.pop(0))
        method = getattr(self, f"_{name.replace('.', '_')}", None)
        if method is None:
            return self._said(ok=False, error="unknown_method")
        error, content = method(body)
        return self._said(ok=not error, **({"error": error} if error else content))

    def _said(self, **content: object) -> HttpResponse:
        headers = {"content-type": "application/json", "x-oauth-scopes": self.scopes}
        return HttpResponse(200, headers, msgspec.json.encode(content))

    def _auth_test(self, body: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
        return "", {"url": "https://x.slack.com/", "team": "X", "user": "triaged", "team_id": "T1"}

    def _chat_postMessage(self, body: Mapping[str, Any]) -> tuple[str, dict[str, object]]:  # noqa: N802 - Slack's name
        channel = self._channel(body.get("channel"))
        if channel is None:
            return "channel_not_found", {}
        if error := self._malformed(body):
            return error, {}
        self._stamps += 1
        stamp = f"1774864800.{self._stamps:06}"
        self.messages[channel, stamp] = dict(body)
        return "", {"channel": channel, "ts": stamp, "message": dict(body)}

    def _chat_postEphemeral(self, body: Mapping[str, Any]) -> tuple[str, dict[str, object]]:  # noqa: N802 - Slack's name
        return ("", {"message_ts": "1.2"}) if body.get("user") else ("user_not_in_channel", {})

    def _chat_update(self, body: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
        place = (str(body.get("channel")), str(body.get("ts")))
        if place not in self.messages:
            return "message_not_found", {}
        if error := self._malformed(body):
            return error, {}
        self.messages[place] |= {"blocks": [], **body}
        return "", {"channel": place[0], "ts": place[1], "text": body.get("text")}

    def _channel(self, name: object) -> str | None:
        for identity, known in self.channels.items():
            if name in (identity, f"#{known}"):
                return identity
        return str(name) if str(name).startswith(("U", "D")) else None

    def _malformed(self, body: Mapping[str, Any]) -> str:
        """What Slack refuses of a message; empty: nothing."""
        blocks = body.get("blocks", [])
        if not body.get("text") and not blocks:
            return "no_text"
        if len(str(body.get("text", ""))) > 40_000:
            return "msg_too_long"
        if len(blocks) > 50 or any(_is_invalid(block) for block in blocks):
            return "invalid_blocks"
        if sum(len(text) for block in blocks for text in texts(block)) > BLOCKS_ALL_MAX:
            return "msg_blocks_too_long"
        return ""

    def buttons(self, place: tuple[str, str]) -> list[dict[str, Any]]:
        """The buttons of a message that call back."""
        blocks = self.messages[place].get("blocks", [])
        found = [one for block in blocks for one in block.get("elements", [])]
        return [one for one in found if "value" in one]

    def press(self, place: tuple[str, str], action_id: str, at: int, by: str = USER) -> Callback:
        """Somebody presses a button of a message."""
        (action,) = [one for one in self.buttons(place) if one["action_id"] == action_id]
        payload = {
            "type": "block_actions",
            "user": {"id": by, "username": "x", "team_id": "T1"},
            "api_app_id": "A1",
            "token": "deprecated",
            "container": {"type": "message", "message_ts": place[1], "channel_id": place[0]},
            "trigger_id": "13345224609.738474920.8088930838d88f008e0",
            "team": {"id": "T1", "domain": "x"},
            "channel": {"id": place[0], "name": "incidents"},
            "response_url": "https://hooks.slack.com/actions/T1/1/response_url",
            "actions": [{**action, "block_id": "b", "action_ts": "1.2", "type": "button"}],
        }
        return signed(urlencode({"payload": msgspec.json.encode(payload).decode()}).encode(), at)

    def command(self, text: str, at: int, by: str = USER, trigger: str = "t1") -> Callback:
        """Somebody types `/triaged` and a text."""
        form = {
            "token": "deprecated",
            "team_id": "T1",
            "channel_id": CHANNEL,
            "channel_name": "incidents",
            "user_id": by,
            "user_name": "x",
            "command": "/triaged",
            "text": text,
            "api_app_id": "A1",
            "response_url": "https://hooks.slack.com/commands/T1/1/response_url",
            "trigger_id": trigger,
        }
        return signed(urlencode(form).encode(), at)

    def event(self, event: Mapping[str, object], at: int, identity: str = "Ev1") -> Callback:
        """An event that the app has subscribed to."""
        said = {"type": "event_callback", "team_id": "T1", "event_id": identity, "event": event}
        body = msgspec.json.encode({**said, "event_time": at // 1_000_000})
        return signed(body, at, "application/json")


def _is_invalid(block: Mapping[str, Any]) -> bool:
    limits = {"header": 150, "section": 3000}
    if len(block.get("text", {}).get("text", "")) > limits.get(block["type"], 3000):
        return True
    elements = block.get("elements", [])
    return len(elements) > 25 or any(
        len(one["text"]["text"]) > 75
        or len(one.get("value", "")) > 2000
        or len(one.get("url", "")) > 3000
        or len(one.get("action_id", "")) > 255
        for one in elements
        if one.get("type") == "button"
    )


def texts(block: Mapping[str, Any]) -> list[str]:
    """The texts of a block."""
    found = [block["text"]["text"]] if "text" in block else []
    return found + [text for one in block.get("elements", []) for text in texts(one)]


def signed(
    body: bytes, at: int, content_type: str = "application/x-www-form-urlencoded"
) -> Callback:
    """A call with the signature of Slack's own SDK."""
    from slack_sdk.signature import Clock, SignatureVerifier  # noqa: PLC0415 - only tests have it

    class Then(Clock):
        def now(self) -> float:
            return at / 1_000_000

    stamp = str(at // 1_000_000)
    verifier = SignatureVerifier(SIGNING_SECRET, clock=Then())
    signature = verifier.generate_signature(timestamp=stamp, body=body)
    assert signature is not None
    headers = {
        "content-type": content_type,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature,
    }
    return Callback(headers, body, "https://triaged.example.org/callbacks/slack", at)


def parsed(result: Result) -> dict[str, Any]:
    """The JSON of an answer."""
    assert not isinstance(result, NoAnswer)
    assert isinstance(result, HttpResponse)
    return dict(msgspec.json.decode(result.body))
