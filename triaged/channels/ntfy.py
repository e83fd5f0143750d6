"""`ntfy`: push messages to phones by https://docs.ntfy.sh/publish/#publish-as-json.

The button in a page acknowledges by itself: it posts to the link of the page. A server of version
2.16 or newer replaces a message by a later one of the same sequence, which is how it is edited:
https://docs.ntfy.sh/publish/#updating-notifications
"""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import check_url, cut_bytes, destination, one_address
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.records.model import Severity
from triaged.core.time.durations import DAY, MINUTE
from triaged.wire import Secret, encode

MESSAGE_MAX = 4096
"""Bytes: what is longer becomes a file that a phone does not show."""

TITLE_MAX = 250
QUOTA_CODE = 42908
"""The day's messages are used up; there are more from midnight UTC."""

USED_UP = "the server's messages for today are used up"

PRIORITY = {Severity.SEV1: 5, Severity.SEV2: 4}
USUAL_PRIORITY = 3
EDIT_PRIORITY = 2
"""Neither sound nor vibration: an edit notifies nobody."""

SEQUENCE_CHARACTERS = 32
PUBLIC_HOST = "ntfy.sh"
"""It takes 250 messages in a day of those who pay nothing."""

_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")

LIMITS = Limits(all=(Rate(60, 5 * MINUTE),), bundle=10)
"""60 at once, then one in five seconds: what a server allows unless it is told otherwise
(https://docs.ntfy.sh/config/#rate-limiting)."""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `ntfy`."""

    url: str = "https://ntfy.sh"
    """URL of the server."""
    to: str = ""
    """Topic of pages that go straight to the channel. A topic is a secret: whoever knows it reads
    along."""
    token: Secret | None = None
    """Access token, where the server asks for one."""
    edits: bool | None = None
    """Whether a message is edited as its incident changes. An edit counts as a message at the
    server. Unset: yes, but not at ntfy.sh, which takes few messages in a day."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    @property
    def is_edited(self) -> bool:
        """Whether messages are edited."""
        return urlsplit(self.url).hostname != PUBLIC_HOST if self.edits is None else self.edits

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        if self.to and not _TOPIC.fullmatch(self.to):
            raise ValueError("to must be a topic: up to 64 letters, digits, - and _")


def addresses_of(text: str) -> tuple[str, ...]:
    """The topic that `text` is."""
    return one_address(text, _TOPIC)


def own_address(settings: Settings) -> str:
    """The topic of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    is_edited = settings.is_edited and not notice.also  # that one is about several incidents
    sequence = {"sequence_id": sequence_of(notice.page.id)} if is_edited else {}
    return _published(notice, settings, at, sequence)


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:
    """The message that replaces the one of the sequence `ref`."""
    edit: dict[str, object] = {"sequence_id": ref, "priority": EDIT_PRIORITY}
    return _published(notice, settings, at, edit)


def sequence_of(page_id: str) -> str:
    """The sequence of a page: an attempt that is made again replaces the one before."""
    return hashlib.sha256(page_id.encode()).hexdigest()[:SEQUENCE_CHARACTERS]


def _published(
    notice: Notice, settings: Settings, at: int, more: Mapping[str, object]
) -> HttpRequest:
    body: dict[str, object] = {
        "topic": destination(notice, settings.to, _TOPIC),
        "title": cut_bytes(notice.subject(), TITLE_MAX),
        "message": cut_bytes(notice.text(at), MESSAGE_MAX),
        "priority": _priority(notice),
    }
    if notice.acknowledge_url is not None:
        label = "Test the link" if notice.page.test else "Acknowledge"
        action = {"action": "http", "label": label, "url": notice.acknowledge_url}
        body["actions"] = [action | {"method": "POST", "clear": True}]
        body["click"] = notice.acknowledge_url
    headers = {"content-type": "application/json"}
    if settings.token is not None:
        headers["authorization"] = f"Bearer {settings.token.reveal()}"
    wait_s = attempt_s(settings.timeout)
    return HttpRequest("POST", settings.url, headers, encode({**body, **more}), wait_s)


def _priority(notice: Notice) -> int:
    if not notice.is_page or notice.page.urgency == "notify":
        return USUAL_PRIORITY
    return PRIORITY.get(notice.page.severity, USUAL_PRIORITY)


def probe(settings: Settings) -> Reach:
    """A connection to the server: whatever is published is a message."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """200 is delivered; a quota that is used up waits for the next day.

    The message can be edited by its sequence, if the server is one that says it.
    """
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 200:
        return Delivered(str(said.get("sequence_id", ""))[:100])
    if said.get("code") == QUOTA_CODE:
        left_us = (result.at // DAY + 1) * DAY - result.at
        return TryAgain(USED_UP, left_us, is_quota=True)
    return failure(result, str(said.get("error", "")))


def updated(result: Result) -> Verdict:
    """As for a message; one that is refused was not replaced."""
    return verdict(result)


def self_test(settings: Settings) -> HttpRequest:
    """The account of the token; the health of the server where there is no token."""
    path = "health" if settings.token is None else "account"
    headers: dict[str, str] = {}
    if settings.token is not None:
        headers["authorization"] = f"Bearer {settings.token.reveal()}"
    url = f"{settings.url.rstrip('/')}/v1/{path}"
    return HttpRequest("GET", url, headers, b"", attempt_s(settings.timeout))


def self_tested(result: Result) -> Verdict:
    """A server that is healthy and knows the token can be used."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status != 200:
        return failure(result, str(said.get("error", "")))
    if said.get("healthy") is False:
        return TryAgain("the server says that it is not healthy")
    if "healthy" not in said and not said.get("username"):
        return Refused("url is not an ntfy server's, or the server has no accounts")
    stats = said.get("stats")
    if isinstance(stats, dict) and stats.get("messages_remaining") == 0:
        return TryAgain(USED_UP)
    return Delivered()
