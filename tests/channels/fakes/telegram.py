"""A bot of Telegram, by https://core.telegram.org/bots/api as it stood in November 2026."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Result
from triaged.channels.common.two_way import Callback

TOKEN, SECRET = "123456:ABC-def", "s3cret_token-1"
CHAT, GROUP = 4711, -1001234


class Telegram:
    """Answers requests in memory; `answers` are used up first."""

    def __init__(self) -> None:
        self._said = 0
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[Result] = []
        self.updates: list[dict[str, Any]] = []
        self.moved: dict[int, int] = {}
        self.blocked: dict[int, str] = {}
        """By chat: the description of the refusal."""
        self.webhook: dict[str, Any] = {"url": "", "allowed_updates": []}
        self._last = 0

    def answer(self, request: HttpRequest) -> Result:
        """Answer a request."""
        _, bot, name = urlsplit(request.url).path.rsplit("/", 2)
        body = msgspec.json.decode(request.body)
        self.asked.append((name, body))
        if self.answers:
            return self.answers.pop(0)
        if bot != f"bot{TOKEN}":
            return wrong(401, "Unauthorized")
        return getattr(self, f"_{name}")(body)  # type: ignore[no-any-return]  # by name

    def _getMe(self, body: Mapping[str, Any]) -> Result:  # noqa: N802 - Telegram's name
        return right({"id": 123456, "is_bot": True, "username": "triaged_bot"})

    def _sendMessage(self, body: Mapping[str, Any]) -> Result:  # noqa: N802 - Telegram's name
        chat = int(body["chat_id"])
        if chat in self.blocked:
            why = self.blocked[chat]
            return wrong(403 if why.startswith("Forbidden") else 400, why)
        if chat in self.moved:
            moved = {"migrate_to_chat_id": self.moved[chat]}
            why = "Bad Request: group chat was upgraded to a supergroup chat"
            return wrong(400, why, parameters=moved)
        if error := malformed(body):
            return wrong(400, error)
        self._last += 1
        self.messages[chat, self._last] = dict(body)
        return right({"message_id": self._last, "chat": {"id": chat}, "text": body["text"]})

    def _editMessageText(self, body: Mapping[str, Any]) -> Result:  # noqa: N802 - Telegram's name
        place = (body["chat_id"], body["message_id"])
        if place not in self.messages:
            return wrong(400, "Bad Request: message to edit not found")
        if error := malformed(body):
            return wrong(400, error)
        before = {name: self.messages[place].get(name) for name in ("text", "reply_markup")}
        if before == {name: body.get(name) for name in before}:
            return wrong(
                400,
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message",
            )
        self.messages[place] = dict(body)
        return right({"message_id": place[1], "chat": {"id": place[0]}})

    def _answerCallbackQuery(self, body: Mapping[str, Any]) -> Result:  # noqa: N802 - Telegram's name
        if len(body.get("text", "")) > 200:
            return wrong(400, "Bad Request: MESSAGE_TOO_LONG")
        return right(True) if body.get("callback_query_id") else wrong(400, "Bad Request")

    def _getUpdates(self, body: Mapping[str, Any]) -> Result:  # noqa: N802 - Telegram's name
        if self.webhook["url"]:
            return wrong(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = body.get("offset", 0)
        self.updates = [one for one in self.updates if one["update_id"] >= offset]
        return right(self.updates[: body["limit"]])

    def _getWebhookInfo(self, body: Mapping[str, Any]) -> Result:  # noqa: N802 - Telegram's
        return right(self.webhook)

    def _setWebhook(self, body: Mapping[str, Any]) -> Result:  # noqa: N802 - Telegram's name
        self.webhook = {"url": body["url"], "allowed_updates": body["allowed_updates"]}
        return right(True)

    def _deleteWebhook(self, body: Mapping[str, Any]) -> Result:  # noqa: N802 - Telegram's
        self.webhook = {"url": "", "allowed_updates": []}
        return right(True)

    def buttons(self, place: tuple[int, int]) -> list[dict[str, str]]:
        """The buttons of a message that call back."""
        rows = self.messages[place].get("reply_markup", {}).get("inline_keyboard", [])
        return [one for row in rows for one in row if "callback_data" in one]

    def press(self, place: tuple[int, int], label: str, by: int = CHAT) -> dict[str, Any]:
        """Somebody presses a button: the update."""
        (data,) = [one["callback_data"] for one in self.buttons(place) if one["text"] == label]
        message = {"message_id": place[1], "chat": {"id": place[0], "type": "private"}}
        query = {"id": "4382bfdwdsb323b2d9", "from": {"id": by, "is_bot": False}, "data": data}
        return self.told({"callback_query": {**query, "message": message, "chat_instance": "1"}})

    def writes(self, text: str, chat: int = CHAT, by: int = CHAT, **more: object) -> dict[str, Any]:
        """Somebody writes: the update."""
        kind = "private" if chat > 0 else "supergroup"
        message = {"message_id": 9, "from": {"id": by}, "chat": {"id": chat, "type": kind}}
        return self.told({"message": {**message, "date": 1, "text": text, **more}})

    def told(self, what: dict[str, Any]) -> dict[str, Any]:
        """The update, as it is got by asking, too."""
        self._said += 1
        update = {"update_id": 99 + self._said, **what}
        self.updates.append(update)
        return update


def calls(update: Mapping[str, Any], secret: str = SECRET) -> Callback:
    """The webhook of an update."""
    headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": secret}
    return Callback(headers, msgspec.json.encode(update))


def malformed(body: Mapping[str, Any]) -> str:
    """What Telegram refuses of a message; empty: nothing."""
    text = body.get("text", "")
    if not text:
        return "Bad Request: message text is empty"
    if len(text.encode("utf-16-le")) // 2 > 4096:
        return "Bad Request: message is too long"
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    data = [one["callback_data"] for row in rows for one in row if "callback_data" in one]
    if any(not 1 <= len(one.encode()) <= 64 for one in data):
        return "Bad Request: BUTTON_DATA_INVALID"
    return ""


def right(result: object) -> HttpResponse:
    return HttpResponse(200, {}, msgspec.json.encode({"ok": True, "result": result}))


def wrong(code: int, why: str, **more: object) -> HttpResponse:
    said = {"ok": False, "error_code": code, "description": why, **more}
    return HttpResponse(code, {}, msgspec.json.encode(said))
