"""Any JSON (https://www.rfc-editor.org/rfc/rfc8259): what the operator says, guesses for the rest.

A body is one alert, or a list of them, or holds a list at `fields.alerts`. Each field is a path
(`$.host.name`, `$.items[0]["a b"]`), a text with look-ups (`{{ body.job }}-{{ body.host }}`), or
a text that is taken as it stands; both look into the alert first and then into the whole body.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from triaged.core.records.labels import TEST
from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason, Received
from triaged.ingest.common import guess
from triaged.ingest.common.bodies import bound_nesting, listed, without_nul, without_surrogates
from triaged.ingest.common.failures import Failures
from triaged.ingest.common.fingerprint import digest, fingerprint
from triaged.ingest.common.instants import any_instant
from triaged.ingest.common.labels import FINGERPRINT_MAX, VALUE_MAX, bounded
from triaged.ingest.common.paths import find, text_of, wanted
from triaged.ingest.common.pieces import Piece, cut
from triaged.wire import decoded

STALE_AFTER_US: int | None = None
"""Never: scripts report a failure once, and their silence says nothing."""

NOT_IDENTITY = "severity"
"""The label that may differ between the failure and the recovery."""

_ANY = msgspec.json.Decoder()


class Fields(msgspec.Struct, frozen=True):
    """Places of values in a body, as paths or templates. What is left out is guessed."""

    alerts: str | None = None
    """Path to the list of alerts, in a body that holds several."""
    title: str | None = None
    """Place of the title: it becomes the label `alertname` and the annotation `summary`."""
    status: str | None = None
    """Place of the value that is compared with `resolved_when`."""
    resolved_when: tuple[str | int | float | bool, ...] | None = None
    """Values of `status`, in any case, that resolve the alert. Every other value fires it."""
    severity: str | None = None
    """Place of the severity: it becomes the label `severity`."""
    labels: Mapping[str, str] | None = None
    """Places of labels, by name. Set: no other label is guessed."""
    annotations: Mapping[str, str] | None = None
    """Places of annotations, by name. Set: no other annotation is guessed."""
    dedup: str | None = None
    """Place of the key that identifies the problem, so that its resolve finds it. Unset: what the
    body itself calls its key."""
    starts_at: str | None = None
    """Place of the start: RFC 3339, or Unix seconds, milliseconds, microseconds or nanoseconds."""
    url: str | None = None
    """Place of the address at which the sender shows the alert."""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a source of kind `generic`: how its bodies are read."""

    fields: Fields = Fields()
    """Places of values in a body."""
    mapping: Mapping[str, Mapping[str, str]] = {}
    """Replacements of values, by label name or `status`: `{severity: {P1: critical}}`."""


def parse(received: Received, settings: Settings) -> Parsed:
    """The alerts of a body, in its order."""
    body = without_surrogates(without_nul(received.body))
    bound_nesting(body)
    whole: object = decoded(_ANY, body)
    elements = _elements(whole, settings.fields)
    alerts: list[Alert] = []
    failures = Failures(received)
    for index, element in enumerate(elements, received.first):
        if isinstance(element, dict) and element:
            alerts.append(_alert(received.source, _AlertBody(element, whole, settings)))
        else:
            message = "an object with something in it is expected"
            error = Malformed(Reason.WRONG_SHAPE, message, f"$[{index}]")
            failures.add(msgspec.json.encode(element), error)
    return Parsed(alerts, failures.rejected(listed, some_usable=bool(alerts)))


def pieces(body: bytes, settings: Settings) -> Iterator[Piece | None]:
    """A large body as bodies that `parse` takes; templates see what stands around the list."""
    path = settings.fields.alerts
    steps = [part for part in wanted(path or "$").parts if isinstance(part, tuple)]
    names = [step for step in steps[0] if isinstance(step, str)] if steps else []
    return cut(body, names if path and len(names) == len(steps[0]) else ())


def problems(settings: Settings) -> list[str]:
    """Paths and templates that cannot be read, and settings that do nothing."""
    fields = settings.fields
    single = {
        name: getattr(fields, name)
        for name in ("alerts", "title", "status", "severity", "dedup", "starts_at", "url")
    }
    nested = {
        f"{group}.{name}": text
        for group, given in (("labels", fields.labels), ("annotations", fields.annotations))
        for name, text in (given or {}).items()
    }
    found = []
    for name, text in (single | nested).items():
        try:
            wanted(text or "")
        except ValueError as error:
            found.append(f"fields.{name}: {error}")
    if fields.alerts and not fields.alerts.startswith("$"):
        found.append(f"fields.alerts: {fields.alerts!r} is no path; `$.items` is one")
    return found


