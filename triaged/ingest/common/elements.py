"""Lists of alerts read one by one, after the typed decoder refused the list as a whole."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason, Received
from triaged.ingest.common.failures import Failures
from triaged.ingest.common.fingerprint import fingerprint
from triaged.ingest.common.instants import instant_of
from triaged.ingest.common.labels import (
    FINGERPRINT_MAX,
    VALUE_MAX,
    bounded,
    labels_of,
    strings_of,
    whole_of,
)
from triaged.wire import decoded

_ANY = msgspec.json.Decoder()


class Element:
    """One alert of a list: an object whose keys are found whatever their case, as Go does."""

    def __init__(self, raw: bytes, where: str) -> None:
        value = decoded(_ANY, raw)
        if not isinstance(value, dict):
            raise Malformed(Reason.WRONG_SHAPE, "an alert is an object", where)
        self.where = where
        self._fields: dict[str, object] = {name.lower(): item for name, item in value.items()}

    def text(self, name: str) -> str:
        """A string; empty if it is missing or null."""
        value = self._fields.get(name.lower())
        if value is None:
            return ""
        if not isinstance(value, str):
            message = f"a string is expected, not {type(value).__name__}"
            raise Malformed(Reason.WRONG_SHAPE, message, f"{self.where}.{name}")
        return value

    def instant(self, name: str) -> int | None:
        """µs UTC; None if it is missing, null or zero."""
        value = self._fields.get(name.lower())
        where = f"{self.where}.{name}"
        if value is not None and not isinstance(value, str):
            message = f"a time in a string is expected, not {type(value).__name__}"
            raise Malformed(Reason.BAD_TIME, message, where)
        try:
            return instant_of(value or "")
        except Malformed as error:
            raise Malformed(error.reason, error.problem.message, where) from None

    def whole(self, name: str) -> int:
        """A number that is not negative; 0 for everything else."""
        return whole_of(self._fields.get(name.lower()))

    def labels(self) -> dict[str, str]:
        """Its labels, however many."""
        return labels_of(self._fields.get("labels"), f"{self.where}.labels")

    def has(self, name: str) -> bool:
        """True if it has this field, not null."""
        return self._fields.get(name.lower()) is not None

    def has_labels(self) -> bool:
        """True if it has labels at all."""
        return bool(self._fields.get("labels"))

    def annotations(self) -> dict[str, str]:
        """Its annotations, however many."""
        return strings_of(self._fields.get("annotations"), f"{self.where}.annotations")


def alert_of(
    source: str, element: Element, *, firing: bool, extras: Mapping[str, str] | None = None
) -> Alert:
    """The alert that `element` describes, within the limits; its annotations come over `extras`."""
    full = element.labels()
    labels, annotations = bounded(full, {**(extras or {}), **element.annotations()})
    return Alert(
        source,
        sent_fingerprint(element) or fingerprint(full),
        firing,
        labels,
        annotations,
        element.instant("startsAt"),
        None,
        url_of(element),
    )


def url_of(element: Element) -> str:
    """The address at which the sender shows the alert; empty if it is too long to be a link."""
    url = element.text("generatorURL")
    return url if len(url) <= VALUE_MAX else ""


def sent_fingerprint(element: Element) -> str:
    """The fingerprint that the sender gave; empty if there is none to use."""
    given = element.text("fingerprint")
    return given if len(given) <= FINGERPRINT_MAX else ""


def each(
    received: Received,
    elements: Sequence[msgspec.Raw],
    where: str,
    build: Callable[[Element], Alert],
    wrap: Callable[[Sequence[bytes]], bytes],
) -> Parsed:
    """Every element built or set aside; `wrap` makes a body of those that were set aside.

    Raises the first one's `Malformed` when none is usable.
    """
    alerts: list[Alert] = []
    failures = Failures(received)
    for index, raw in enumerate(elements, received.first):
        try:
            alerts.append(build(_element(bytes(raw), f"{where}[{index}]")))
        except Malformed as error:
            failures.add(bytes(raw), error)
    return Parsed(alerts, failures.rejected(wrap, some_usable=bool(alerts)))


def _element(raw: bytes, where: str) -> Element:
    try:
        return Element(raw, where)
    except Malformed as error:
        raise Malformed(error.reason, error.problem.message, where) from None
