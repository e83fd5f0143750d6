"""What no silence can have; the rest is tested through the API and the page."""

from triaged.core.muting.silences import MATCHERS_MAX
from triaged.core.records.matching import Matcher
from triaged.http.shared.silences import unfit

ONE = Matcher("alertname", "=", "Down")


def test_a_silence_of_everything_or_of_too_many_matchers_cannot_be() -> None:
    everything = unfit([Matcher("alertname", "=~", ".*")])
    many = unfit([ONE] * (MATCHERS_MAX + 1))

    assert unfit([ONE]) == []
    assert len(everything) == len(many) == 1
    assert str(MATCHERS_MAX) in many[0].message
