"""Changes instead of alerts: GitHub, GitLab, Argo CD, and any JSON (https://www.rfc-editor.org/rfc/rfc8259).

A body is one change, a list of them, or holds a list at `changes`. Its shape shows who sent it
(`_change_shapes.py`). Later reports of one change complete it. Nothing is decided by a
change: incidents show those near their start as a hint.
"""

import hmac
from collections.abc import Generator, Iterator, Mapping, Sequence
from urllib.parse import parse_qs, unquote_to_bytes

import msgspec

from triaged.core.records.changes import Change
from triaged.errors import Malformed, Unauthorized
from triaged.ingest import Parsed, Reason, Received
from triaged.ingest.common.bodies import bound_nesting, listed, without_nul, without_surrogates
from triaged.ingest.common.change_shapes import ANY, Body, ChangeShape, is_other_event, shape_of
from triaged.ingest.common.failures import Failures
from triaged.ingest.common.fingerprint import digest
from triaged.ingest.common.guess import first_text
from triaged.ingest.common.instants import any_instant
from triaged.ingest.common.pieces import Piece, cut
from triaged.wire import Secret, decoded

STALE_AFTER_US: int | None = None
"""It has no alerts that could lapse."""

TEXT_MAX = 300
"""Characters of each text: a hint is a line."""

SAME_BODY_US = 600_000_000
"""A body without an identity and without a time is the same change when it comes again within ten
minutes: senders try again for so long, and nobody deploys the same thing twice in it."""

AHEAD_MAX_US = 86_400_000_000
"""A change that begins later than in a day is taken to begin when it is reported."""

VERSION_SHOWN = 12
"""Characters of a commit's hash that tell it from any other."""

DONE = frozenset(
    "success succeeded successful failure failed error canceled cancelled done deployed".split()
)
"""Words that say that a change is over, well or not."""

FORM = b"payload="
FORM_STEP_BYTES = 16 << 10
"""Bytes of a form that are decoded at once: 2 ms where each is escaped."""

CHANGES = ("changes",)
"""Path to the list of changes."""

FIELDS_MAX = 10
"""Most fields of a form; GitHub's has one."""

_ANY = msgspec.json.Decoder()


class Settings(msgspec.Struct, frozen=True):
    """Keys of a source of kind `changes`; with `secret`, a signature replaces the token."""

    secret: Secret | None = None
    """Secret of the webhook. GitHub signs with it (X-Hub-Signature-256), GitLab sends it
    (X-Gitlab-Token)."""
    services: Mapping[str, str] = {}
    """Services by repository, project or application: `{octo/shop: checkout}`. Others belong to the
    service of their own name, without what stands before the last slash."""


def parse(received: Received, settings: Settings) -> Parsed:
    """The changes of a body, in its order; none of what GitHub and GitLab say besides."""
    body = without_surrogates(without_nul(_unwrapped(received.body)))
    bound_nesting(body)
    whole: object = decoded(_ANY, body)
    event = received.headers.get("x-github-event", "")
    if isinstance(whole, dict) and is_other_event(whole, event):
        return Parsed([])
    changes: list[Change] = []
    failures = Failures(received)
    for index, element in enumerate(_elements(whole), received.first):
        try:
            changes.append(_change(received, settings, element))
        except Malformed as error:
            placed = Malformed(error.reason, str(error), f"$[{index}]")
            failures.add(msgspec.json.encode(element), placed)
    return Parsed([], failures.rejected(listed, some_usable=bool(changes)), changes)


def pieces(body: bytes, settings: Settings) -> Iterator[Piece | None]:  # noqa: ARG001 - as `parse`
    """A large body as bodies that `parse` takes."""
    if body.startswith(FORM):
        body = yield from _unquoted(body[len(FORM) :].partition(b"&")[0])
    yield from cut(body, CHANGES)


def _unquoted(text: bytes) -> Generator[None, None, bytes]:
    """The value of a form's field, decoded in steps."""
    parts: list[bytes] = []
    at = 0
    while at < len(text):
        end = at + FORM_STEP_BYTES
        escape = text.find(b"%", end - 2, end)
        end = end if escape < 0 else escape  # which is not cut
        parts.append(unquote_to_bytes(text[at:end].replace(b"+", b" ")))
        at = end
        yield
    return b"".join(parts)


