"""What rules did, and today's rules for what fires."""

from collections.abc import Sequence

import msgspec

from tests.api.site import Site
from triaged.core.records.model import Alert, Outcome, Severity


class Worse:
    """Rules for which everything is SEV-1."""

    digest = "worse"

    def classify(self, alert: Alert, now: int) -> Outcome:
        """SEV-1, whatever it is."""
        return Outcome(
            incident=True, key=(("a", "b"),), title="x", severity=Severity.SEV1, rule="all"
        )


async def fires(site: Site, names: Sequence[str]) -> None:
    body = [{"labels": {"alertname": name, "severity": "warning"}} for name in names]
    await site.post("/api/v2/alerts", body, "ingest")


async def test_stats_list_every_rule_with_those_that_did_nothing(site: Site) -> None:
    await fires(site, ["A", "B"])

    answer = await site.get("/api/v1/rules/stats?since=1h")

    assert sum(row["decided"] for row in answer["rules"]) <= 2
    assert all(row["loaded"] for row in answer["rules"] if row["matches"] == 0)


async def test_a_wrong_since_is_400(site: Site) -> None:
    assert (await site.ask("GET", "/api/v1/rules/stats?since=ever")).status == 400


async def test_a_dry_run_changes_nothing_and_a_real_one_raises(site: Site) -> None:
    await fires(site, ["A", "B"])
    settings = msgspec.structs.replace(site.context.configuration.settings, rules=Worse())
    site.context.configuration = msgspec.structs.replace(
        site.context.configuration, settings=settings
    )

    tried = await site.post("/api/v1/rules/reclassify", {"dry_run": True})
    before = await site.get("/api/v1/incidents")
    done = await site.post("/api/v1/rules/reclassify", {})
    after = await site.get("/api/v1/incidents")

    assert (tried["looked_at"], tried["changed"]) == (done["looked_at"], done["changed"]) == (2, 2)
    assert {row["today"] for row in tried["alerts"]} == {"SEV-1"}
    assert {one["severity"] for one in before["incidents"]} != {"SEV-1"}
    assert {one["severity"] for one in after["incidents"]} == {"SEV-1"}
    again = await site.post("/api/v1/rules/reclassify", {})
    assert again["changed"] == 0
