"""What the real Alertmanager 0.25 answered to odd requests, and whether we would say the same.

Compared is the class of the status: a body that gives alerts, or nothing, is 2xx; a malformed one
is 4xx. Where we differ, DIFFERENCES says why; what is not about the body is left to the tests of
the API (`LEFT_TO_THE_API`).
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from tests.ingest.cases import HERE, parse
from triaged.errors import Malformed

LINES: list[dict[str, Any]] = [
    msgspec.json.decode(line)
    for line in (HERE / "conformance/alertmanager-0.25-observed.jsonl").read_bytes().splitlines()
]

DIFFERENCES: Mapping[str, tuple[int, str]] = {
    "bad-label-name-digit": (2, "names may be any text, as in Alertmanager since 0.27"),
    "annotation-bad-name": (2, "names may be any text, as in Alertmanager since 0.27"),
    "generatorURL-bad-escape": (2, "nobody should miss a page for a bad link; it is kept as text"),
}
"""Line → the class of our status, and why it is another. Bodies of several alerts differ too: one
bad alert is set aside and the answer is 2xx with `quarantined`, where Alertmanager stores the
good ones and says 400. `[null]` is malformed, where Alertmanager crashes."""

LEFT_TO_THE_API: Mapping[str, str] = {
    "ct-missing": "content type",
    "ct-form": "content type",
    "gzip-encoding-header": "Content-Encoding: 415",
    "method-GET": "method",
    "trailing-slash-path": "path",
    "double-slash-path": "path: no ingest path redirects",
}

GENERATED: Mapping[str, bytes] = {
    "deep-nesting-10000": b"[" * 10_000 + b"]" * 10_000,
    "deep-nesting-100000-unknown": b'[{"labels":{"alertname":"X"},"x":%b%b}]'
    % (b"[" * 100_000, b"]" * 100_000),
    "batch-5000": msgspec.json.encode(
        [{"labels": {"alertname": "B", "i": str(number)}} for number in range(5_000)]
    ),
    "label-value-100KB": msgspec.json.encode([{"labels": {"alertname": "a" * 100_000}}]),
}


def body_of(line: Mapping[str, Any]) -> bytes:
    """The body that was sent."""
    if "body_generator" in line:
        body = GENERATED[line["name"]]
        assert hashlib.sha256(body).hexdigest() == line["body_generator"]["sha256"]
        return body
    if "body_hex" in line:
        return bytes.fromhex(line["body_hex"])
    return str(line["body"] or "").encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["name"])
def test_status_class_is_that_of_the_real_alertmanager(line: dict[str, Any]) -> None:
    name = line["name"]
    if name in LEFT_TO_THE_API:
        return
    wanted = line["observed"]["status"] // 100
    if name in DIFFERENCES:
        assert DIFFERENCES[name][0] != wanted, "no longer a difference"
        wanted = DIFFERENCES[name][0]

    assert status_class(body_of(line)) == wanted


def test_exceptions_name_lines_that_exist() -> None:
    assert {*DIFFERENCES, *LEFT_TO_THE_API} <= {line["name"] for line in LINES}


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[]", 2), (b"null", 2), (b"[null]", 4), (b'[{"labels":{"a":"b"}},null]', 2)],
)
def test_lists_with_nothing_in_them(body: bytes, status: int) -> None:
    assert status_class(body) == status


def status_class(body: bytes) -> int:
    """2 for what is accepted, in part too; 4 for what can never be."""
    try:
        parse("prometheus", body)
    except Malformed:
        return 4
    return 2
