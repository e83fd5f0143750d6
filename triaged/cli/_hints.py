"""Hints on a terminal, under a heading that says that they are hints."""

from typing import Any

from triaged.cli._output import clean, local_time

Shown = dict[str, Any]

PERCENT = 100


def print_hints(hints: Shown) -> None:
    """Print changes, similar incidents, other firing alerts and noise; skip what is empty."""
    lines = [
        *(f"changed   {_change(one)}" for one in hints["changes"]),
        *(f"similar   {line}" for one in hints["similar"] for line in _similar(one)),
        *(f"fires too {_related(one)}" for one in hints["related"]),
        *(f"noise     {line}" for line in _noise(hints["noise"])),
    ]
    if lines:
        print("\nhints (nothing is decided by them)")
    for line in lines:
        print(clean(f"  {line}"))


def _change(one: Shown) -> str:
    by = f" by {one['author']}" if one["author"] else ""
    status = f", {one['status']}" if one["status"] else ""
    link = f"  {one['url']}" if one["url"] else ""
    return f"{one['when']}: {one['title']} ({_where(one)}, {one['kind']}{status}){by}{link}"


def _where(one: Shown) -> str:
    return f"{one['service']}, {one['distance']} away" if one["distance"] else str(one["service"])


def _similar(one: Shown) -> list[str]:
    shared = ", ".join(one["shared"][:6])
    at = local_time(one["opened_at"])[:10]
    known = [(name, one[name]) for name in ("cause", "fix", "note") if one[name]]
    return [
        f"{one['score']:.2f} {one['incident']} of {at}: {one['title']} (shares {shared})",
        *(f"     {name}: {text}" for name, text in known),
    ]


def _related(one: Shown) -> str:
    return f"{one['incident']} {one['severity']} {one['state']}: {one['title']} ({_where(one)})"


def _noise(noise: Shown) -> list[str]:
    said = []
    for what, counts in (("this key", noise["key"]), (noise["severity_by"], noise["rule"])):
        if counts["incidents"] > 1:
            acted = counts["acted"] * PERCENT // counts["incidents"]
            said.append(
                f"{what}: {counts['incidents']} incidents in {noise['days']} days, "
                f"{counts['paged']} paged, somebody acted on {counts['acted']} ({acted}%)"
            )
    return said
