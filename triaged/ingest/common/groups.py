"""The webhook body of Alertmanager, which Grafana shares: a group of alerts with a status.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason
from triaged.ingest.common.elements import Element, each
from triaged.ingest.common.labels import Annotations, Fingerprint, Labels, Link, whole_of
from triaged.wire import decoded

Status = Literal["firing", "resolved"]


class QuickAlert(msgspec.Struct, gc=False):
    """An alert as nearly all are; what does not fit is read by hand."""

    labels: Labels
    annotations: Annotations | None = None
    status: Status | None = None
    fingerprint: Fingerprint | None = None
    starts_at: str | None = msgspec.field(name="startsAt", default=None)
    generator_url: Link | None = msgspec.field(name="generatorURL", default=None)


class Envelope(msgspec.Struct):
    """A group with its alerts unread. Its status may be anything: an alert's own comes first."""

    alerts: list[msgspec.Raw]
    status: object = None
    truncated: object = msgspec.field(name="truncatedAlerts", default=0)

    @property
    def left_out(self) -> int:
        """The number of alerts of the group that the body leaves out."""
        return whole_of(self.truncated)

    def is_firing(self, element: Element) -> bool:
        """Whether it fires, by its own status or the group's. Raises `Malformed` without one."""
        own = element.text("status")
        whole = self.status if isinstance(self.status, str) else ""
        status = own if own in {"firing", "resolved"} else whole
        if status not in {"firing", "resolved"}:
            message = f"{(own or whole)[:40]!r} is no status; firing or resolved is expected"
            raise Malformed(Reason.BAD_STATUS, message, f"{element.where}.status")
        return status == "firing"

    def wrap(self, elements: Sequence[bytes]) -> bytes:
        """A body of some of its alerts, to be sent again."""
        given = isinstance(self.status, str)
        status = b'"status":%b,' % msgspec.json.encode(self.status) if given else b""
        return b'{%b"alerts":[%b]}' % (status, b",".join(elements))

    def parse(self, build: Callable[["Envelope", Element], Alert]) -> Parsed:
        """Every alert built or set aside."""
        return each(self.alerts, "$.alerts", lambda element: build(self, element), self.wrap)


_ENVELOPE = msgspec.json.Decoder(Envelope)


def envelope_of(body: bytes) -> Envelope:
    """`body` as a group; `Malformed` says what a group is."""
    try:
        return decoded(_ENVELOPE, body)
    except Malformed as error:
        if error.reason != Reason.WRONG_SHAPE:
            raise
        hint = "an object with a list `alerts` is expected (a custom `payload` must keep it)"
        where = error.problem.where
        raise Malformed(error.reason, f"{error.problem.message}: {hint}", where) from None