def _unwrapped(body: bytes) -> bytes:
    """The JSON of a form, which is how GitHub sends it unless told otherwise."""
    if not body.startswith(FORM):
        return body
    try:
        form = parse_qs(body.decode("ascii", "replace"), max_num_fields=FIELDS_MAX)
    except ValueError:
        raise Malformed(Reason.NOT_JSON, f"a form of more than {FIELDS_MAX} fields") from None
    return form.get("payload", [""])[0].encode("utf-8", "replace")


def verify(received: Received, settings: Settings) -> bool:
    """True if a signature is required; `Unauthorized` when it is and does not hold.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    if settings.secret is None:
        return False
    key = settings.secret.reveal().encode()
    expected = b"sha256=" + hmac.digest(key, received.body, "sha256").hex().encode()
    signature = received.headers.get("x-hub-signature-256", "")
    token = received.headers.get("x-gitlab-token", "")
    signed = hmac.compare_digest(signature.encode("utf-8", "surrogateescape"), expected)
    if signed or hmac.compare_digest(token.encode("utf-8", "surrogateescape"), key):
        return True
    raise Unauthorized("X-Hub-Signature-256 is missing or wrong, and so is X-Gitlab-Token")


def problems(settings: Settings) -> list[str]:
    """The mistakes in the settings, each as `key.path: message`."""
    empty = [name for name, service in settings.services.items() if not (name and service)]
    return [f"services.{name}: a name and a service are expected" for name in empty]


def _elements(whole: object) -> Sequence[object]:
    if isinstance(whole, dict) and isinstance(whole.get("changes"), list):
        whole = whole["changes"]
    return whole if isinstance(whole, list) else [whole]


def _change(received: Received, settings: Settings, body: object) -> Change:
    if not isinstance(body, dict) or not body:
        message = "a change is an object with something in it"
        raise Malformed(Reason.WRONG_SHAPE, message)
    shape = shape_of(body)
    service = _service(body, shape, settings)
    told_at = _instant(body, shape.at)
    at = _not_ahead(told_at, received.received_at)
    said_at = _not_ahead(_instant(body, shape.said_at) or told_at, received.received_at)
    status = _text(body, shape.status)
    ended_at = _instant(body, shape.ended_at)
    if ended_at is None and status.lower() in DONE:
        ended_at = said_at
    environment = _text(body, shape.environment)
    version = _text(body, shape.version)
    return Change(
        source=received.source,
        id=_identity(received, body, shape, timed=told_at is not None),
        service=service,
        at=at,
        said_at=said_at,
        title=_text(body, shape.title) or _described(service, version, environment),
        ended_at=ended_at,
        kind=_kind(body, shape),
        status=status,
        environment=environment,
        version=version,
        author=_text(body, shape.author),
        url=_text(body, shape.url),
    )


def _service(body: Body, shape: ChangeShape, settings: Settings) -> str:
    name = _text(body, shape.service)
    if not name:
        wanted = " or ".join(shape.service)
        raise Malformed(Reason.WRONG_SHAPE, f"it names no service: {wanted} is expected")
    last = name.rpartition("/")[2] or name
    return settings.services.get(name) or settings.services.get(last) or last


def _identity(received: Received, body: Body, shape: ChangeShape, *, timed: bool) -> str:
    parts = [text for place in shape.identity if (text := first_text(body, (place,)))]
    if shape is ANY:
        parts = parts[:1]
    if parts:
        identity = "/".join([shape.name, *parts] if shape.name else parts)
        return identity if len(identity) <= TEXT_MAX else digest(identity.encode())
    whole = digest(msgspec.json.encode(body))
    return whole if timed else f"{whole}/{received.received_at // SAME_BODY_US}"


def _kind(body: Body, shape: ChangeShape) -> str:
    kind = _text(body, shape.kind)
    return "deployment" if kind in ("", "deploy") else kind


def _described(service: str, version: str, environment: str) -> str:
    """`checkout 1.4.2 to production`: a change that comes without words."""
    what = f"{service} {version[:VERSION_SHOWN]}".strip()
    return f"{what} to {environment}" if environment else what


def _instant(body: Body, places: tuple[str, ...]) -> int | None:
    return any_instant(first_text(body, places))


def _not_ahead(at: int | None, received_at: int) -> int:
    return received_at if at is None or at > received_at + AHEAD_MAX_US else at


def _text(body: Body, places: tuple[str, ...]) -> str:
    return first_text(body, places)[:TEXT_MAX]
