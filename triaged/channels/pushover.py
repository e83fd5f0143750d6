"""`pushover`: push messages that ring until somebody answers; https://pushover.net/api.

A SEV-1 is an emergency: the phone rings again every minute for an hour, or until the page is
acknowledged on it, which acknowledges the incident. Pushover says so by calling an address of
which each page has its own, for the call itself is not signed; and what was acknowledged elsewhere
stops ringing. Receipts: https://pushover.net/api/receipts
"""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from msgspec.structs import replace

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.calling_back import callback_url
from triaged.channels.common.chat import check_url, cut, destination, one_address
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.limits import Limits
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.two_way import (
    Callback,
    Called,
    HttpReply,
    Receipt,
    ReceiptState,
    Reply,
    Signalled,
)
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR, SECOND
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

MESSAGE_MAX, TITLE_MAX, URL_MAX = 1024, 250, 512
RING_EVERY_S, RING_FOR_S = 60, 3600
"""The provider takes 30 s or more, and 10,800 s or less."""

EMERGENCY, HIGH, USUAL = 2, 1, 0
PRIORITY = {Severity.SEV1: EMERGENCY, Severity.SEV2: HIGH}
TAKEN_BACK_S = 5
"""Pause that the provider asks for after a failure of its own."""

RECEIPT = re.compile(r"[A-Za-z0-9]{30}")
MAC_CHARACTERS = 32
FIELDS_MAX = 50
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
        if url := callback_url(notice, _signed(settings, notice)):
            form["callback"] = url
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
    """200 with `status` 1 is delivered, a ringing page with a receipt; 429 is the month's quota."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 200 and said.get("status", 1) == 1:
        receipt = str(said.get("receipt", ""))
        return Delivered(receipt if RECEIPT.fullmatch(receipt) else "")
    return _failed(result, said)


def _failed(result: HttpResponse, said: Mapping[str, object]) -> Verdict:
    errors = said.get("errors")
    why = "; ".join(map(str, errors)) if isinstance(errors, list) else ""
    if result.status == 429:
        error = f"HTTP 429 the month's messages are used up {why}".rstrip()
        return TryAgain(error, HOUR, is_quota=True)
    found = failure(result, why)
    if isinstance(found, TryAgain):
        return replace(found, after_us=max(found.after_us or 0, TAKEN_BACK_S * SECOND))
    if isinstance(found, Refused) and said.get("user") == "invalid":
        return replace(found, gone=True)
    return found


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:  # noqa: ARG001 - the contract
    """The end of the ringing of what nobody has to answer any more.

    The words of a message cannot be changed, so that for one that still rings its receipt is read.
    """
    wait_s = attempt_s(settings.timeout)
    if notice.is_page:
        return look_up(ref, settings)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = urlencode({"token": settings.token.reveal()}).encode()
    url = f"{_base(settings)}/receipts/{ref}/cancel.json"
    return HttpRequest("POST", url, headers, body, wait_s)


def updated(result: Result) -> Verdict:
    """Whatever is refused has stopped ringing by itself, and is not sent once more."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    if result.status == 200:
        return Delivered()
    found = _failed(result, json_of(result))
    return Delivered() if isinstance(found, Refused) else found


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """The acknowledgement on a phone.

    Raises `Unauthorized` where the address is none of ours, `Malformed` where it says nothing.
    """
    asked = dict(parse_qsl(urlsplit(callback.url).query))
    expected = _mac(settings, asked.get("incidents", ""))
    if not hmac.compare_digest(asked.get("mac", "").encode(), expected.encode()):
        raise Unauthorized("the address is that of no page")
    try:
        form = dict(parse_qsl(callback.body.decode(), max_num_fields=FIELDS_MAX))
    except ValueError:
        form = {}
    if not RECEIPT.fullmatch(form.get("receipt", "")):
        raise Malformed("wrong_shape", "a form with a receipt is expected")
    if form.get("acknowledged") != "1":
        return ()
    when_s = _seconds(form.get("acknowledged_at"))
    at = None if when_s is None else when_s * SECOND
    account = form.get("acknowledged_by", "")[:30]
    return tuple(
        Signalled("acknowledge", account, int(number), form["receipt"], at)
        for number in asked["incidents"].split(" ")
    )


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:  # noqa: ARG001 - the contract
    """Nothing is said: nobody reads it."""
    return HttpReply(200)


def look_up(ref: str, settings: Settings) -> HttpRequest:
    """The question whether a page has been acknowledged: the call that says so may get lost."""
    url = f"{_base(settings)}/receipts/{ref}.json?{urlencode({'token': settings.token.reveal()})}"
    return HttpRequest("GET", url, {}, b"", attempt_s(settings.timeout))


def looked_up(ref: str, result: Result, settings: Settings) -> tuple[Called, ...] | Verdict:  # noqa: ARG001 - the contract
    """Its acknowledgement, and that it has reached a phone."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status != 200:
        return _failed(result, said)
    found: list[Called] = []
    if (arrived_s := _seconds(said.get("last_delivered_at"))) is not None:
        found.append(Receipt(ref, ReceiptState.DELIVERED, at=arrived_s * SECOND))
    if said.get("acknowledged") == 1:
        at_s = _seconds(said.get("acknowledged_at"))
        account = str(said.get("acknowledged_by", ""))[:30]
        at = None if at_s is None else at_s * SECOND
        found.append(Signalled("acknowledge", account, ref=ref, at=at))
    return tuple(found)


def _seconds(value: object) -> int | None:
    """Seconds since 1970; None: it has not happened."""
    text = str(value)
    return int(text) if re.fullmatch(r"[0-9]{9,11}", text) else None


def self_test(settings: Settings) -> HttpRequest:
    """What is left of the application's messages."""
    url = f"{_base(settings)}/apps/limits.json?{urlencode({'token': settings.token.reveal()})}"
    return HttpRequest("GET", url, {}, b"", attempt_s(settings.timeout))


def self_tested(result: Result) -> Verdict:
    """An application that is known and has messages left can be used."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status != 200 or said.get("status", 1) != 1:
        return _failed(result, said)
    if said.get("remaining") == 0:
        return TryAgain("the month's messages are used up")
    return Delivered()


def _base(settings: Settings) -> str:
    return settings.url.removesuffix("/messages.json").rstrip("/")


def _signed(settings: Settings, notice: Notice) -> dict[str, str]:
    """The incidents that a message is about, in an address for call-backs that only we can make."""
    incidents = " ".join(str(each.number) for each in (notice.incident, *notice.also))
    return {"incidents": incidents, "mac": _mac(settings, incidents)}


def _mac(settings: Settings, incidents: str) -> str:
    key, text = settings.token.reveal().encode(), f"callback {incidents}".encode()
    return hmac.digest(key, text, "sha256").hex()[:MAC_CHARACTERS]
