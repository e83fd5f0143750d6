"""Identity of a label set: FNV-1a 64 over names and values, as Alertmanager computes it.

https://github.com/prometheus/common/blob/main/model/signature.go
"""

from collections.abc import Mapping
from hashlib import blake2b

from fnv_c import fnv1a_64

END = b"\xff"
"""Ends each name and each value: no UTF-8 text holds it."""

NUL = "\0"
"""Stands for it in text, which holds none: it is taken out of every body (`_bodies.py`)."""

_NUL = NUL.encode()


def fingerprint(labels: Mapping[str, str]) -> str:
    """16 hex digits; empty values and U+0000 must have been removed."""
    parts: list[str] = []
    for name in sorted(labels):  # 0.3 µs less of 2.1 for ten labels than to sort pairs and chain
        parts += name, labels[name]
    parts.append("")
    text = NUL.join(parts)
    return f"{fnv1a_64(text.encode().replace(_NUL, END)):016x}"


def digest(data: bytes) -> str:
    """16 hex digits that identify `data`."""
    return blake2b(data, digest_size=8).hexdigest()
