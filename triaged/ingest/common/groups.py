"""The webhook body of Alertmanager, which Grafana shares: a group of alerts with a status.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Literal

import msgspec

from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason, Received
from triaged.ingest.common.elements import Element, each
from triaged.ingest.common.instants import instant_of
from triaged.ingest.common.labels import Annotations, Fingerprint, Labels, Link, whole_of
from triaged.ingest.common.senders import origin_of
from triaged.wire import decoded

ALERTS = ("alerts",)
"""Path to the alerts of a group."""

GROUPS_MAX = 1_024
"""Names of groups remembered: a sender repeats its groups."""

Status = Literal["firing", "resolved"]


class QuickAlert(msgspec.Struct, gc=False):
    """An alert as nearly all are; what does not fit is read by hand."""

    labels: Labels
    annotations: Annotations | None = None
    status: Status | None = None
    fingerprint: Fingerprint | None = None
    starts_at: str | None = msgspec.field(name="startsAt", default=None)
    ends_at: str | None = msgspec.field(name="endsAt", default=None)
    generator_url: Link | None = msgspec.field(name="generatorURL", default=None)


class Envelope(msgspec.Struct):
    """A group with its alerts unread. Its status may be anything: an alert's own comes first."""

    alerts: list[msgspec.Raw]
    status: object = None
    truncated: object = msgspec.field(name="truncatedAlerts", default=0)
    external_url: object = msgspec.field(name="externalURL", default="")
    group_key: object = msgspec.field(name="groupKey", default="")

    def placed(self, alert: Alert, element: Element, caller: str) -> Alert:
        """`alert` with what the group says of it: who speaks, for which group, what is left out."""
        url, key = self.external_url, self.group_key
        return msgspec.structs.replace(
            alert,
            ends_at=None if alert.firing else end_of(element.text("endsAt")),
            truncated=self.left_out,
            sender=(origin_of(url) if isinstance(url, str) else "") or caller,
            group=group_of(key if isinstance(key, str) else ""),
        )

    @property
    def left_out(self) -> int:
        """The number of alerts of the group that the body leaves out."""
        return whole_of(self.truncated)

    def is_firing(self, element: Element) -> bool:
        """True if it fires, by its own status or the group's. Raises `Malformed` without one."""
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

    def parse(self, received: Received, build: Callable[["Envelope", Element], Alert]) -> Parsed:
        """Every alert built or set aside."""
        alerts = self.alerts
        return each(received, alerts, "$.alerts", lambda element: build(self, element), self.wrap)


def end_of(text: str | None) -> int | None:
    """When an alert ended, by its sender's word; None where it gives no instant that we can read.

    Then the status alone says that it ended.
    """
    try:
        return instant_of(text) if text else None
    except Malformed:
        return None


@lru_cache(maxsize=GROUPS_MAX)
def group_of(key: str) -> str:
    """A short name for a group: keys hold every label of it."""
    return sha256(key.encode("utf-8", "replace")).hexdigest()[:16] if key else ""


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
