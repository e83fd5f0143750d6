"""What SMS and calls through Twilio have in common: the account, signatures, errors.

Requests: https://www.twilio.com/docs/usage/requests-to-twilio; signatures of what it calls us with:
https://www.twilio.com/docs/usage/webhooks/webhooks-security and, for shared keys,
https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys; errors:
https://www.twilio.com/docs/api/errors
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Result, attempt_s
from triaged.channels.common.chat import check_url
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.two_way import Callback
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""A telephone number as https://www.itu.int/rec/T-REC-E.164 writes it."""

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
BODY_MAX = 64 * 1024
FIELDS_MAX = 200
"""A call-back has some thirty fields."""

PORTS = {"https": 443, "http": 80}
HASHES = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}

LATER = frozenset({14107, 20429, 20500, 20503, 21611, 30001, 30008})
"""Errors that pass: too many requests or messages waiting, and failures nobody can name."""

STOPPED = 21610
"""The number has sent STOP."""

MEANINGS: Mapping[int, str] = {
    20003: "the account, its token or the API key is wrong",
    21211: "the number cannot be reached: it is no telephone number",
    21214: "the number cannot be called",
    21215: "the account may not call that country: see its geographic permissions",
    21217: "the number is no telephone number",
    21219: "a trial account calls only numbers that were verified there",
    21408: "the account may not send to that country: see its geographic permissions",
    21606: "the number in `from` is not the account's, or cannot send messages",
    21608: "a trial account sends only to numbers that were verified there",
    STOPPED: "the recipient has sent STOP to the number: START sent from that phone undoes it",
    21612: "no message goes from the number in `from` to that number",
    21614: "the number is no mobile one",
    21659: "the number in `from` is not the account's",
}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that both kinds have."""

    account: str
    """Account SID: `AC` and 32 digits."""
    token: Secret
    """Auth token of the account. It signs what Twilio calls us with, and is the password of
    requests where no API key is given."""
    api_key: str = ""
    """SID of an API key with which requests are made, in place of the account's."""
    api_secret: Secret | None = None
    """Secret of the API key."""
    shared_key: Secret | None = None
    """Secret of the shared key with which call-backs are signed, where the account has a rule that
    says so."""
    to: str = ""
    """Number of pages that go straight to the channel, such as `+4915112345678`."""
    url: str = "https://api.twilio.com"
    """URL of the API."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        if not _ACCOUNT.fullmatch(self.account):
            raise ValueError("account must be the account's SID: AC and 32 digits")
        if (self.api_secret is None) != (not self.api_key):
            raise ValueError("api_key and api_secret go together")
        if self.to and not NUMBER.fullmatch(self.to):
            raise ValueError("to must be a number such as +4915112345678")


def posted(settings: Account, resource: str, form: Mapping[str, str]) -> HttpRequest:
    """The request that makes a `Messages` or a `Calls` of the account."""
    url = f"{_account_url(settings)}/{resource}.json"
    headers = {
        "authorization": _authorization(settings),
        "content-type": "application/x-www-form-urlencoded",
    }
    body = urlencode(form).encode()
    return HttpRequest("POST", url, headers, body, attempt_s(settings.timeout))


def self_test(settings: Account) -> HttpRequest:
    """The request for the account itself: it tries the token, and sends nothing."""
    headers = {"authorization": _authorization(settings)}
    url = f"{_account_url(settings)}.json"
    return HttpRequest("GET", url, headers, b"", attempt_s(settings.timeout))


def self_tested(result: Result) -> Verdict:
    """An account that is active can be used."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status != 200:
        return refusal(result, said)
    if said.get("status") != "active":
        return Refused(f"the account is {str(said.get('status') or 'of unknown state')[:50]}")
    return Delivered()


def _account_url(settings: Account) -> str:
    return f"{settings.url.rstrip('/')}/2010-04-01/Accounts/{settings.account}"


