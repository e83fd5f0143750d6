import pytest

from triaged.core.time.durations import HOUR
from triaged.intake.network_limit import NETWORKS_MAX, NetworkLimit, network_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.200", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:0:1::1", "2001:db8:0:ff::9", True),
        ("2001:db8:0:100::1", "2001:db8:0:200::1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
        ("unix", "unix", True),
    ],
)
def test_a_network_is_what_one_customer_has(one: str, other: str, *, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


def test_so_many_within_an_hour() -> None:
    limit = NetworkLimit(2)

    found = [limit.allows("192.0.2.1", at) for at in (1, 2, 3, HOUR + 2)]

    assert found == [True, True, False, True]
    assert limit.allows("192.0.3.1", 3)


def test_memory_is_bounded() -> None:
    limit = NetworkLimit(1)
    for number in range(NETWORKS_MAX + 1):
        limit.allows(f"10.{number >> 8 & 255}.{number & 255}.1", 1)

    assert limit.allows("10.0.0.1", 2), "the oldest network was forgotten"
