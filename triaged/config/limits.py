"""From which numbers on pages are held together: flapping."""

from triaged.config import schema
from triaged.config.report import Report
from triaged.core.flapping import RETURNS_KEPT
from triaged.core.settings import FlapLimit


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
