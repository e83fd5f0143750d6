"""Bodies that systems send, as alerts or changes.

A module of this folder is the source kind of its name; `contract.py` says what it has and may have.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from triaged.core.records.changes import Change
from triaged.core.records.model import Alert

REJECTED_MAX = 100
"""Most alerts of a body that are set aside one by one: nobody looks through more."""


class Reason(StrEnum):
    """Why a body, or one alert of it, cannot be used; the values of `Malformed.reason`."""

    EMPTY_BODY = "empty_body"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    NESTED_TOO_DEEP = "nested_too_deep"
    NO_LABELS = "no_labels"
    BAD_LABEL = "bad_label"
    BAD_STATUS = "bad_status"
    BAD_TIME = "bad_time"
    TOO_MANY = "too_many"


class Received(msgspec.Struct, frozen=True):
    """One request as it came in; the names of `headers` are lower-case."""

    source: str
    body: bytes
    headers: Mapping[str, str]
    received_at: int
    caller: str = ""
    """Who sent it: the token's name, else the address. A sender that names itself is known by that
    instead."""
    first: int = 0
    """Index of its first alert in the body that it is a piece of."""
    alone_max: int = REJECTED_MAX
    """Number of alerts that are set aside one by one; what else cannot be used goes together."""


class Rejected(msgspec.Struct, frozen=True):
    """Part of a body that could not be used.

    `body` holds it verbatim, wrapped so that the same source takes it when it is sent again.
    """

    reason: str
    detail: str
    body: bytes
    count: int = 1
    """Number of alerts in it."""


class Parsed(msgspec.Struct, frozen=True):
    """Contents of a body. Something of it was usable: else it is `Malformed`."""

    alerts: list[Alert]
    rejected: list[Rejected] = []
    changes: list[Change] = []
    """Changes that people made, from senders that report them."""
