"""An explanation on a terminal: the verdict in a line, then why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from triaged.cli._facts import ignored_text
from triaged.cli._output import clean, local_time, paint, print_fields
from triaged.core.time.durations import SECOND, format_duration

Shown = dict[str, Any]
"""An `ExplainedAlert` as JSON."""


def print_explained(row: Shown, *, everything: bool) -> None:
    """Print an alert: its outcome, the origin of each attribute, the steps, the rules."""
    name = row["labels"].get("alertname", row["fingerprint"])
    print(clean(f"{name} ({row['source']}/{row['fingerprint']})"))
    _print_verdict(row)
    _print_added(row.get("added", ()))  # an older daemon does not tell it
    print("\nwhere it comes from")
    print_fields([(f"  {one['name']}", _origin(one)) for one in row["attributes"]])
    if row["incident"]:
        _print_plan(row)
    _print_expectations(row)
    _print_rules(row["rules"], everything=everything)
    _print_shadow(row)


def print_incident(answer: Shown, *, everything: bool) -> None:
    """Print an incident: its facts, the people it paged, and each of its alerts."""
    row = answer["incident"]
    severity = paint(row["severity"], row["severity"])
    print(f"{row['id']}  {severity} by {clean(row['severity_by'])}: {clean(row['title'])}")
    by = f", an answer was due by {local_time(row['respond_by'])}" if row["respond_by"] else ""
    print(clean(f"  {row['state']}; policy {row['policy']}, pinned at its opening{by}"))
    if row.get("muted_by"):
        print(clean(f"  muted by {', '.join(row['muted_by'])}"))
    for page in answer["pages"]:
        print(clean(f"  {_sent(page)}"))
    for one in answer["alerts"]:
        print()
        print_recorded(one, everything=everything)
    if not answer["alerts"]:
        print("  no alert belongs to it: it was declared, or its alerts fired again elsewhere")
    if answer["alerts_left_out"]:
        print(f"\n{answer['alerts_left_out']} more alerts: triaged explain SOURCE/FINGERPRINT")


def _sent(page: Shown) -> str:
    whom = f"{page['person']} by {page['contact']}" if page["person"] else page["contact"]
    at = local_time(page["sent_at"] or page["due_at"])
    error = f": {page['error']}" if page["error"] else ""
    through = f"{page['target']}, {page['channel']}"
    return f"{at}  {page['kind']} to {whom} ({through}) {page['state']}{error}"


def print_recorded(one: Shown, *, everything: bool) -> None:
    """Print an alert: the recorded decision, how today's rules differ, and those rules."""
    today = one["today"]
    name = today["labels"].get("alertname", one["fingerprint"])
    where = f" joined {one['incident']}: {one['joined']}" if one["incident"] else " in no incident"
    print(clean(f"{name} ({one['source']}/{one['fingerprint']}, episode {one['episode']}){where}"))
    if sender := one.get("sender"):
        print(clean(f"  last reported by {sender}"))
    if ignored := ignored_text(one.get("ignored")):
        print(clean(f"  last report that changed nothing: {ignored}"))
    then = one["then"]
    if then is None:
        print("  what the rules said at the time is gone (retention)")
    else:
        by = f"rule:{then['rule']}" if then["rule"] else "unclassified"
        print(clean(f"  {local_time(then['at'])}, rules {then['rule_set']}:"))
        fields = {
            "severity": f"{then['severity'] or '-'} by {by}",
            "rules": ", ".join(then["rules"]),
        }
        fields |= {"key": ", ".join(f"{k}={v}" for k, v in then["key"].items())}
        fields |= {"policy": then["policy"] or "", "incident": "" if then["incident"] else "none"}
        fields |= {"labels": ", ".join(f"{k}={v}" for k, v in then["labels"].items())}
        shadow = then.get("shadow", {})  # an older daemon does not tell it
        fields |= {"shadow": "; ".join(f"{n} {_would(would)}" for n, would in shadow.items())}
        print_fields([(f"    {field}", value) for field, value in fields.items()])
        if then["labels"] and not one["same_rules"]:
            print("    whether a rule, a text or a table gave a label then is not recorded")
    _print_differences(one)
    _print_added(today.get("added", ()), today=True)
    _print_expectations(today, today=True)
    _print_rules(today["rules"], everything=everything, today=True)
    _print_shadow(today)


def _print_differences(one: Shown) -> None:
    rule_set = one["today"]["rule_set"]
    if one["same_rules"]:
        print("  today's rules are the same")
    elif one["then"] is not None and not one["differs"]:
        print(f"  today's rules ({rule_set}) would decide the same")
    for difference in one["differs"]:
        change = f"{difference['then']} → {difference['now']}"
        print(clean(f"  ≠ today's rules ({rule_set}): {difference['name']} {change}"))


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


