"""Rule files of any size, of the kind that operators write for the alerts of bodies.py."""

from collections.abc import Iterator

from bench.bodies import ALERTS, SERVICES
from triaged.wire import encode

PATTERNS = (
    ("pod-canary", 'pod=~"(checkout|search)-canary-.*"'),
    ("pod-batch", 'pod=~".*-(cron|batch|migrate)-[0-9a-f]+"'),
    ("instance-edge", 'instance=~"10\\\\.(250|251)\\\\..*:(80|443)"'),
    ("instance-old", 'instance=~"10\\\\.0\\\\.255\\\\..*"'),
)
"""Four on labels whose values never come twice: nothing that is remembered by value helps there."""

SEVERITIES = {"critical": "SEV-2", "warning": "SEV-3", "info": "SEV-4"}


def rules(count: int) -> bytes:
    """A rule file with `count` rules, as JSON, which is YAML: the first four have the patterns."""
    own = list(_own())
    last = [
        _rule(f"label-{label}", [f'severity="{label}"'], severity=severity)
        for label, severity in SEVERITIES.items()
    ]
    services = [_others(number) for number in range(count - len(own) - len(last))]
    return encode({"rules": [*own, *services, *last]})


def _own() -> Iterator[object]:
    """What our alerts meet: patterns that nearly never match, and rules of three services."""
    for name, matcher in PATTERNS:
        yield _rule(name, [matcher], severity="SEV-3", labels={"tier": "canary"})
    for service in SERVICES[:3]:
        matchers = [f'service="{service}"', f'alertname=~"{ALERTS[3]}|.*Down"']
        yield _rule(f"{service}-errors", matchers, severity="SEV-2", team=f"team-{service}")


def _others(number: int) -> object:
    """A rule of one of many services that we hear nothing of; one in ten has a pattern."""
    service = f'service="service-{number // 4}"'
    second = f'alertname=~"{ALERTS[number % 4]}|Svc{number}.*"' if number % 10 == 0 else None
    second = second or f'alertname="{ALERTS[number % 4]}"'
    return _rule(f"rule-{number}", [service, second], severity="SEV-3")


def _rule(name: str, match: list[str], **attributes: object) -> object:
    return {"name": name, "match": match, "set": attributes}
