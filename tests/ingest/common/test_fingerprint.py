"""The hash of label sets, against Alertmanager's values and the hash as it is defined."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triaged.ingest.common.fingerprint import fingerprint

OFFSET = 14695981039346656037
PRIME = 1099511628211
MASK = (1 << 64) - 1

INSTANCE_DOWN = {
    "alertname": "InstanceDown",
    "code": "200",
    "instance": "127.0.0.1:9090",
    "job": "prometheus",
    "monitor": "codelab-monitor",
    "severity": "critical",
}

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
sets = st.dictionaries(texts | st.sampled_from(["a", "pod", "job"]), texts, max_size=6)


def defined(labels: dict[str, str]) -> str:
    """FNV-1a 64, byte by byte; names sorted by their bytes."""
    state = OFFSET
    for name, value in sorted(labels.items(), key=lambda label: label[0].encode()):
        for byte in name.encode() + b"\xff" + value.encode() + b"\xff":
            state = ((state ^ byte) * PRIME) & MASK
    return f"{state:016x}"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, "cbf29ce484222325"),
        (INSTANCE_DOWN, "791cec13fcba0368"),
        (INSTANCE_DOWN | {"instance": "localhost:9090"}, "8df98227bdd81384"),
        ({"name": "garland, briggs", "fear": "love is not enough"}, f"{5799056148416392346:016x}"),
    ],
)
def test_fingerprint_is_alertmanagers(labels: dict[str, str], expected: str) -> None:
    assert fingerprint(labels) == expected


@given(sets)
@example({"\x01": "\x01", "ÿ": "\x7f"})
@example({"\uffff": "1", "\U00010000": "2"})
def test_fingerprint_is_the_hash_as_it_is_defined(labels: dict[str, str]) -> None:
    assert fingerprint(labels) == defined(labels)
