"""What was recorded, and where today's rules would differ."""

import msgspec

from tests.api.site import Site
from triaged.api.explain import (
    IncidentExplained,
    changes_between,
    recorded_alert,
)
from triaged.rules.read import RuleContext, read_rules
from triaged.store.queries import episode_records
from triaged.store.tables import incidents
from triaged.yamlschema.document import parse


def use_rules(site: Site, text: str) -> None:
    """From now on these are the rules, as after a reload."""
    rules, problems = read_rules([parse("r.yaml", text.encode())], RuleContext())
    assert problems == []
    configuration = site.context.configuration
    settings = msgspec.structs.replace(configuration.settings, rules=rules)
    site.context.configuration = msgspec.structs.replace(configuration, settings=settings)
    site.context.engine.settings = settings


OLD = "rules: [{name: old, match: ['service=\"cart\"'], set: {severity: SEV-3}}]"
NEW = """
rules:
  - {name: new, match: ['service="cart"'], set: {severity: SEV-1, group_by: [service]}}
"""


async def test_an_incident_says_what_was_decided_and_why_alerts_are_in_it(site: Site) -> None:
    use_rules(site, OLD)
    await site.fire("Down", service="cart", pod="a")
    await site.fire("Down", service="cart", pod="b")

    answer = await site.get("/api/v1/incidents/INC-1/explain")

    first, second = answer["alerts"]
    assert (first["joined"], second["joined"]) == ("new_key", "same_key")
    assert (first["then"]["severity"], first["then"]["rule"]) == ("SEV-3", "old")
    assert first["then"]["rules"] == ["old"]
    assert (first["same_rules"], first["differs"]) == (True, [])
    assert first["today"]["rules"][0]["matched"]
    assert [page["person"] for page in answer["pages"]]


async def test_where_todays_rules_would_differ_is_marked(site: Site) -> None:
    use_rules(site, OLD)
    await site.fire("Down", service="cart")
    use_rules(site, NEW)

    (alert,) = (await site.get("/api/v1/incidents/INC-1/explain"))["alerts"]

    assert alert["then"]["severity"] == "SEV-3"
    assert not alert["same_rules"]
    assert {row["name"]: (row["then"], row["now"]) for row in alert["differs"]} == {
        "severity": ("SEV-3", "SEV-1"),
        "rule": ("old", "new"),
        "rules": ("old", "new"),
        "key": ("alertname=Down, service=cart", "service=cart"),
    }


async def test_other_rules_that_decide_the_same_do_not_differ(site: Site) -> None:
    use_rules(site, OLD)
    await site.fire("Down", service="cart")
    use_rules(site, f"{OLD[:-1]}, {{name: more, match: ['x=\"1\"'], set: {{severity: SEV-4}}}}]")

    (alert,) = (await site.get("/api/v1/incidents/INC-1/explain"))["alerts"]

    assert (alert["same_rules"], alert["differs"]) == (False, [])


async def test_an_alert_is_explained_by_its_identity(site: Site) -> None:
    use_rules(site, OLD)
    await site.fire("Down", service="cart")
    (stored,) = (await site.get("/api/v1/alerts"))["alerts"]

    path = f"/api/v1/alerts/explain?source=prometheus&fingerprint={stored['fingerprint']}"
    answer = await site.get(path, token="read")

    assert (answer["incident"], answer["joined"]) == ("INC-1", "new_key")
    assert answer["today"]["severity"] == "SEV-3"


async def test_a_reopened_incident_says_so(site: Site) -> None:
    use_rules(site, OLD)
    await site.fire("Down", service="cart", pod="a")
    await site.post("/api/v1/incidents/INC-1/resolve")
    await site.fire("Down", service="cart", pod="b")

    alerts = (await site.get("/api/v1/incidents/INC-1/explain"))["alerts"]

    assert [alert["joined"] for alert in alerts] == ["new_key", "reopen_window"]


async def test_an_alert_that_came_with_a_merge_says_so(site: Site) -> None:
    await site.fire("Down")
    await site.fire("Slow")
    await site.post("/api/v1/incidents/INC-2/merge", {"into": "INC-1"})

    alerts = (await site.get("/api/v1/incidents/INC-1/explain"))["alerts"]

    assert [alert["joined"] for alert in alerts] == ["new_key", "merged"]