def _print_added(added: Sequence[Shown], *, today: bool = False) -> None:
    if added:
        print("\nlabels added before the rules" + (" today" if today else ""))
    shown = [(f"  {one['name']}", f"{one['value']} ← {_by(one)}{_place(one)}") for one in added]
    print_fields(shown)


def _by(one: Shown) -> str:
    kind, _, name = one["by"].partition(":")
    if kind == "recognised":
        return f"recognised in {one['because']}"
    read = "from" if kind == "extract" else "row"
    return f"{kind} {name} ({read} {one['because']})"


def _place(one: Shown) -> str:
    return f" at {one['where']}" if one["where"] else ""


def _origin(one: Shown) -> str:
    value = one["value"] or "-"
    place = _place(one)
    written = f" ({one['written']})" if one["written"] else ""
    return f"{value} ← {one['origin']}{place}{written}"


def _print_muting(row: Shown) -> None:
    for mute in row.get("muting", ()):  # an older daemon does not tell it
        print(clean(f"muting: {mute['kind']} {mute['name']}: {_mutes(mute)}"))


def _mutes(mute: Shown) -> str:
    if mute["active"]:
        return f"nothing goes out until {local_time(mute['until'])}, then it is armed"
    return str(mute["because"])


def _print_plan(row: Shown) -> None:
    by = f", by {local_time(row['respond_by'])}" if row["respond_by"] else ""
    print(f"\ntarget: an answer within {row['respond_within']}{by}")
    print(clean(f"policy: {row['policy']} ({row['policy_because']})"))
    _print_muting(row)
    for step in row["steps"]:
        if step.get("risen_by"):
            print(clean(f"  {_after(row['at'], step['at']):>6}  {_rise(step)}"))
        if not step["steps"]:
            continue
        numbers = "+".join(map(str, step["steps"]))
        notify = ", ".join(step["notify"])
        print(clean(f"  {_after(row['at'], step['at']):>6}  step {numbers}: {notify}"))
        for page in step["pages"]:
            print(clean(f"          → {_page(page, step['at'])}"))
        for skipped in step["skipped"]:
            print(clean(f"          ! {skipped}"))
    if row["further_rounds"]:
        print(f"  then {row['further_rounds']} more rounds")


def _rise(step: Shown) -> str:
    return f"it rises to {step['severity']} by {step['risen_by']}: steps count from here"


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


def _print_expectations(row: Shown, *, today: bool = False) -> None:
    """Print the expectations that the alert meets; for a recorded alert without the instant."""
    expectations = row.get("expectations", ())  # an older daemon does not tell it
    if expectations:
        print("\nexpected to come again" + (" (today's rules)" if today else ""))
    for one in expectations:
        last = "" if today else f", at {local_time(one['missed_at'])} if this is the last"
        missed = f"a {one['severity']} opens when none has come for {one['every']}{last}"
        place = f"  {one['where']}" if one["where"] else ""
        print(clean(f"  {one['name'].replace(':', ' ', 1)}: {missed}{place}"))


def _print_rules(rules: list[Shown], *, everything: bool, today: bool = False) -> None:
    print("\nrules today" if today else "\nrules")
    listed = [rule for rule in rules if everything or rule["matched"] or rule["near"]]
    for rule in listed:
        place = f"  {rule['where']}" if rule["matched"] and rule["where"] else ""
        print(clean(f"  rule {rule['rule']}: {_verdict(rule)}{place}"))
        if rule["matched"] and rule.get("description"):  # an older daemon does not tell it
            print(f"    {clean(rule['description'])}")
    hidden = len(rules) - len(listed)
    if hidden:
        print(f"  {hidden} more do not match (--all shows them)")
    elif not rules:
        print("  there are none")


def _print_shadow(row: Shown) -> None:
    shadow = row.get("shadow", ())  # an older daemon does not tell it
    if shadow:
        print("\nin the shadow")
    for one in shadow:
        print(clean(f"  rule {one['rule']}: matches, {_would(one['would'])}  {one['where']}"))
        if one["description"]:
            print(f"    {clean(one['description'])}")


def _would(would: Shown) -> str:
    changes = ", ".join(f"{name} {value or 'none'}" for name, value in would.items())
    return f"would give {changes}" if changes else "would change nothing"


def _verdict(rule: Shown) -> str:
    if not rule["matched"]:
        return f"no: {rule['failed']}{' (all else holds)' if rule['near'] else ''}"
    if rule["stopped_by"]:
        return f"matches, but {rule['stopped_by']} stops the walk before it"
    return "yes"