def _authorization(settings: Account) -> str:
    name, secret = settings.account, settings.token
    if settings.api_secret is not None:
        name, secret = settings.api_key, settings.api_secret
    return f"Basic {b64encode(f'{name}:{secret.reveal()}'.encode()).decode()}"


def verdict(result: Result) -> Verdict:
    """201 is accepted, with the identity of the message or call; what was wrong has a number."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status not in (200, 201):
        return refusal(result, said)
    if said.get("status") in ("failed", "undelivered"):
        return Refused(f"{said['status']}: {_meaning(_code(said.get('error_code')))}")
    return Delivered(str(said.get("sid", ""))[:64])


def refusal(response: HttpResponse, said: Mapping[str, object]) -> Verdict:
    """The verdict on an answer that is no success."""
    code = _code(said.get("code"))
    why = f"{code} {MEANINGS.get(code) or said.get('message') or ''}".rstrip() if code else ""
    found = failure(response, why)
    if not isinstance(found, Refused):
        return found
    if code in LATER:
        return TryAgain(found.error)
    return Refused(found.error, gone=code == STOPPED)


def _code(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _meaning(code: int) -> str:
    return f"{code} {MEANINGS.get(code, '')}".rstrip()


def error_of(form: Mapping[str, str]) -> tuple[str, bool]:
    """What a call-back says went wrong, and whether it would go wrong again."""
    code = _code(form.get("ErrorCode"))
    return (_meaning(code) if code else "no reason is given"), bool(code) and code not in LATER


def verified(callback: Callback, settings: Account) -> dict[str, str]:
    """The form that Twilio sends. Raises `Unauthorized` for one that it did not sign so.

    The signature covers the whole address and every field; of a body in JSON the address holds the
    hash. Twilio signs the address with its port or without one, and nobody can tell which.
    """
    if len(callback.body) > BODY_MAX:
        raise Malformed("too_large", f"the body has {len(callback.body)} bytes")
    algorithm, key = _key(callback, settings)
    given = callback.headers.get("x-twilio-signature", "").encode()
    fields = _fields(callback)
    signed = "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    expected = [
        b64encode(hmac.digest(key.reveal().encode(), f"{url}{signed}".encode(), algorithm))
        for url in _spellings(callback.url)
    ]
    if not any(hmac.compare_digest(given, each) for each in expected):
        raise Unauthorized("the signature in X-Twilio-Signature does not hold")
    if _is_json(callback):
        raise Malformed("wrong_shape", "a form is expected, not JSON")
    return dict(reversed(fields))


def _key(callback: Callback, settings: Account) -> tuple[str, Secret]:
    """The hash and the key of the signature."""
    header = callback.headers.get("x-twilio-webhooks-signature-settings", "")
    if not header:
        return "sha1", settings.token
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    algorithm = HASHES.get(parts.get("algorithm", "").upper())
    if settings.shared_key is None:
        raise Unauthorized("it is signed with a shared key: shared_key_file has to name it")
    if algorithm is None:
        raise Unauthorized("it is signed with an algorithm that is not known here")
    return algorithm, settings.shared_key


def _fields(callback: Callback) -> list[tuple[str, str]]:
    """The fields of the form; none of JSON, whose hash has to be in the address."""
    if _is_json(callback):
        (given, *_) = [*parse_qs(urlsplit(callback.url).query).get("bodySHA256", []), ""]
        found = hashlib.sha256(callback.body).hexdigest()
        if not hmac.compare_digest(given.encode(), found.encode()):
            raise Unauthorized("the hash of the body is not the one in the address")
        return []
    try:
        text = callback.body.decode()
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise Unauthorized("the body is no form, so that no signature can hold") from error


def _is_json(callback: Callback) -> bool:
    return callback.headers.get("content-type", "").startswith("application/json")


def _spellings(url: str) -> Iterator[str]:
    """The address without its port, and with it."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return
    host = parts.netloc.removesuffix(f":{port}")
    yield parts._replace(netloc=host).geturl()
    yield parts._replace(netloc=f"{host}:{port}").geturl()
