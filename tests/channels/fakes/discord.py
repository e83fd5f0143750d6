"""Discord's API v10, as its documentation said in November 2026.

https://docs.discord.com/developers/resources/message,
https://docs.discord.com/developers/resources/webhook,
https://docs.discord.com/developers/interactions/receiving-and-responding,
https://docs.discord.com/developers/topics/rate-limits
"""

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse
from triaged.channels.common.two_way import Callback, HttpReply

TOKEN, CHANNEL, ALICE = "b0t", "123456789012345678", "222222222222222222"
HOOK = "https://discord.com/api/webhooks/333333333333333333/secret"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
INVALID_MAX = 10_000
"""Answers of 401, 403 and 429 in ten minutes after which an address is banned."""

_MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>")
_ACTIVE = re.compile(
    r"[*_~|`]|^\s*[#>-]|\[[^\]]*\]\(|https?://|<(?:[#@]|a?:\w+:|t:|/)[^>]*>|@everyone|@here", re.M
)


class Discord:
    """One bot and one webhook, both of one channel."""

    def __init__(self) -> None:
        self.messages: dict[str, dict[str, Any]] = {}
        self.pings: list[str] = []
        self.invalid = 0
        self.limited: dict[str, Any] | None = None
        """The body of the next answer, which is 429."""
        self._nonces: dict[str, str] = {}
        self._posted = 0

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if self.limited is not None:
            said, self.limited = self.limited, None
            headers = {"retry-after": "65", "x-ratelimit-scope": "global" if said["global"] else ""}
            return answer(429, said, headers)
        path, hook = urlsplit(asked.url).path, urlsplit(HOOK).path
        if path == hook or path.startswith(f"{hook}/"):
            return self._by_webhook(asked, path.removeprefix(hook))
        if asked.headers.get("authorization") != f"Bot {TOKEN}":
            self.invalid += 1
            return self.wrong(401, 0, "401: Unauthorized")
        route = path.removeprefix("/api/v10")
        messages = f"/channels/{CHANNEL}/messages"
        if (asked.method, route) == ("GET", "/users/@me"):
            return answer(200, {"id": "1" * 18, "username": "triaged", "bot": True})
        if not route.startswith(messages):
            self.invalid += 1
            return self.wrong(403, 50001, "Missing Access")
        return self._message(asked, route.removeprefix(messages).lstrip("/"))

    def _by_webhook(self, asked: HttpRequest, rest: str) -> HttpResponse:
        if asked.method == "GET":
            return answer(200, {"id": "3" * 18, "channel_id": CHANNEL})
        if asked.method == "POST" and urlsplit(asked.url).query != "wait=true":
            return answer(204)
        return self._message(asked, rest.removeprefix("/messages").lstrip("/"))

    def _message(self, asked: HttpRequest, id_: str) -> HttpResponse:
        said = msgspec.json.decode(asked.body)
        if problem := _problem(said):
            return self.wrong(400, 50035, f"Invalid Form Body: {problem}")
        if asked.method == "PATCH":
            if id_ not in self.messages:
                return self.wrong(404, 10008, "Unknown Message")
            self.messages[id_] |= said
        else:
            nonce = said.get("nonce", "") if said.get("enforce_nonce") else ""
            id_ = self._nonces.get(nonce, "")
            if not id_:
                self._posted += 1
                id_ = f"{self._posted:018d}"
                self.messages[id_] = {"id": id_, "channel_id": CHANNEL, "components": [], **said}
                if nonce:
                    self._nonces[nonce] = id_
        if said.get("allowed_mentions", {}).get("parse") != []:
            self.pings += _MENTION.findall(said["content"])
        return answer(200, self.messages[id_])

    def wrong(self, status: int, code: int, message: str) -> HttpResponse:
        """An error in Discord's form."""
        return answer(status, {"message": message, "code": code})


def _problem(said: dict[str, Any]) -> str:
    """The limit that a message breaks; empty: none."""
    if not 0 < len(said.get("content", "")) <= 2000:
        return "content: Must be between 1 and 2000 in length"
    embeds = said.get("embeds", [])
    if len(embeds) > 10 or any(len(each["description"]) > 4096 for each in embeds):
        return "embeds[0].description: Must be 4096 or fewer in length"
    if sum(len(each["description"]) for each in embeds) > 6000:
        return "embeds: Embed size exceeds maximum size of 6000"
    if len(said.get("nonce", "")) > 25:
        return "nonce: Must be 25 or fewer in length"
    rows = said.get("components", [])
    buttons = [button for row in rows for button in row["components"]]
    if len(rows) > 5 or any(len(row["components"]) > 5 for row in rows):
        return "components: too many"
    if any(not 1 <= len(b["custom_id"]) <= 100 or len(b["label"]) > 80 for b in buttons):
        return "components: custom_id or label"
    if len({button["custom_id"] for button in buttons}) != len(buttons):
        return "components: Component custom id cannot be duplicated"
    return ""


def active(text: str) -> list[str]:
    """What is formatted, linked or mentioned when Discord shows a text."""
    return _ACTIVE.findall(re.sub(r"\\[^A-Za-z0-9\s]", "·", text))


def interaction(said: object, at: int, key: Ed25519PrivateKey = KEY) -> Callback:
    """An interaction, signed at the instant `at`."""
    body, timestamp = msgspec.json.encode(said), str(at // 1_000_000)
    headers = {
        "content-type": "application/json",
        "x-signature-timestamp": timestamp,
        "x-signature-ed25519": key.sign(timestamp.encode() + body).hex(),
    }
    return Callback(headers, body, "https://triaged.example.org/callbacks/discord", at)


def pressed(message: dict[str, Any], label: str, user: str = ALICE) -> dict[str, Any]:
    """The interaction when somebody presses the button with this label."""
    (value,) = [
        button["custom_id"]
        for row in message["components"]
        for button in row["components"]
        if button["label"] == label
    ]
    return {
        "type": 3,
        "id": "444444444444444444",
        "application_id": "555555555555555555",
        "token": "a-token-of-the-interaction",
        "channel_id": message["channel_id"],
        "member": {"user": {"id": user, "username": "alice"}},
        "message": {"id": message["id"], "channel_id": message["channel_id"]},
        "data": {"component_type": 2, "custom_id": value},
    }


def told(reply: HttpReply) -> str:
    """What somebody is shown after a press, and nobody else; empty: nothing."""
    said = msgspec.json.decode(reply.body)
    if said["type"] == 6:
        return ""
    assert said["type"] == 4
    assert said["data"]["flags"] == 64
    assert said["data"]["allowed_mentions"] == {"parse": []}
    assert active(said["data"]["content"]) == []
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", said["data"]["content"]).replace("\u200b", "")
