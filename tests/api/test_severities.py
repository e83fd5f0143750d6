from tests.api.site import Site


async def test_severities_say_what_calls_for_each(site: Site) -> None:
    found = (await site.get("/api/v1/severities"))["severities"]

    assert [(one["severity"], one["respond_within_s"]) for one in found] == [
        ("SEV-1", 300),
        ("SEV-2", 900),
        ("SEV-3", 3600),
        ("SEV-4", None),
    ]
    assert found[0] == {
        "severity": "SEV-1",
        "impact": "Full outage, data loss, security breach",
        "examples": "Site down, payment processing failed",
        "respond_within_s": 300,
        "urgency": "page",
        "roles": "required",
        "update_every_s": 900,
    }
