"""Guards of drills, which are in no figure and reach nobody else, and of customers' reports."""

from tests.mutations.mutation import Mutation

OF_DRILLS = "tests/core/practice/test_drills.py"
OF_REPORTS = "tests/core/practice/test_reports.py"

DRILLS = (
    Mutation(
        "a drill counts for nothing",
        "triaged/core/draft.py",
        "    return isinstance(effect, Count) or (",
        "    return (",
        (OF_DRILLS,),
    ),
    Mutation(
        "no message of a drill that pages nobody leaves the console",
        "triaged/core/draft.py",
        "page = page if drill.console is None else _on_console(page, drill.console)",
        "page = page",
        (OF_DRILLS,),
    ),
    Mutation(
        "every line of a drill's timeline is marked",
        "triaged/core/draft.py",
        'text=f"{incident.mark}{entry.text}")',
        'text=f"{entry.text}")',
        (OF_DRILLS,),
    ),
    Mutation(
        "a drill is no part of a storm",
        "triaged/core/response/storms.py",
        "if limit is None or draft.incident.drill is not UNSET:",
        "if limit is None:",
        (OF_DRILLS,),
    ),
    Mutation(
        "a drill does not flap",
        "triaged/core/alerts/flapping.py",
        "    if draft.incident.drill is not UNSET:\n        return\n",
        "",
        (OF_DRILLS,),
    ),
    Mutation(
        "what fires in a drill that is over opens no incident",
        "triaged/core/alerts/grouping.py",
        "    if draft.incident.drill is not UNSET:\n        draft.change(firing={})",
        "    if draft.incident.drill is UNSET:\n        draft.change(firing={})",
        (OF_DRILLS,),
    ),
    Mutation(
        "pages of a drill are in no metric",
        "triaged/metrics/__init__.py",
        "if page.test or page.drill:",
        "if page.test:",
        ("tests/test_metrics.py",),
    ),
    Mutation(
        "no alert shares the key of a drill",
        "triaged/core/practice/drills.py",
        'return (("kind", "drill"), ("drill", identity))',
        'return (("drill", identity), ("kind", "drill"))',
        (OF_DRILLS,),
    ),
    Mutation(
        "open drills are in no gauge",
        "triaged/store/tables/incidents.py",
        "WHERE state IN {LIVE_SQL} AND kind = 'incident' GROUP BY",
        "WHERE state IN {LIVE_SQL} GROUP BY",
        ("tests/store/tables/practice_rows/test_drills.py",),
    ),
    Mutation(
        "statistics of a rule leave drills out",
        "triaged/store/queries/page_stats.py",
        "- $1 AND opened_at >= $2\n               AND kind = 'incident'",
        "- $1 AND opened_at >= $2",
        ("tests/store/tables/practice_rows/test_drills.py",),
    ),
    Mutation(
        "no third party hears of a drill",
        "triaged/core/draft.py",
        "        and isinstance(effect.row, Request)\n",
        "        and effect is None\n",
        (OF_DRILLS,),
    ),
    Mutation(
        "a report that nobody looks at pages",
        "triaged/core/practice/reports.py",
        "    draft.arm(look_of(row))\n",
        "",
        (OF_REPORTS,),
    ),
    Mutation(
        "texts of customers are harmless",
        "triaged/core/practice/reports.py",
        "text=harmless(event.text),",
        "text=event.text,",
        (OF_REPORTS,),
    ),
    Mutation(
        "a report is decided about once",
        "triaged/core/practice/reports.py",
        "    if row.state in WAITING:\n",
        "    if row.state:\n",
        (OF_REPORTS,),
    ),
)
