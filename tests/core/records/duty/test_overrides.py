from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, override
from triaged.core.time.durations import HOUR

ONE = override(17, "dave", MONDAY, MONDAY + HOUR)


def test_an_override_lasts_until_somebody_ends_it() -> None:
    assert ONE.until_at == MONDAY + HOUR
    assert replace(ONE, ended_at=MONDAY + 1).until_at == MONDAY + 1
    assert replace(ONE, ended_at=MONDAY + 2 * HOUR).until_at == MONDAY + HOUR


def test_a_source_names_what_an_override_is() -> None:
    assert ONE.source == "override:17"
    assert replace(ONE, kind="fixed").source == "fixed:17"
    assert replace(ONE, kind="swap").source == "override:17"
