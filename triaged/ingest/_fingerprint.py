"""Identity of a label set: FNV-1a 64 over names and values, as Alertmanager computes it.

https://github.com/prometheus/common/blob/main/model/signature.go
"""

from collections.abc import Mapping
from hashlib import blake2b

from fnv_c import fnv1a_64

END = "\udcff"
"""What `surrogateescape` writes as the byte 0xff, which no UTF-8 text holds; it ends each name
and each value."""


def fingerprint(labels: Mapping[str, str]) -> str:
    """16 hex digits; empty values must have been removed."""
    texts: list[str] = []
    for name in sorted(labels):
        texts += (name, labels[name])
    texts.append("")
    return f"{fnv1a_64(END.join(texts).encode('utf-8', 'surrogateescape')):016x}"


def digest(data: bytes) -> str:
    """16 hex digits that identify `data`."""
    return blake2b(data, digest_size=8).hexdigest()
