"""An explanation on a terminal: the verdict in a line, then why."""

from datetime import datetime
from typing import Any

from triaged.cli._output import clean, local_time, paint, print_fields
from triaged.core.durations import SECOND, format_duration

Shown = dict[str, Any]
"""An `ExplainedAlert` as JSON."""


def print_explained(row: Shown, *, everything: bool) -> None:
    """The alert, its outcome, the origin of each attribute, the steps, the rules."""
    name = row["labels"].get("alertname", row["fingerprint"])
    print(clean(f"{name} ({row['source']}/{row['fingerprint']})"))
    _print_verdict(row)
    print("\nwhere it comes from")
    print_fields([(f"  {one['name']}", _origin(one)) for one in row["attributes"]])
    if row["incident"]:
        _print_plan(row)
    _print_rules(row["rules"], everything=everything)


def _print_verdict(row: Shown) -> None:
    if not row["incident"]:
        print("  opens nothing: it is stored and counted")
        return
    severity = paint(row["severity"], row["severity"])
    print(f"  {severity} by {clean(row['severity_by'])}: {clean(row['title'])}")
    key = ", ".join(f"{label}={value}" for label, value in row["key"].items())
    print(clean(f"  joins the open incident with {key}; opens one if there is none"))
    if row["status"] == "resolved":
        print("  the body says resolved: this is as if it fired")


def _origin(one: Shown) -> str:
    value = one["value"] or "-"
    place = f" at {one['where']}" if one["where"] else ""
    written = f" ({one['written']})" if one["written"] else ""
    return f"{value} ← {one['origin']}{place}{written}"


def _print_plan(row: Shown) -> None:
    by = f", by {local_time(row['respond_by'])}" if row["respond_by"] else ""
    print(f"\ntarget: an answer within {row['respond_within']}{by}")
    print(clean(f"policy: {row['policy']} ({row['policy_because']})"))
    for step in row["steps"]:
        numbers = "+".join(map(str, step["steps"]))
        notify = ", ".join(step["notify"])
        print(clean(f"  {_after(row['at'], step['at']):>6}  step {numbers}: {notify}"))
        for page in step["pages"]:
            print(clean(f"          → {_page(page, step['at'])}"))
        for skipped in step["skipped"]:
            print(clean(f"          ! {skipped}"))
    if row["further_rounds"]:
        print(f"  then {row['further_rounds']} more rounds")


def _page(page: Shown, step_at: str) -> str:
    whom = f"{page['person']} by {page['contact']}" if page["person"] else page["contact"]
    if page["at"] is None:
        return f"{whom} ({page['channel']}), but it would not go out"
    later = _after(step_at, page["at"])
    wait = "" if later == "0s" else f", {later} later at {local_time(page['at'])}"
    return f"{whom} ({page['channel']}){wait}"


def _after(start: str, end: str) -> str:
    passed = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return format_duration(int(passed.total_seconds() * SECOND))


def _print_rules(rules: list[Shown], *, everything: bool) -> None:
    print("\nrules")
    shown = [rule for rule in rules if everything or rule["matched"] or rule["near"]]
    for rule in shown:
        place = f"  {rule['where']}" if rule["matched"] and rule["where"] else ""
        print(clean(f"  rule {rule['rule']}: {_verdict(rule)}{place}"))
    hidden = len(rules) - len(shown)
    if hidden:
        print(f"  {hidden} more do not match (--all shows them)")
    elif not rules:
        print("  there are none")


def _verdict(rule: Shown) -> str:
    if not rule["matched"]:
        return f"no: {rule['failed']}{' (all else holds)' if rule['near'] else ''}"
    if rule["stopped_by"]:
        return f"matches, but {rule['stopped_by']} stops the walk before it"
    return "yes"
