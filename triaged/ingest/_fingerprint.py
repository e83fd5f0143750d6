"""Identity of a label set: FNV-1a 64 over names and values, as Alertmanager computes it.

https://github.com/prometheus/common/blob/main/model/signature.go
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import blake2b

OFFSET = 14695981039346656037
PRIME = 1099511628211
MASK = (1 << 64) - 1
LOW = 0xFF

MEMO_MAX = 32_768
"""Steps remembered: about 300 bytes each. A label costs up to 256, one for each low byte that
the labels before it may leave; a cluster's constant labels fit, its pods come and go."""

TAIL = 6
"""Characters at the end of a value that make it new: pods and instances differ in their last.
What stands before them is remembered, so that a new value costs 6 bytes of FNV and not 30."""

LABEL_MEMO_MAX = 256
"""Longer values are not remembered: they are rarely the same twice."""

FNV_MAX = 64 * 1024
"""Characters of a label set up to which FNV is affordable: 0.1 µs each. Nothing real is longer,
so what is longer gets a digest of the same length that costs nothing."""


def fingerprint(labels: Mapping[str, str]) -> str:
    """16 hex digits; empty values must have been removed."""
    state = OFFSET
    for name, value in sorted(labels.items()):
        if len(value) <= LABEL_MEMO_MAX:
            power, constant = _label(name, value, state & LOW)
            state = (state * power + constant) & MASK
        else:
            state = _fnv(state, _bytes_of(name, value))
    return f"{state:016x}"


def fingerprint_of_any(labels: Mapping[str, str]) -> str:
    """`fingerprint` for a set that may be huge: a digest of it where FNV would take too long."""
    if sum(len(name) + len(value) for name, value in labels.items()) <= FNV_MAX:
        return fingerprint(labels)
    return digest(b"".join(_bytes_of(name, value) for name, value in sorted(labels.items())))


def digest(data: bytes) -> str:
    """16 hex digits that identify `data`."""
    return blake2b(data, digest_size=8).hexdigest()


@lru_cache(maxsize=MEMO_MAX)
def _label(name: str, value: str, low: int) -> tuple[int, int]:
    """(power, constant): the label takes a state s that ends in `low` to power·s + constant.

    Modulo 2^64. The xor of FNV-1a touches the low 8 bits only, and they depend on nothing but
    the low 8 bits before; all above them goes through multiplications alone.
    """
    head_power, head_constant = _head(name, value[:-TAIL], low)
    tail = value[-TAIL:].encode() + b"\xff"
    power = head_power * _power(len(tail)) & MASK
    state = _fnv(head_power * low + head_constant & MASK, tail)
    return power, state - power * low


@lru_cache(maxsize=MEMO_MAX)
def _head(name: str, start: str, low: int) -> tuple[int, int]:
    """As `_label`, for the name and the start of the value."""
    data = b"%b\xff%b" % (name.encode(), start.encode())
    power = _power(len(data))
    return power, _fnv(low, data) - power * low


@cache
def _power(exponent: int) -> int:
    return pow(PRIME, exponent, MASK + 1)


def _bytes_of(name: str, value: str) -> bytes:
    return b"%b\xff%b\xff" % (name.encode(), value.encode())


def _fnv(state: int, data: bytes) -> int:
    for byte in data:
        state = ((state ^ byte) * PRIME) & MASK
    return state
