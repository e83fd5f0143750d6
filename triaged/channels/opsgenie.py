"""`opsgenie`: alerts by its API v2, until the service ends on 2027-04-05.

https://docs.opsgenie.com/docs/alert-api. An incident has one alert there, by its alias: pages
create it, acknowledging and resolving here do so there. What people do comes back by its webhook:
https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data/.
"""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, Verb, attempt_s
from triaged.channels.common.call_bodies import check_size, object_of, text_at
from triaged.channels.common.chat import check_url, cut, head_of
from triaged.channels.common.http_answers import failure, json_of, no_response
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
from triaged.core.records.model import Severity, State
from triaged.core.text import wording
from triaged.errors import Unauthorized
from triaged.wire import MISSING_SECRET, Secret, encode

MESSAGE_MAX, DESCRIPTION_MAX, ENTITY_MAX = 130, 15_000, 512
"""Characters; https://docs.opsgenie.com/docs/alert-api#create-alert"""

ALIAS = "triaged-INC-"
PRIORITY = {Severity.SEV1: "P1", Severity.SEV2: "P2", Severity.SEV3: "P3", Severity.SEV4: "P4"}
OVER = frozenset({State.RESOLVED, State.CLOSED, State.MERGED})
US = "triaged"
NOBODY = frozenset({US, "System"})
"""User names of what we do ourselves, and of policies: it comes back, too."""

VERBS: Mapping[str, Verb] = {
    "Acknowledge": "acknowledge",
    "UnAcknowledge": "unacknowledge",
    "Close": "resolve",
}
_KEY = re.compile(rf"{ALIAS}([0-9]{{1,10}})")


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `opsgenie`."""

    api_key: Secret
    """Key of an integration of type API, which may create and update alerts."""
    webhook_token: Secret | None = None
    """Text of your choice that the webhook carries, in `?token=…` of its URL or in the header
    `X-Triaged-Token`: people's acts there come back."""
    url: str = "https://api.opsgenie.com"
    """URL of the API; of an account in Europe `https://api.eu.opsgenie.com`."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The alert of a notice, or what has become of it."""
    incident = notice.incident
    if incident.state in OVER and not notice.page.test:
        return _about(notice, settings, "close")
    if incident.state is State.ACKNOWLEDGED and not notice.is_page:
        return _about(notice, settings, "acknowledge")
    link = notice.acknowledge_url
    body = {
        "message": cut(head_of(notice, at), MESSAGE_MAX),
        "alias": f"{ALIAS}{incident.number}",
        "description": cut(notice.text(at), DESCRIPTION_MAX),
        "priority": PRIORITY[notice.page.severity],
        "entity": wording.clean(incident.service or "", ENTITY_MAX),
        "source": US,
        "user": US,
        "details": {} if link is None else {"acknowledge in triaged": link},
    }
    return _asked(settings, "POST", "/v2/alerts", encode(body))


def _about(notice: Notice, settings: Settings, act: str) -> HttpRequest:
    """The request that does `act` to the alert of an incident."""
    path = f"/v2/alerts/{ALIAS}{notice.incident.number}/{act}?identifierType=alias"
    note = wording.clean(notice.page.subject, MESSAGE_MAX)
    return _asked(settings, "POST", path, encode({"source": US, "user": US, "note": note}))


def _asked(settings: Settings, method: str, path: str, body: bytes = b"") -> HttpRequest:
    headers = {"authorization": f"GenieKey {settings.api_key.reveal()}"}
    if body:
        headers["content-type"] = "application/json"
    url = f"{settings.url.rstrip('/')}{path}"
    return HttpRequest(method, url, headers, body, attempt_s(settings.timeout))


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """202 is queued, by the identity of the request: what becomes of it is to be asked for."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 202:
        return Delivered(text_at(said, "requestId")[:100])
    return failure(result, text_at(said, "message"))


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:  # noqa: ARG001 - the contract
    """The request by which the alert follows the incident."""
    return request(notice, settings, at)


def updated(result: Result) -> Verdict:
    """As `verdict`; the message stays that of its page."""
    found = verdict(result)
    return Delivered() if isinstance(found, Delivered) else found


def confirmation(ref: str, settings: Settings) -> HttpRequest:
    """The question what has become of a request."""
    return _asked(settings, "GET", f"/v2/alerts/requests/{quote(ref, safe='')}")


def confirmed(ref: str, result: Result) -> Receipt | TryAgain | Refused:
    """What has become of it: 404 as long as it waits there."""
    if not isinstance(result, HttpResponse):
        found = no_response(result)
        return found if isinstance(found, TryAgain) else Refused("there was no answer")
    said = json_of(result)
    if result.status == 404:
        return TryAgain("HTTP 404: the request has not been carried out yet")
    if result.status != 200:
        return failure(result, text_at(said, "message"))
    data = said.get("data")
    if isinstance(data, dict) and data.get("isSuccess") is True:
        return Receipt(ref, ReceiptState.DELIVERED)
    status = wording.clean(text_at(data, "status"), MESSAGE_MAX)
    return Receipt(ref, ReceiptState.FAILED, status or "it was not carried out", is_permanent=True)


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """What a person did to an alert of ours. Raises `Unauthorized` and `Malformed`."""
    check_size(callback)
    _verify(callback, settings.webhook_token)
    said = object_of(callback.body)
    verb = VERBS.get(text_at(said, "action"))
    found = _KEY.fullmatch(text_at(said, "alert", "alias"))
    account = text_at(said, "alert", "username")
    if verb is None or found is None or not account or account in NOBODY:
        return ()
    return (Signalled(verb, account, int(found[1])),)


def _verify(callback: Callback, token: Secret | None) -> None:
    if token is None or token is MISSING_SECRET or not token.reveal():
        raise Unauthorized("the channel has no webhook_token: it takes no calls")
    query = parse_qs(urlsplit(callback.url).query).get("token", [""])[0]
    given = callback.headers.get("x-triaged-token", "") or query
    if not hmac.compare_digest(token.reveal().encode(), given.encode()):
        raise Unauthorized("the token is not that of the webhook")


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:  # noqa: ARG001 - the contract
    """It was taken: nobody reads words there."""
    return HttpReply(204)


def self_test(settings: Settings) -> HttpRequest:
    """The request for the account of the key."""
    return _asked(settings, "GET", "/v2/account")


def self_tested(result: Result) -> Verdict:
    """200 is a key that works; 403 one that may not read the account, which is no fault."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    if result.status == 401:
        return Refused("HTTP 401: the key is not that of an integration, or the region is another")
    if result.status in (200, 403):
        return Delivered()
    return failure(result, text_at(json_of(result), "message"))