async def test_what_is_not_there_is_404_and_what_is_not_said_400(site: Site) -> None:
    for path, status in (
        ("/api/v1/incidents/INC-7/explain", 404),
        ("/api/v1/alerts/explain?source=am&fingerprint=x", 404),
        ("/api/v1/alerts/explain?source=am", 400),
    ):
        assert (await site.ask("GET", path)).status == status


async def test_an_incident_without_alerts_is_explained(site: Site) -> None:
    await site.declare()

    answer = await site.get("/api/v1/incidents/INC-1/explain")

    assert (answer["alerts"], answer["alerts_left_out"]) == ([], 0)


MANY = """
rules:
  - {name: quiet, match: ['alertname="Watchdog"'], set: {incident: false}, stop: true}
  - {name: shop, match: ['service=~"cart|checkout"'], set: {service: shop, labels: {tier: "1"}}}
  - {name: worse, match: ['pod="a"'], set: {severity: SEV-1, group_by: [service, tier]}}
  - {name: rest, match: ['pod!="none"'], set: {severity: SEV-3, title: "{{ labels.tier }}"}}
"""


async def test_the_explanation_is_what_the_engine_did(site: Site) -> None:
    use_rules(site, MANY)
    for pod in ("a", "b", "none"):
        for name in ("Down", "Watchdog"):
            await site.fire(name, service="cart", pod=pod)
    async with site.context.database.reading() as tx:
        rows = await tx.fetch("SELECT source, fingerprint FROM alerts")
        every = [await episode_records.of_alert(tx, source, one) for source, one in rows]
        found = {n: await incidents.fetch(tx, n) for n in range(1, 4)}
        joinings = {n: await episode_records.joinings(tx, n or 0) for n in (None, *found)}

    assert len(every) == 6
    for one in every:
        assert one is not None
        assert one.observed is not None
        row = recorded_alert(
            site.context.configuration.settings, one, joinings[one.alert.incident], site.clock.now()
        )
        assert row.then is not None
        assert changes_between(row.then, row.today) == []
        incident = found.get(one.alert.incident or 0)
        assert row.today.incident is (incident is not None)
        if incident is not None:
            assert row.today.key == dict(incident.key)
            assert (row.today.service, row.today.policy) == (incident.service, incident.plan.policy)
            if row.joined == "new_key":
                assert row.today.title == incident.title


SHADOW = """
rules:
  - {name: now, match: ['service="cart"'], set: {severity: SEV-3}}
  - {name: same, mode: shadow, set: {severity: SEV-1}}
  - {name: tried, mode: shadow, description: ours, set: {team: shop}}
"""


async def test_what_a_rule_in_the_shadow_would_have_changed_is_kept(site: Site) -> None:
    use_rules(site, SHADOW)
    await site.fire("Down", service="cart", pod="a")
    use_rules(site, OLD)

    answer = await site.get("/api/v1/incidents/INC-1/explain")

    (row,) = msgspec.convert(answer, IncidentExplained).alerts
    assert row.then is not None
    assert (row.then.severity, row.then.rules) == ("SEV-3", ["now"])
    assert row.then.shadow == {"same": {}, "tried": {"team": "shop"}}
    assert row.today.shadow == []


async def test_an_alert_says_what_today_s_shadow_would_change(site: Site) -> None:
    await site.fire("Down", service="cart", pod="a")
    use_rules(site, SHADOW)

    answer = await site.get("/api/v1/incidents/INC-1/explain")

    (row,) = msgspec.convert(answer, IncidentExplained).alerts
    assert row.then is not None
    assert row.then.shadow == {}
    assert [(each.rule, each.would) for each in row.today.shadow] == [
        ("same", {}),
        ("tried", {"team": "shop"}),
    ]
    assert (row.today.shadow[1].where, row.today.shadow[1].description) == ("r.yaml:5:5", "ours")


async def test_stats_and_metrics_count_rules_in_the_shadow(site: Site) -> None:
    use_rules(site, SHADOW)
    await site.fire("Down", service="cart", pod="a")
    await site.fire("Down", service="cart", pod="b")

    answer = await site.get("/api/v1/rules/stats?since=1h")

    rows = {row["rule"]: row for row in answer["rules"]}
    counts = {
        name: (row["shadow"], row["matches"], row["would_change"]) for name, row in rows.items()
    }
    assert counts == {"now": (False, 2, 0), "same": (True, 2, 0), "tried": (True, 2, 2)}
