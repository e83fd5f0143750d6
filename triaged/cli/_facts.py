"""What an incident is about, as `incident show` and `incident alerts` print it."""

from collections.abc import Iterator
from typing import Any

from triaged.cli._output import local_time, print_table


def what_fields(row: Any) -> Iterator[tuple[str, object]]:
    """What is wrong, where, and the addresses that help."""
    what = row.get("what") or {}
    summary = what.get("summary", "")
    yield "what", "" if summary == row["title"] else summary
    yield "description", what.get("description") or row.get("text", "")
    yield "where", pairs(what.get("where") or {})
    for name, url in (row.get("urls") or {}).items():
        if not (name == "runbook" and row.get("runbook")):
            yield name, url


OF_OURS = ("self", "timeline", "alerts", "runbook")
"""Links that other lines show, or that only programs follow."""


def link_fields(row: Any) -> Iterator[tuple[str, object]]:
    """Where people meet and what they look at; and what of it is missing, and why."""
    for name, url in row["links"].items():
        if name not in OF_OURS:
            yield name.replace("_", " "), url
    for one in row.get("missing") or []:
        why = f": {one['error']}" if one["error"] else ""
        retry = f"; triaged request retry {one['request']}" if one["state"] == "failed" else ""
        yield "missing", f"{one['kind']} ({one['state']}{why}{retry})"


def paging_fields(row: Any) -> Iterator[tuple[str, object]]:
    """Who was paged, who is next and when."""
    paged = [
        f"{one['whom']} by {one['contact']} {local_time(one['at'])}"
        + ("" if one["sent"] else " (being tried)")
        for one in row.get("recipients") or []
    ]
    yield "paged", ", ".join(paged)
    place, upcoming = row["escalation"], row.get("next")
    at = local_time(place["next_at"])
    yield "next page", f"{at} to {', '.join(upcoming['whom'])}" if upcoming and at else at


def print_first_alerts(row: Any) -> None:
    """The first alerts by what sets them apart, if that is anything."""
    what = row.get("what") or {}
    alerts = what.get("alerts") or []
    if not any(alert["labels"] for alert in alerts):
        return
    print()
    rows = [
        (
            alert["state"],
            local_time(alert["since"]),
            ": ".join(text for text in (pairs(alert["labels"]), alert["summary"]) if text),
        )
        for alert in alerts
    ]
    print_table(("ALERT", "SINCE", "LABELS"), rows, wraps=True)
    if what.get("more"):
        print(f"+{what['more']} more: triaged incident alerts {row['id']}")


def print_alerts(answer: Any) -> None:
    """A table of alerts, whole labels last."""
    rows = [
        (
            alert["state"],
            alert["severity"] or "-",
            alert["incident"] or "-",
            local_time(alert["starts_at"]),
            f"{alert['source']}/{alert['fingerprint']}  {pairs(alert['labels'])}",
        )
        for alert in answer["alerts"]
    ]
    print_table(("STATE", "SEVERITY", "INCIDENT", "SINCE", "ALERT  LABELS"), rows, wraps=True)
    if answer.get("next_cursor"):
        print("… and more: narrow the list down, or raise --limit")


def ignored_text(ignored: Any) -> str:
    """The last report that changed nothing, in words."""
    if not ignored:
        return ""
    reason = ignored["reason"].replace("_", " ")
    by = f" of {ignored['sender']}" if ignored["sender"] else ""
    return f"{reason}{by}, {local_time(ignored['at'])}"


def pairs(labels: Any) -> str:
    """`cluster=eu1 namespace=shop`."""
    return " ".join(f"{name}={value}" for name, value in labels.items())
