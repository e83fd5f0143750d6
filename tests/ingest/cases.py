"""The cases of a kind: `<case>.json` as sent, `<case>.headers`, and `<case>.expected.json`.

The expected file holds `received_at`, `alerts` and, of a kind in CHANGING, `changes`, instants as
RFC 3339, `settings` where the source has any; fields that have their default are left out.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from triaged import plugins
from triaged.core.records.changes import Change
from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason, Received
from triaged.ingest.common.instants import instant_of
from triaged.wire import instant_text

PACKAGE = "triaged.ingest"
KINDS = plugins.kinds(PACKAGE)
CHANGING = ("changes",)
"""Kinds that yield changes instead of alerts."""

HERE = Path(__file__).parent
SOURCE = "s"
NOW = 1_787_400_000_000_000
"""2026-08-22T12:00:00Z, when nothing depends on it."""


def bodies_of(kind: str) -> list[Path]:
    """Every body of `kind`, sorted."""
    found = (HERE / kind).rglob("*.json")
    return sorted(path for path in found if not path.name.endswith(".expected.json"))


def module_of(kind: str) -> ModuleType:
    """The module of `kind`."""
    return plugins.load(PACKAGE, kind)


def parse(kind: str, body: bytes, settings: Mapping[str, Any] | None = None, **more: Any) -> Parsed:
    """`body` as it comes in at NOW for a source of `kind`; `more` are other fields of Received.

    Where the kind counts without parsing, it has counted what parsing gives.
    """
    module = module_of(kind)
    fields: dict[str, Any] = {"headers": {}, "received_at": NOW} | more
    received = Received(source=SOURCE, body=body, **fields)
    chosen = msgspec.convert(settings or {}, module.Settings)
    counted = module.count(received, chosen) if hasattr(module, "count") else None
    try:
        parsed = module.parse(received, chosen)
    except Malformed:
        assert counted is None
        raise
    assert isinstance(parsed, Parsed)
    assert counted in {None, len(parsed.alerts)}
    assert counted is None or not parsed.rejected
    return parsed


def expected_of(body: Path) -> dict[str, Any]:
    """What stands beside `body`."""
    path = body.with_name(f"{body.stem}.expected.json")
    expected: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    return expected


def headers_of(path: Path) -> dict[str, str]:
    """Headers of a captured request, names in lower case; none where there is no such file."""
    if not path.exists():
        return {}
    lines = path.read_text().splitlines()[1:]
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def shown(alert: Alert) -> dict[str, Any]:
    """An alert as an expected file has it."""
    fields: dict[str, Any] = {
        "fingerprint": alert.fingerprint,
        "status": "firing" if alert.firing else "resolved",
        "labels": alert.labels,
        "annotations": alert.annotations,
        "starts_at": None if alert.starts_at is None else instant_text(alert.starts_at),
        "ends_at": None if alert.ends_at is None else instant_text(alert.ends_at),
        "url": alert.url,
        "truncated": alert.truncated,
        "sender": alert.sender,
        "is_copy": alert.is_copy,
        "group": alert.group,
    }
    always = {"fingerprint", "status", "labels"}
    return {name: value for name, value in fields.items() if value or name in always}


def shown_change(change: Change) -> dict[str, Any]:
    """A change as an expected file has it; the source is left out."""
    fields: dict[str, Any] = msgspec.to_builtins(change)
    for name in ("at", "said_at", "ended_at"):
        fields[name] = None if fields[name] is None else instant_text(fields[name])
    return {name: value for name, value in fields.items() if value and name != "source"}


def instant(text: str) -> int:
    """µs UTC of an instant that is set."""
    at = instant_of(text)
    assert at is not None
    return at


def shared_bodies(shared: Path, *folders: str) -> Iterator[Path]:
    """Every body in folders of `../shared/payloads`."""
    for folder in folders:
        yield from sorted((shared / "payloads" / folder).rglob("*.json"))


def check(kind: str, body: bytes) -> None:
    """Whatever `body` is, it is parsed, or malformed for a reason of the closed set."""
    try:
        parsed = parse(kind, body)
    except Malformed as error:
        reasons = [error.reason]
    else:
        reasons = [rejected.reason for rejected in parsed.rejected]
        assert parsed.alerts or parsed.changes or not parsed.rejected
    assert set(reasons) <= set(Reason)
