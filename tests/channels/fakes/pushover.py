"""Pushover, as https://pushover.net/api and https://pushover.net/api/receipts say."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse
from triaged.channels.common.two_way import Callback

TOKEN, ALICE = "a" * 30, "u" * 30
LIMITS = {"message": 1024, "title": 250, "url": 512, "url_title": 100}


class Pushover:
    """One application, one user."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.receipts: dict[str, dict[str, Any]] = {}
        """The state of what rings, or rang."""
        self.left = 10_000

    @property
    def ringing(self) -> list[str]:
        """Receipts of what rings."""
        return [each for each, state in self.receipts.items() if not state["expired"]]

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one request."""
        parts = urlsplit(asked.url)
        form = dict(parse_qsl(parts.query)) | dict(parse_qsl(asked.body.decode()))
        if form.get("token") != TOKEN:
            return self.wrong(400, "token", "application token is invalid")
        match asked.method, parts.path.removeprefix("/1/").split("/"):
            case "POST", ["messages.json"]:
                return self._message(form)
            case "GET", ["apps", "limits.json"]:
                return answer(200, {"limit": 10_000, "remaining": self.left, "status": 1})
            case "GET", ["receipts", name] if name.removesuffix(".json") in self.receipts:
                return answer(200, {"status": 1, **self.receipts[name.removesuffix(".json")]})
            case "POST", ["receipts", receipt, "cancel.json"] if receipt in self.receipts:
                self.receipts[receipt]["expired"] = 1
                return answer(200, {"status": 1, "request": "r"})
            case _:
                return self.wrong(404, "receipt", "receipt not found; may be invalid or expired")

    def _message(self, form: dict[str, str]) -> HttpResponse:
        if self.left == 0:
            errors = ["application is over its monthly quota"]
            return answer(429, {"status": 0, "errors": errors})
        if form.get("user") != ALICE:
            return self.wrong(400, "user", "user identifier is not a valid user")
        for name, most in LIMITS.items():
            if len(form.get(name, "")) > most:
                return self.wrong(400, name, f"{name} is too long")
        if form.get("priority") == "2" and not (
            int(form.get("retry", 0)) >= 30 and 0 < int(form.get("expire", 0)) <= 10_800
        ):
            return self.wrong(400, "retry", "retry must be supplied with priority=2")
        self.left -= 1
        self.messages.append(form)
        said: dict[str, object] = {"status": 1, "request": f"request-{len(self.messages)}"}
        if form.get("priority") == "2":
            receipt = f"{len(self.receipts):030d}"
            self.receipts[receipt] = {"acknowledged": 0, "acknowledged_at": 0, "expired": 0}
            said["receipt"] = receipt
        return answer(200, said)

    def acknowledge(self, number: int = 0, at: int = 1_774_864_900) -> Callback:
        """Somebody answers on the phone; gives the call that Pushover makes."""
        receipt = list(self.receipts)[number]
        state = {"acknowledged": 1, "acknowledged_at": at, "acknowledged_by": ALICE}
        self.receipts[receipt] |= state | {"expired": 1}
        rang = [each for each in self.messages if each["priority"] == "2"][number]
        form = {
            "receipt": receipt,
            "acknowledged": "1",
            "acknowledged_at": str(at),
            "acknowledged_by": ALICE,
            "acknowledged_by_device": "phone",
        }
        return Callback({}, urlencode(form).encode(), rang["callback"])

    @staticmethod
    def wrong(status: int, field: str, error: str) -> HttpResponse:
        """An error in Pushover's form."""
        return answer(status, {field: "invalid", "errors": [error], "status": 0, "request": "r"})
