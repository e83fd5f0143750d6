"""`triaged stats`: figures of the response, with a chart on the terminal or as a drawing."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._output import (
    clean,
    columns,
    count_text,
    cut,
    folded,
    local_day,
    print_json,
    print_table,
)

SUMMARY = "figures of the response: spans, targets, phases, updates, pages at night"
WIDTH = 80
"""Characters of a line where the terminal is wider, or stdout is none."""

LOAD_SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the period, the team and the file for a drawing."""
    _options.daemon(parser)
    parser.add_argument(
        "--since", default="30d", help="RFC 3339, or how long ago (default: %(default)s)"
    )
    parser.add_argument("--until", help="until before when, likewise (default: now)")
    parser.add_argument("--team", help="only incidents of this team")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the charts into this file")


def run(options: argparse.Namespace) -> int:
    """Ask for the figures, and print or draw them; the exit status."""
    query = {"from": options.since, "to": options.until, "team": options.team}
    try:
        answer = client_of(options).get("/api/v1/stats", query)
        if options.svg is not None:
            _draw(options.svg, answer)
    except Failed as failure:
        return complain(failure)
    except OSError as error:
        print(f"triaged: {options.svg}: {error.strerror or error}", file=sys.stderr)
        return 1
    if options.output == "json":
        print_json(answer)
    else:
        print_stats(answer)
    return 0


def _draw(path: Path, answer: Any) -> None:
    from triaged.core.text.learning.chart import svg

    title = f"triaged: incidents {_period(answer)}"
    path.write_text(svg(list(_charts(answer)), title), encoding="utf-8")


def _period(answer: Any) -> str:
    return f"{local_day(answer['from'])} to {local_day(answer['to'])}"


def print_stats(answer: Any) -> None:
    """The figures as sentences, a table and charts."""
    from triaged.core.text.learning.chart import drawn
    from triaged.terminal import can_show

    team = f" of {answer['team']}" if answer["team"] else ""
    print(clean(f"{count_text(answer['incidents'], 'incident')}{team}, {_period(answer)}"))
    if not answer["complete"]:
        print("not complete: more incidents opened than one question reads; choose a shorter time")
    print()
    room = columns()
    for sentence in _sentences(answer):
        first, *more = folded(clean(sentence), None if room is None else room - 2)
        print("\n  ".join([first, *more]))
    if answer["targets"]:
        print("\nresponse targets")
        print_table(("SEVERITY", "TEAM", "MET", "MISSED", "UNSETTLED"), _targets(answer))
    width = min(columns() or WIDTH, WIDTH)
    blocks = can_show(sys.stdout, "█▏")
    for chart in _charts(answer):
        print()
        for line in drawn(chart, width, blocks=blocks):
            print(cut(clean(line), width))


def _sentences(answer: Any) -> Iterator[str]:
    yield from (one["text"] for one in answer["spans"])
    for one in answer["phases"]:
        if one["n"]:
            yield f"phase {one['text']}"
    yield f"updates on time: {_share(answer['updates_on_time'], answer['updates'])}"
    yield f"actionable pages: {_share(answer['pages_actionable'], answer['pages'])}"


def _share(part: int, whole: int) -> str:
    from triaged.core.text.learning.figures import share_text

    return share_text(part, whole)


def _targets(answer: Any) -> list[tuple[object, ...]]:
    return [
        (one["severity"], one["team"] or "-", one["met"], one["missed"], one["unsettled"])
        for one in answer["targets"]
    ]


def _charts(answer: Any) -> Iterator[Any]:
    """Incidents over time, and pages by person."""
    from triaged.core.text.learning.chart import Bar, Chart
    from triaged.core.text.learning.figures import time_text

    bars = []
    for one in answer["series"]:
        p50 = one["acknowledge_p50_s"]
        said = f"{one['incidents']}" + (
            f", p50 {time_text(round(p50 * 1e6))}" if p50 is not None else ""
        )
        bars.append(Bar(one["first_day"], one["incidents"], said))
    yield Chart("incidents opened, and the median from first page to acknowledgement", bars)
    load = [
        Bar(
            clean(one["whom"]),
            one["pages"],
            f"{one['pages']}, {one['night_pages']} at night ({count_text(one['nights'], 'night')})",
        )
        for one in answer["load"][:LOAD_SHOWN]
    ]
    if load:
        yield Chart(f"pages by person; night is {answer['night']} on their own clocks", load)
