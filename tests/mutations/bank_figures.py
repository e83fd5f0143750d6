"""Guards of figures: what is left out, and whose night it is."""

from tests.mutations.mutation import Mutation

CORE = ("tests/core/practice/test_figures.py", "tests/core/practice/test_courses.py")
STORE = ("tests/store/queries/test_courses.py",)

FIGURES = (
    Mutation(
        "a drill is in no figure",
        "triaged/core/practice/figures.py",
        'real = [one for one in every if one.brief.kind == "incident"]',
        "real = every",
        CORE,
    ),
    Mutation(
        "a night is that of whoever is woken",
        "triaged/core/practice/figures.py",
        "zones.get(page.whom, period.zone))",
        "period.zone)",
        CORE,
    ),
    Mutation(
        "an acknowledgement before the first page is no response to it",
        "triaged/core/practice/figures.py",
        "and end >= start:",
        "and end != start:",
        CORE,
    ),
    Mutation(
        "only the first acknowledgement counts",
        "triaged/core/practice/courses.py",
        "acknowledged_at = mark.at if acknowledged_at is None else acknowledged_at",
        "acknowledged_at = mark.at",
        CORE,
    ),
    Mutation(
        "figures read the whole timeline of an incident",
        "triaged/store/queries/courses.py",
        "        more = len(rows) == ENTRIES_AT_ONCE\n",
        "        more = False\n",
        STORE,
    ),
    Mutation(
        "an incident that opens at the end of a period is not in it",
        "triaged/store/queries/courses.py",
        "opened_at >= $3 AND opened_at < $4",
        "opened_at >= $3 AND opened_at <= $4",
        STORE,
    ),
)
