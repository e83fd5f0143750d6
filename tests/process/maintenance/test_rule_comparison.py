from pathlib import Path

from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.api.site import serving
from triaged.core.records.model import Alert, Outcome, Severity
from triaged.process.maintenance.rule_comparison import RuleComparison


class Worse:
    """Rules for which everything is SEV-1."""

    digest = "worse"

    def classify(self, alert: Alert, now: int) -> Outcome:
        """SEV-1, whatever it is."""
        severity = Severity.SEV1
        return Outcome(incident=True, key=(("a", "b"),), title="x", severity=severity, rule="all")


async def test_a_reload_says_how_many_open_incidents_would_differ(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        job = RuleComparison(site.context.database, lambda: site.context.configuration)
        for pod in ("a", "b"):
            await site.fire("Down", pod=pod)
        await site.fire("Other", "Done")
        await site.post("/api/v1/incidents/INC-3/resolve")  # its alert fires on
        with capture_logs() as quiet:
            await job.once()
        settings = replace(site.context.configuration.settings, rules=Worse())
        site.context.configuration = replace(site.context.configuration, settings=settings)

        with capture_logs() as logs:
            await job.once()
            await job.once()

    assert quiet == []
    (entry,) = logs
    assert (entry["event"], entry["firing"]) == ("rules.compared", 4)
    assert (entry["alerts_differ"], entry["incidents_differ"]) == (4, 2)
