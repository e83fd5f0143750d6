"""Thresholds above which pages are held together: flapping, storms. Names of exporters."""

from triaged.config import schema
from triaged.config.findings import Findings
from triaged.config.schema import policies as schema_policies
from triaged.core.alerts.flapping import RETURNS_KEPT
from triaged.core.records.labels import Exporters
from triaged.core.settings import FlapLimit, StormLimit

STORM_MAX = 1000
"""Incidents: that many instants are kept for each team."""


def flap_limit_of(config: schema.Config, findings: Findings) -> FlapLimit | None:
    """The threshold of flapping; None: no incident flaps."""
    flapping = config.flapping
    if not isinstance(flapping, schema_policies.Flapping):
        return None
    if not 2 <= flapping.reopens <= RETURNS_KEPT:
        findings.wrong(("flapping", "reopens"), f"expected a number from 2 to {RETURNS_KEPT}")
    if flapping.within == 0:
        findings.wrong(("flapping", "within"), "expected some time; `flapping: never` turns it off")
    return FlapLimit(flapping.reopens, flapping.within)


def storm_limit_of(config: schema.Config, findings: Findings) -> StormLimit | None:
    """The threshold of a storm; None: there is never one."""
    storm = config.storm
    if storm is None:
        return None
    if not 1 <= storm.incidents <= STORM_MAX:
        findings.wrong(("storm", "incidents"), f"expected a number from 1 to {STORM_MAX}")
    if storm.within == 0:
        findings.wrong(("storm", "within"), "expected some time; leave `storm` out to turn it off")
    return StormLimit(storm.incidents, storm.within, storm.across_sources)


NAMES_MAX = 200
"""Of each list: all names are tried for each service that was not seen before."""


def exporters_of(config: schema.Config, findings: Findings) -> Exporters:
    """What tells the labels of a scrape from those of an object."""
    exporters = config.exporters
    for key, names in (("names", exporters.names), ("labels", exporters.labels)):
        if len(names) > NAMES_MAX:
            findings.wrong(("exporters", key), f"expected at most {NAMES_MAX}")
        for index, name in enumerate(names):
            if not name.strip("* "):
                findings.wrong(("exporters", key, index), "expected a name")
    return Exporters(exporters.names, exporters.labels)
