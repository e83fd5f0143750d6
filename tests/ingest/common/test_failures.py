import pytest

from triaged.errors import Malformed
from triaged.ingest import Received, Rejected
from triaged.ingest.common.bodies import listed
from triaged.ingest.common.failures import Failures


def failures(count: int, alone_max: int) -> Failures:
    """So many elements that cannot be used."""
    found = Failures(Received("s", b"", {}, 0, alone_max=alone_max))
    for number in range(count):
        found.add(b"%d" % number, Malformed("wrong_shape", "no object", f"$[{number}]"))
    return found


def test_the_first_are_set_aside_alone_and_the_others_together() -> None:
    rejected = failures(4, alone_max=2).rejected(listed, some_usable=True)

    assert rejected == [
        Rejected("wrong_shape", "$[0]: no object", b"[0]"),
        Rejected("wrong_shape", "$[1]: no object", b"[1]"),
        Rejected("wrong_shape", "$[2]: no object (and 1 more alerts)", b"[2,3]", 2),
    ]


def test_where_nothing_is_usable_the_first_says_why() -> None:
    with pytest.raises(Malformed, match=r"\$\[0\]: no object \(and 3 more alerts\)"):
        failures(4, alone_max=2).rejected(listed, some_usable=False)


def test_without_failures_nothing_is_set_aside() -> None:
    assert failures(0, alone_max=2).rejected(listed, some_usable=False) == []
