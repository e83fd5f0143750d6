"""From which numbers on pages are held together: flapping, storms."""

from triaged.config import schema
from triaged.config.report import Report
from triaged.core.alerts.flapping import RETURNS_KEPT
from triaged.core.settings import FlapLimit, StormLimit

STORM_MAX = 1000
"""Incidents: that many instants are kept for each team."""


def flap_limit_of(config: schema.Config, report: Report) -> FlapLimit | None:
    """When an incident flaps; None: never."""
    flapping = config.flapping
    if not isinstance(flapping, schema.Flapping):
        return None
    if not 2 <= flapping.reopens <= RETURNS_KEPT:
        report.wrong(("flapping", "reopens"), f"expected a number from 2 to {RETURNS_KEPT}")
    if flapping.within == 0:
        report.wrong(("flapping", "within"), "expected some time; `flapping: never` turns it off")
    return FlapLimit(flapping.reopens, flapping.within)


def storm_limit_of(config: schema.Config, report: Report) -> StormLimit | None:
    """When there is a storm; None: never."""
    storm = config.storm
    if storm is None:
        return None
    if not 1 <= storm.incidents <= STORM_MAX:
        report.wrong(("storm", "incidents"), f"expected a number from 1 to {STORM_MAX}")
    if storm.within == 0:
        report.wrong(("storm", "within"), "expected some time; leave `storm` out to turn it off")
    return StormLimit(storm.incidents, storm.within)
