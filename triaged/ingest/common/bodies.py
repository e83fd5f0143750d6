"""Bodies before they are JSON: what PostgreSQL and UTF-8 cannot hold, and how deep they nest."""

import re
from collections.abc import Sequence

from triaged.errors import Malformed
from triaged.ingest import Reason
from triaged.wire import NESTING_MAX, nests_deeper

NUL = b"\\u0000"
_NUL_OR_ESCAPE = re.compile(rb"\\(?:u0000|.)", re.DOTALL)
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
REPLACEMENT = rb"\ufffd"


def without_nul(body: bytes) -> bytes:
    """`body` without U+0000, which PostgreSQL refuses; senders mean nothing by it."""
    if NUL not in body:
        return body
    return _NUL_OR_ESCAPE.sub(lambda escape: b"" if escape[0] == NUL else escape[0], body)


def without_surrogates(body: bytes) -> bytes:
    r"""`body` with U+FFFD for each `\ud800` that has no partner: UTF-8 cannot hold it."""
    if b"\\u" not in body:
        return body
    return _ESCAPE.sub(lambda escape: REPLACEMENT if escape["lone"] else escape[0], body)


def listed(elements: Sequence[bytes]) -> bytes:
    """The JSON list of elements."""
    return b"[%b]" % b",".join(elements)


def bound_nesting(body: bytes) -> None:
    """Refuse a body that nests too deep; for what walks it recursively."""
    if nests_deeper(body):
        message = f"nested deeper than {NESTING_MAX} levels"
        raise Malformed(Reason.NESTED_TOO_DEEP, message)