class _AlertBody:
    """One alert of a body, read as the settings of its source say."""

    def __init__(self, element: guess.Body, whole: object, settings: Settings) -> None:
        self.element = guess.opened(element)
        self.fields = settings.fields
        self.mapping = settings.mapping
        self.raw = element
        self._bodies = (element, whole)

    def text(self, place: str | None) -> str:
        """The scalar at `place` as text; empty if there is none."""
        return text_of(find(wanted(place), self._bodies)).strip() if place else ""

    def texts(self, places: Mapping[str, str]) -> dict[str, str]:
        """The texts at `places`, by name, without the empty ones."""
        return {name: text for name, place in places.items() if (text := self.text(place))}

    def meant(self, name: str, text: str) -> str:
        """`text` through the mapping of `name`."""
        return self.mapping.get(name, {}).get(text, text)


def _elements(whole: object, fields: Fields) -> Sequence[object]:
    if fields.alerts and not isinstance(whole, list):
        whole = find(wanted(fields.alerts), [whole])
        if not isinstance(whole, list):
            message = f"no list of alerts stands at {fields.alerts} (fields.alerts)"
            raise Malformed(Reason.WRONG_SHAPE, message)
    return whole if isinstance(whole, list) else [whole]


def _alert(source: str, body: _AlertBody) -> Alert:
    fields = body.fields
    labels = _labels(body)
    key = _key(body)
    identity = key or _identity(body, labels)
    labels.setdefault("alertname", key or source)
    if _is_kuma_test(body.raw):
        labels[TEST] = "uptime-kuma"
    kept, annotations = bounded(labels, _annotations(body, labels))
    url = body.text(fields.url) if fields.url else guess.first_text(body.element, guess.URLS)
    return Alert(
        source,
        identity,
        not _is_resolved(body),
        kept,
        annotations,
        _starts_at(body),
        None,
        url if len(url) <= VALUE_MAX else "",
    )


def _is_kuma_test(raw: guess.Body) -> bool:
    """Uptime Kuma's test: neither heartbeat nor monitor, as with certificates that expire.

    https://github.com/louislam/uptime-kuma/blob/master/server/notification-providers/webhook.js
    """
    if raw.keys() != {"heartbeat", "monitor", "msg"}:
        return False
    text = raw["msg"]
    empty = raw["heartbeat"] is None and raw["monitor"] is None
    return empty and isinstance(text, str) and text.rstrip().endswith("Testing")


def _labels(body: _AlertBody) -> dict[str, str]:
    fields = body.fields
    known = fields.labels
    labels = guess.labels_of(body.element) if known is None else body.texts(known)
    guessed = guess.first_text(body.element, guess.NAMES)[: guess.SCALAR_MAX]
    title = body.text(fields.title) or guessed
    if title:
        labels.setdefault("alertname", title)
    if fields.severity:
        severity = body.text(fields.severity)
    else:
        severity = guess.first_text(body.element, guess.SEVERITIES)
        severity = "" if guess.says_resolved(severity) else severity.lower()
    if severity:
        labels.setdefault("severity", severity)
    return {name: body.meant(name, text) for name, text in labels.items() if name and text}


def _annotations(body: _AlertBody, labels: Mapping[str, str]) -> dict[str, str]:
    fields = body.fields
    if fields.annotations is None:
        annotations = guess.annotations_of(body.element, labels)
    else:
        annotations = body.texts(fields.annotations)
    title = body.text(fields.title)
    if title and "summary" not in (fields.annotations or {}):
        annotations["summary"] = title
    return annotations


def _key(body: _AlertBody) -> str:
    """The key at `fields.dedup`, else the one that the body calls so; may be empty."""
    fields = body.fields
    key = body.text(fields.dedup)
    if not key and fields.dedup is None and fields.labels is None:
        key = guess.first_text(body.element, guess.IDENTITIES)
    return key if len(key) <= FINGERPRINT_MAX else digest(key.encode())


def _identity(body: _AlertBody, labels: Mapping[str, str]) -> str:
    """The labels' fingerprint where there is no key; the body's where there are no labels."""
    telling = {name: text for name, text in labels.items() if name != NOT_IDENTITY}
    if telling:
        return fingerprint(telling)
    return digest(msgspec.json.encode(body.raw))


def _is_resolved(body: _AlertBody) -> bool:
    fields = body.fields
    if fields.status is None and fields.resolved_when is None and "status" not in body.mapping:
        return guess.is_resolved(body.element)
    if fields.status is None:
        status = guess.first_text(body.element, guess.STATUSES)
    else:
        status = body.text(fields.status)
    status = body.meant("status", status)
    if fields.resolved_when is None:
        return guess.says_resolved(status)
    return status.lower() in {text_of(value).lower() for value in fields.resolved_when}


def _starts_at(body: _AlertBody) -> int | None:
    """None for what is no time: an alert is not refused for it."""
    given = body.fields.starts_at
    text = body.text(given) if given else guess.first_text(body.element, guess.STARTS)
    return any_instant(text)
