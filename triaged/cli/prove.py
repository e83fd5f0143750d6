"""`triaged prove`: show that every alert reaches a human in time, or a counter-example."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from triaged.cli import _options
from triaged.cli._client import Failed, Misused, complain
from triaged.cli._output import paint, print_json, print_table
from triaged.cli._payload import (
    configured,
    duty_facts,
    instant_of,
    unseen,
    without_dead_contacts,
)

if TYPE_CHECKING:
    from triaged.core.settings import Settings
    from triaged.dry_run.prove.proving import Combination, Gap, Proof, Worst

SUMMARY = "show that every alert reaches a human in time, or when it does not"
SHOWN = 20
UNSEEN = (
    "silences of a daemon's store are not seen; maintenance and "
    "suppression are taken for intended; quiet hours are not looked at; every provider accepts, "
    "every contact counts as read; "
    "in a storm the page is that of the umbrella, which goes by the same policy"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the length of the period, and its beginning."""
    _options.config(parser)
    _options.facts(parser)
    _options.output(parser)
    parser.add_argument(
        "--weeks", type=int, default=12, help="how many to look at (1 to 53, default: %(default)s)"
    )
    parser.add_argument("--from", dest="start", metavar="TIME", help="RFC 3339 (default: now)")


def run(options: argparse.Namespace) -> int:
    """Print the proof; exit status 1 where some alert reaches no human in time."""
    from triaged.dry_run.prove.proving import WEEKS_MAX, prove

    if not 1 <= options.weeks <= WEEKS_MAX:
        return complain(Misused(f"--weeks: 1 to {WEEKS_MAX} are expected, not {options.weeks}"))
    try:
        start = instant_of(options.start, "--from")
        settings = configured(options.config).settings
        facts = duty_facts(options, start)
        settings = without_dead_contacts(options, settings, "off", "unconfirmed")
    except Failed as failure:
        return complain(failure)
    proof = prove(settings, start - start % 1_000_000, options.weeks, facts)
    print(f"triaged: {unseen(options, UNSEEN)}", file=sys.stderr)
    if options.output == "json":
        print_json(document(proof))
    else:
        _print(proof, settings)
    return 1 if proof.gaps else 0


def document(proof: "Proof") -> dict[str, Any]:
    """The proof as JSON."""
    from triaged.dry_run.prove.proving import gap_text
    from triaged.wire import instant_text

    return {
        "from": instant_text(proof.start),
        "to": instant_text(proof.end),
        "combinations": proof.combinations,
        "instants": proof.instants,
        "worst": [
            _named(one.combination)
            | {
                "within": one.within,
                "at": instant_text(one.at),
                "seconds": None if one.us is None else one.us / 1e6,
                "person": one.person,
            }
            for one in proof.worst
        ],
        "gaps": [
            _named(gap.combination)
            | {
                "from": instant_text(gap.start),
                "to": instant_text(gap.end),
                "respond_by": instant_text(gap.respond_by),
                "why": gap_text(gap),
            }
            for gap in proof.gaps
        ],
    }


def _named(one: "Combination") -> dict[str, Any]:
    return {"severity": one.severity, "policy": one.policy, "teams": list(one.owners)}


def _print(proof: "Proof", settings: "Settings") -> None:
    header = ("SEVERITY", "POLICY", "TEAMS", "WITHIN", "FIRST HUMAN AT WORST", "WHEN IT BEGINS")
    print_table(header, [_row(one, settings) for one in proof.worst])
    print()
    for gap in proof.gaps[:SHOWN]:
        print(_gap(gap, settings))
    if len(proof.gaps) > SHOWN:
        print(f"… and {len(proof.gaps) - SHOWN} more (-o json has all)")
    weeks = round((proof.end - proof.start) / (7 * 86_400_000_000))
    looked = f"{proof.combinations} combinations at {proof.instants} instants of {weeks} weeks"
    if proof.gaps:
        print(paint(f"{len(proof.gaps)} times no human is reached in time: {looked}", "error"))
    else:
        print(paint(f"every alert reaches a human in time: {looked}", "resolved"))


def _row(one: "Worst", settings: "Settings") -> tuple[object, ...]:
    from triaged.core.time.durations import format_duration

    took = "never" if one.us is None else f"{format_duration(one.us)} {one.person}"
    combination = one.combination
    return (
        combination.severity,
        combination.policy,
        ", ".join(combination.owners) or "-",
        one.within,
        took,
        _instant(one.at, settings),
    )


def _gap(gap: "Gap", settings: "Settings") -> str:
    from triaged.dry_run.prove.proving import gap_text

    one = gap.combination
    name = f"{one.severity} {', '.join(one.owners) or one.policy}"
    when = f"{_instant(gap.start, settings)} to {_instant(gap.end, settings)}"
    return f"{paint(name, one.severity)}, {when}: {gap_text(gap)}"


def _instant(at: int, settings: "Settings") -> str:
    """`2026-10-25 02:30 Europe/Berlin`."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    local = datetime.fromtimestamp(at // 1_000_000, ZoneInfo(settings.timezone))
    return f"{local:%Y-%m-%d %H:%M} {settings.timezone}"
