"""`pushover`: push messages that ring until somebody answers; https://pushover.net/api.

A SEV-1 is an emergency: the phone rings again every minute for an hour, or until the page is
acknowledged on it. That acknowledges nothing here: the link does.
"""

import re
from urllib.parse import urlencode

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import check_url, cut, destination, one_address
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.limits import Limits
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, TryAgain, Verdict
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR
from triaged.wire import Secret

MESSAGE_MAX, TITLE_MAX, URL_MAX = 1024, 250, 512
RING_EVERY_S, RING_FOR_S = 60, 3600
"""The provider takes 30 s or more, and 10,800 s or less."""

EMERGENCY, HIGH, USUAL = 2, 1, 0
PRIORITY = {Severity.SEV1: EMERGENCY, Severity.SEV2: HIGH}
_KEY = re.compile(r"[A-Za-z0-9]{30}")

LIMITS = Limits(bundle=10)
"""It names no rate. A phone that rings for ten pages at once says no more than for a list."""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `pushover`."""

    token: Secret
    """API token of the application."""
    to: str = ""
    """User or group key of pages that go straight to the channel."""
    url: str = "https://api.pushover.net/1/messages.json"
    """URL to which messages are sent."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        if self.to and not _KEY.fullmatch(self.to):
            raise ValueError("to must be a user or group key: 30 letters and digits")


def addresses_of(text: str) -> tuple[str, ...]:
    """The user or group key that `text` is."""
    return one_address(text, _KEY)


def own_address(settings: Settings) -> str:
    """The key of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    priority = _priority(notice)
    form: dict[str, object] = {
        "token": settings.token.reveal(),
        "user": destination(notice, settings.to, _KEY),
        "title": cut(notice.subject(), TITLE_MAX),
        "message": cut(notice.text(at), MESSAGE_MAX),
        "priority": priority,
        "timestamp": at // 1_000_000,
        "tags": notice.incident.id,
    }
    if priority == EMERGENCY:
        form |= {"retry": RING_EVERY_S, "expire": RING_FOR_S}
    if notice.acknowledge_url is not None and len(notice.acknowledge_url) <= URL_MAX:
        form |= {"url": notice.acknowledge_url, "url_title": "Open the page"}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    wait_s = attempt_s(settings.timeout)
    return HttpRequest("POST", settings.url, headers, urlencode(form).encode(), wait_s)


def _priority(notice: Notice) -> int:
    if not notice.is_page or notice.page.urgency == "notify" or notice.page.test:
        return USUAL
    return PRIORITY.get(notice.page.severity, USUAL)


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """200 with `status` 1 is delivered; 429 is the month's quota."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 200 and said.get("status", 1) == 1:
        return Delivered(str(said.get("receipt") or said.get("request") or "")[:100])
    errors = said.get("errors")
    why = "; ".join(map(str, errors)) if isinstance(errors, list) else ""
    if result.status == 429:
        return TryAgain(f"HTTP 429 the month's messages are used up {why}".rstrip(), HOUR)
    return failure(result, why)
