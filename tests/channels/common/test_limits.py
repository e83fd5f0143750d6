import pytest

from triaged.channels.common.limits import Limits, Rate
from triaged.channels.contract import CHANNELS, Limited
from triaged.core.time.durations import MINUTE, SECOND

LIMITED = [kind for kind in CHANNELS.kinds if isinstance(CHANNELS.load(kind), Limited)]


def test_rate_is_told_in_words() -> None:
    assert str(Rate(20, MINUTE)) == "20 in 1m"
    assert Rate(20, MINUTE).every_us == 3 * SECOND


@pytest.mark.parametrize("kind", LIMITED)
def test_limits_of_a_kind_let_something_through(kind: str) -> None:
    module = CHANNELS.load(kind)
    assert isinstance(module, Limited)
    limits = module.LIMITS
    assert limits != Limits()
    assert all(rate.number > 0 and rate.every_us > 0 for rate in (*limits.all, *limits.each))


def test_chats_and_push_services_have_limits() -> None:
    assert {"slack", "telegram", "discord", "teams", "ntfy"} <= set(LIMITED)
